//! The flags of `diff`.

use std::path::PathBuf;

use clap::Args;

/// Flags of `diff`.
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// The earlier result
    pub before: PathBuf,
    /// The later one
    pub after: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
