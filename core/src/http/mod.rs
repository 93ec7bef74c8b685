//! HTTP/1.1 codecs: heads, bodies, field names. No sockets; bytes in, ranges and bytes out.
//!
//! Strict: any ambiguity in framing is an error, never a guess (RFC 9112 sections 6 and 11).

mod chunked;
pub(crate) mod date;
mod facts;
mod field;
mod fields;
mod head;
#[cfg(test)]
mod invariants;
mod request;
mod response;
pub mod rules;
pub mod syntax;
mod target;
pub mod write;

#[cfg(test)]
mod tests;

use std::fmt;

pub use chunked::{Chunk, ChunkDecoder, ChunkError};
pub use field::FieldName;
pub use fields::{Field, FieldLine, FieldLines, Fields};
pub use head::{Framing, ParsedHead, RequestHead, Version};
pub use request::{parse_request, parse_request_head};
pub use response::{ParsedResponse, ResponseFraming, ResponseHead, parse_response};

/// Why a head is refused. The connection cannot be used any further: nobody knows where the next
/// message starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadError {
    /// Not HTTP/1, or open to more than one reading; the text says what, for the log.
    Malformed(&'static str),
    /// More bytes or more fields than `limits` allow.
    TooLarge,
    /// `Transfer-Encoding` other than exactly one `chunked` (RFC 9112 section 6.1).
    UnsupportedTransferEncoding,
}

impl HeadError {
    /// What was wrong, for the log.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed(reason) => reason,
            Self::TooLarge => "head too large",
            Self::UnsupportedTransferEncoding => "Transfer-Encoding is not exactly `chunked`",
        }
    }

    /// Status to answer a client with: 431 (RFC 6585 section 5) or 400.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::TooLarge => 431,
            Self::Malformed(_) | Self::UnsupportedTransferEncoding => 400,
        }
    }
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for HeadError {}

impl From<httparse::Error> for HeadError {
    fn from(error: httparse::Error) -> Self {
        Self::Malformed(match error {
            httparse::Error::HeaderName => "invalid byte in or after a field name",
            httparse::Error::HeaderValue => "invalid byte in a field value",
            httparse::Error::NewLine => "invalid line ending",
            httparse::Error::Status => "invalid status line",
            httparse::Error::Token => "invalid method or request target",
            httparse::Error::TooManyHeaders => return Self::TooLarge,
            httparse::Error::Version => "version is not HTTP/1.0 or HTTP/1.1",
        })
    }
}
