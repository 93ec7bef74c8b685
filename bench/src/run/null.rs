//! The ceiling: this benchmark's own upstream as a server under test, in a process of its own, so
//! that its CPU time is read as the gateway's is.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::gateway::{free_addresses, wait_ready};
use super::placement::Placement;
use super::server::Server;

/// A running bare server; killed when dropped.
pub(crate) struct NullServer {
    pub(crate) address: SocketAddr,
    pub(crate) server: Server,
}

impl NullServer {
    /// Starts `binary`, which is `ringway-bench`, on the cores and the driver of the gateway,
    /// which printed `driver`.
    pub(crate) fn start(
        binary: &Path,
        driver: &str,
        workers: u32,
        placement: &Placement,
    ) -> io::Result<Self> {
        let [address] = free_addresses()?;
        let mut command = Command::new(binary);
        command
            .args(["upstream", "--listen", &address.to_string()])
            .args(["--workers", &workers.to_string()]);
        if driver.contains("epoll") {
            command.args(["--driver", "epoll"]);
        }
        let mut server = Server::start(command, &placement.server)?;
        wait_ready("the null server", &mut server, address, "/")?;
        Ok(Self { address, server })
    }
}
