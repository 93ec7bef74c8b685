//! What must hold for every input of the codecs. Each function panics when it does not.
//!
//! Built into tests, and by path into the fuzz targets (`fuzz/src/lib.rs`); never into the library.
#![allow(unreachable_pub)] // Public for the fuzz targets.

use super::syntax::{is_authority, is_field_name, is_field_value, is_target_byte};
use super::{
    Chunk, ChunkDecoder, ChunkError, FieldLines, FieldName, Fields, Framing, HeadError,
    RequestHead, ResponseFraming, Version, parse_request, parse_response, write,
};

/// Every prefix up to this length is tried, then every 61st.
const EVERY_PREFIX_BYTES_MAX: usize = 300;

/// Any bytes as a request head: accepted, incomplete or refused, independent of how they arrive;
/// what is accepted has one reading and survives rendering.
pub fn request_head(bytes: &[u8]) {
    let mut fields = Fields::new();
    match parse_request(bytes, &mut fields) {
        Ok(Some((head, length))) => {
            check_bytes(&bytes[..length]);
            check_request(&head);
            let rendered = render_request(&head);
            let mut again = Fields::new();
            let (second, end) =
                parse_request(&rendered, &mut again).expect("still valid").expect("still complete");
            assert_eq!(end, rendered.len());
            assert_same_request(&head, &second);
            prefixes(&bytes[..length], |part| parse_request(part, &mut again).map(|p| p.is_some()));
        }
        Ok(None) => {
            prefixes(bytes, |part| parse_request(part, &mut fields).map(|parsed| parsed.is_some()));
        }
        Err(_) => {
            let more = [bytes, b"\r\n\r\n"].concat();
            assert!(parse_request(&more, &mut fields).is_err(), "accepted with more bytes");
        }
    }
}

/// Any bytes as a response head; see [`request_head`].
pub fn response_head(bytes: &[u8], request_was_head: bool) {
    let mut fields = Fields::new();
    let complete = |part: &[u8]| {
        parse_response(part, &mut Fields::new(), request_was_head).map(|parsed| parsed.is_some())
    };
    match parse_response(bytes, &mut fields, request_was_head) {
        Ok(Some((parsed, length))) => {
            check_bytes(&bytes[..length]);
            let head = parsed.view(bytes, &fields);
            assert!((100..1000).contains(&head.status()) && head.status() != 101);
            check_fields(&head);
            let bodiless = request_was_head || matches!(head.status(), 0..200 | 204 | 304);
            let framed = (head.field(FieldName::ContentLength), chunked_field(&head));
            let expect = match framed {
                _ if bodiless => ResponseFraming::None,
                (Some(_), true) => panic!("both framings accepted"),
                (_, true) => ResponseFraming::Chunked,
                (Some(value), _) => ResponseFraming::Length(number(value)),
                (None, _) => ResponseFraming::UntilClose,
            };
            assert_eq!(head.framing(), expect);
            assert!(!head.keep_alive() || expect != ResponseFraming::UntilClose);
            prefixes(&bytes[..length], complete);
        }
        Ok(None) => prefixes(bytes, complete),
        Err(_) => assert!(complete(&[bytes, b"\r\n\r\n"].concat()).is_err()),
    }
}

/// Any bytes as a chunked body: the same data, end and error in one piece, byte by byte, and in
/// pieces of lengths taken from the input; and as a slow reading of the grammar says.
pub fn chunked_body(bytes: &[u8]) {
    let whole = decode_in_pieces(&[bytes]);
    let single: Vec<_> = bytes.chunks(1).collect();
    assert_eq!(decode_in_pieces(&single), whole);
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let (piece, after) = rest.split_at((usize::from(first) % 23 + 1).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    assert_eq!(decode_in_pieces(&pieces), whole);
    let decoded = match &whole {
        Ok((data, Some(consumed))) => Some((data.clone(), *consumed)),
        _ => None,
    };
    if whole != Err(ChunkError::Overhead) {
        assert_eq!(decoded, read_slowly(bytes));
    }
}

/// Decodes a body that arrives in these pieces: its data, and its length if it ended.
///
/// # Errors
/// The decoder's.
pub fn decode_in_pieces(pieces: &[&[u8]]) -> Result<(Vec<u8>, Option<usize>), ChunkError> {
    let mut decoder = ChunkDecoder::new();
    let (mut data, mut before) = (Vec::new(), 0);
    for piece in pieces {
        let mut at = 0;
        loop {
            match decoder.decode(&piece[at..])? {
                Chunk::Data { start, end } => {
                    assert!(start < end, "empty data");
                    data.extend_from_slice(&piece[at + start..at + end]);
                    at += end;
                }
                Chunk::More => break,
                Chunk::End { consumed } => {
                    assert!(decoder.is_done());
                    assert_eq!(decoder.decode(&piece[at..]), Ok(Chunk::End { consumed: 0 }));
                    return Ok((data, Some(before + at + consumed)));
                }
            }
        }
        before += piece.len();
    }
    Ok((data, None))
}

/// Another implementation of the same grammar, line by line over a complete body.
fn read_slowly(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut data, mut rest) = (Vec::new(), bytes);
    let line = |rest: &mut &[u8]| -> Option<Vec<u8>> {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let line = rest[..end].to_vec();
        *rest = &rest[end + 2..];
        is_field_value(&line).then_some(line)
    };
    loop {
        let size_line = line(&mut rest)?;
        let digits = size_line.split(|&byte| byte == b';').next()?;
        if digits.len() > 16 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let size = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).ok().filter(|&size| size <= rest.len())?;
        data.extend_from_slice(&rest[..size]);
        rest = rest[size..].strip_prefix(b"\r\n")?;
    }
    loop {
        let trailer = line(&mut rest)?;
        if trailer.is_empty() {
            return Some((data, bytes.len() - rest.len()));
        }
        let colon = trailer.iter().position(|&byte| byte == b':')?;
        if !is_field_name(&trailer[..colon]) {
            return None;
        }
    }
}

/// No prefix of a head is accepted, or refused when the head is not.
fn prefixes(bytes: &[u8], mut complete: impl FnMut(&[u8]) -> Result<bool, HeadError>) {
    for cut in (0..bytes.len()).filter(|cut| *cut < EVERY_PREFIX_BYTES_MAX || cut % 61 == 0) {
        assert_eq!(complete(&bytes[..cut]), Ok(false), "at {cut}");
    }
}

/// An accepted head has CR and LF in pairs only, no NUL, and ends with the first empty line.
fn check_bytes(head: &[u8]) {
    for (at, &byte) in head.iter().enumerate() {
        assert_ne!(byte, 0);
        assert!(byte != b'\n' || (at > 0 && head[at - 1] == b'\r'), "bare LF");
        assert!(byte != b'\r' || head.get(at + 1) == Some(&b'\n'), "bare CR");
    }
    let end = head.windows(4).position(|four| four == b"\r\n\r\n");
    assert_eq!(end, Some(head.len() - 4));
}

fn check_request(head: &RequestHead<'_>) {
    check_fields(head);
    assert!(is_field_name(head.method().as_bytes()));
    assert!(head.target().iter().all(|&byte| is_target_byte(byte)));
    assert!(matches!(head.path(), [b'/', ..] | b"*"));
    let hosts = head.values("host").count();
    assert!(hosts == 1 || (hosts == 0 && head.version() == Version::Http10));
    assert!(is_authority(head.host()) || (hosts == 0 && head.host().is_empty()));
    let expect = match (head.field(FieldName::ContentLength), chunked_field(head)) {
        (Some(_), true) => panic!("both framings accepted"),
        (_, true) => Framing::Chunked,
        (Some(value), _) => Framing::Length(number(value)),
        (None, _) => Framing::None,
    };
    assert_eq!(head.framing(), expect);
    assert!(expect != Framing::Chunked || head.version() == Version::Http11);
}

fn check_fields(lines: &FieldLines<'_>) {
    for line in lines.fields() {
        let (name, text, value) = (line.name(), line.text(), line.value());
        assert_eq!(name, FieldName::of(text));
        assert!(is_field_name(text));
        let mut written = Vec::new();
        line.write(&mut written);
        assert_eq!(written, [text, b": ", value, b"\r\n"].concat());
        let text = std::str::from_utf8(text).expect("a token");
        assert!(is_field_value(value));
        assert_eq!(value.trim_ascii(), value);
        assert!(lines.custom(text).is_some());
        assert_eq!(name == FieldName::Other, lines.field(name).is_none());
    }
    assert!(lines.values("content-length").count() <= 1);
    assert!(lines.values("transfer-encoding").count() <= 1);
}

fn chunked_field(lines: &FieldLines<'_>) -> bool {
    let value = lines.field(FieldName::TransferEncoding);
    assert!(value.is_none_or(|value| value.eq_ignore_ascii_case(b"chunked")));
    value.is_some()
}

fn number(digits: &[u8]) -> u64 {
    std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).expect("a plain number")
}

/// The head as this codec would write it.
fn render_request(head: &RequestHead<'_>) -> Vec<u8> {
    let mut out = head.method().as_bytes().to_vec();
    out.push(b' ');
    out.extend_from_slice(head.target());
    out.extend_from_slice(match head.version() {
        Version::Http10 => b" HTTP/1.0\r\n",
        Version::Http11 => b" HTTP/1.1\r\n",
    });
    for line in head.fields() {
        write::field(&mut out, line.text(), line.value());
    }
    out.extend_from_slice(write::CRLF);
    out
}

fn assert_same_request(a: &RequestHead<'_>, b: &RequestHead<'_>) {
    assert_eq!((a.method(), a.target(), a.path()), (b.method(), b.target(), b.path()));
    assert_eq!((a.query(), a.host(), a.version()), (b.query(), b.host(), b.version()));
    assert_eq!((a.framing(), a.keep_alive()), (b.framing(), b.keep_alive()));
    assert_eq!(a.expects_continue(), b.expects_continue());
    let lines = |head: &RequestHead<'_>| {
        let parts =
            head.fields().map(|line| (line.name(), line.text().to_vec(), line.value().to_vec()));
        parts.collect::<Vec<_>>()
    };
    assert_eq!(lines(a), lines(b));
}
