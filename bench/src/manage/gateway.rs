//! `ringway serve` with a data folder: started, killed, started again.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::Client;
use super::signer::{AccessKey, KEY_ID_VARIABLE, SECRET_VARIABLE};
use crate::limits::START_UP_MS_MAX;
use crate::run::gateway::free_addresses;
use crate::run::probe;
use crate::run::server::Server;

/// Pause between two looks at a gateway that starts.
const LOOK: Duration = Duration::from_millis(1);

/// A data folder and who serves it.
pub(super) struct Site {
    binary: PathBuf,
    data: PathBuf,
    workers: u32,
    pub(super) key: AccessKey,
}

impl Site {
    /// With an empty folder, that goes when this is dropped.
    pub(super) fn new(binary: &Path, workers: u32) -> io::Result<Self> {
        let name = format!("ringway-bench-manage-{}", std::process::id());
        let data = std::env::temp_dir().join(name);
        fs::create_dir(&data)?;
        let key = AccessKey::of_environment();
        Ok(Self { binary: binary.to_owned(), data, workers, key })
    }

    /// Starts the gateway; returns when it is ready and answers a management call.
    pub(super) fn start(&self) -> io::Result<Gateway> {
        let [http, admin] = free_addresses()?;
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--http", &http.to_string(), "--admin", &admin.to_string()])
            .args(["--workers", &self.workers.to_string()])
            .env(KEY_ID_VARIABLE, &self.key.id)
            .env(SECRET_VARIABLE, &self.key.secret)
            .current_dir(&self.data);
        let started = Instant::now();
        let server = Server::start(command, &[])?;
        let mut client = Client::new(admin, self.key.clone());
        let mut gateway = Gateway { http, admin, started_in: Duration::ZERO, server };
        gateway.wait_ready(started + Duration::from_millis(START_UP_MS_MAX))?;
        client.call("GET", "/restapis?limit=1", &Value::Null)?;
        gateway.started_in = started.elapsed();
        Ok(gateway)
    }

    /// Bytes of the files in the folder.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        fs::read_dir(&self.data)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // What cannot be removed is left in the temporary folder.
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// A running gateway; killed, not stopped, when dropped.
pub(super) struct Gateway {
    pub(super) http: SocketAddr,
    pub(super) admin: SocketAddr,
    /// From its start until it was ready and had answered a management call.
    pub(super) started_in: Duration,
    server: Server,
}

impl Gateway {
    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Whether every worker serves what is in force.
    pub(super) fn is_ready(&self) -> bool {
        probe::get(self.admin, "/health/ready").is_ok_and(|answer| answer.status == 200)
    }

    fn wait_ready(&mut self, until: Instant) -> io::Result<()> {
        while !self.is_ready() {
            let ended = self.server.exited()?;
            if ended.is_some() || Instant::now() > until {
                let why = ended.map_or_else(|| "is not ready".into(), |code| code.to_string());
                let lines = self.server.lines().join("\n  ");
                let text = format!("the gateway: {why}; it printed:\n  {lines}");
                return Err(io::Error::other(text));
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }
}
