//! Messages of `application/vnd.amazon.eventstream`, as a function's streamed answer comes
//! (<https://smithy.io/2.0/aws/amazon-eventstream.html>): a length with its own checksum, headers,
//! a payload, a checksum of it all.
//!
//! Reads from the front of what has arrived and keeps nothing; writes whole messages.

use crate::limits::{EVENT_STREAM_HEADERS_BYTES_MAX, EVENT_STREAM_MESSAGE_BYTES_MAX};

/// Length, length of the headers, and the checksum of both.
const PRELUDE_BYTES: usize = 12;
const CHECKSUM_BYTES: usize = 4;

/// A whole message, its checksums right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'b> {
    headers: &'b [u8],
    /// What it carries.
    pub payload: &'b [u8],
    /// Bytes it took; the next one starts there.
    pub bytes: usize,
}

/// Why bytes are no stream of events. What follows cannot be told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventStreamError {
    /// A length that no message has, or more than one may have.
    Length,
    /// A checksum is another.
    Checksum,
    /// Headers that are none.
    Headers,
}

/// The message at the front; `Ok(None)`: there is more to come of it.
///
/// # Errors
/// [`EventStreamError`], as soon as it can be told: the lengths have a checksum of their own.
pub fn message(bytes: &[u8]) -> Result<Option<Message<'_>>, EventStreamError> {
    let Some(prelude) = bytes.get(..PRELUDE_BYTES) else { return Ok(None) };
    let number =
        |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    if crc32(&prelude[..8]) != number(8) {
        return Err(EventStreamError::Checksum);
    }
    let (total, headers) = (number(0) as usize, number(4) as usize);
    let least = PRELUDE_BYTES + headers.min(EVENT_STREAM_MESSAGE_BYTES_MAX) + CHECKSUM_BYTES;
    if headers > EVENT_STREAM_HEADERS_BYTES_MAX
        || total > EVENT_STREAM_MESSAGE_BYTES_MAX
        || total < least
    {
        return Err(EventStreamError::Length);
    }
    let Some(all) = bytes.get(..total) else { return Ok(None) };
    let (body, _) = all.split_at(total - CHECKSUM_BYTES);
    if crc32(body) != number(total - CHECKSUM_BYTES) {
        return Err(EventStreamError::Checksum);
    }
    let (headers, payload) = body[PRELUDE_BYTES..].split_at(headers);
    let message = Message { headers, payload, bytes: total };
    if message.headers().any(|header| header.is_none()) {
        return Err(EventStreamError::Headers);
    }
    Ok(Some(message))
}

impl<'b> Message<'b> {
    /// The text of a header, such as `:event-type`; `None`: it is not there, or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'b str> {
        let mut headers = self.headers().flatten();
        headers.find(|(own, _)| *own == name.as_bytes()).and_then(|(_, text)| text)
    }

    /// Name and, if it is a text, value of each; `None`: what is there is no header.
    fn headers(&self) -> impl Iterator<Item = Option<(&'b [u8], Option<&'b str>)>> {
        let mut rest = self.headers;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let header = header(rest);
            rest = header.map_or(&[], |(_, after)| after);
            Some(header.map(|(header, _)| header))
        })
    }
}

type Header<'b> = (&'b [u8], Option<&'b str>);

/// The header at the front, and what follows it.
fn header(bytes: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(length))?;
    let (&kind, rest) = rest.split_first()?;
    let fixed = match kind {
        // true, false, byte, short, integer, long, timestamp, UUID.
        0 | 1 => 0,
        2 => 1,
        3 => 2,
        4 => 4,
        5 | 8 => 8,
        9 => 16,
        // Bytes and text.
        6 | 7 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let text = if kind == 7 { Some(std::str::from_utf8(value).ok()?) } else { None };
            return Some(((name, text), rest));
        }
        _ => return None,
    };
    let (_, rest) = rest.split_at_checked(fixed)?;
    Some(((name, None), rest))
}

/// CRC-32 of gzip (RFC 1952 section 8).
fn crc32(bytes: &[u8]) -> u32 {
    static TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let mut value = at as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 0 { value >> 1 } else { value >> 1 ^ 0xedb8_8320 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    let step = |crc: u32, byte: &u8| TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8;
    !bytes.iter().fold(!0, step)
}

/// A message with text headers, names up to 255 bytes and texts up to 65,535.
#[must_use]
pub fn encoded(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    for (name, text) in headers {
        written.push(name.len() as u8);
        written.extend_from_slice(name.as_bytes());
        written.push(7);
        written.extend_from_slice(&(text.len() as u16).to_be_bytes());
        written.extend_from_slice(text.as_bytes());
    }
    let total = PRELUDE_BYTES + written.len() + payload.len() + CHECKSUM_BYTES;
    let mut out = (total as u32).to_be_bytes().to_vec();
    out.extend_from_slice(&(written.len() as u32).to_be_bytes());
    out.extend_from_slice(&crc32(&out).to_be_bytes());
    out.extend_from_slice(&written);
    out.extend_from_slice(payload);
    out.extend_from_slice(&crc32(&out).to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn checksums_are_those_of_gzip() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn an_example_of_aws() {
        // Of the test vectors of AWS's SDKs: no headers, payload `{'foo':'bar'}`.
        let bytes =
            b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfd\x52\x8c\x5a{'foo':'bar'}\xc3\x65\x39\x36";
        let read = message(bytes).expect("a message").expect("all of it");
        assert_eq!((read.payload, read.bytes), (&b"{'foo':'bar'}"[..], 29));
        assert_eq!(read.header(":event-type"), None);
    }

    #[test]
    fn every_kind_of_header_is_read_over() {
        let mut headers = Vec::new();
        for (kind, length) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
            headers.extend_from_slice(&[1, b'k', kind]);
            headers.extend_from_slice(&vec![0; length]);
        }
        headers.extend_from_slice(b"\x01b\x06\x00\x02\xff\xff\x01t\x07\x00\x02hi");
        let message = Message { headers: &headers, payload: b"", bytes: 0 };
        assert_eq!(message.headers().filter(Option::is_some).count(), 10);
        assert_eq!((message.header("t"), message.header("b")), (Some("hi"), None));
        for wrong in [&b"\x05ab"[..], b"\x01a", b"\x01a\x0a", b"\x01a\x07\x00\x05x", b"\x01a\x07"] {
            let message = Message { headers: wrong, payload: b"", bytes: 0 };
            assert!(message.headers().any(|header| header.is_none()), "{wrong:?}");
        }
    }

    #[test]
    fn lengths_are_bounded() {
        let check = |total: u32, headers: u32, expect| {
            let mut bytes = total.to_be_bytes().to_vec();
            bytes.extend_from_slice(&headers.to_be_bytes());
            bytes.extend_from_slice(&crc32(&bytes).to_be_bytes());
            assert_eq!(message(&bytes), expect, "{total} {headers}");
        };
        check(16, 0, Ok(None));
        check(15, 0, Err(EventStreamError::Length));
        check(0, 0, Err(EventStreamError::Length));
        check(20, 5, Err(EventStreamError::Length));
        check(u32::MAX, 0, Err(EventStreamError::Length));
        check(EVENT_STREAM_MESSAGE_BYTES_MAX as u32 + 1, 0, Err(EventStreamError::Length));
        check(u32::MAX, u32::MAX, Err(EventStreamError::Length));
        check(1 << 20, EVENT_STREAM_HEADERS_BYTES_MAX as u32 + 1, Err(EventStreamError::Length));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            messages in prop::collection::vec(
                ("[:a-z-]{1,12}", "\\PC{0,12}", any::<Vec<u8>>()),
                1..5,
            ),
            cut: prop::sample::Index,
        ) {
            let mut bytes = Vec::new();
            for (name, text, payload) in &messages {
                bytes.extend_from_slice(&encoded(&[(name, text)], payload));
            }
            let mut rest = &bytes[..];
            for (name, text, payload) in &messages {
                let read = message(rest).expect("a message").expect("all of it");
                prop_assert_eq!(read.header(name), Some(text.as_str()));
                prop_assert_eq!(read.payload, payload);
                rest = &rest[read.bytes..];
            }
            prop_assert!(rest.is_empty());
            // A part of a message is no message, and no error.
            let first = message(&bytes).expect("a message").expect("all of it").bytes;
            prop_assert_eq!(message(&bytes[..cut.index(first)]), Ok(None));
        }

        #[test]
        fn a_changed_bit_is_noticed(payload: Vec<u8>, at: prop::sample::Index, bit in 0..8_u8) {
            let mut bytes = encoded(&[(":event-type", "PayloadChunk")], &payload);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(message(&bytes).is_err());
        }
    }
}
