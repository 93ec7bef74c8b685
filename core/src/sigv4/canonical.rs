//! The canonical request: what signer and verifier both make of a request.
//!
//! It must not know keys or clocks.

use std::ops::Range;

use super::Request;
use crate::limits::SIGV4_QUERY_PARAMETERS_MAX;

/// How a path becomes canonical. But for S3 what was sent is encoded once more: `%3A` stands there
/// as `%253A`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathRule {
    /// Empty and dot segments are removed before, as botocore does for every service but S3. So
    /// `/a` and `//b/../a` have one signature: route by one of them only.
    Normalized,
    /// As it was sent.
    AsSent,
    /// Encoded once, whatever of it was when it was sent, as S3 does.
    Once,
}

/// Buffers that a caller keeps from one request to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The canonical request.
    pub(super) text: Vec<u8>,
    pub(super) string_to_sign: Vec<u8>,
    query: Vec<u8>,
    parameters: Vec<Parameter>,
}

/// Places of an encoded name and value in [`Scratch::query`].
#[derive(Debug)]
struct Parameter {
    name: Range<usize>,
    value: Range<usize>,
}

/// What keeps a request from having a canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// More query parameters than are sorted.
    QueryTooLong,
    /// Not in ascending order, or a name that is none.
    SignedHeaders,
    /// Signed, but not there.
    Missing(Box<str>),
    /// Two lines where the canonical request has one: its parts could be read in two ways.
    LineBreak,
}

impl Scratch {
    /// Writes the canonical request. Of the query parameters all but `X-Amz-Signature` count when
    /// `presigned`.
    pub(super) fn write<'a, H>(
        &mut self,
        request: &Request<'a, H>,
        path: PathRule,
        presigned: bool,
        signed_headers: &str,
        payload: &[u8],
    ) -> Result<(), Obstacle>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        self.text.clear();
        if request.method.contains(&b'\n') {
            return Err(Obstacle::LineBreak);
        }
        self.text.extend_from_slice(request.method);
        self.text.push(b'\n');
        write_path(&mut self.text, request.path, path);
        self.text.push(b'\n');
        self.write_query(request.query, presigned)?;
        self.text.push(b'\n');
        self.write_headers(&request.headers, signed_headers)?;
        self.text.push(b'\n');
        self.text.extend_from_slice(signed_headers.as_bytes());
        self.text.push(b'\n');
        self.text.extend_from_slice(payload);
        Ok(())
    }

    fn write_query(&mut self, query: &[u8], presigned: bool) -> Result<(), Obstacle> {
        let Self { text, query: encoded, parameters, .. } = self;
        encoded.clear();
        parameters.clear();
        for (name, value) in pairs(query) {
            if presigned && name == b"X-Amz-Signature" {
                continue;
            }
            if parameters.len() == SIGV4_QUERY_PARAMETERS_MAX {
                return Err(Obstacle::QueryTooLong);
            }
            let mut part = |text| {
                let start = encoded.len();
                decoded(text).for_each(|byte| encode(encoded, byte));
                start..encoded.len()
            };
            parameters.push(Parameter { name: part(name), value: part(value) });
        }
        let key = |it: &Parameter| (&encoded[it.name.clone()], &encoded[it.value.clone()]);
        parameters.sort_unstable_by(|left, right| key(left).cmp(&key(right)));
        for (ix, parameter) in parameters.iter().enumerate() {
            if ix > 0 {
                text.push(b'&');
            }
            let (name, value) = key(parameter);
            text.extend_from_slice(name);
            text.push(b'=');
            text.extend_from_slice(value);
        }
        Ok(())
    }

    fn write_headers<'a, H>(&mut self, headers: &H, signed: &str) -> Result<(), Obstacle>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        let mut last = "";
        for name in signed.split(';') {
            let upper_or_odd = |byte: u8| byte.is_ascii_uppercase() || !byte.is_ascii_graphic();
            if name <= last || name.bytes().any(upper_or_odd) {
                return Err(Obstacle::SignedHeaders);
            }
            last = name;
            self.text.extend_from_slice(name.as_bytes());
            self.text.push(b':');
            let mut values = headers
                .clone()
                .filter_map(|(it, value)| it.eq_ignore_ascii_case(name.as_bytes()).then_some(value))
                .peekable();
            if values.peek().is_none() {
                return Err(Obstacle::Missing(name.into()));
            }
            for (ix, value) in values.enumerate() {
                if value.contains(&b'\n') {
                    return Err(Obstacle::LineBreak);
                }
                if ix > 0 {
                    self.text.push(b',');
                }
                write_value(&mut self.text, value);
            }
            self.text.push(b'\n');
        }
        Ok(())
    }
}

/// Names and values of a query, undecoded.
pub(super) fn pairs(query: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pieces = query.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| match piece.iter().position(|&byte| byte == b'=') {
        Some(at) => (&piece[..at], &piece[at + 1..]),
        None => (piece, &[][..]),
    })
}

/// What a query parameter says: `%XX` is a byte and `+` a blank, for the signature as for whoever
/// acts on the request, or a signed plus sign could be turned into a blank.
pub(super) fn decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    crate::mapping::percent::decoded(text)
}

/// `%XX` is a byte; `+` is itself.
fn percent_decoded(path: &[u8]) -> impl Iterator<Item = u8> {
    let digit = |at: usize| path.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let mut at = 0;
    std::iter::from_fn(move || {
        let byte = *path.get(at)?;
        at += 1;
        match (byte, digit(at), digit(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                at += 2;
                Some((high << 4 | low) as u8)
            }
            _ => Some(byte),
        }
    })
}

fn write_path(out: &mut Vec<u8>, path: &[u8], rule: PathRule) {
    let start = out.len();
    match rule {
        PathRule::AsSent => {
            for &byte in path {
                if byte == b'/' { out.push(byte) } else { encode(out, byte) }
            }
        }
        PathRule::Once => {
            for byte in percent_decoded(path) {
                if byte == b'/' { out.push(byte) } else { encode(out, byte) }
            }
        }
        PathRule::Normalized => {
            for segment in path.split(|&byte| byte == b'/') {
                match segment {
                    b"" | b"." => {}
                    b".." => {
                        let last = out[start..].iter().rposition(|&byte| byte == b'/');
                        out.truncate(start + last.unwrap_or(0));
                    }
                    _ => {
                        out.push(b'/');
                        segment.iter().for_each(|&byte| encode(out, byte));
                    }
                }
            }
            if path.ends_with(b"/") && out.len() > start {
                out.push(b'/');
            }
        }
    }
    if out.len() == start {
        out.push(b'/');
    }
}

/// Without white space at its ends, one blank for each run of it inside.
fn write_value(out: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    for (ix, word) in words.enumerate() {
        if ix > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

/// AWS's `UriEncode`: everything but the unreserved characters of RFC 3986.
fn encode(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        out.push(byte);
    } else {
        out.extend([b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}
