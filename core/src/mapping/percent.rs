//! Percent-encoding (RFC 3986 section 2.1).

/// Where encoded text will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Inside one path segment: no `/`, `?` or `#` comes out.
    Segment,
    /// Name or value of a query parameter: no `&`, `=` or `+` comes out.
    Query,
}

/// What a `%` in the text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// A percent sign.
    Text,
    /// An escape, when two hexadecimal digits follow.
    Kept,
}

impl Part {
    const fn keeps(self, byte: u8) -> bool {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => true,
            b'!' | b'$' | b'(' | b')' | b'*' | b',' | b':' | b'@' => true,
            b'&' | b'=' | b'+' | b';' | b'\'' => matches!(self, Self::Segment),
            b'/' => matches!(self, Self::Query),
            _ => false,
        }
    }
}

/// Encodes what `out` holds from `start` on, in place: it grows, and nothing else is allocated.
pub(crate) fn encode(out: &mut Vec<u8>, start: usize, part: Part, escapes: Escapes) {
    let is_kept = |byte: u8, after: &[u8]| {
        part.keeps(byte) || byte == b'%' && escapes == Escapes::Kept && digits(after).is_some()
    };
    let text = &out[start..];
    let changed = (0..text.len()).filter(|&at| !is_kept(text[at], &text[at + 1..])).count();
    let mut from = out.len();
    let mut to = from + 2 * changed;
    out.resize(to, 0);
    // Backwards, so that nothing is overwritten before it has moved. Digits are kept as they are:
    // those that follow a percent sign are found where they moved to.
    while from < to {
        from -= 1;
        let byte = out[from];
        if is_kept(byte, &out[to..]) {
            to -= 1;
            out[to] = byte;
        } else {
            to -= 3;
            out[to..to + 3].copy_from_slice(&triplet(byte));
        }
    }
}

/// Reads text of a query: `%XX` is a byte, `+` a blank, a `%` without digits itself
/// (<https://url.spec.whatwg.org/#urlencoded-parsing>).
pub(crate) fn decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    bytes(text, b' ')
}

/// Reads text of a path, where `+` is itself.
pub(crate) fn decoded_path(text: &[u8]) -> impl Iterator<Item = u8> {
    bytes(text, b'+')
}

fn bytes(text: &[u8], plus: u8) -> impl Iterator<Item = u8> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (&first, after) = rest.split_first()?;
        let escape = if first == b'%' { digits(after) } else { None };
        rest = if escape.is_some() { &after[2..] } else { after };
        Some(escape.unwrap_or(if first == b'+' { plus } else { first }))
    })
}

const fn triplet(byte: u8) -> [u8; 3] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [b'%', DIGITS[(byte >> 4) as usize], DIGITS[(byte & 15) as usize]]
}

/// The byte that two hexadecimal digits at the start stand for.
fn digits(text: &[u8]) -> Option<u8> {
    let [high, low, ..] = text else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    Some((value(*high)? << 4 | value(*low)?) as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(text: &[u8], part: Part, escapes: Escapes) -> String {
        let mut out = b"<".to_vec();
        out.extend_from_slice(text);
        encode(&mut out, 1, part, escapes);
        String::from_utf8(out.split_off(1)).expect("ASCII")
    }

    #[test]
    fn encoding() {
        let check = |text: &str, part, escapes, expect: &str| {
            assert_eq!(encoded(text.as_bytes(), part, escapes), expect, "{text}");
        };
        check("", Part::Segment, Escapes::Text, "");
        check("a/b?c#d e", Part::Segment, Escapes::Text, "a%2Fb%3Fc%23d%20e");
        check("a&b=c+d/e", Part::Query, Escapes::Text, "a%26b%3Dc%2Bd/e");
        check("é", Part::Query, Escapes::Text, "%C3%A9");
        check("%2F%", Part::Query, Escapes::Text, "%252F%25");
        check("%2F%2&%g0%", Part::Query, Escapes::Kept, "%2F%252%26%25g0%25");
        check("%%41", Part::Query, Escapes::Kept, "%25%41");
    }

    #[test]
    fn decoding() {
        let check = |text: &str, expect: &[u8]| {
            assert_eq!(decoded(text.as_bytes()).collect::<Vec<_>>(), expect, "{text}");
        };
        check("a+b%20c%2bd", b"a b c+d");
        check("%C3%A9%", "é%".as_bytes());
        check("%4%41%zz", b"%4A%zz");
        assert_eq!(decoded_path(b"a+b%2B").collect::<Vec<_>>(), b"a+b+");
    }

    proptest! {
        #[test]
        fn text_comes_back(text: Vec<u8>) {
            for part in [Part::Segment, Part::Query] {
                let wire = encoded(&text, part, Escapes::Text);
                // A path keeps its plus signs: there they are no blanks.
                let wire = if part == Part::Segment { wire.replace('+', "%2B") } else { wire };
                prop_assert_eq!(decoded(wire.as_bytes()).collect::<Vec<_>>(), &text[..]);
            }
        }

        #[test]
        fn kept_escapes_decode_alike(text in "[%0-9a-f&/ é]{0,12}") {
            let wire = encoded(text.as_bytes(), Part::Query, Escapes::Kept);
            let expect: Vec<u8> = decoded(text.as_bytes()).collect();
            prop_assert_eq!(decoded(wire.as_bytes()).collect::<Vec<_>>(), expect);
        }
    }
}
