//! A response as the stage's cache keeps it.

use ringway_cache::Weigh;

/// A response as it is kept.
#[derive(Debug)]
pub(crate) struct CachedResponse {
    /// Status.
    pub(crate) status: u16,
    /// Field lines, each ended by CRLF, without the gateway's own; behind them the body. One piece,
    /// because a miss pays for each allocation, and a hit for each cold cache line.
    bytes: Box<[u8]>,
    /// Where the body starts.
    body_at: usize,
}

impl CachedResponse {
    /// A response of `bytes`: field lines, and from `body_at` on the body.
    pub(crate) fn new(status: u16, bytes: Vec<u8>, body_at: usize) -> Self {
        debug_assert!(body_at <= bytes.len());
        Self { status, bytes: bytes.into_boxed_slice(), body_at }
    }

    /// Field lines, each ended by CRLF, without the gateway's own.
    pub(crate) fn fields(&self) -> &[u8] {
        &self.bytes[..self.body_at]
    }

    /// Body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.body_at..]
    }
}

impl Weigh for CachedResponse {
    fn weight_bytes(&self) -> usize {
        self.bytes.len()
    }
}
