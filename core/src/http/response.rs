//! Response heads of upstreams: bytes to ranges and decided facts.

use std::mem::MaybeUninit;
use std::ops::Deref;

use super::facts::{BARE_LINE_ENDING, Facts};
use super::fields::FieldLines;
use super::{Fields, HeadError, Version};
use crate::limits::{HEADER_FIELDS_MAX, UPSTREAM_HEAD_BYTES_MAX};

const _: () = assert!(UPSTREAM_HEAD_BYTES_MAX < u16::MAX as usize);

/// How the body of a response is delimited (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseFraming {
    /// No body: 1xx, 204, 304, or an answer to HEAD, whatever its fields say.
    None,
    /// So many bytes.
    Length(u64),
    /// Chunked transfer coding.
    Chunked,
    /// Ends with the connection; cannot be told from a cut-off body.
    UntilClose,
}

/// A parsed response head without a borrow: facts, 64 bytes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedResponse {
    framing: ResponseFraming,
    present: u64,
    length: u16,
    status: u16,
    version: Version,
    keep_alive: bool,
}

const _: () = assert!(size_of::<ParsedResponse>() <= 64);

impl ParsedResponse {
    /// Bytes of the head with its final empty line.
    #[must_use]
    #[inline]
    pub fn length(&self) -> usize {
        usize::from(self.length)
    }

    /// Status code, 100 to 999.
    #[must_use]
    #[inline]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// How the body is delimited.
    #[must_use]
    #[inline]
    pub const fn framing(&self) -> ResponseFraming {
        self.framing
    }

    /// Whether the connection may serve another request after this body.
    #[must_use]
    #[inline]
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// A 1xx answer: the final one follows.
    #[must_use]
    #[inline]
    pub const fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// Version of the upstream.
    #[must_use]
    #[inline]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The head again. `bytes` start with the bytes that were parsed, `fields` are those it was
    /// parsed into; accessors of the view panic when `bytes` are shorter than the head.
    #[must_use]
    #[inline]
    pub fn view<'a>(&self, bytes: &'a [u8], fields: &'a Fields) -> ResponseHead<'a> {
        ResponseHead { lines: FieldLines::new(bytes, &fields.0, self.present), parsed: *self }
    }
}

/// A parsed response head; borrows the buffer it was read into. Fields are looked up through
/// [`FieldLines`].
#[derive(Debug, Clone, Copy)]
pub struct ResponseHead<'a> {
    lines: FieldLines<'a>,
    parsed: ParsedResponse,
}

impl<'a> Deref for ResponseHead<'a> {
    type Target = FieldLines<'a>;

    #[inline]
    fn deref(&self) -> &FieldLines<'a> {
        &self.lines
    }
}

impl ResponseHead<'_> {
    /// Status code, 100 to 999.
    #[must_use]
    #[inline]
    pub const fn status(&self) -> u16 {
        self.parsed.status
    }

    /// How the body is delimited.
    #[must_use]
    #[inline]
    pub const fn framing(&self) -> ResponseFraming {
        self.parsed.framing
    }

    /// Whether the connection may serve another request after this body.
    #[must_use]
    #[inline]
    pub const fn keep_alive(&self) -> bool {
        self.parsed.keep_alive
    }

    /// A 1xx answer: the final one follows.
    #[must_use]
    #[inline]
    pub const fn is_interim(&self) -> bool {
        self.parsed.is_interim()
    }

    /// The facts alone.
    #[must_use]
    #[inline]
    pub const fn parsed(&self) -> ParsedResponse {
        self.parsed
    }
}

/// Parses a response head. `Ok(None)`: incomplete, read more and call again with all bytes from
/// the start. The number is the length of the head; the body starts there. `fields` is
/// overwritten; its content means nothing after `Ok(None)` or an error.
///
/// # Errors
/// [`HeadError`]: the upstream cannot be understood; close the connection.
pub fn parse_response(
    bytes: &[u8],
    fields: &mut Fields,
    request_was_head: bool,
) -> Result<Option<(ParsedResponse, usize)>, HeadError> {
    fields.0.clear();
    let window = &bytes[..bytes.len().min(UPSTREAM_HEAD_BYTES_MAX)];
    match parse_window(window, fields, request_was_head)? {
        Some(parsed) => Ok(Some((parsed, parsed.length()))),
        None if window.len() == UPSTREAM_HEAD_BYTES_MAX => Err(HeadError::TooLarge),
        None => Ok(None),
    }
}

fn parse_window(
    bytes: &[u8],
    fields: &mut Fields,
    request_was_head: bool,
) -> Result<Option<ParsedResponse>, HeadError> {
    if matches!(bytes.first(), Some(b'\r' | b'\n')) {
        return Err(HeadError::Malformed("empty line before the status line"));
    }
    let mut headers = [const { MaybeUninit::uninit() }; HEADER_FIELDS_MAX];
    let mut response = httparse::Response::new(&mut []);
    let status = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut response,
        bytes,
        &mut headers,
    )?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let (Some(status), Some(minor)) = (response.code, response.version) else {
        return Err(HeadError::Malformed("incomplete status line"));
    };
    let line_end = status_line_end(bytes)?;
    let facts = Facts::collect(bytes, line_end, length, response.headers, fields)?;
    decide(status, Version::minor(minor), length, request_was_head, &facts).map(Some)
}

/// Where the first field line starts. The reason phrase has no length of its own.
fn status_line_end(bytes: &[u8]) -> Result<usize, HeadError> {
    match bytes.iter().position(|&byte| byte == b'\n') {
        Some(at) if at > 0 && bytes[at - 1] == b'\r' => Ok(at + 1),
        _ => Err(BARE_LINE_ENDING),
    }
}

fn decide(
    status: u16,
    version: Version,
    length: usize,
    request_was_head: bool,
    facts: &Facts,
) -> Result<ParsedResponse, HeadError> {
    let version_1_1 = version == Version::Http11;
    let announces_body = facts.chunked || facts.length.is_some_and(|length| length > 0);
    match status {
        0..=99 => return Err(HeadError::Malformed("status below 100")),
        101 => return Err(HeadError::Malformed("101 without an Upgrade from us")),
        102..=199 | 100 if announces_body => {
            return Err(HeadError::Malformed("interim response with a body"));
        }
        _ if facts.chunked && !version_1_1 => {
            return Err(HeadError::Malformed("Transfer-Encoding from an HTTP/1.0 upstream"));
        }
        _ => {}
    }
    let framing = match status {
        100..=199 | 204 | 304 => ResponseFraming::None,
        _ if request_was_head => ResponseFraming::None,
        _ if facts.chunked => ResponseFraming::Chunked,
        _ => facts.length.map_or(ResponseFraming::UntilClose, ResponseFraming::Length),
    };
    // A 204 that announces a body may be followed by one: what comes next cannot be trusted.
    let clean = status != 204 || !announces_body;
    let delimited = framing != ResponseFraming::UntilClose;
    Ok(ParsedResponse {
        framing,
        present: facts.present,
        length: length as u16,
        status,
        version,
        keep_alive: facts.persists(version_1_1) && delimited && clean,
    })
}
