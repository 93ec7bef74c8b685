//! Buckets and response cache.
