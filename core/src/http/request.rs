//! Parses request heads.
//!
//! httparse finds the lines; everything that could be read in two ways is refused here.

use std::mem::MaybeUninit;

use super::facts::{BARE_LINE_ENDING, Facts};
use super::head::Range;
use super::syntax::is_authority;
use super::target::Target;
use super::{FieldName, Fields, Framing, HeadError, ParsedHead, RequestHead, Version};
use crate::limits::{HEADER_FIELDS_MAX, REQUEST_HEAD_BYTES_MAX};

// Ranges are 16 bits wide.
const _: () = assert!(REQUEST_HEAD_BYTES_MAX < u16::MAX as usize);

/// Parses a request head and views it. `Ok(None)`: incomplete, read more and call again with all
/// bytes from the start. The number is the length of the head; the body starts there.
///
/// # Errors
/// [`HeadError`]: answer and close.
pub fn parse_request<'a>(
    bytes: &'a [u8],
    fields: &'a mut Fields,
) -> Result<Option<(RequestHead<'a>, usize)>, HeadError> {
    let parsed = parse_request_head(bytes, fields)?;
    let fields: &'a Fields = fields;
    Ok(parsed.map(|parsed| (parsed.view(bytes, fields), parsed.length())))
}

/// Like [`parse_request`], without a borrow in the answer. `fields` is overwritten; its content
/// means nothing after `Ok(None)` or an error.
///
/// # Errors
/// [`HeadError`]: answer and close.
pub fn parse_request_head(
    bytes: &[u8],
    fields: &mut Fields,
) -> Result<Option<ParsedHead>, HeadError> {
    fields.0.clear();
    // What lies beyond the largest head is not looked at, so that the answer does not depend on
    // how much of a pipelined body has arrived.
    let window = &bytes[..bytes.len().min(REQUEST_HEAD_BYTES_MAX)];
    let parsed = parse_window(window, fields)?;
    if parsed.is_none() && window.len() == REQUEST_HEAD_BYTES_MAX {
        return Err(HeadError::TooLarge);
    }
    Ok(parsed)
}

fn parse_window(bytes: &[u8], fields: &mut Fields) -> Result<Option<ParsedHead>, HeadError> {
    let start = skip_empty_line(bytes)?;
    let mut headers = [const { MaybeUninit::uninit() }; HEADER_FIELDS_MAX];
    let mut request = httparse::Request::new(&mut []);
    let status = request.parse_with_uninit_headers(&bytes[start..], &mut headers)?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version)
    else {
        return Err(HeadError::Malformed("incomplete request line"));
    };
    let line = RequestLine::locate(bytes, start, method, target, Version::minor(minor))?;
    let facts = Facts::collect(bytes, line.end, start + length, request.headers, fields)?;
    line.decide(bytes, method, start + length, &facts).map(Some)
}

/// RFC 9112 section 2.2: a server should ignore an empty line before the request line. One, with
/// CR LF; httparse would skip any number of any kind.
fn skip_empty_line(bytes: &[u8]) -> Result<usize, HeadError> {
    let start = if bytes.starts_with(b"\r\n") { 2 } else { 0 };
    match bytes[start..] {
        [b'\n', ..] => Err(HeadError::Malformed("empty lines before the request line")),
        [b'\r', ..] if start == 2 => {
            Err(HeadError::Malformed("empty lines before the request line"))
        }
        _ => Ok(start),
    }
}

struct RequestLine {
    method: Range,
    target_start: usize,
    target_end: usize,
    version: Version,
    /// Where the first field line starts.
    end: usize,
}

impl RequestLine {
    fn locate(
        bytes: &[u8],
        start: usize,
        method: &str,
        target: &str,
        version: Version,
    ) -> Result<Self, HeadError> {
        let method_end = start + method.len();
        let target_start = method_end + 1;
        let target_end = target_start + target.len();
        let line_end = target_end + " HTTP/1.1".len();
        if bytes.get(line_end..line_end + 2) != Some(b"\r\n") {
            return Err(BARE_LINE_ENDING);
        }
        Ok(Self {
            method: Range::new(start, method_end),
            target_start,
            target_end,
            version,
            end: line_end + 2,
        })
    }

    fn decide(
        &self,
        bytes: &[u8],
        method: &str,
        length: usize,
        facts: &Facts,
    ) -> Result<ParsedHead, HeadError> {
        let base = self.target_start;
        let target = Target::of(method, &bytes[base..self.target_end])?;
        let version_1_1 = self.version == Version::Http11;
        let framing = framing(facts, version_1_1)?;
        let sent_host = Range { start: facts.host.0, len: facts.host.1 };
        check_host(facts, version_1_1, sent_host.of(bytes))?;
        let range = |(start, end): (usize, usize)| Range::new(base + start, base + end);
        Ok(ParsedHead {
            framing,
            present: facts.present,
            length: length as u16,
            method: self.method,
            target: Range::new(base, self.target_end),
            path: range(target.path),
            query: target
                .query
                .map_or_else(Range::default, |start| Range::new(base + start, self.target_end)),
            host: target.authority.map_or(sent_host, range),
            version: self.version,
            keep_alive: facts.persists(version_1_1),
            expects_continue: facts.expects_continue
                && version_1_1
                && matches!(framing, Framing::Chunked | Framing::Length(1..)),
        })
    }
}

fn framing(facts: &Facts, version_1_1: bool) -> Result<Framing, HeadError> {
    match (facts.chunked, facts.length) {
        // RFC 9112 section 6.1: an HTTP/1.0 peer does not know transfer codings; its framing is
        // faulty, however it was meant.
        (true, _) if !version_1_1 => {
            Err(HeadError::Malformed("Transfer-Encoding from an HTTP/1.0 client"))
        }
        (true, _) => Ok(Framing::Chunked),
        (false, Some(length)) => Ok(Framing::Length(length)),
        (false, None) => Ok(Framing::None),
    }
}

/// RFC 9112 section 3.2. More than one `Host` was refused before.
fn check_host(facts: &Facts, version_1_1: bool, host: &[u8]) -> Result<(), HeadError> {
    match (facts.has(FieldName::Host), version_1_1) {
        (false, true) => Err(HeadError::Malformed("no Host")),
        (true, _) if !is_authority(host) => Err(HeadError::Malformed("invalid Host")),
        _ => Ok(()),
    }
}
