//! The data plane of Ringway: workers, connections, the pipeline, integrations, upstream pools.
//!
//! Waits; never compiles a definition, never stores anything, knows no management API.

mod applied;
mod body;
mod buffers;
mod cached;
mod client;
mod clock;
mod compression;
mod connection;
mod credentials;
mod deadlines;
mod duplex;
mod ending;
mod first;
mod identifiers;
mod listener;
mod logs;
mod outbound;
mod panics;
mod phase;
mod pipeline;
mod process;
mod registry;
mod relay;
mod requests;
mod resolve;
mod runtime;
mod socket;
mod start;
mod test_invoke;
mod timer;
mod tls;
mod trace;
mod upstream;
mod worker;

pub use outbound::Outbound;
pub use start::{Config, Handle, StartError, start};
