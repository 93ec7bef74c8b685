//! Heads that two HTTP readers could understand differently. All are refused, except those
//! listed as harmless, which stand here so that strictness does not grow by accident.
//!
//! Classes: RFC 9112 section 11.2; `field` attack tables of http-garden, llhttp and smuggler,
//! restated.

use super::outcome;

const LENGTH: &str = "! Content-Length is not a plain number";
const LENGTHS: &str = "! more than one Content-Length";
const CODING: &str = "! Transfer-Encoding is not exactly `chunked`";
const BOTH: &str = "! both Transfer-Encoding and Content-Length";
const NAME: &str = "! invalid byte in or after a field name";
const VALUE: &str = "! invalid byte in a field value";
const LINE: &str = "! a line does not end with CR LF";
const NEWLINE: &str = "! invalid line ending";
const TOKEN: &str = "! invalid method or request target";
const UNDERSCORE: &str = "! framing field spelled with an underscore";

/// `POST / HTTP/1.1`, a Host, these bytes, and the empty line.
#[track_caller]
fn check_fields(fields: &[u8], expect: &str) {
    check(&[b"POST / HTTP/1.1\r\nHost: h\r\n", fields, b"\r\n"].concat(), expect);
}

/// A GET with this request line and a Host.
#[track_caller]
fn check_line(line: &[u8], expect: &str) {
    check(&[line, b"\r\nHost: h\r\n\r\n"].concat(), expect);
}

#[track_caller]
fn check(head: &[u8], expect: &str) {
    assert_eq!(outcome(head), expect, "{:?}", String::from_utf8_lossy(head));
}

#[test]
fn length_and_coding_together() {
    for fields in [
        &b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"[..],
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        b"transfer-encoding: CHUNKED\r\nCONTENT-LENGTH: 4\r\n",
        b"Content-Length: 4\r\nX: y\r\nTransfer-Encoding:\tchunked\t\r\n",
    ] {
        check_fields(fields, BOTH);
    }
}

#[test]
fn repeated_lengths() {
    for fields in [
        &b"Content-Length: 4\r\nContent-Length: 5\r\n"[..],
        b"Content-Length: 4\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nX: y\r\ncontent-length: 4\r\n",
        b"Content-Length: 0\r\nContent-Length: 0\r\n",
    ] {
        check_fields(fields, LENGTHS);
    }
}

#[test]
fn lengths_that_are_no_plain_number() {
    for value in [
        &b""[..],
        b" ",
        b"+4",
        b"-4",
        b"-0",
        b"0x4",
        b"4,4",
        b"4, 4",
        b"4,5",
        b",4",
        b"4,",
        b"4;4",
        b"4.0",
        b"4 4",
        b"1_000",
        b"4e0",
        b"\"4\"",
        b"'4'",
        b"four",
        b"\xb2",
        b"\xd9\xa4",
        b"4\xa0",
        b"NaN",
        b"Infinity",
        b"04x",
        b"4l",
        b"18446744073709551616",
        b"18446744073709551615",
        b"99999999999999999999",
        b"00000000000000000004",
        b"0000000000000000000000000000000000004",
    ] {
        check_fields(&[b"Content-Length: ", value, b"\r\n"].concat(), LENGTH);
    }
    for value in [&b"4\0"[..], b"\x0b4", b"4\x0c", b"\x004", b"4\x7f", b"\x1f4", b"4\r", b"4\rX: y"]
    {
        check_fields(&[b"Content-Length: ", value, b"\r\n"].concat(), VALUE);
    }
}

#[test]
fn codings_other_than_one_chunked() {
    for value in [
        &b""[..],
        b"identity",
        b"gzip",
        b"gzip, chunked",
        b"chunked, gzip",
        b"chunked, chunked",
        b"chunked,",
        b",chunked",
        b", chunked",
        b"chunked , identity",
        b"chunked;q=1",
        b"chunked; x=y",
        b"\"chunked\"",
        b"'chunked'",
        b"chunked chunked",
        b"xchunked",
        b"chunkedx",
        b"chun ked",
        b"c\thunked",
        b"chunked\xa0",
        b"\xa0chunked",
        b"\xefchunked",
        b"chunke\xe4",
        b"cow",
        b"chunk",
        b"deflate",
        b"[chunked]",
    ] {
        check_fields(&[b"Transfer-Encoding: ", value, b"\r\n"].concat(), CODING);
    }
    for value in [
        &b"\x0bchunked"[..],
        b"chunked\x0b",
        b"\x0cchunked",
        b"chunked\0",
        b"\0chunked",
        b"chunked\x7f",
        b"\x08chunked",
        b"chun\x1bked",
        b"chunked\r",
        b"\rchunked",
        b"chunked\r\r",
    ] {
        check_fields(&[b"Transfer-Encoding: ", value, b"\r\n"].concat(), VALUE);
    }
    for fields in [
        &b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"[..],
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding: chunked\r\ntransfer-encoding: x\r\n",
        b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
    ] {
        check_fields(fields, CODING);
    }
}

#[test]
fn codings_from_http_1_0() {
    let expect = "! Transfer-Encoding from an HTTP/1.0 client";
    check(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", expect);
    check(b"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", expect);
    let kept = b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n";
    check(kept, expect);
    check(b"POST / HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", BOTH);
}

#[test]
fn names_that_hide_a_framing_field() {
    for name in [
        &b"Transfer-Encoding "[..],
        b"Transfer-Encoding\t",
        b" Transfer-Encoding",
        b"\tTransfer-Encoding",
        b"Transfer-Encoding\0",
        b"\0Transfer-Encoding",
        b"Transfer-Encoding\x0b",
        b"\x0bTransfer-Encoding",
        b"Transfer Encoding",
        b"Transfer\\Encoding",
        b"Transfer-Encoding\xa0",
        b"Transfer\x96Encoding",
        b"Transfer-Encoding\x7f",
        b"\"Transfer-Encoding\"",
        b"(Transfer-Encoding)",
        b"Transfer-Encoding;",
        b"Transfer-Encoding\r",
        b"Transfer-Encoding=x",
        b"[Transfer-Encoding",
        b"@Transfer-Encoding",
        b"Transfer-\xc4\xb0Encoding",
        b"Transfer-Encoding/x",
        b"Content-Length ",
        b"Content-Length\t",
        b"",
        b" ",
        b"Content-Length\0",
        b"\xefContent-Length",
    ] {
        check_fields(&[name, b": chunked\r\n"].concat(), NAME);
    }
    for name in [
        &b"Transfer_Encoding"[..],
        b"transfer_encoding",
        b"TRANSFER_ENCODING",
        b"Content_Length",
        b"CONTENT_LENGTH",
    ] {
        check_fields(&[name, b": chunked\r\n"].concat(), UNDERSCORE);
    }
    check_fields(b"Transfer-Encoding\r\n: chunked\r\n", NAME);
    check_fields(b"Transfer-Encoding chunked\r\n", NAME);
    check_fields(b"Transfer-Encoding\r\n", NAME);
    check_fields(b": chunked\r\n", NAME);
    check_fields(b"\0\r\n", NAME);
}

#[test]
fn folded_lines() {
    for fields in [
        &b"X: a\r\n b\r\n"[..],
        b"X: a\r\n\tb\r\n",
        b"Transfer-Encoding:\r\n chunked\r\n",
        b"Transfer-Encoding: chunked\r\n , identity\r\n",
        b"Content-Length: 1\r\n 2\r\n",
        b" X: a\r\n",
        b"\tX: a\r\n",
        b"X:\r\n \r\n",
        b" \r\n",
    ] {
        check_fields(fields, NAME);
    }
    check(b"GET / HTTP/1.1\r\n Host: h\r\n\r\n", NAME);
}

#[test]
fn bare_line_feeds() {
    for head in [
        &b"GET / HTTP/1.1\nHost: h\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nHost: h\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\n",
        b"GET / HTTP/1.1\nHost: h\n\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: y \nZ: z\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX:\nZ: z\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: \t\n\r\n",
        b"GET / HTTP/1.1\r\nX: y\nHost: h\r\n\r\n",
        // Doubled colons, so that reading on from one byte too far finds a colon in its place.
        b"GET / HTTP/1.1\nY:: z\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: y\nY:: \r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: y\nY:: z\r\n\r\n",
        b"GET / HTTP/1.1\nY::\nZ::\nHost:: h\r\n\r\n",
    ] {
        check(head, LINE);
    }
    check_fields(b"X\n: y\r\n", NAME);
    check_fields(b"X: y\n z\r\n", NAME);
}

#[test]
fn bare_carriage_returns() {
    check_fields(b"X: a\rb\r\n", VALUE);
    check_fields(b"X: a\r\r\n", VALUE);
    check_fields(b"X: \ra\r\n", VALUE);
    check_fields(b"X: y\rTransfer-Encoding: chunked\r\n", VALUE);
    check_fields(b"\rX: y\r\n", NEWLINE);
    check_fields(b"X\r: y\r\n", NAME);
    check_fields(b"X: y\r\n\r", NEWLINE);
    check_line(b"GET / HTTP/1.1\r", NEWLINE);
    check_line(b"GET /\r HTTP/1.1", TOKEN);
    check_line(b"GET\r / HTTP/1.1", TOKEN);
}

#[test]
fn control_bytes_in_values() {
    for control in (0..0x20).chain([0x7f]).filter(|byte| *byte != b'\t' && *byte != b'\n') {
        check_fields(&[b"X: a".as_slice(), &[control], b"b\r\n"].concat(), VALUE);
        check_fields(&[b"X:".as_slice(), &[control], b"b\r\n"].concat(), VALUE);
    }
}

#[test]
fn harmless() {
    let chunked = "POST / @h Http11 Chunked keep";
    for fields in [
        &b"Transfer-Encoding: chunked\r\n"[..],
        b"transfer-encoding:chunked\r\n",
        b"TRANSFER-ENCODING: Chunked\r\n",
        b"Transfer-Encoding: \t chunked \t \r\n",
        b"Transfer-Encoding: chunked\r\nTE: trailers\r\nTrailer: X\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding2: identity\r\n",
    ] {
        check_fields(fields, chunked);
    }
    let length = "POST / @h Http11 Length(4) keep";
    for fields in [
        &b"Content-Length: 4\r\n"[..],
        b"content-length:4\r\n",
        b"Content-Length: \t4\t \r\n",
        b"Content-Length: 004\r\n",
        b"Content-Length: 0000000000000000004\r\n",
        b"X-Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nX: \xe4\xff\x80\r\n",
        b"Content-Length: 4\r\nX:\r\nY: \t\r\n!#$%&'*+-.^_`|~09: (\"@\")\r\n",
        b"Content-Length: 4\r\nExpect: 200-ok\r\n",
    ] {
        check_fields(fields, length);
    }
    check_fields(b"Content-Length: 0\r\n", "POST / @h Http11 Length(0) keep");
    check_fields(
        b"Content-Length: 9999999999999999999\r\n",
        "POST / @h Http11 Length(9999999999999999999) keep",
    );
}
