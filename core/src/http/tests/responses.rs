//! Response heads of upstreams: framing by status, method and fields, and what is refused.

use super::super::{FieldName, Fields, HeadError, parse_response};
use super::refusal;
use crate::limits::{HEADER_FIELDS_MAX, UPSTREAM_HEAD_BYTES_MAX};

fn parse(bytes: &[u8], to_head: bool) -> String {
    let mut fields = Fields::new();
    match parse_response(bytes, &mut fields, to_head) {
        Ok(None) => "incomplete".into(),
        Err(error) => refusal(error),
        Ok(Some((parsed, length))) => {
            assert_eq!(length, parsed.length());
            let head = parsed.view(bytes, &fields);
            assert_eq!(head.status(), parsed.status());
            let keep = if head.keep_alive() { "keep" } else { "close" };
            let interim = if head.is_interim() { " interim" } else { "" };
            format!("{} {:?} {keep}{interim}", head.status(), head.framing())
        }
    }
}

/// The outcome of a head however it arrives, as for requests.
#[track_caller]
fn check_all(head: &[u8], to_head: bool, expect: &str) {
    let whole = parse(head, to_head);
    assert_eq!(whole, expect, "{:?}", String::from_utf8_lossy(head));
    for cut in 0..head.len() {
        let part = parse(&head[..cut], to_head);
        assert!(
            part == "incomplete" || (part.starts_with('!') && whole.starts_with('!')),
            "{part}"
        );
    }
    let followed = [head, b"HTTP/1.1 200 OK\r\n\r\n"].concat();
    assert_eq!(parse(&followed, to_head), expect, "changed by what follows");
}

/// A response with this status line and these fields, to GET.
#[track_caller]
fn check(start: &str, fields: &str, expect: &str) {
    check_all(format!("{start}\r\n{fields}\r\n").as_bytes(), false, expect);
}

#[test]
fn framing_by_fields() {
    let line = "HTTP/1.1 200 OK";
    check(line, "Content-Length: 5\r\n", "200 Length(5) keep");
    check(line, "Content-Length: 0\r\n", "200 Length(0) keep");
    check(line, "Transfer-Encoding: chunked\r\n", "200 Chunked keep");
    check(line, "transfer-encoding:\tCHUNKED \r\n", "200 Chunked keep");
    check(line, "", "200 UntilClose close");
    check(line, "Connection: keep-alive\r\n", "200 UntilClose close");
    check(line, "Connection: close\r\nContent-Length: 5\r\n", "200 Length(5) close");
    check(line, "Content-Length: 5\r\nConnection: x, Close\r\n", "200 Length(5) close");
    check("HTTP/1.0 200 OK", "Content-Length: 5\r\n", "200 Length(5) close");
    check(
        "HTTP/1.0 200 OK",
        "Content-Length: 5\r\nConnection: keep-alive\r\n",
        "200 Length(5) keep",
    );
    check("HTTP/1.0 200 OK", "", "200 UntilClose close");
    check("HTTP/1.0 200 OK", "Connection: keep-alive\r\n", "200 UntilClose close");
}

#[test]
fn framing_by_status() {
    check("HTTP/1.1 204 No Content", "", "204 None keep");
    check("HTTP/1.1 204 No Content", "Content-Length: 0\r\n", "204 None keep");
    check("HTTP/1.1 204 No Content", "Content-Length: 5\r\n", "204 None close");
    check("HTTP/1.1 204 No Content", "Transfer-Encoding: chunked\r\n", "204 None close");
    check("HTTP/1.1 304 Not Modified", "", "304 None keep");
    check("HTTP/1.1 304 Not Modified", "Content-Length: 5\r\n", "304 None keep");
    check("HTTP/1.1 304 Not Modified", "Transfer-Encoding: chunked\r\n", "304 None keep");
    check("HTTP/1.1 205 Reset Content", "Content-Length: 0\r\n", "205 Length(0) keep");
    check("HTTP/1.1 100 Continue", "", "100 None keep interim");
    check("HTTP/1.1 100 Continue", "Content-Length: 0\r\n", "100 None keep interim");
    check("HTTP/1.1 103 Early Hints", "Link: </a>\r\n", "103 None keep interim");
    check("HTTP/1.1 199 ", "", "199 None keep interim");
    check("HTTP/1.1 500 ", "Content-Length: 1\r\n", "500 Length(1) keep");
    check("HTTP/1.1 999 x", "Content-Length: 1\r\n", "999 Length(1) keep");
}

#[test]
fn framing_of_answers_to_head() {
    let check = |fields: &str, expect: &str| {
        check_all(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes(), true, expect);
    };
    check("Content-Length: 5\r\n", "200 None keep");
    check("Transfer-Encoding: chunked\r\n", "200 None keep");
    check("", "200 None keep");
    check("Connection: close\r\n", "200 None close");
    check(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "! both Transfer-Encoding and Content-Length",
    );
}

#[test]
fn status_lines() {
    check("HTTP/1.1 200", "Content-Length: 1\r\n", "200 Length(1) keep");
    check("HTTP/1.1 200 ", "Content-Length: 1\r\n", "200 Length(1) keep");
    check("HTTP/1.1 200  a\tb  ", "Content-Length: 1\r\n", "200 Length(1) keep");
    check("HTTP/1.1 200 sch\u{f6}n", "Content-Length: 1\r\n", "200 Length(1) keep");
    let (version, status) = ("! version is not HTTP/1.0 or HTTP/1.1", "! invalid status line");
    for line in [
        "HTTP/2 200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/0.9 200 OK",
        "http/1.1 200 OK",
        "ICY 200 OK",
        " HTTP/1.1 200 OK",
        "HTTP/1.1  200 OK x",
        "HTTP/1.1\t200 OK",
        "<html>hello</html>",
        "200 OK ok ok",
    ] {
        let expect = if line == "HTTP/1.1  200 OK x" { status } else { version };
        check(line, "", expect);
    }
    for line in [
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/1.1 ",
        "HTTP/1.1 200OK",
        "HTTP/1.1 200\tOK",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 O\x7fK",
    ] {
        check(line, "", status);
    }
    check("HTTP/1.1 000 x", "", "! status below 100");
    check("HTTP/1.1 099 x", "", "! status below 100");
    check("\r\nHTTP/1.1 200 OK", "", "! empty line before the status line");
    check("\nHTTP/1.1 200 OK", "", "! empty line before the status line");
}

#[test]
fn ambiguous_framing() {
    let line = "HTTP/1.1 200 OK";
    let both = "! both Transfer-Encoding and Content-Length";
    let coding = "! Transfer-Encoding is not exactly `chunked`";
    let length = "! Content-Length is not a plain number";
    let lengths = "! more than one Content-Length";
    check(line, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", both);
    check(line, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", both);
    check(line, "Content-Length: 5\r\nContent-Length: 5\r\n", lengths);
    check(line, "Content-Length: 5\r\nContent-Length: 6\r\n", lengths);
    for value in ["5, 5", "+5", "-5", "0x5", "", "5;", "1_0", "99999999999999999999"] {
        check(line, &format!("Content-Length: {value}\r\n"), length);
    }
    for value in ["identity", "gzip, chunked", "chunked, chunked", "", "chunked;x", "xchunked"] {
        check(line, &format!("Transfer-Encoding: {value}\r\n"), coding);
    }
    check(line, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", coding);
    let old = "! Transfer-Encoding from an HTTP/1.0 upstream";
    check("HTTP/1.0 200 OK", "Transfer-Encoding: chunked\r\n", old);
    check("HTTP/1.0 204 OK", "Transfer-Encoding: chunked\r\n", old);
    let interim = "! interim response with a body";
    check("HTTP/1.1 100 Continue", "Content-Length: 5\r\n", interim);
    check("HTTP/1.1 103 Early Hints", "Transfer-Encoding: chunked\r\n", interim);
    let upgrade = "! 101 without an Upgrade from us";
    check("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket\r\n", upgrade);
    check("HTTP/1.1 101 Switching Protocols", "Content-Length: 5\r\n", upgrade);
}

#[test]
fn malformed_lines() {
    let check = |head: &str, expect: &str| check_all(head.as_bytes(), false, expect);
    let (line, name) =
        ("! a line does not end with CR LF", "! invalid byte in or after a field name");
    let value = "! invalid byte in a field value";
    check("HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\n", line);
    check("HTTP/1.1 200\nContent-Length: 5\r\n\r\n", line);
    check("HTTP/1.1 200 OK\r\nContent-Length: 5\n\r\n", line);
    check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\n", line);
    check("HTTP/1.1 200 OK\n\n", line);
    check("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", name);
    check("HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", name);
    check("HTTP/1.1 200 OK\r\n X: y\r\n\r\n", name);
    check("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", name);
    check("HTTP/1.1 200 OK\r\n: y\r\n\r\n", name);
    check("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", value);
    check("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", value);
    check(
        "HTTP/1.1 200 OK\r\nTransfer_Encoding: chunked\r\n\r\n",
        "! framing field spelled with an underscore",
    );
}

#[test]
fn fields_are_found_and_limited() {
    let bytes =
        b"HTTP/1.1 200 OK\r\nServer: s\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 2\r\n\
        Connection: X-Hop\r\n\r\nhi";
    let mut fields = Fields::new();
    let (parsed, length) =
        parse_response(bytes, &mut fields, false).expect("valid").expect("complete");
    assert_eq!(&bytes[length..], b"hi");
    let head = parsed.view(bytes, &fields);
    assert_eq!(head.field(FieldName::Server), Some(&b"s"[..]));
    assert_eq!(head.values("Set-Cookie").collect::<Vec<_>>(), [b"a", b"b"]);
    assert!(head.connection_lists(b"x-hop"));
    assert_eq!(head.fields().count(), 5);

    let with = |count: usize| {
        parse(format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(count)).as_bytes(), false)
    };
    assert_eq!(with(HEADER_FIELDS_MAX), "200 UntilClose close");
    assert_eq!(with(HEADER_FIELDS_MAX + 1), refusal(HeadError::TooLarge));
    let sized = |length: usize| {
        let mut head = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        head.resize(length - 4, b'x');
        head.extend_from_slice(b"\r\n\r\n");
        head
    };
    let limit = UPSTREAM_HEAD_BYTES_MAX;
    assert_eq!(parse(&sized(limit), false), "200 UntilClose close");
    assert_eq!(parse(&sized(limit)[..limit - 1], false), "incomplete");
    assert_eq!(parse(&sized(limit + 1), false), refusal(HeadError::TooLarge));
    assert_eq!(parse(&sized(limit + 1)[..limit], false), refusal(HeadError::TooLarge));
}
