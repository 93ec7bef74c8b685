//! The data plane of Ringway: workers, connections, the pipeline, integrations, upstream pools.
//!
//! Waits; never compiles a definition, never stores anything, knows no management API.

mod clock;
mod listener;
mod panics;
mod resolve;
mod runtime;
mod socket;
mod timer;
mod tls;

