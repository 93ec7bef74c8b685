//! The flags of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::RunArgs;
use crate::compare;

/// Flags of `compare`.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// As in `run`.
    #[command(flatten)]
    pub run: RunArgs,
    /// Every server writes an access log to a file; without it, none does
    #[arg(long)]
    access_log: bool,
    /// Leave the second opinion out
    #[arg(long)]
    skip_wrk: bool,
    /// The pingora proxy of bench/pingora [default: `ringway-bench-pingora` beside this program]
    #[arg(long, value_name = "PATH")]
    pingora: Option<PathBuf>,
}

impl CompareArgs {
    /// The plan.
    pub fn plan(&self) -> compare::Plan {
        let run = self.run.plan();
        let pingora = self.pingora.clone();
        compare::Plan { run, access_log: self.access_log, skip_wrk: self.skip_wrk, pingora }
    }
}
