//! Writing heads and chunk framing into a buffer. The caller decides what to write; nothing here
//! checks values against header injection (see [`is_field_value`](super::syntax::is_field_value)).

pub use super::date::{clf_time, http_date};

/// Ends a head.
pub const CRLF: &[u8] = b"\r\n";
/// Ends a chunked body after the CR LF of its last chunk.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// `HTTP/1.1 <status> <reason>` and CR LF. A status without a registered reason phrase gets an
/// empty one; the blank before it stays (RFC 9112 section 4).
pub fn status_line(status: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(b"HTTP/1.1 ");
    if (100..1000).contains(&status) {
        // Three digits in one go: the usual case.
        let digit = |n: u16| b'0' + (n % 10) as u8;
        out.extend_from_slice(&[digit(status / 100), digit(status / 10), digit(status), b' ']);
    } else {
        decimal(u64::from(status), out);
        out.push(b' ');
    }
    out.extend_from_slice(reason_phrase(status).as_bytes());
    out.extend_from_slice(CRLF);
}

/// `name: value` and CR LF.
#[inline]
pub fn field(out: &mut Vec<u8>, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
    let (name, value) = (name.as_ref(), value.as_ref());
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(CRLF);
}

/// Decimal digits.
pub fn decimal(mut n: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// A chunk's size in hexadecimal and CR LF; the data and another CR LF follow. A size of 0 ends
/// the body: use [`LAST_CHUNK`].
pub fn chunk_size(mut n: u64, out: &mut Vec<u8>) {
    let mut digits = *b"----------------\r\n";
    let mut start = 16;
    loop {
        start -= 1;
        digits[start] = b"0123456789abcdef"[(n & 15) as usize];
        n >>= 4;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Reason phrase of the IANA registry (2024), with the wording of RFC 9110; empty when unknown.
#[must_use]
pub const fn reason_phrase(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        102 => "Processing",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        207 => "Multi-Status",
        208 => "Already Reported",
        226 => "IM Used",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        423 => "Locked",
        424 => "Failed Dependency",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        506 => "Variant Also Negotiates",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        511 => "Network Authentication Required",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn status_lines() {
        let check =
            |status, expect: &str| assert_eq!(written(|out| status_line(status, out)), expect);
        check(200, "HTTP/1.1 200 OK\r\n");
        check(431, "HTTP/1.1 431 Request Header Fields Too Large\r\n");
        check(299, "HTTP/1.1 299 \r\n");
        check(999, "HTTP/1.1 999 \r\n");
        check(7, "HTTP/1.1 7 \r\n");
        check(65_535, "HTTP/1.1 65535 \r\n");
    }

    #[test]
    fn fields_are_appended() {
        let text = written(|out| {
            field(out, "Host", b"a.example");
            field(out, b"X", "");
        });
        assert_eq!(text, "Host: a.example\r\nX: \r\n");
    }

    proptest! {
        #[test]
        fn status_lines_have_the_number(status: u16) {
            let expect = format!("HTTP/1.1 {status} {}\r\n", reason_phrase(status));
            prop_assert_eq!(written(|out| status_line(status, out)), expect);
        }

        #[test]
        fn decimals_are_those_of_std(n: u64, shift in 0_u32..64) {
            let n = n >> shift;
            prop_assert_eq!(written(|out| decimal(n, out)), n.to_string());
        }

        #[test]
        fn chunk_sizes_are_those_of_std(n: u64, shift in 0_u32..64) {
            let n = n >> shift;
            prop_assert_eq!(written(|out| chunk_size(n, out)), format!("{n:x}\r\n"));
        }
    }
}
