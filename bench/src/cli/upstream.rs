//! The flags of `upstream`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, value_parser};

use super::ThreadArgs;
use crate::limits::{DELAY_MS_MAX, RESPONSE_BODY_BYTES_MAX, WORKERS_MAX};
use crate::load::Header;
use crate::target;
use crate::upstream;

/// Flags of `upstream`.
#[derive(Args, Debug)]
pub struct UpstreamArgs {
    /// Loopback address to listen on, with SO_REUSEPORT: more processes may share it
    #[arg(long, value_name = "ADDR", value_parser = target::loopback)]
    listen: SocketAddr,
    /// Length of the fixed body
    #[arg(long, value_name = "N", default_value_t = 1024,
        value_parser = value_parser!(u64).range(0..=RESPONSE_BODY_BYTES_MAX))]
    body_bytes: u64,
    /// Wait before every answer
    #[arg(long, value_name = "N", default_value_t = 0,
        value_parser = value_parser!(u64).range(0..=DELAY_MS_MAX))]
    delay_ms: u64,
    /// Header line of every answer, repeatable
    #[arg(long, value_name = "K: V")]
    header: Vec<Header>,
    /// Threads that share the port
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = value_parser!(u32).range(1..=i64::from(WORKERS_MAX)))]
    pub workers: u32,
    #[command(flatten)]
    thread: ThreadArgs,
}

impl UpstreamArgs {
    /// The configuration.
    pub fn config(&self) -> upstream::Config {
        upstream::Config {
            listen: self.listen,
            body_bytes: self.body_bytes,
            delay: Duration::from_millis(self.delay_ms),
            headers: self.header.iter().map(Header::line).collect(),
            core: self.thread.core,
            driver: self.thread.driver,
        }
    }
}
