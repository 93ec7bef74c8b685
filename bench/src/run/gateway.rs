//! Ringway as the server under test: how it is found, started, and known to be ready.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::definition::Folder;
use super::placement::Placement;
use super::probe;
use super::server::Server;
use crate::limits::READY_SECONDS_MAX;

const BINARY: &str = "ringway";

/// A running, ready gateway; killed when dropped.
pub(crate) struct Gateway {
    /// Its data port.
    pub(crate) http: SocketAddr,
    /// Its data port for TLS.
    pub(crate) https: SocketAddr,
    server: Server,
}

/// The binary given, or the one cargo built beside this one.
pub(crate) fn locate(given: Option<&Path>) -> io::Result<PathBuf> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => std::env::current_exe()?.with_file_name(BINARY),
    };
    if path.is_file() {
        return std::path::absolute(path);
    }
    let text = format!(
        "no gateway at {}: run `cargo build --release -p ringway` first, or name it with --gateway",
        path.display()
    );
    Err(io::Error::new(io::ErrorKind::NotFound, text))
}

impl Gateway {
    /// Starts it with the API in `folder` and waits until it is ready.
    pub(crate) fn start(
        binary: &Path,
        folder: &Folder,
        workers: u32,
        placement: &Placement,
    ) -> io::Result<Self> {
        let [http, admin, https] = free_addresses()?;
        let mut command = Command::new(binary);
        command
            .arg("up")
            .arg(folder.settings())
            .args(["--http", &http.to_string(), "--admin", &admin.to_string()])
            .args(["--workers", &workers.to_string()])
            .args(["--https", &https.to_string(), "--cert"])
            .arg(&folder.identity.certificate)
            .arg("--key")
            .arg(&folder.identity.key)
            .current_dir(folder.path());
        if let Some(lambda) = folder.lambda {
            command.arg("--lambda-endpoint").arg(format!("http://{lambda}"));
        }
        let mut server = Server::start(command, &placement.server)?;
        wait_ready("the gateway", &mut server, admin, "/health/ready")?;
        Ok(Self { http, https, server })
    }

    /// The line in which it says what driver it runs on.
    pub(crate) fn driver(&self) -> String {
        driver_line(&self.server.lines()).unwrap_or_else(|| "driver unknown".to_owned())
    }

    /// Its process.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }
}

/// The line of a gateway's output in which it says what driver it runs on.
pub(crate) fn driver_line(lines: &[String]) -> Option<String> {
    let names = |line: &&String| line.contains("io_uring") || line.contains("epoll");
    lines.iter().find(names).map(|line| line.trim().to_owned())
}

/// Ports of this machine that were free a moment ago, all different.
pub(crate) fn free_addresses<const N: usize>() -> io::Result<[SocketAddr; N]> {
    let mut addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); N];
    let mut held = Vec::with_capacity(N);
    for address in &mut addresses {
        let listener = TcpListener::bind(*address)?;
        *address = listener.local_addr()?;
        held.push(listener);
    }
    Ok(addresses)
}

/// Waits until `path` answers 200; `who` is for the errors.
pub(crate) fn wait_ready(
    who: &str,
    server: &mut Server,
    address: SocketAddr,
    path: &str,
) -> io::Result<()> {
    let until = Instant::now() + Duration::from_secs(READY_SECONDS_MAX);
    loop {
        if let Some(status) = server.exited()? {
            return Err(failed(&format!("{who} ended with {status}"), server));
        }
        if probe::get(address, path).is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        if Instant::now() > until {
            let text = format!("{who} was not ready after {READY_SECONDS_MAX} s");
            return Err(failed(&text, server));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn failed(what: &str, server: &Server) -> io::Error {
    let lines = server.lines().join("\n  ");
    io::Error::other(format!("{what}; it printed:\n  {lines}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_binary_says_how_to_build_it() {
        let error = locate(Some(Path::new("/nonexistent/ringway"))).unwrap_err().to_string();
        assert!(error.contains("cargo build --release -p ringway"), "{error}");
    }

    #[test]
    fn the_driver_is_read_from_the_output() {
        let lines = ["Ringway 0.1.0", "  driver  io_uring (DEFER_TASKRUN)", "x"].map(String::from);
        assert_eq!(driver_line(&lines).as_deref(), Some("driver  io_uring (DEFER_TASKRUN)"));
        assert_eq!(driver_line(&lines[..1]), None);
    }

    #[test]
    fn a_gateway_that_ends_shows_its_last_words() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'port in use' >&2; exit 3"]);
        let mut server = Server::start(command, &[]).unwrap();
        while server.lines().is_empty() {
            thread::yield_now();
        }
        let [admin] = free_addresses().unwrap();
        let error = wait_ready("it", &mut server, admin, "/").unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("port in use"), "{error}");
    }
}
