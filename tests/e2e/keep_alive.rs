//! Many requests on one connection, and when it ends.

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::raw::request_bytes;
use ringway_tests::upstream::{Step, Upstream, json_response};

fn gateway(upstream: &Upstream) -> Gateway {
    let api = Api::new().route("ANY", "/mock", mock(r#"{"from":"mock"}"#)).route(
        "ANY",
        "/proxy",
        http_proxy(upstream.uri("/")),
    );
    Launch::openapi(&api).start()
}

#[test]
fn a_connection_serves_request_after_request() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    let mut client = gateway.client();
    for _ in 0..50 {
        assert_eq!(client.get("/dev/mock").json()["from"], "mock");
        assert_eq!(client.get("/dev/proxy").json()["from"], "upstream");
        assert_eq!(client.get("/dev/nowhere").status, 403);
    }
}

#[test]
fn upstream_connections_are_used_again() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    let mut client = gateway.client();
    for _ in 0..50 {
        assert_eq!(client.get("/dev/proxy").status, 200);
    }
    assert_eq!(upstream.connection_count(), 1);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let upstream = Upstream::start(|received| {
        let body = format!("{{\"n\":\"{}\"}}", received.query_all("n").join(""));
        vec![Step::Send(json_response(200, &body))]
    });
    let gateway = gateway(&upstream);
    let mut client = gateway.client();
    let mut bytes = Vec::new();
    for number in 0..20 {
        let target = format!("/dev/proxy?n={number}");
        let body = if number % 3 == 0 { &b"{\"some\":\"body\"}"[..] } else { b"" };
        bytes.extend(request_bytes("POST", &target, &[], body));
        bytes.extend(request_bytes("GET", "/dev/mock", &[], b""));
    }
    client.send(bytes);
    for number in 0..20 {
        assert_eq!(client.response().json()["n"], number.to_string());
        assert_eq!(client.response().json()["from"], "mock");
    }
}

#[test]
fn requests_arriving_byte_by_byte_are_served() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    let mut client = gateway.client();
    for byte in request_bytes("POST", "/dev/proxy", &[("X-A", "b")], b"body") {
        client.send([byte]);
    }
    assert_eq!(client.response().status, 200);
    assert_eq!(upstream.last().body, b"body");
}

#[test]
fn one_empty_line_before_a_request_is_skipped() {
    let gateway = gateway(&Upstream::ok());
    let mut client = gateway.client();
    for _ in 0..3 {
        client.send("\r\n");
        assert_eq!(client.get("/dev/mock").status, 200);
    }
    client.send("\r\n\r\n");
    assert_eq!(client.get("/dev/mock").status, 400);
    client.expect_closed();
}

#[test]
fn connection_close_is_kept() {
    let gateway = gateway(&Upstream::ok());
    for target in ["/dev/mock", "/dev/proxy", "/dev/nowhere"] {
        let mut client = gateway.client();
        let response = client.exchange("GET", target, &[("Connection", "close")], b"");
        assert!(response.closes(), "{target}: {response:?}");
        client.expect_closed();
    }
}

#[test]
fn a_client_that_shuts_down_its_side_still_gets_its_answer() {
    let gateway = gateway(&Upstream::ok());
    let mut client = gateway.client();
    client.send(request_bytes("GET", "/dev/mock", &[], b""));
    client.shut_down_writing();
    assert_eq!(client.response().status, 200);
    client.expect_closed();
}

#[test]
fn http_1_0_is_answered_and_closed_unless_asked_to_stay() {
    let gateway = gateway(&Upstream::ok());
    for target in ["/dev/mock", "/dev/proxy"] {
        let mut client = gateway.client();
        client.send(format!("GET {target} HTTP/1.0\r\n\r\n"));
        let response = client.response();
        assert_eq!(response.status, 200, "{response:?}");
        client.expect_closed();
        let mut client = gateway.client();
        for _ in 0..3 {
            client.send(format!("GET {target} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
            let response = client.response();
            assert_eq!(response.status, 200, "{response:?}");
            assert_eq!(response.header("connection"), Some("keep-alive"), "{response:?}");
        }
    }
}

/// HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
#[test]
fn http_1_0_gets_no_chunks() {
    let upstream = Upstream::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        vec![Step::Send(format!("{head}3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n").into_bytes())]
    });
    let gateway = gateway(&upstream);
    let mut client = gateway.client();
    client.send("GET /dev/proxy HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    // The reader refuses a transfer coding in an answer to HTTP/1.0 only if it is one; look here.
    let response = client.response();
    assert_eq!(response.header("transfer-encoding"), None, "{response:?}");
    assert_eq!(response.text(), "abcdef");
}
