//! The chunked coding: a matrix, each entry in every split.

use super::super::invariants::decode_in_pieces;
use crate::limits::CHUNK_OVERHEAD_BYTES_MAX;

/// `body` arriving in one piece, in every two pieces, and byte by byte.
#[track_caller]
fn check(body: &[u8], expect: &str) {
    let show = |pieces: &[&[u8]]| match decode_in_pieces(pieces) {
        Err(error) => format!("! {error}"),
        Ok((data, None)) => format!("{} ...", String::from_utf8_lossy(&data)),
        Ok((data, Some(consumed))) => {
            let rest = String::from_utf8_lossy(&body[consumed..]);
            format!("{} | {rest}", String::from_utf8_lossy(&data))
        }
    };
    assert_eq!(show(&[body]), expect, "{:?}", String::from_utf8_lossy(body));
    for cut in 0..=body.len() {
        assert_eq!(show(&[&body[..cut], &body[cut..]]), expect, "cut at {cut}");
    }
    let bytes: Vec<_> = body.chunks(1).collect();
    assert_eq!(show(&bytes), expect, "byte by byte");
}

const SIZE: &str = "! chunk size is not 1 to 16 hexadecimal digits";
const LINE: &str = "! control byte or bare line ending in chunked framing";
const DATA_END: &str = "! chunk data does not end with CR LF";
const TRAILER: &str = "! malformed trailer";
const OVERHEAD: &str = "! too many chunk extensions and trailers";

#[test]
fn bodies() {
    check(b"0\r\n\r\n", " | ");
    check(b"5\r\nhello\r\n0\r\n\r\n", "hello | ");
    check(b"5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n", "hello | GET / HTTP/1.1\r\n");
    check(b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "hello | ");
    check(b"a\r\n0123456789\r\n0\r\n\r\n", "0123456789 | ");
    check(b"A\r\n0123456789\r\n0\r\n\r\n", "0123456789 | ");
    check(b"0000000000000005\r\nhello\r\n0000\r\n\r\n", "hello | ");
    check(b"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n | ");
    check(b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n | ");
    check(b"", " ...");
    check(b"5", " ...");
    check(b"5\r\nhel", "hel ...");
    check(b"5\r\nhello\r\n0\r\n\r", "hello ...");
    check(b"ffffffffffffffff\r\nabc", "abc ...");
}

#[test]
fn extensions_are_dropped() {
    check(b"5;a\r\nhello\r\n0\r\n\r\n", "hello | ");
    check(b"5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", "hello | ");
    check(b"5; a = b \r\nhello\r\n0\r\n\r\n", "hello | ");
    check(b"5;\r\nhello\r\n0\r\n\r\n", "hello | ");
    check(b"5;\xe4\t\r\nhello\r\n0\r\n\r\n", "hello | ");
    check(b"5;a\nhello\r\n0\r\n\r\n", LINE);
    check(b"5;a\rb\r\nhello\r\n0\r\n\r\n", LINE);
    check(b"5;a\0\r\nhello\r\n0\r\n\r\n", LINE);
    check(b"5;\r\r\nhello\r\n0\r\n\r\n", LINE);
    check(b"5;a\x7f\r\nhello", LINE);
}

#[test]
fn sizes() {
    for size in [
        &b"+5"[..],
        b"-5",
        b"0x5",
        b"0X5",
        b"5_0",
        b"_5",
        b" 5",
        b"5 ",
        b"\t5",
        b"5\t",
        b"5 ;a",
        b"",
        b";a",
        b"g",
        b"5g",
        b"5,5",
        b"5.0",
        b"5h",
        b"\x005",
        b"5\0",
        b"\r",
        b"\xb5",
        b"00000000000000005",
        b"10000000000000005",
        b"fffffffffffffffff",
        b"5\x0b",
        b"\"5\"",
        b"5\xa0",
    ] {
        check(&[size, b"\r\nhello\r\n0\r\n\r\n"].concat(), SIZE);
    }
    check(b"5\nhello\r\n0\r\n\r\n", SIZE);
    check(b"\n5\r\nhello\r\n0\r\n\r\n", SIZE);
    check(b"\r\n5\r\nhello\r\n0\r\n\r\n", SIZE);
    check(b"5\rhello\r\n0\r\n\r\n", LINE);
    check(b"5\r\rhello", LINE);
    check(b"0\n\n", SIZE);
    check(b"0\r\r\n", LINE);
}

#[test]
fn data_ends() {
    check(b"5\r\nhelloX\r\n0\r\n\r\n", DATA_END);
    check(b"5\r\nhello\n0\r\n\r\n", DATA_END);
    check(b"5\r\nhello\r0\r\n\r\n", DATA_END);
    check(b"5\r\nhello0\r\n\r\n", DATA_END);
    check(b"4\r\nhello\r\n0\r\n\r\n", DATA_END);
    check(b"6\r\nhello\r\n0\r\n\r\n", DATA_END);
    check(b"5\r\nhello\r\r\n0\r\n\r\n", DATA_END);
    check(b"5\r\nhello \r\n0\r\n\r\n", DATA_END);
    check(b"5\r\nhello\r\n\r\n0\r\n\r\n", SIZE);
}

#[test]
fn trailers_are_dropped() {
    check(b"0\r\nX: y\r\n\r\nrest", " | rest");
    check(b"0\r\nX:\r\nY: \xe4\t z\r\nContent-Length: 5\r\n\r\nrest", " | rest");
    check(b"0\r\nX: y\r\n", " ...");
    check(b"0\r\nGET / HTTP/1.1\r\n\r\n", TRAILER);
    check(b"0\r\nX : y\r\n\r\n", TRAILER);
    check(b"0\r\n X: y\r\n\r\n", TRAILER);
    check(b"0\r\nX: y\r\n z\r\n\r\n", TRAILER);
    check(b"0\r\n: y\r\n\r\n", TRAILER);
    check(b"0\r\nX\r\n\r\n", TRAILER);
    check(b"0\r\n\n", TRAILER);
    check(b"0\r\nX: y\n\r\n", LINE);
    check(b"0\r\nX: y\rz\r\n\r\n", LINE);
    check(b"0\r\nX: y\0\r\n\r\n", LINE);
    check(b"0\r\nX: y\r\n\rz", LINE);
    check(b"0\r\n\rX", LINE);
    check(b"0\r\nabc", " ...");
}

#[test]
fn overhead_is_limited() {
    let limit = CHUNK_OVERHEAD_BYTES_MAX;
    let run = |body: &[u8]| decode_in_pieces(&[body]).map_err(|error| format!("! {error}"));
    // `;` and the extension after it, `X`, `:` and the value after them.
    let extended = |bytes: usize| format!("1;{}\r\nx\r\n0\r\n\r\n", "e".repeat(bytes - 1));
    let trailed = |bytes: usize| format!("0\r\nX:{}\r\n\r\n", "v".repeat(bytes - 2));
    for body in [extended(limit), trailed(limit)] {
        assert_eq!(run(body.as_bytes()).map(|(_, end)| end), Ok(Some(body.len())));
    }
    for body in [extended(limit + 1), trailed(limit + 1)] {
        assert_eq!(run(body.as_bytes()), Err(OVERHEAD.into()));
    }
    // Counted over the whole body, not for one chunk.
    let mut many = "1;ee\r\nx\r\n".repeat(limit / 3);
    assert!(run(many.as_bytes()).is_ok());
    many += "1;ee\r\nx\r\n";
    assert_eq!(run(many.as_bytes()), Err(OVERHEAD.into()));
}
