//! Which bytes may stand where (RFC 9110 section 5.5 and 5.6.2, RFC 3986 section 3.2.2).

const TOKEN: u8 = 1;
const VALUE: u8 = 2;
const TARGET: u8 = 4;
const HOST: u8 = 8;

/// The classes of every byte.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        if byte.is_ascii_alphanumeric() {
            table[index] = TOKEN | VALUE | TARGET | HOST;
        } else {
            if is_token_mark(byte) {
                table[index] |= TOKEN;
            }
            if matches!(byte, b'\t' | b' '..=b'~' | 0x80..) {
                table[index] |= VALUE;
            }
            if byte.is_ascii_graphic() && byte != b'#' {
                table[index] |= TARGET;
            }
            if matches!(byte, b'-' | b'.' | b'_' | b'~') {
                table[index] |= HOST;
            }
        }
        index += 1;
    }
    table
}

const fn is_token_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
    )
}

const fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

/// A byte of a token: methods, field names (RFC 9110 section 5.6.2).
#[must_use]
#[inline]
pub const fn is_token_byte(byte: u8) -> bool {
    is(byte, TOKEN)
}

/// A byte of a field value: visible, blank, tab, or above ASCII; no control (RFC 9110 section 5.5).
#[must_use]
#[inline]
pub const fn is_value_byte(byte: u8) -> bool {
    is(byte, VALUE)
}

/// A byte of a request target as we accept it: visible ASCII but `#`, since a fragment is never
/// sent (RFC 9112 section 3.2). Bytes that RFC 3986 wants escaped pass, as browsers send them.
#[must_use]
#[inline]
pub const fn is_target_byte(byte: u8) -> bool {
    is(byte, TARGET)
}

/// True for a field name: one token, not empty.
#[must_use]
pub fn is_field_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|&byte| is_token_byte(byte))
}

/// True for a field value that cannot break out of its line: no CR, LF, NUL or other control.
/// Surrounding blanks are allowed here; a reader drops them.
#[must_use]
pub fn is_field_value(value: &[u8]) -> bool {
    value.iter().all(|&byte| is_value_byte(byte))
}

/// True for `host [":" port]` of a name, an IPv4 address or a bracketed IPv6 address.
///
/// Narrower than RFC 3986 section 3.2.2: no percent-escapes, no sub-delimiters (`a.com,b.com` is
/// two hosts to some readers), no user information (RFC 9110 section 4.2.4).
#[must_use]
pub fn is_authority(text: &[u8]) -> bool {
    let rest = if let Some(inner) = text.strip_prefix(b"[") {
        let Some(end) = inner.iter().position(|&byte| byte == b']') else { return false };
        let address =
            inner[..end].iter().all(|&b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'));
        if !address || end < 2 {
            return false;
        }
        &inner[end + 1..]
    } else {
        let end = text.iter().position(|&byte| !is(byte, HOST)).unwrap_or(text.len());
        if end == 0 {
            return false;
        }
        &text[end..]
    };
    match rest.split_first() {
        None => true,
        Some((b':', port)) => is_port(port),
        Some(_) => false,
    }
}

/// Digits up to 65535; none at all means the default port (RFC 3986 section 3.2.3).
fn is_port(digits: &[u8]) -> bool {
    digits.len() <= 5
        && digits.iter().all(u8::is_ascii_digit)
        && digits.iter().fold(0_u32, |port, &digit| port * 10 + u32::from(digit - b'0')) <= 65_535
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_bytes_are_those_of_the_rfc() {
        for byte in 0..=255_u8 {
            let expected = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(is_token_byte(byte), expected, "{byte:#x}");
        }
    }

    #[test]
    fn value_bytes_exclude_controls_only() {
        for byte in 0..=255_u8 {
            let expected = byte == b'\t' || !byte.is_ascii_control();
            assert_eq!(is_value_byte(byte), expected, "{byte:#x}");
        }
    }

    #[test]
    fn target_bytes_are_visible_ascii_without_the_fragment() {
        for byte in 0..=255_u8 {
            let expected = (0x21..=0x7e).contains(&byte) && byte != b'#';
            assert_eq!(is_target_byte(byte), expected, "{byte:#x}");
        }
    }

    #[test]
    fn authorities() {
        let check =
            |text: &str, expect: bool| assert_eq!(is_authority(text.as_bytes()), expect, "{text}");
        for good in [
            "a",
            "a.b-c_d~e",
            "127.0.0.1",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:8080",
            "a:",
            "a:0",
            "a:65535",
            "xn--bcher-kva.example:443",
            "[::ffff:1.2.3.4]",
        ] {
            check(good, true);
        }
        for bad in [
            "",
            ":80",
            "a:65536",
            "a:123456",
            "a:8o",
            "a:-1",
            "a:+1",
            "a b",
            "a,b",
            "user@a",
            "a/b",
            "a?b",
            "a\\b",
            "[::1",
            "[]",
            "[:]",
            "[::1]x",
            "[::1]:x",
            "[fe80::1%25eth0]",
            "a%2eb",
            "a:1:2",
            "http://a",
            "a\0",
            "ä",
            "a\"",
        ] {
            check(bad, false);
        }
    }
}
