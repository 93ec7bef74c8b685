//! Upstream connections of a worker: pools, connecting, one call, the response body.

mod call;
mod connect;
mod incoming;
mod pool;

pub(crate) use call::{Bounds, CallError, Reply, call, take_pooled};
pub(crate) use connect::{ConnectError, UpstreamTls};
pub(crate) use incoming::{GatherError, Incoming};
pub(crate) use pool::{Pool, Pools, Upstream};
