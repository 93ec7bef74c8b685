//! The flags of `guard`.

use std::path::PathBuf;

use clap::Args;

use crate::guard;

/// Flags of `guard`.
#[derive(Args, Debug)]
pub struct GuardArgs {
    /// The gateway's binary [default: `ringway` beside this program]
    #[arg(long, value_name = "PATH")]
    gateway: Option<PathBuf>,
    /// Record what was counted instead of comparing it
    #[arg(long)]
    pub record: bool,
}

impl GuardArgs {
    /// The plan.
    pub fn plan(&self) -> guard::Plan {
        guard::Plan { gateway: self.gateway.clone() }
    }
}
