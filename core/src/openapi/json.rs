//! One pass over JSON text that builds nothing: depth, number of values, duplicate keys. The parser
//! proper is simd-json.

use std::borrow::Cow;
use std::collections::HashSet;

/// Line and column, from 1; columns count characters.
pub(crate) type Position = (u32, u32);

/// What a [`scan`] saw.
pub(crate) struct Scan {
    /// Keys repeated in one object; at most 20.
    pub(crate) duplicates: Vec<(Position, String)>,
}

/// Why a [`scan`] stopped.
pub(crate) struct ScanError {
    pub(crate) message: String,
    pub(crate) at: Position,
}

const DUPLICATES_MAX: usize = 20;

/// Line and column of a byte offset.
pub(crate) fn position(text: &[u8], offset: usize) -> Position {
    let before = &text[..offset.min(text.len())];
    let line = before.iter().filter(|&&b| b == b'\n').count();
    let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let column = before[start..].iter().filter(|&&b| b & 0xc0 != 0x80).count();
    (line as u32 + 1, column as u32 + 1)
}

enum Frame<'t> {
    Array,
    Object { keys: HashSet<&'t [u8]>, expects_key: bool },
}

/// Checks bounds of text that may not even be JSON; finds duplicate keys.
pub(crate) fn scan(text: &[u8], depth: usize, nodes: usize) -> Result<Scan, ScanError> {
    let mut stack: Vec<Frame<'_>> = Vec::new();
    let mut duplicates = Vec::new();
    let (mut at, mut seen) = (0, 0_usize);
    let refuse = |at, message: String| ScanError { message, at: position(text, at) };
    while at < text.len() {
        let start = at;
        at += 1;
        match text[start] {
            b'"' => {
                at = string_end(text, start);
                seen += 1;
                let key = &text[start + 1..(at - 1).max(start + 1)];
                if let Some(Frame::Object { keys, expects_key: true }) = stack.last_mut()
                    && !keys.insert(key)
                    && duplicates.len() < DUPLICATES_MAX
                {
                    duplicates.push((position(text, start), unescaped(key).into_owned()));
                }
            }
            b'{' => stack.push(Frame::Object { keys: HashSet::new(), expects_key: true }),
            b'[' => stack.push(Frame::Array),
            b'}' | b']' => drop(stack.pop()),
            b':' => expect_key(&mut stack, false),
            b',' => {
                seen += 1;
                expect_key(&mut stack, true);
            }
            _ => {}
        }
        if stack.len() > depth {
            return Err(refuse(start, format!("nested deeper than {depth} levels")));
        }
        if seen > 2 * nodes {
            return Err(refuse(start, format!("more than {nodes} values")));
        }
    }
    Ok(Scan { duplicates })
}

fn expect_key(stack: &mut [Frame<'_>], next: bool) {
    if let Some(Frame::Object { expects_key, .. }) = stack.last_mut() {
        *expects_key = next;
    }
}

/// The offset behind the closing quote of the string that opens at `start`.
pub(super) fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The text of the inside of a JSON string.
pub(super) fn unescaped(raw: &[u8]) -> Cow<'_, str> {
    if raw.contains(&b'\\') {
        let mut quoted = Vec::with_capacity(raw.len() + 2);
        quoted.push(b'"');
        quoted.extend_from_slice(raw);
        quoted.push(b'"');
        if let Ok(text) = serde_json::from_slice::<String>(&quoted) {
            return Cow::Owned(text);
        }
    }
    String::from_utf8_lossy(raw)
}
