//! Text of clients inside JSON strings and log records.
//!
//! Whatever bytes a client sends, the output is UTF-8 without quotes, backslashes of its own or
//! controls, so that a record or a string ends only where its author ended it.

/// Writes bytes as the inside of a JSON string (RFC 8259 section 7). Controls of Unicode and the
/// line separators are escaped too; bytes that are not UTF-8 become U+FFFD, escaped.
pub(super) fn json_text(bytes: &[u8], out: &mut Vec<u8>) {
    let plain = bytes.iter().position(|&byte| !is_plain(byte)).unwrap_or(bytes.len());
    out.extend_from_slice(&bytes[..plain]);
    for chunk in bytes[plain..].utf8_chunks() {
        for char in chunk.valid().chars() {
            json_char(char, out);
        }
        if !chunk.invalid().is_empty() {
            unicode_escape(char::REPLACEMENT_CHARACTER, out);
        }
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

fn json_char(char: char, out: &mut Vec<u8>) {
    match char {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        // Some readers end a line at these two.
        '\u{2028}' | '\u{2029}' => unicode_escape(char, out),
        _ if char.is_control() => unicode_escape(char, out),
        _ => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Four hexadecimal digits; only for the Basic Multilingual Plane.
fn unicode_escape(char: char, out: &mut Vec<u8>) {
    let code = u32::from(char);
    let digit = |shift: u32| b"0123456789abcdef"[(code >> shift & 15) as usize];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        json_text(bytes, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn table() {
        let check = |bytes: &[u8], expect: &str| assert_eq!(escaped(bytes), expect);
        check(b"", "");
        check(b"GET /a?b=c HTTP/1.1", "GET /a?b=c HTTP/1.1");
        check(br#"a"b\c"#, r#"a\"b\\c"#);
        check(b"a\r\nb\tc\0", r"a\r\nb\tc\u0000");
        check(b"\x1b[31m\x7f", r"\u001b[31m\u007f");
        check("é\u{9b}\u{2028}z".as_bytes(), "é\\u009b\\u2028z");
        check(b"a\xff\xfe\"", r#"a\ufffd\ufffd\""#);
    }

    proptest! {
        #[test]
        fn serde_reads_it_back(bytes: Vec<u8>) {
            let text = escaped(&bytes);
            prop_assert!(!text.chars().any(char::is_control));
            let read: String = serde_json::from_str(&format!("\"{text}\"")).expect("JSON");
            prop_assert_eq!(read, String::from_utf8_lossy(&bytes));
        }
    }
}
