//! Sharded token buckets.

pub mod bucket;

pub use bucket::{BucketKey, Buckets, Charge, Limit, Refusal, Refused};
