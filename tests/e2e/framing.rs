//! Malformed and ambiguous requests: 400 and close, never a guess (RFC 9112; the smuggling matrix).

use ringway_tests::api::{Api, http_proxy};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::{Step, Upstream};

use crate::expect;

/// What an attacker wants to be taken for a request of its own.
const SMUGGLED: &str = "GET /dev/pets?smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

fn proxy_to(upstream: &Upstream) -> Gateway {
    Launch::openapi(&Api::new().route("ANY", "/pets", http_proxy(upstream.uri("/")))).start()
}

/// Sends each on a connection of its own, a smuggled request behind it, and expects a 400, the end
/// of the connection, and that nothing reached the upstream.
#[track_caller]
fn all_refused(cases: &[(&str, &str)]) {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    for (what, bytes) in cases {
        let mut client = gateway.client();
        client.send(format!("{bytes}{SMUGGLED}"));
        let response = client
            .try_response()
            .unwrap_or_else(|broken| panic!("{what}: no answer but {broken:?}"));
        assert_eq!(response.status, 400, "{what}: {response:?}");
        client.expect_closed();
        assert_eq!(upstream.request_count(), 0, "{what} reached the back end");
    }
    assert_eq!(gateway.get("/dev/pets").status, 200, "the gateway serves on");
}

#[test]
fn two_framings_at_once_are_refused() {
    let request = "POST /dev/pets HTTP/1.1\r\nHost: a\r\n";
    let chunks = "0\r\n\r\n";
    let case = |headers: &str| format!("{request}{headers}\r\n{chunks}");
    all_refused(&[
        ("CL then TE", &case("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
        ("TE then CL", &case("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
        ("different CLs", &case("Content-Length: 5\r\nContent-Length: 6\r\n")),
        ("equal CLs", &case("Content-Length: 5\r\nContent-Length: 5\r\n")),
        ("a list of CLs", &case("Content-Length: 5, 5\r\n")),
        ("two TEs", &case("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
        ("chunked twice", &case("Transfer-Encoding: chunked, chunked\r\n")),
    ]);
}

#[test]
fn lengths_that_are_no_numbers_are_refused() {
    let lengths = [
        "+5",
        "-1",
        "0x5",
        "5 5",
        "",
        "5;",
        "5.0",
        "99999999999999999999",
        "18446744073709551617",
        "٥",
    ];
    let cases = lengths.map(|length| {
        let head = "POST /dev/pets HTTP/1.1\r\nHost: a\r\n";
        (length, format!("{head}Content-Length: {length}\r\n\r\nhello"))
    });
    let cases = cases.iter().map(|(what, bytes)| (*what, bytes.as_str())).collect::<Vec<_>>();
    all_refused(&cases);
}

#[test]
fn transfer_codings_other_than_chunked_are_refused() {
    let codings =
        ["identity", "gzip", "gzip, chunked", "chunked, gzip", "xchunked", "chunked;q=1", ""];
    let cases = codings.map(|coding| {
        let head = format!("POST /dev/pets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n");
        (coding, format!("{head}\r\n0\r\n\r\n"))
    });
    let cases = cases.iter().map(|(what, bytes)| (*what, bytes.as_str())).collect::<Vec<_>>();
    all_refused(&cases);
}

#[test]
fn http_1_0_with_a_transfer_coding_is_refused() {
    let head = "POST /dev/pets HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    all_refused(&[("1.0 and TE", &format!("{head}0\r\n\r\n"))]);
}

#[test]
fn header_lines_that_are_read_differently_elsewhere_are_refused() {
    let case = |lines: &str| format!("GET /dev/pets HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
    all_refused(&[
        ("obs-fold", &case("X-A: b\r\n c\r\n")),
        ("obs-fold with a tab", &case("X-A: b\r\n\tc\r\n")),
        ("a fold first", "GET /dev/pets HTTP/1.1\r\n Host: a\r\n\r\n"),
        ("a blank before the colon", &case("X-A : b\r\n")),
        ("a tab before the colon", &case("Content-Length\t: 5\r\n")),
        ("a bare LF", &case("X-A: b\nX-B: c\r\n")),
        ("a bare CR", &case("X-A: b\rX-B: c\r\n")),
        ("NUL in a value", &case("X-A: b\0c\r\n")),
        ("NUL in a name", &case("X\0A: b\r\n")),
        ("a control character", &case("X-A: b\x01c\r\n")),
        ("DEL in a value", &case("X-A: b\x7fc\r\n")),
        ("no colon", &case("X-A\r\n")),
        ("no name", &case(": b\r\n")),
        ("a blank in a name", &case("X A: b\r\n")),
        ("a separator in a name", &case("X(A): b\r\n")),
        ("only bare LFs", "GET /dev/pets HTTP/1.1\nHost: a\n\n"),
    ]);
}

#[test]
fn request_lines_that_are_none_are_refused() {
    let host = "\r\nHost: a\r\n\r\n";
    let case = |line: &str| format!("{line}{host}");
    all_refused(&[
        ("no version", &case("GET /dev/pets")),
        ("two blanks", &case("GET  /dev/pets HTTP/1.1")),
        ("a tab", &case("GET\t/dev/pets\tHTTP/1.1")),
        ("a blank in the target", &case("GET /dev/pets a HTTP/1.1")),
        ("a blank at the end", &case("GET /dev/pets HTTP/1.1 ")),
        ("no target", &case("GET HTTP/1.1")),
        ("a relative target", &case("GET dev/pets HTTP/1.1")),
        ("a fragment", &case("GET /dev/pets#top HTTP/1.1")),
        ("NUL in the target", &case("GET /dev/p\0ets HTTP/1.1")),
        ("a control character", &case("GET /dev/p\x01ets HTTP/1.1")),
        ("lower-case protocol", &case("GET /dev/pets http/1.1")),
        ("no such minor version", &case("GET /dev/pets HTTP/1.10")),
        ("a blank in front", &case(" GET /dev/pets HTTP/1.1")),
        ("a verb that is no token", &case("G(T /dev/pets HTTP/1.1")),
        ("TLS on the plain port", "\x16\x03\x01\x02\0\x01\0\x01\u{7c}\x03\x03\r\n\r\n"),
    ]);
}

#[test]
fn other_major_versions_are_refused() {
    let gateway = proxy_to(&Upstream::ok());
    for line in ["GET /dev/pets HTTP/2.0", "PRI * HTTP/2.0", "GET /dev/pets HTTP/0.9"] {
        let mut client = gateway.client();
        client.send(format!("{line}\r\nHost: a\r\n\r\n"));
        let status = client.response().status;
        assert!([400, 505].contains(&status), "{line}: {status}");
        client.expect_closed();
    }
}

#[test]
fn http_1_1_names_exactly_one_host() {
    all_refused(&[
        ("no Host", "GET /dev/pets HTTP/1.1\r\n\r\n"),
        ("two Hosts", "GET /dev/pets HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        ("one Host twice", "GET /dev/pets HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        ("a list of hosts", "GET /dev/pets HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        ("a blank in a host", "GET /dev/pets HTTP/1.1\r\nHost: a b\r\n\r\n"),
        ("a path in a host", "GET /dev/pets HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        ("a user in a host", "GET /dev/pets HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    ]);
}

/// Behind a head that was fine, so the request may have reached the back end; what counts is that
/// it is refused or broken off, that nothing behind it is answered, and that nothing is smuggled.
#[test]
fn chunks_that_are_none_end_the_connection() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    let head = "POST /dev/pets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (what, body) in [
        ("no digits", "\r\nhello\r\n0\r\n\r\n"),
        ("not hexadecimal", "5g\r\nhello\r\n0\r\n\r\n"),
        ("0x in front", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("a sign", "+5\r\nhello\r\n0\r\n\r\n"),
        ("negative", "-5\r\nhello\r\n0\r\n\r\n"),
        ("a blank in front", " 5\r\nhello\r\n0\r\n\r\n"),
        ("too large", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        ("wraps around", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
        ("a bare LF", "5\nhello\r\n0\r\n\r\n"),
        ("a bare LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        ("runs on", "5\r\nhello!\r\n0\r\n\r\n"),
        ("no CRLF behind", "5\r\nhello0\r\n\r\n"),
        ("a bare CR behind", "5\r\nhello\r0\r\n\r\n"),
        ("a trailer without colon", "0\r\nX\r\n\r\n"),
        ("a bare LF in a trailer", "0\r\nX: a\nY: b\r\n\r\n"),
    ] {
        let mut client = gateway.client();
        client.send(format!("{head}{body}{SMUGGLED}"));
        match client.try_response() {
            Ok(response) => {
                assert!([400, 500, 502, 504].contains(&response.status), "{what}: {response:?}");
                client.expect_closed();
            }
            // Broken off without an answer.
            Err(broken) => {
                let text = format!("{broken:?}");
                assert!(text.starts_with("Closed([])"), "{what}: {text}");
            }
        }
    }
    let smuggled = upstream.received().into_iter().filter(|one| one.target.contains("smuggled"));
    assert_eq!(smuggled.count(), 0);
    assert_eq!(gateway.get("/dev/pets").status, 200, "the gateway serves on");
}

#[test]
fn a_400_for_a_malformed_request_is_json_with_a_request_id() {
    let gateway = proxy_to(&Upstream::ok());
    let mut client = gateway.client();
    client.send("GET /dev/pets HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n");
    let response = client.response();
    assert!(response.json()["message"].is_string(), "{response:?}");
    assert!(response.closes(), "{response:?}");
    expect::request_ids(&response);
}

#[test]
fn a_head_cut_short_is_closed_without_an_answer_from_the_back_end() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    for cut in ["", "GET", "GET /dev/pets HTTP/1.1\r\nHost: a\r\n"] {
        let mut client = gateway.client();
        client.send(cut);
        client.shut_down_writing();
        match client.try_response() {
            Ok(response) => assert_eq!(response.status, 400),
            Err(broken) => assert!(format!("{broken:?}").starts_with("Closed([])"), "{broken:?}"),
        }
    }
    assert_eq!(upstream.request_count(), 0);
}

/// Two answers where one was asked for: the second must not be given to the next client.
#[test]
fn bytes_behind_an_answer_poison_the_upstream_connection() {
    let upstream = Upstream::start(|received| {
        let first = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst";
        let stray = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
        let behind = if received.connection == 0 { stray } else { "" };
        vec![Step::Send(format!("{first}{behind}").into_bytes())]
    });
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    for _ in 0..5 {
        assert_eq!(client.get("/dev/pets").text(), "first");
    }
}
