//! Responses compressed for clients that ask for it, of APIs that have a `minimumCompressionSize`.
//!
//! Who writes a head asks [`Sink::compress`] how its body is framed; the relay encodes what it
//! sends. The cache keeps what was there before.

use ringway_core::coding::{Coding, Encoder};
use ringway_core::http::{RequestHead, Version};
use ringway_core::snapshot::Stage;

use crate::client::Sink;
use crate::relay::ToClient;

/// What one client asked for, and the codec once its response is compressed.
pub(crate) struct Compression {
    coding: Coding,
    bytes_min: u64,
    encoder: Option<Encoder>,
    piece: Vec<u8>,
}

impl Compression {
    /// What this request asks for. A compressed body has no length before it was sent, so that
    /// HTTP/1.0, which knows no chunks, gets none.
    pub(crate) fn asked(stage: &Stage, head: &RequestHead<'_>) -> Option<Box<Self>> {
        let bytes_min = u64::from(stage.minimum_compression_bytes?);
        let coding = Coding::accepted(head.values("accept-encoding"))?;
        let asked = Self { coding, bytes_min, encoder: None, piece: Vec::new() };
        (head.version() != Version::Http10).then(|| Box::new(asked))
    }

    /// Bytes below which a body is not compressed.
    pub(crate) const fn bytes_min(&self) -> u64 {
        self.bytes_min
    }

    /// What a piece of the body becomes; `None`: it is sent as it is.
    pub(crate) fn encode(&mut self, data: &[u8], complete: bool) -> Option<&[u8]> {
        let encoder = self.encoder.as_mut()?;
        self.piece.clear();
        encoder.push(data, complete, &mut self.piece);
        Some(&self.piece)
    }
}

impl Sink<'_> {
    /// Framing of a body of at least so many bytes, which is compressed if the client asked for it
    /// and it has no coding yet.
    pub(crate) fn compress(
        &mut self,
        framing: ToClient,
        bytes: u64,
        has_coding: impl FnOnce() -> bool,
    ) -> ToClient {
        match &mut self.compression {
            Some(asked)
                if framing != ToClient::Nothing && bytes >= asked.bytes_min && !has_coding() =>
            {
                asked.encoder = Some(Encoder::new(asked.coding));
                ToClient::Chunked
            }
            _ => framing,
        }
    }

    /// Adds the fields of a body that [`Self::compress`] compresses. AWS documents the first;
    /// `Vary` keeps caches on the way from giving it to clients that did not ask.
    pub(crate) fn write_coding(&mut self) {
        if let Some(Compression { coding, encoder: Some(_), .. }) = self.compression.as_deref() {
            self.out.extend_from_slice(b"Content-Encoding: ");
            self.out.extend_from_slice(coding.name().as_bytes());
            self.out.extend_from_slice(b"\r\nVary: Accept-Encoding\r\n");
        }
    }
}
