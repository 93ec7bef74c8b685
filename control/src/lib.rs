//! The changing half of Ringway: publishes snapshots, serves the admin port, writes access logs.
//!
//! It meets the data plane only in the types of [`ringway_core::link`]: a published snapshot down,
//! counters and log batches up. It must not know the workers' internals.

#![forbid(unsafe_code)]

pub mod access_log;
pub mod admin;
pub mod error;
mod follower;
pub mod metrics;
pub mod publisher;
