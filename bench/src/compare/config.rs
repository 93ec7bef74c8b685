//! A folder with the configurations, caches and logs of the peers.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::run::identity::Identity;

/// Memory as a folder; the ordinary temporary one where there is none.
const MEMORY: &str = "/dev/shm";

/// What a configuration is made of.
pub(super) struct Site<'a> {
    pub(super) http: SocketAddr,
    pub(super) https: SocketAddr,
    pub(super) upstream: SocketAddr,
    pub(super) identity: &'a Identity,
    /// Where access is logged, if it is.
    pub(super) log: Option<&'a Path>,
}

/// The folder; gone when dropped.
pub(super) struct PeerFolder {
    path: PathBuf,
    pub(super) upstream: SocketAddr,
    access_log: bool,
}

impl PeerFolder {
    pub(super) fn create(upstream: SocketAddr, access_log: bool) -> io::Result<Self> {
        let memory = Path::new(MEMORY);
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let name = format!("ringway-bench-peers-{}-{}", std::process::id(), upstream.port());
        let path = parent.join(name);
        fs::create_dir(&path)?;
        Ok(Self { path, upstream, access_log })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the peer of this name logs access to, if it does.
    pub(super) fn log(&self, name: &str) -> Option<PathBuf> {
        self.access_log.then(|| self.path.join(format!("{name}.log")))
    }

    /// Writes the configuration of the peer of this name; says where it is.
    pub(super) fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.path.join(format!("{name}.conf"));
        fs::write(&path, text)?;
        Ok(path)
    }
}

impl Drop for PeerFolder {
    fn drop(&mut self) {
        // What cannot be removed is left.
        let _ = fs::remove_dir_all(&self.path);
    }
}
