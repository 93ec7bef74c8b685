//! A server under comparison: started on the server's cores, known to answer.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::config::PeerFolder;
use crate::run::Scenario;
use crate::run::definition::Folder;
use crate::run::gateway::{Gateway, free_addresses, wait_ready};
use crate::run::placement::Placement;
use crate::run::server::Server;

/// The one all others are held against.
pub(super) const RINGWAY: &str = "ringway";

/// A running server; killed when dropped.
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// As it tells it.
    version: String,
    /// Where it listens.
    pub(super) address: SocketAddr,
    process: Process,
}

enum Process {
    Ringway(Gateway),
    Other(Server),
}

impl Peer {
    pub(super) fn ringway(
        binary: &Path,
        folder: &Folder,
        workers: u32,
        placement: &Placement,
    ) -> io::Result<Self> {
        let gateway = Gateway::start(binary, folder, workers, placement)?;
        let version = format!("{}, {}", version(binary, "--version"), gateway.driver());
        let address = gateway.http;
        Ok(Self { name: RINGWAY, version, address, process: Process::Ringway(gateway) })
    }

    pub(super) fn nginx(
        binary: &Path,
        folder: &PeerFolder,
        placement: &Placement,
    ) -> io::Result<Self> {
        let (address, _) = free_addresses()?;
        let mut command = Command::new(binary);
        command.arg("-p").arg(folder.path()).args(["-e", "stderr", "-c"]);
        command.arg(folder.nginx(address)?);
        Self::other("nginx", binary, command, address, placement)
    }

    pub(super) fn haproxy(
        binary: &Path,
        folder: &PeerFolder,
        placement: &Placement,
    ) -> io::Result<Self> {
        let (address, _) = free_addresses()?;
        let mut command = Command::new(binary);
        command.args(["-db", "-f"]).arg(folder.haproxy(address)?);
        Self::other("haproxy", binary, command, address, placement)
    }

    fn other(
        name: &'static str,
        binary: &Path,
        command: Command,
        address: SocketAddr,
        placement: &Placement,
    ) -> io::Result<Self> {
        let mut server = Server::start(command, &placement.server)?;
        wait_ready(name, &mut server, address, &Scenario::Mock.target())?;
        let version = version(binary, "-v");
        Ok(Self { name, version, address, process: Process::Other(server) })
    }

    /// Its process.
    pub(super) fn server(&self) -> &Server {
        match &self.process {
            Process::Ringway(gateway) => gateway.server(),
            Process::Other(server) => server,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.version)
    }
}

/// The first line that `binary flag` prints; nginx prints it to stderr.
fn version(binary: &Path, flag: &str) -> String {
    let Ok(output) = Command::new(binary).arg(flag).output() else { return "unknown".to_owned() };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().next().unwrap_or("unknown").to_owned()
}
