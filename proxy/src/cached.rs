//! A response as the stage's cache keeps it.

use ringway_cache::Weigh;

/// A response as it is kept.
#[derive(Debug)]
pub(crate) struct CachedResponse {
    /// Status.
    pub(crate) status: u16,
    /// Field lines, each ended by CRLF, without the gateway's own.
    pub(crate) fields: Box<[u8]>,
    /// Body.
    pub(crate) body: Box<[u8]>,
}

impl Weigh for CachedResponse {
    fn weight_bytes(&self) -> usize {
        self.fields.len() + self.body.len()
    }
}
