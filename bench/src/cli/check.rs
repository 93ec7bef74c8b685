//! The flags of `check`.

use clap::{Args, value_parser};

use super::GatewayArgs;
use crate::check;
use crate::limits::{CONNECTIONS_MAX, SECONDS_MAX};

/// Flags of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Length of each measured window
    #[arg(long, value_name = "S", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Connections of the open-loop load
    #[arg(long, value_name = "N", default_value_t = 64,
        value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: u32,
    /// Integration timeout of the silent route, as AWS bounds it
    ///
    /// With less than about 15 s, the two moments in which the requests come and are answered are
    /// more than a hundredth of the time, so the other route's p99 is theirs and its gate missed.
    #[arg(long, value_name = "N", default_value_t = 29_000,
        value_parser = value_parser!(u64).range(50..=29_000))]
    timeout_ms: u64,
    /// Leave the silent upstream out
    #[arg(long)]
    skip_timeout: bool,
    /// The gateway, and where the result goes.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

impl CheckArgs {
    /// The plan.
    pub fn plan(&self) -> check::Plan {
        check::Plan {
            seconds: self.seconds,
            connections: self.connections,
            workers: self.gateway.workers,
            timeout_ms: self.timeout_ms,
            skip_timeout: self.skip_timeout,
            gateway: self.gateway.gateway.clone(),
        }
    }
}
