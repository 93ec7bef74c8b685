//! The phases of a request, a file each; only [`crate::pipeline`] says their order.

pub(crate) mod access_log;
pub(crate) mod api_key;
pub(crate) mod decompress;
pub(crate) mod gateway_response;
pub(crate) mod integrate;
pub(crate) mod method_request;
pub(crate) mod metrics;
pub(crate) mod response_cache;
pub(crate) mod throttle;
pub(crate) mod validate;
