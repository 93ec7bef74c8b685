//! Request heads that are accepted: what the view says, and the limits.

use super::super::{FieldName, Fields, Framing, HeadError, parse_request, parse_request_head};
use super::outcome;
use crate::limits::{HEADER_FIELDS_MAX, REQUEST_HEAD_BYTES_MAX};

#[track_caller]
fn check(head: &str, expect: &str) {
    assert_eq!(outcome(head.as_bytes()), expect, "{head:?}");
}

#[test]
fn request_lines() {
    let check_line =
        |line: &str, expect: &str| check(&format!("{line}\r\nHost: h\r\n\r\n"), expect);
    check_line("GET / HTTP/1.1", "GET / @h Http11 None keep");
    check_line("GET /a/b?c=d&e HTTP/1.1", "GET /a/b ?c=d&e @h Http11 None keep");
    check_line("GET /? HTTP/1.1", "GET / ? @h Http11 None keep");
    check_line("GET /a??b HTTP/1.1", "GET /a ??b @h Http11 None keep");
    check_line("GET //a//b/ HTTP/1.1", "GET //a//b/ @h Http11 None keep");
    check_line("GET /%2F%zz/../. HTTP/1.1", "GET /%2F%zz/../. @h Http11 None keep");
    check_line("GET /{a}|\"^<>`\\ HTTP/1.1", "GET /{a}|\"^<>`\\ @h Http11 None keep");
    check_line("GET /a:b@c HTTP/1.1", "GET /a:b@c @h Http11 None keep");
    check_line("get / HTTP/1.1", "get / @h Http11 None keep");
    check_line("connect / HTTP/1.1", "connect / @h Http11 None keep");
    check_line("M-SEARCH! / HTTP/1.1", "M-SEARCH! / @h Http11 None keep");
    check_line("OPTIONS * HTTP/1.1", "OPTIONS * @h Http11 None keep");
    check_line("OPTIONS * HTTP/1.0", "OPTIONS * @h Http10 None close");
    check_line("POST / HTTP/1.1", "POST / @h Http11 None keep");
}

#[test]
fn absolute_form() {
    let check_target = |target: &str, expect: &str| {
        check(&format!("GET {target} HTTP/1.1\r\nHost: sent\r\n\r\n"), expect);
    };
    check_target("http://a.example/b?c", "GET /b ?c @a.example Http11 None keep");
    check_target("HTTPS://a.example:8443/", "GET / @a.example:8443 Http11 None keep");
    check_target("http://a.example", "GET / @a.example Http11 None keep");
    check_target("http://a.example?q", "GET / ?q @a.example Http11 None keep");
    check_target("http://[::1]:80/x/?", "GET /x/ ? @[::1]:80 Http11 None keep");
    check_target("http://h//http://i/", "GET //http://i/ @h Http11 None keep");
    check("GET http://a/ HTTP/1.0\r\n\r\n", "GET / @a Http10 None close");
}

#[test]
fn persistence() {
    let check_11 = |connection: &str, expect: &str| {
        check(
            &format!("GET / HTTP/1.1\r\nHost: h\r\n{connection}\r\n"),
            &format!("GET / @h Http11 None {expect}"),
        );
    };
    check_11("", "keep");
    check_11("Connection: close\r\n", "close");
    check_11("Connection: CLOSE\r\n", "close");
    check_11("Connection: keep-alive\r\n", "keep");
    check_11("Connection: keep-alive, close\r\n", "close");
    check_11("Connection: ,, close ,\r\n", "close");
    check_11("Connection: upgrade\r\nConnection: close\r\n", "close");
    check_11("Connection: closed\r\n", "keep");
    check_11("Connection: x-close, not close\r\n", "keep");
    check_11("Proxy-Connection: close\r\n", "keep");
    let check_10 = |connection: &str, expect: &str| {
        check(
            &format!("GET / HTTP/1.0\r\n{connection}\r\n"),
            &format!("GET / @ Http10 None {expect}"),
        );
    };
    check_10("", "close");
    check_10("Connection: Keep-Alive\r\n", "keep");
    check_10("Connection: keep-alive, close\r\n", "close");
    check_10("Connection: close\r\n", "close");
}

#[test]
fn expectations() {
    let check_post = |version: &str, fields: &str, expect: &str| {
        check(&format!("POST / HTTP/{version}\r\nHost: h\r\n{fields}\r\n"), expect);
    };
    check_post(
        "1.1",
        "Content-Length: 4\r\nExpect: 100-Continue\r\n",
        "POST / @h Http11 Length(4) keep continue",
    );
    check_post(
        "1.1",
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n",
        "POST / @h Http11 Chunked keep continue",
    );
    check_post("1.1", "Expect: 100-continue\r\n", "POST / @h Http11 None keep");
    check_post(
        "1.1",
        "Expect: 100-continue\r\nContent-Length: 0\r\n",
        "POST / @h Http11 Length(0) keep",
    );
    check_post(
        "1.0",
        "Expect: 100-continue\r\nContent-Length: 4\r\n",
        "POST / @h Http10 Length(4) close",
    );
}

#[test]
fn fields_are_found() {
    let bytes =
        b"\r\nGET /x?y HTTP/1.1\r\nhOST: h:1\r\nX-Api-Key:  one \r\nX-A: 1\r\nx-api-key: two\r\n\
        x-a:\r\nX-A: \t3 4\t\r\nConnection: x-a , Keep-Alive\r\nConnection: Foo\r\n\r\nbody";
    let mut fields = Fields::new();
    let (head, length) = parse_request(bytes, &mut fields).expect("valid").expect("complete");
    assert_eq!(&bytes[length..], b"body");
    assert_eq!(head.target(), b"/x?y");
    assert_eq!(head.count(), 8);
    assert_eq!(head.field(FieldName::Host), Some(&b"h:1"[..]));
    assert_eq!(head.field(FieldName::XApiKey), Some(&b"two"[..]));
    assert_eq!(head.field(FieldName::Accept), None);
    assert_eq!(head.field(FieldName::Other), None);
    assert_eq!(head.custom("X-API-KEY"), Some(&b"two"[..]));
    assert_eq!(head.custom("X-a"), Some(&b"3 4"[..]));
    assert_eq!(head.custom("X-b"), None);
    assert_eq!(head.custom(""), None);
    assert_eq!(head.custom("accept"), None);
    assert_eq!(head.values("x-A").collect::<Vec<_>>(), [&b"1"[..], b"", b"3 4"]);
    assert_eq!(head.values("x-api-key").collect::<Vec<_>>(), [&b"one"[..], b"two"]);
    assert_eq!(head.values("age").count(), 0);
    for (name, listed) in
        [("X-A", true), ("keep-alive", true), ("foo", true), ("x-api-key", false), ("x", false)]
    {
        assert_eq!(head.connection_lists(name.as_bytes()), listed, "{name}");
    }
    let first = head.fields().take(2).map(|line| (line.name(), line.text(), line.value()));
    assert_eq!(
        first.collect::<Vec<_>>(),
        [(FieldName::Host, &b"hOST"[..], &b"h:1"[..]), (FieldName::XApiKey, b"X-Api-Key", b"one")]
    );
    let again = head.parsed().view(bytes, &fields);
    assert_eq!(again.host(), b"h:1");
    assert_eq!(again.values("x-a").count(), 3);
}

/// A head of exactly `length` bytes.
fn head_of(length: usize) -> Vec<u8> {
    let (start, end) = (b"GET / HTTP/1.1\r\nHost: h\r\nX: ", b"\r\n\r\n");
    let mut head = start.to_vec();
    head.resize(length - end.len(), b'x');
    head.extend_from_slice(end);
    head
}

#[test]
fn bytes_are_limited() {
    let mut fields = Fields::new();
    let mut check = |bytes: &[u8], expect| {
        assert_eq!(
            parse_request_head(bytes, &mut fields).map(|head| head.map(|head| head.length())),
            expect
        );
    };
    let limit = REQUEST_HEAD_BYTES_MAX;
    let largest = head_of(limit);
    check(&largest, Ok(Some(limit)));
    check(&[&largest[..], &[b'b'; 100_000]].concat(), Ok(Some(limit)));
    check(&largest[..limit - 1], Ok(None));
    check(&head_of(limit + 1), Err(HeadError::TooLarge));
    check(&head_of(limit + 1)[..limit], Err(HeadError::TooLarge));
    check(&head_of(200_000), Err(HeadError::TooLarge));
    check(&vec![b'A'; limit], Err(HeadError::TooLarge));
    check(&vec![b'A'; limit - 1], Ok(None));
}

#[test]
fn fields_are_limited() {
    let with = |count: usize| {
        let fields = "X: y\r\n".repeat(count - 1);
        outcome(format!("GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n").as_bytes())
    };
    assert_eq!(with(HEADER_FIELDS_MAX), "GET / @h Http11 None keep");
    assert_eq!(with(HEADER_FIELDS_MAX + 1), "! head too large");
    let named = |length: usize| {
        let name = "n".repeat(length);
        outcome(format!("GET / HTTP/1.1\r\nHost: h\r\n{name}: y\r\n\r\n").as_bytes())
    };
    assert_eq!(named(255), "GET / @h Http11 None keep");
    assert_eq!(named(256), "! head too large");
}

#[test]
fn storage_is_reused() {
    let mut fields = Fields::new();
    let big = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "X: y\r\n".repeat(99));
    assert!(parse_request(big.as_bytes(), &mut fields).expect("valid").is_some());
    let capacity = fields.0.capacity();
    for _ in 0..3 {
        let small = b"POST /s HTTP/1.1\r\nContent-Length: 7\r\nHost: i\r\n\r\n";
        let (head, _) = parse_request(small, &mut fields).expect("valid").expect("complete");
        assert_eq!(head.count(), 2);
        assert_eq!(head.framing(), Framing::Length(7));
        assert_eq!(head.field(FieldName::Host), Some(&b"i"[..]));
    }
    assert_eq!(fields.0.capacity(), capacity);
    assert!(Fields::with_full_capacity().0.capacity() >= HEADER_FIELDS_MAX);
}
