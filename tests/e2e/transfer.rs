//! How bodies travel: chunked and sized, trailers, Expect, HEAD, streaming.

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::raw::request_bytes;
use ringway_tests::upstream::{Gate, Step, Upstream, json_response};

fn proxy_to(upstream: &Upstream) -> Gateway {
    let api = Api::new().route("ANY", "/pets", http_proxy(upstream.uri("/pets"))).route(
        "ANY",
        "/mock",
        mock("{}"),
    );
    Launch::openapi(&api).start()
}

const CHUNKED: (&str, &str) = ("Transfer-Encoding", "chunked");

#[test]
fn a_chunked_request_arrives_whole() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    let body = b"5\r\nhello\r\n1;extension=1\r\n \r\n5\r\nworld\r\n0\r\n\r\n";
    for _ in 0..3 {
        assert_eq!(client.exchange("POST", "/dev/pets", &[CHUNKED], body).status, 200);
        assert_eq!(upstream.last().body, b"hello world");
    }
    assert_eq!(client.exchange("POST", "/dev/mock", &[CHUNKED], body).status, 200);
    assert_eq!(client.exchange("POST", "/dev/nowhere", &[CHUNKED], body).status, 403);
    assert_eq!(client.get("/dev/mock").status, 200);
}

#[test]
fn trailers_of_a_request_are_dropped() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    let body = b"3\r\nabc\r\n0\r\nX-Evil: 1\r\nHost: evil\r\n\r\n";
    assert_eq!(client.exchange("POST", "/dev/pets", &[CHUNKED], body).status, 200);
    let received = upstream.last();
    assert_eq!(received.body, b"abc");
    assert_eq!(received.header("X-Evil"), None);
    assert!(received.trailers.is_empty(), "{received:?}");
    assert_eq!(client.get("/dev/mock").status, 200);
}

#[test]
fn a_chunked_answer_arrives_whole_without_its_trailers() {
    let upstream = Upstream::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Evil\r\n\r\n";
        let body = "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Evil: 1\r\n\r\n";
        vec![Step::Send(format!("{head}{body}").into_bytes())]
    });
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    for _ in 0..3 {
        let response = client.get("/dev/pets");
        assert_eq!(response.text(), "hello world");
        assert_eq!(response.header("X-Evil"), None);
        assert!(response.trailers.is_empty(), "{response:?}");
    }
    assert_eq!(upstream.connection_count(), 1, "a chunked answer leaves the connection usable");
}

#[test]
fn an_answer_that_ends_with_its_connection_arrives_whole() {
    let upstream = Upstream::start(|_| {
        vec![Step::Send(b"HTTP/1.1 200 OK\r\n\r\nto the end".to_vec()), Step::Close]
    });
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    for _ in 0..2 {
        assert_eq!(client.get("/dev/pets").text(), "to the end");
    }
}

#[test]
fn an_answer_streams_before_it_is_complete() {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst".to_vec();
        vec![Step::Send(head), Step::Wait(at.clone()), Step::Send(b"-rest".to_vec())]
    });
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    client.send(request_bytes("GET", "/dev/pets", &[], b""));
    let start = client.until(b"first");
    assert!(start.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&start));
    gate.open();
    let rest = client.until(b"-rest");
    assert_eq!(rest, b"-rest");
    assert_eq!(client.get("/dev/mock").status, 200);
}

#[test]
fn expect_100_continue_gets_its_interim_answer_before_the_body() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    for target in ["/dev/pets", "/dev/mock"] {
        let mut client = gateway.client();
        let headers = [("Expect", "100-continue"), ("Content-Length", "5")];
        client.send(request_bytes("POST", target, &headers, b""));
        let interim = client.until(b"\r\n\r\n");
        let interim = String::from_utf8_lossy(&interim).into_owned();
        // A mock needs no body; it may answer at once and close, but must not wait for ever.
        if interim.starts_with("HTTP/1.1 100 ") {
            client.send("hello");
            assert_eq!(client.response().status, 200, "{target}");
        } else {
            assert!(target == "/dev/mock" && interim.starts_with("HTTP/1.1 200 "), "{interim}");
        }
    }
    assert_eq!(upstream.last().body, b"hello");
    assert_eq!(upstream.last().header("Expect"), None);
}

#[test]
fn a_refused_request_gets_its_answer_instead_of_a_100() {
    let gateway = proxy_to(&Upstream::ok());
    let mut client = gateway.client();
    let headers = [("Expect", "100-continue"), ("Content-Length", "5")];
    client.send(request_bytes("POST", "/dev/nowhere", &headers, b""));
    let response = client.response();
    assert_eq!((response.status, response.interim.as_slice()), (403, [].as_slice()));
}

#[test]
fn an_interim_answer_of_the_back_end_does_not_end_the_exchange() {
    let upstream = Upstream::start(|_| {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec();
        bytes.extend(json_response(200, r#"{"final":true}"#));
        vec![Step::Send(bytes)]
    });
    let gateway = proxy_to(&upstream);
    let response = gateway.get("/dev/pets");
    assert_eq!(response.json()["final"], true, "{response:?}");
}

#[test]
fn the_answer_to_head_has_no_body_and_the_length_of_the_back_end() {
    let upstream = Upstream::start(|received| {
        let body = if received.method == "HEAD" { "" } else { "0123456789" };
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
        vec![Step::Send(format!("{head}{body}").into_bytes())]
    });
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    for _ in 0..3 {
        let head = client.exchange("HEAD", "/dev/pets", &[], b"");
        assert_eq!((head.status, head.header("content-length")), (200, Some("10")), "{head:?}");
        assert_eq!(client.get("/dev/pets").text(), "0123456789");
    }
    assert_eq!(upstream.connection_count(), 1);
}

#[test]
fn head_of_a_mock_and_of_an_error_have_no_body_either() {
    let gateway = proxy_to(&Upstream::ok());
    let mut client = gateway.client();
    assert_eq!(client.exchange("HEAD", "/dev/mock", &[], b"").status, 200);
    assert_eq!(client.exchange("HEAD", "/dev/nowhere", &[], b"").status, 403);
    assert_eq!(client.get("/dev/mock").text(), "{}");
}
