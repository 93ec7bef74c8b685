//! A response as the stage's cache keeps it: one shared piece of bytes.

use std::sync::Arc;

use ringway_cache::Cached;
use ringway_core::coding::codings_in;
use ringway_core::limits::CACHE_KEY_BYTES_MAX;

/// A response as it is kept: a head, its key, field lines, body. One allocation, because a miss
/// pays for each, and a hit for each cold cache line.
#[derive(Debug, Clone)]
pub(crate) struct CachedResponse(Arc<[u8]>);

/// What the bytes begin with: how long the parts are.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Below 1,024.
    status: u16,
    /// The field lines have a `Content-Encoding`.
    has_coding: bool,
    key_bytes: u16,
    fields_bytes: u32,
}

const HEAD_BYTES: usize = 8;
const STATUS_BITS: u16 = (1 << 10) - 1;
/// Strong and weak count of an [`Arc`].
const COUNTERS_BYTES: usize = 16;

const _: () = assert!(CACHE_KEY_BYTES_MAX <= u16::MAX as usize);

impl CachedResponse {
    /// Bytes besides the body of a response to be.
    pub(crate) fn bytes_before_body(key: &[u8], fields: &[u8]) -> usize {
        HEAD_BYTES + key.len() + fields.len()
    }

    /// Writes what comes before the body, which the caller adds. False, and nothing written, if the
    /// parts are too long.
    pub(crate) fn start(status: u16, key: &[u8], fields: &[u8], out: &mut Vec<u8>) -> bool {
        let lengths = (u16::try_from(key.len()), u32::try_from(fields.len()));
        let (Ok(key_bytes), Ok(fields_bytes)) = lengths else { return false };
        let has_coding = codings_in(fields).next().is_some();
        let head = Head { status, has_coding, key_bytes, fields_bytes };
        out.extend_from_slice(&head.to_bytes());
        out.extend_from_slice(key);
        out.extend_from_slice(fields);
        true
    }

    /// The response of bytes that [`start`](Self::start) has begun.
    pub(crate) fn finish(bytes: &[u8]) -> Self {
        let response = Self(bytes.into());
        debug_assert!(response.body_at() <= bytes.len());
        response
    }

    /// Status.
    pub(crate) fn status(&self) -> u16 {
        self.head().status
    }

    /// Whether the field lines have a `Content-Encoding`.
    pub(crate) fn has_coding(&self) -> bool {
        self.head().has_coding
    }

    /// Field lines, each ended by CRLF, without the gateway's own.
    pub(crate) fn fields(&self) -> &[u8] {
        &self.0[self.fields_at()..self.body_at()]
    }

    /// Body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.0[self.body_at()..]
    }

    fn fields_at(&self) -> usize {
        HEAD_BYTES + usize::from(self.head().key_bytes)
    }

    fn body_at(&self) -> usize {
        self.fields_at() + self.head().fields_bytes as usize
    }

    fn head(&self) -> Head {
        Head::of(self.0.first_chunk().unwrap_or(&[0; HEAD_BYTES]))
    }
}

impl Cached for CachedResponse {
    fn key(&self) -> &[u8] {
        &self.0[HEAD_BYTES..self.fields_at()]
    }

    fn weight_bytes(&self) -> usize {
        self.0.len() + COUNTERS_BYTES
    }
}

impl Head {
    fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let word = u64::from(self.status)
            | u64::from(self.has_coding) << 15
            | u64::from(self.key_bytes) << 16
            | u64::from(self.fields_bytes) << 32;
        word.to_le_bytes()
    }

    fn of(bytes: &[u8; HEAD_BYTES]) -> Self {
        let word = u64::from_le_bytes(*bytes);
        // Each part is cut to its bits.
        Self {
            status: word as u16 & STATUS_BITS,
            has_coding: word & 1 << 15 != 0,
            key_bytes: (word >> 16) as u16,
            fields_bytes: (word >> 32) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_come_back_as_they_were() {
        let parts = [
            (200, vec![b'k'; 14], vec![b'f'; 40], vec![b'b'; 2]),
            (404, vec![b'k'], vec![], vec![]),
            (200, vec![b'k'], b"Content-Encoding: gzip\r\n".to_vec(), vec![b'b'; 2]),
            (599, vec![7; CACHE_KEY_BYTES_MAX], vec![8; 70_000], vec![9; 100_000]),
        ];
        for (status, key, fields, body) in &parts {
            let mut bytes = Vec::new();
            assert!(CachedResponse::start(*status, key, fields, &mut bytes));
            assert_eq!(bytes.len(), CachedResponse::bytes_before_body(key, fields));
            bytes.extend_from_slice(body);
            let response = CachedResponse::finish(&bytes);
            assert_eq!(response.status(), *status);
            assert_eq!(response.key(), key);
            assert_eq!(response.fields(), fields);
            assert_eq!(response.has_coding(), fields.starts_with(b"Content"));
            assert_eq!(response.body(), body);
        }
        assert!(!CachedResponse::start(200, &[0; 1 << 16], b"", &mut Vec::new()));
    }
}
