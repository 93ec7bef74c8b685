//! What outlives a snapshot and is shared by all workers: token buckets and the response cache.
//!
//! - [`bucket`]: exact token buckets, one atomic word each, in shards chosen by key hash.
//! - [`response_cache`]: a byte-bounded cache with a time to live and one fill in flight per key.
//!
//! This crate depends on nothing of ours and on no runtime. It must not know what an API, a stage
//! or a plan is: keys are bytes or hashes, values are generic. It reads no clock: `now_ns`,
//! nanoseconds since the process started and above zero, is an argument everywhere. Waiting is a
//! [`std::task::Waker`] registered with the cache, so any executor can wait, on any thread.

pub mod bucket;
pub mod response_cache;

pub use bucket::{BucketKey, Buckets, Charge, Limit, Refusal, Refused};
pub use response_cache::{
    Answer, CacheStats, Cached, FillSlot, Lookup, ResponseCache, Ticket, Wait,
};
