//! Bytes as the inside of a JSON string, the way Jackson writes one: nothing is escaped that need
//! not be, and what is no UTF-8 becomes U+FFFD, one for each maximal bad sequence (aws-facts 221).
//!
//! Appends to a buffer and allocates nothing else.

/// Bytes that cannot stand as they are.
static ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 32 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// Appends the string, with its quotes.
pub(crate) fn write_string(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    write_text(bytes, out);
    out.push(b'"');
}

/// Appends what stands between the quotes.
pub(crate) fn write_text(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len());
    if std::str::from_utf8(bytes).is_ok() {
        return write_valid(bytes, out);
    }
    for chunk in bytes.utf8_chunks() {
        write_valid(chunk.valid().as_bytes(), out);
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

/// Turns what `out` holds from `start` on into what stands between quotes.
pub(crate) fn escape_tail(out: &mut Vec<u8>, start: usize) {
    let plain = |byte: &u8| byte.is_ascii() && !ESCAPED[usize::from(*byte)];
    if out[start..].iter().all(plain) {
        return;
    }
    let raw = out.split_off(start);
    write_text(&raw, out);
}

fn write_valid(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = text.iter().position(|&byte| ESCAPED[usize::from(byte)]) {
        out.extend_from_slice(&text[..at]);
        write_escape(text[at], out);
        text = &text[at + 1..];
    }
    out.extend_from_slice(text);
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        8 => b'b',
        12 => b'f',
        _ => {
            let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble)];
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(bytes: &[u8]) -> String {
        let mut out = b"x".to_vec();
        write_string(bytes, &mut out);
        String::from_utf8(out.split_off(1)).expect("UTF-8")
    }

    #[test]
    fn table() {
        let check = |bytes: &[u8], expect: &str| assert_eq!(written(bytes), expect);
        check(b"", r#""""#);
        check(b"a/b \x7f", "\"a/b \x7f\"");
        check(b"\"\\\n\r\t\x08\x0c\x00\x1f", r#""\"\\\n\r\t\b\f\u0000\u001F""#);
        check("é\u{2028}😀".as_bytes(), "\"é\u{2028}😀\"");
        // aws-facts 221: each bad byte of gzip's head, and one for a sequence cut short.
        check(b"\x8b\x08\xee\x63", "\"\u{fffd}\\b\u{fffd}c\"");
        check(b"\xe2\x82|\xf0\x9f\x98", "\"\u{fffd}|\u{fffd}\"");
    }

    proptest! {
        #[test]
        fn any_reader_reads_it_back(bytes: Vec<u8>) {
            let read: String = serde_json::from_str(&written(&bytes)).expect("JSON");
            prop_assert_eq!(&read, &String::from_utf8_lossy(&bytes));
            let mut out = b"x".to_vec();
            out.extend_from_slice(&bytes);
            escape_tail(&mut out, 1);
            let expect = written(&bytes);
            prop_assert_eq!(&out[1..], &expect.as_bytes()[1..expect.len() - 1]);
        }
    }
}
