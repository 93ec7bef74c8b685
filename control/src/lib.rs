//! The changing half of Ringway: the management API with its store, publication of snapshots, the
//! admin port, access-log writers.
//!
//! It meets the data plane only in the types of [`ringway_core::link`]: a published snapshot down,
//! counters and log batches up. It must not know the workers' internals.

#![forbid(unsafe_code)]

pub mod access;
pub mod access_log;
pub mod admin;
pub mod audit;
mod data_plane;
mod definition;
pub mod documents;
pub mod error;
mod follower;
mod identifiers;
pub mod metrics;
pub mod plane;
mod publication;
pub mod publisher;
mod rest;
pub mod settings;
pub mod store;
pub mod users;
