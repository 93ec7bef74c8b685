//! Free TCP ports for the servers under test, held against every other test on the machine.
//!
//! Asking the kernel for port 0 and closing it again is not enough here: the gateway listens with
//! SO_REUSEPORT, so two of them on one port would share it in silence instead of failing.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range the kernel hands out by itself, so no outgoing connection sits on one of these.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port on 127.0.0.1 that nobody listens on, reserved until this is dropped.
pub struct Port {
    number: u16,
    // The lock goes with the descriptor, also when the test dies.
    _lock: File,
}

impl Port {
    /// Finds and reserves one.
    ///
    /// # Panics
    /// When the whole range is taken.
    pub fn reserve() -> Self {
        let start = process::id().wrapping_mul(37) as u16;
        for _ in 0..COUNT {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + start.wrapping_add(step) % COUNT;
            if let Some(port) = Self::try_reserve(number) {
                return port;
            }
        }
        panic!("no free port in {FIRST}..{}", FIRST + COUNT);
    }

    fn try_reserve(number: u16) -> Option<Self> {
        let path = lock_directory().join(number.to_string());
        let lock = File::create(path).expect("the lock directory is writable");
        lock.try_lock().ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self { number, _lock: lock })
    }

    /// The address on the loopback interface.
    pub fn addr(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.number))
    }
}

fn lock_directory() -> PathBuf {
    let user = fs::metadata("/proc/self").map_or(0, |own| own.uid());
    let path = std::env::temp_dir().join(format!("ringway-tests-ports-{user}"));
    fs::create_dir_all(&path).expect("the temporary directory is writable");
    path
}
