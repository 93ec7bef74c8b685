//! The second, strict pass over a head that httparse accepted: stores where the fields lie and
//! decides framing and persistence from them. For requests and responses alike.
//!
//! httparse tolerates bare LF. This pass walks the lines by their lengths and demands that name,
//! colon, blanks, value and CRLF tile the head without a gap, so no byte has a second reading.

use super::fields::list_elements;
use super::{Field, FieldName, Fields, HeadError};

/// What the fields of a head say about the message.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    /// A bit for each well-known name that occurs.
    pub(super) present: u64,
    /// `Content-Length`.
    pub(super) length: Option<u64>,
    /// `Transfer-Encoding: chunked`.
    pub(super) chunked: bool,
    /// `Connection` has `close`.
    pub(super) close: bool,
    /// `Connection` has `keep-alive`.
    pub(super) keep_alive: bool,
    /// `Expect: 100-continue`.
    pub(super) expects_continue: bool,
    /// Start and length of the `Host` value.
    pub(super) host: (u16, u16),
}

impl Facts {
    /// Walks the field lines from `start` to the empty line that must end the head at `end`.
    /// Fills `fields`, which is empty before.
    pub(super) fn collect(
        bytes: &[u8],
        start: usize,
        end: usize,
        headers: &[httparse::Header<'_>],
        fields: &mut Fields,
    ) -> Result<Self, HeadError> {
        let mut facts = Self::default();
        let mut next = start;
        for header in headers {
            let (field, line_end) = locate(bytes, next, header)?;
            facts.note(field, header)?;
            fields.0.push(field);
            next = line_end;
        }
        if next + 2 != end || !bytes[next..].starts_with(b"\r\n") {
            return Err(BARE_LINE_ENDING);
        }
        if facts.chunked && facts.length.is_some() {
            return Err(HeadError::Malformed("both Transfer-Encoding and Content-Length"));
        }
        Ok(facts)
    }

    /// Whether the connection outlives the message (RFC 9112 section 9.3).
    pub(super) const fn persists(&self, version_1_1: bool) -> bool {
        !self.close && (version_1_1 || self.keep_alive)
    }

    pub(super) const fn has(&self, name: FieldName) -> bool {
        self.present & name.bit() != 0
    }

    fn note(&mut self, field: Field, header: &httparse::Header<'_>) -> Result<(), HeadError> {
        let value = header.value;
        let repeated = self.present & field.name.bit() != 0;
        match field.name {
            FieldName::ContentLength if repeated => {
                return Err(HeadError::Malformed("more than one Content-Length"));
            }
            FieldName::ContentLength => self.length = Some(content_length(value)?),
            FieldName::TransferEncoding if repeated => {
                return Err(HeadError::UnsupportedTransferEncoding);
            }
            FieldName::TransferEncoding if value.eq_ignore_ascii_case(b"chunked") => {
                self.chunked = true;
            }
            FieldName::TransferEncoding => return Err(HeadError::UnsupportedTransferEncoding),
            FieldName::Connection => self.note_connection(value),
            FieldName::Host if repeated => return Err(HeadError::Malformed("more than one Host")),
            FieldName::Host => self.host = (field.value_start, field.value_len),
            FieldName::Expect => {
                self.expects_continue |= value.eq_ignore_ascii_case(b"100-continue")
            }
            FieldName::Other if imitates_framing(header.name) => {
                return Err(HeadError::Malformed("framing field spelled with an underscore"));
            }
            _ => {}
        }
        self.present |= field.name.bit();
        Ok(())
    }

    fn note_connection(&mut self, value: &[u8]) {
        for option in list_elements(value) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }
}

pub(super) const BARE_LINE_ENDING: HeadError =
    HeadError::Malformed("a line does not end with CR LF");

/// The field line at `start` and where the next line starts.
fn locate(
    bytes: &[u8],
    start: usize,
    header: &httparse::Header<'_>,
) -> Result<(Field, usize), HeadError> {
    let name_len = u8::try_from(header.name.len()).map_err(|_| HeadError::TooLarge)?;
    let colon = start + header.name.len();
    if bytes.get(colon) != Some(&b':') {
        return Err(BARE_LINE_ENDING);
    }
    let value_start = skip_blanks(bytes, colon + 1);
    let line_end = skip_blanks(bytes, value_start + header.value.len());
    if bytes.get(line_end..line_end + 2) != Some(b"\r\n") {
        return Err(BARE_LINE_ENDING);
    }
    let offset = |at: usize| u16::try_from(at).map_err(|_| HeadError::TooLarge);
    let field = Field {
        name: FieldName::of(header.name.as_bytes()),
        name_len,
        name_start: offset(start)?,
        value_start: offset(value_start)?,
        value_len: offset(header.value.len())?,
    };
    Ok((field, line_end + 2))
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// 1 to 19 digits and nothing else: no sign, no list, no blank, and no overflow of 64 bits.
fn content_length(value: &[u8]) -> Result<u64, HeadError> {
    if value.is_empty() || value.len() > 19 || !value.iter().all(u8::is_ascii_digit) {
        return Err(HeadError::Malformed("Content-Length is not a plain number"));
    }
    Ok(value.iter().fold(0, |length, &digit| length * 10 + u64::from(digit - b'0')))
}

/// `Content_Length` and `Transfer_Encoding` are fields of their own by RFC 9110, but CGI-like
/// upstreams read them as the real ones.
fn imitates_framing(name: &str) -> bool {
    matches!(name.len(), 14 | 17)
        && name.contains('_')
        && [FieldName::ContentLength, FieldName::TransferEncoding].iter().any(|framing| {
            framing.text().len() == name.len()
                && framing.text().bytes().zip(name.bytes()).all(|(ours, sent)| {
                    ours == sent.to_ascii_lowercase() || (ours == b'-' && sent == b'_')
                })
        })
}
