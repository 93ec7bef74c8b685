//! Request lines, targets and Hosts that two HTTP readers could understand differently.

use super::outcome;

const NAME: &str = "! invalid byte in or after a field name";
const VALUE: &str = "! invalid byte in a field value";
const NEWLINE: &str = "! invalid line ending";
const TOKEN: &str = "! invalid method or request target";
const TARGET: &str = "! fragment or invalid byte in the request target";
const FORM: &str = "! request target is neither a path nor an http URI";
const AUTHORITY: &str = "! invalid authority in the request target";
const VERSION: &str = "! version is not HTTP/1.0 or HTTP/1.1";
const HOST: &str = "! invalid Host";
const HOSTS: &str = "! more than one Host";
const NO_HOST: &str = "! no Host";
const EMPTY: &str = "! empty lines before the request line";

/// A second Host or other fields after the first.
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
fn hosts() {
    check(b"GET / HTTP/1.1\r\n\r\n", NO_HOST);
    check(b"GET / HTTP/1.1\r\nX: y\r\n\r\n", NO_HOST);
    check(b"GET http://h/ HTTP/1.1\r\n\r\n", NO_HOST);
    check_fields(b"Host: h\r\n", HOSTS);
    check_fields(b"host: other\r\n", HOSTS);
    check(b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", HOSTS);
    for value in [
        &b""[..],
        b" ",
        b"a b",
        b"a,b",
        b"a, b",
        b"a/b",
        b"a\\b",
        b"user@a",
        b"a?b",
        b"a#b",
        b"a:80:80",
        b"a:x",
        b"a:65536",
        b"a:-1",
        b"a:080800",
        b":80",
        b"http://a",
        b"[::1",
        b"::1",
        b"[a]b",
        b"a\xe4",
        b"\"a\"",
        b"a%00",
        b"a\tb",
        b"<a>",
        b"*",
        b"a;b",
        b"a|b",
        b"[]",
    ] {
        check(&[b"GET / HTTP/1.1\r\nHost: ", value, b"\r\n\r\n"].concat(), HOST);
        check(&[b"GET http://h/ HTTP/1.1\r\nHost: ", value, b"\r\n\r\n"].concat(), HOST);
    }
    check(b"GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", VALUE);
    check(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", NAME);
}

#[test]
fn request_lines() {
    for line in [
        &b"GET / HTTP/2.0"[..],
        b"GET / HTTP/1.2",
        b"GET / HTTP/0.9",
        b"GET / HTTP/1.10",
        b"GET / HTTP/01.1",
        b"GET / HTTP/1.1x",
        b"GET / http/1.1",
        b"GET / HTTP 1.1",
        b"GET / HTTP/1,1",
        b"GET / HTTP/1.",
        b"GET / ",
        b"GET /  HTTP/1.1",
        b"GET / a HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"GET / HTTP/1.1\xa0",
        b"GET / HTTPS/1.1",
        b"GET / \tHTTP/1.1",
        b"GET / HTTP/1.1 HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"GET / HTTP/1.1\t",
    ] {
        let head = [line, b"\r\nHost: h\r\n\r\n"].concat();
        let outcome = outcome(&head);
        // Bytes after a version are a bad line ending; everything else is a bad version.
        let after_version = line.starts_with(b"GET / HTTP/1.1") && line.len() > 14;
        let after_version = after_version || line == b"GET / HTTP/1.10";
        let expect = if after_version { NEWLINE } else { VERSION };
        assert_eq!(outcome, expect, "{:?}", String::from_utf8_lossy(line));
    }
    for line in [
        &b"GET"[..],
        b"GET /",
        b"GET  / HTTP/1.1",
        b" GET / HTTP/1.1",
        b"\tGET / HTTP/1.1",
        b"GET\t/ HTTP/1.1",
        b"GET /\tHTTP/1.1",
        b"G(T / HTTP/1.1",
        b"GE\0T / HTTP/1.1",
        b"G\xe4T / HTTP/1.1",
        b" / HTTP/1.1",
        b"GET /a\0b HTTP/1.1",
        b"GET /a\x7fb HTTP/1.1",
        b"GET /a\x01 HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"GET /\xe4 HTTP/1.1",
        b"GET: / HTTP/1.1",
        b"\0GET / HTTP/1.1",
        b"{\"a\":1}",
        b"\x16\x03\x01\x02\x00",
        b"GET /a\x0bb HTTP/1.1",
    ] {
        check_line(line, TOKEN);
    }
}

#[test]
fn targets() {
    for line in [
        &b"GET /a#b HTTP/1.1"[..],
        b"GET /#  HTTP/1.1",
        b"GET # HTTP/1.1",
        b"GET /?a#b HTTP/1.1",
        b"GET /\xc3\xa4 HTTP/1.1",
        b"GET http://h/#f HTTP/1.1",
        b"GET /?\xe2\x82\xac HTTP/1.1",
    ] {
        let expect = if line.windows(2).any(|pair| pair == b"  ") { VERSION } else { TARGET };
        check_line(line, expect);
    }
    for line in [
        &b"GET a HTTP/1.1"[..],
        b"GET h/a HTTP/1.1",
        b"GET h:80 HTTP/1.1",
        b"GET ?a HTTP/1.1",
        b"GET \\ HTTP/1.1",
        b"GET ftp://h/ HTTP/1.1",
        b"GET http:/h/ HTTP/1.1",
        b"GET http:h HTTP/1.1",
        b"GET ws://h/ HTTP/1.1",
        b"GET ** HTTP/1.1",
        b"OPTIONS *a HTTP/1.1",
        b"OPTIONS *? HTTP/1.1",
        b"GET javascript:1 HTTP/1.1",
        b"GET %2f HTTP/1.1",
        b"GET file:///etc/passwd HTTP/1.1",
        b"OPTIONS h HTTP/1.1",
    ] {
        check_line(line, FORM);
    }
    for line in [
        &b"GET http:// HTTP/1.1"[..],
        b"GET http:/// HTTP/1.1",
        b"GET http://user@h/ HTTP/1.1",
        b"GET http://u:p@h/ HTTP/1.1",
        b"GET http://h:x/ HTTP/1.1",
        b"GET http://h:99999/ HTTP/1.1",
        b"GET http://h,i/ HTTP/1.1",
        b"GET http://h\\i/ HTTP/1.1",
        b"GET http://[::1/ HTTP/1.1",
        b"GET https://?a HTTP/1.1",
        b"GET http://h%2f/ HTTP/1.1",
    ] {
        check_line(line, AUTHORITY);
    }
    let asterisk = "! asterisk target is for OPTIONS only";
    check_line(b"GET * HTTP/1.1", asterisk);
    check_line(b"POST * HTTP/1.1", asterisk);
    check_line(b"options * HTTP/1.1", asterisk);
    let connect = "! CONNECT is not for a gateway";
    check_line(b"CONNECT h:443 HTTP/1.1", connect);
    check_line(b"CONNECT / HTTP/1.1", connect);
    check_line(b"CONNECT http://h/ HTTP/1.1", connect);
}

#[test]
fn empty_lines_before_the_request() {
    check_line(b"\r\n\r\nGET / HTTP/1.1", EMPTY);
    check_line(b"\nGET / HTTP/1.1", EMPTY);
    check_line(b"\r\n\nGET / HTTP/1.1", EMPTY);
    check_line(b"\n\r\nGET / HTTP/1.1", EMPTY);
    check_line(b"\rGET / HTTP/1.1", NEWLINE);
    check_line(b"\r\r\nGET / HTTP/1.1", NEWLINE);
    check_line(b"\r\n\rGET / HTTP/1.1", EMPTY);
    check_line(b"\r\n GET / HTTP/1.1", TOKEN);
    check_line(b"\r\nGET / HTTP/1.1", "GET / @h Http11 None keep");
}
