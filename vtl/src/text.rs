//! Texts as Java counts them: in units of UTF-16.
//!
//! An ASCII text is its own bytes. Half of a pair cannot be kept in UTF-8 and becomes `?`, which is
//! what Java writes for it.

use smol_str::SmolStr;

/// Units of UTF-16.
pub(crate) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// From units back to a text.
pub(crate) fn from_units(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied()).map(|unit| unit.unwrap_or('?')).collect()
}

/// The units from `begin` to `end`; None when there are not so many.
pub(crate) fn slice(text: &str, begin: usize, end: usize) -> Option<SmolStr> {
    if begin > end {
        return None;
    }
    if text.is_ascii() {
        return text.get(begin..end).map(SmolStr::new);
    }
    let units = text.encode_utf16().collect::<Vec<_>>();
    units.get(begin..end).map(|part| SmolStr::from(from_units(part)))
}

/// The unit at a position.
pub(crate) fn unit(text: &str, at: usize) -> Option<u16> {
    if text.is_ascii() {
        return text.as_bytes().get(at).map(|byte| u16::from(*byte));
    }
    text.encode_utf16().nth(at)
}

/// The position in units of a byte position.
pub(crate) fn position(text: &str, byte: usize) -> usize {
    length(&text[..byte])
}

/// The byte position of a position in units; the end for one behind it.
pub(crate) fn byte_position(text: &str, position: usize) -> usize {
    if text.is_ascii() {
        return position.min(text.len());
    }
    let mut units = 0;
    for (at, character) in text.char_indices() {
        if units >= position {
            return at;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// `String.hashCode`.
pub(crate) fn hash(text: &str) -> i32 {
    text.encode_utf16()
        .fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `String.compareTo`: the difference of the first units that differ, or of the lengths.
pub(crate) fn compare(left: &str, right: &str) -> i32 {
    let mut units = left.encode_utf16().zip(right.encode_utf16());
    match units.find(|(left, right)| left != right) {
        Some((left, right)) => i32::from(left) - i32::from(right),
        None => length(left) as i32 - length(right) as i32,
    }
}

/// `String.trim`: without the characters up to U+0020 at both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}

/// One unit as a text.
pub(crate) fn from_unit(unit: u16) -> char {
    char::from_u32(u32::from(unit)).unwrap_or('?')
}
