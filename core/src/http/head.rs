//! A request head as ranges and decided facts, and a view of it. `request` makes them.

use std::ops::Deref;

use super::Fields;
use super::fields::{FieldLines, method};

/// Version of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `HTTP/1.0`
    Http10,
    /// `HTTP/1.1`
    Http11,
}

impl Version {
    /// From httparse's minor number.
    pub(super) const fn minor(number: u8) -> Self {
        if number == 0 { Self::Http10 } else { Self::Http11 }
    }
}

/// How the body of a request is delimited (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// No body.
    None,
    /// So many bytes; 0 when `Content-Length: 0` was sent.
    Length(u64),
    /// Chunked transfer coding.
    Chunked,
}

/// A parsed request head without a borrow: ranges and facts, 64 bytes at most.
///
/// A connection keeps it beside the frozen head buffer and the [`Fields`] it was parsed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedHead {
    pub(super) framing: Framing,
    pub(super) present: u64,
    pub(super) length: u16,
    pub(super) method: Range,
    pub(super) target: Range,
    pub(super) path: Range,
    /// `start` 0 means no query: a target never starts there.
    pub(super) query: Range,
    pub(super) host: Range,
    pub(super) version: Version,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

const _: () = assert!(size_of::<ParsedHead>() <= 64);

/// A piece of the head buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Range {
    pub(super) start: u16,
    pub(super) len: u16,
}

impl Range {
    /// Offsets fit: a head is shorter than 64 KiB.
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u16, len: (end - start) as u16 }
    }

    #[inline]
    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        let start = usize::from(self.start);
        &bytes[start..start + usize::from(self.len)]
    }
}

impl ParsedHead {
    /// Bytes of the head with its final empty line (and an empty line before it, if one was sent).
    #[must_use]
    #[inline]
    pub fn length(&self) -> usize {
        usize::from(self.length)
    }

    /// How the body is delimited.
    #[must_use]
    #[inline]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// The head again. `bytes` start with the bytes that were parsed, `fields` are those it was
    /// parsed into; accessors of the view panic when `bytes` are shorter than the head.
    #[must_use]
    #[inline]
    pub fn view<'a>(&self, bytes: &'a [u8], fields: &'a Fields) -> RequestHead<'a> {
        RequestHead { bytes, lines: FieldLines::new(bytes, &fields.0, self.present), parsed: *self }
    }
}

/// A parsed request head; borrows the frozen head buffer of its connection. Fields are looked up
/// through [`FieldLines`].
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    bytes: &'a [u8],
    lines: FieldLines<'a>,
    parsed: ParsedHead,
}

impl<'a> Deref for RequestHead<'a> {
    type Target = FieldLines<'a>;

    #[inline]
    fn deref(&self) -> &FieldLines<'a> {
        &self.lines
    }
}

impl<'a> RequestHead<'a> {
    /// Method token as sent; methods are case-sensitive.
    #[must_use]
    #[inline]
    pub fn method(&self) -> &'a str {
        method(self.parsed.method.of(self.bytes))
    }

    /// Request target as sent.
    #[must_use]
    #[inline]
    pub fn target(&self) -> &'a [u8] {
        self.parsed.target.of(self.bytes)
    }

    /// Path without query, as sent; absolute-form is reduced to its path. `*` for `OPTIONS *`.
    #[must_use]
    #[inline]
    pub fn path(&self) -> &'a [u8] {
        if self.parsed.path.len == 0 { b"/" } else { self.parsed.path.of(self.bytes) }
    }

    /// What follows the first `?`; possibly empty.
    #[must_use]
    #[inline]
    pub fn query(&self) -> Option<&'a [u8]> {
        (self.parsed.query.start != 0).then(|| self.parsed.query.of(self.bytes))
    }

    /// Host and port the client meant: the authority of absolute-form, else `Host` (RFC 9112
    /// section 3.2.2). Valid bytes only; empty when an HTTP/1.0 client sent neither.
    #[must_use]
    #[inline]
    pub fn host(&self) -> &'a [u8] {
        self.parsed.host.of(self.bytes)
    }

    /// Version of the client.
    #[must_use]
    #[inline]
    pub const fn version(&self) -> Version {
        self.parsed.version
    }

    /// How the body is delimited.
    #[must_use]
    #[inline]
    pub const fn framing(&self) -> Framing {
        self.parsed.framing
    }

    /// Whether the client lets the connection go on (RFC 9112 section 9.3).
    #[must_use]
    #[inline]
    pub const fn keep_alive(&self) -> bool {
        self.parsed.keep_alive
    }

    /// The client waits for `100 Continue` before it sends its body (RFC 9110 section 10.1.1).
    /// Never true for HTTP/1.0 or without a body.
    #[must_use]
    #[inline]
    pub const fn expects_continue(&self) -> bool {
        self.parsed.expects_continue
    }

    /// The ranges and facts alone.
    #[must_use]
    #[inline]
    pub const fn parsed(&self) -> ParsedHead {
        self.parsed
    }
}
