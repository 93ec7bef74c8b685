//! The bytes of answers: heads, JSON bodies of an exact length, pieces of long ones.

use std::io::Write;

use super::Config;
use crate::limits::PIECE_BYTES;

const PREFIX: &[u8] = b"{\"data\":\"";
const SUFFIX: &[u8] = b"\"}";
/// Shortest length that has room for the object; below it a body is a run of digits.
const OBJECT_BYTES_MIN: u64 = (PREFIX.len() + SUFFIX.len()) as u64;

/// The middle of every long body, written without copying.
pub(super) static FILL: [u8; PIECE_BYTES] = [b'x'; PIECE_BYTES];

/// How the end of a body is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Length,
    Chunked,
}

/// The whole answer with the fixed body, when it fits one write; else empty.
pub(super) fn fixed(config: &Config) -> Vec<u8> {
    let mut out = Vec::new();
    if config.body_bytes <= PIECE_BYTES as u64 {
        head(&mut out, 200, config.body_bytes, Coding::Length, true, &config.headers);
        append(&mut out, config.body_bytes, 0, config.body_bytes);
    }
    out
}

/// The whole answer of a function that gives the client the fixed body.
pub(super) fn invoked(config: &Config) -> Vec<u8> {
    let mut body = Vec::new();
    append(&mut body, config.body_bytes, 0, config.body_bytes);
    let body = String::from_utf8_lossy(&body);
    let answer = serde_json::json!({
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": body,
        "isBase64Encoded": false,
    });
    let answer = answer.to_string();
    let id = "x-amzn-RequestId: 3f2b7c1e-8a5d-4f60-9b1e-2d7c6a5e4f30\r\n";
    let mut out = Vec::new();
    head(&mut out, 200, answer.len() as u64, Coding::Length, true, id);
    out.extend_from_slice(answer.as_bytes());
    out
}

/// Appends status line and headers.
pub(super) fn head(
    out: &mut Vec<u8>,
    status: u16,
    bytes: u64,
    coding: Coding,
    keep_alive: bool,
    headers: &str,
) {
    let reason = match status {
        200..=299 => "OK",
        400..=499 => "Client Error",
        500..=599 => "Server Error",
        _ => "Other",
    };
    // Writing to a Vec cannot fail.
    let _ = write!(out, "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\n");
    let _ = match coding {
        Coding::Length => write!(out, "Content-Length: {bytes}\r\n"),
        Coding::Chunked => write!(out, "Transfer-Encoding: chunked\r\n"),
    };
    if !keep_alive {
        out.extend_from_slice(b"Connection: close\r\n");
    }
    out.extend_from_slice(headers.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends bytes `from..to` of the JSON body that is `total` bytes long.
pub(super) fn append(out: &mut Vec<u8>, total: u64, from: u64, to: u64) {
    let mut at = from;
    while at < to {
        let run = run_at(total, at, to);
        out.extend_from_slice(run);
        at += run.len() as u64;
    }
}

/// The longest run of the body from `at`, `to` at most, that lies in one constant.
fn run_at(total: u64, at: u64, to: u64) -> &'static [u8] {
    if total < OBJECT_BYTES_MIN {
        return &b"1111111111"[..(to - at) as usize];
    }
    let (middle, end) = (PREFIX.len() as u64, total - SUFFIX.len() as u64);
    let (constant, start, stop): (&'static [u8], u64, u64) = match at {
        _ if at < middle => (PREFIX, at, middle.min(to)),
        _ if at < end => (&FILL, 0, end.min(to).min(at + PIECE_BYTES as u64) - at),
        _ => (SUFFIX, at - end, to - end),
    };
    &constant[start as usize..stop as usize]
}

/// Bytes from `at` that are filler only: what may be written straight from `FILL`.
pub(super) fn filler_bytes(total: u64, at: u64) -> usize {
    if at < PREFIX.len() as u64 {
        return 0;
    }
    let left = total.saturating_sub(SUFFIX.len() as u64).saturating_sub(at);
    left.min(PIECE_BYTES as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_of_the_exact_length() {
        for total in (0..40).chain([1024, 65_535, 65_536, 65_537, 200_000]) {
            let mut whole = Vec::new();
            append(&mut whole, total, 0, total);
            assert_eq!(whole.len() as u64, total);
            if total > 0 {
                serde_json::from_slice::<serde_json::Value>(&whole).unwrap();
            }
            for piece in [1, 7, 1000] {
                let mut pieces = Vec::new();
                for from in (0..total).step_by(piece) {
                    append(&mut pieces, total, from, total.min(from + piece as u64));
                }
                assert!(pieces == whole, "{total} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn filler_leaves_out_both_ends() {
        assert_eq!(filler_bytes(200_000, 0), 0);
        assert_eq!(filler_bytes(200_000, 9), PIECE_BYTES);
        assert_eq!(filler_bytes(200_000, 199_990), 8);
        assert_eq!(filler_bytes(200_000, 199_999), 0);
    }

    #[test]
    fn a_fixed_answer_parses() {
        let config = Config { headers: "Cache-Control: max-age=60\r\n".into(), ..Config::new() };
        let answer = fixed(&config);
        let mut headers = [httparse::EMPTY_HEADER; 8];
        let mut response = httparse::Response::new(&mut headers);
        let head = response.parse(&answer).unwrap().unwrap();
        assert_eq!(answer.len() - head, 1024);
        assert_eq!(response.headers[2].name, "Cache-Control");
        assert!(fixed(&Config { body_bytes: 65_537, ..Config::new() }).is_empty());
    }
}
