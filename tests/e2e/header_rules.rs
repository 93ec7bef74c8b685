//! Which headers pass an HTTP_PROXY integration, in both directions (aws-facts 126, 131, 137, 138).

use ringway_tests::api::{Api, http_proxy, mapped};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::response::Response;
use ringway_tests::upstream::{Received, Step, Upstream, response_bytes};

use crate::expect;

fn proxy_to(upstream: &Upstream) -> Gateway {
    let api = Api::new().route("ANY", "/pets", http_proxy(upstream.uri("/pets")));
    Launch::openapi(&api).start()
}

fn forwarded(headers: &[(&str, &str)], body: &[u8]) -> Received {
    let upstream = Upstream::ok();
    let response = proxy_to(&upstream).request("POST", "/dev/pets", headers, body);
    assert_eq!(response.status, 200, "{response:?}");
    upstream.last()
}

#[test]
fn client_headers_reach_the_back_end() {
    let sent = [
        ("Accept", "text/plain"),
        ("Accept-Charset", "utf-8"),
        ("Accept-Encoding", "br"),
        ("Age", "1"),
        ("Authorization", "Bearer abc"),
        ("Content-Type", "text/csv"),
        ("Date", "Tue, 15 Nov 1994 08:12:31 GMT"),
        ("Pragma", "no-cache"),
        ("Range", "bytes=0-1"),
        ("Referer", "http://example.com/"),
        ("User-Agent", "petshop/1"),
        ("Warn", "no"),
        ("X-Custom", "kept as it is"),
    ];
    let received = forwarded(&sent, b"a,b");
    for (name, value) in sent {
        assert_eq!(received.header(name), Some(value), "{name} in {received:?}");
    }
    assert_eq!(received.body, b"a,b");
    assert_eq!(received.header("Content-Length"), Some("3"));
}

#[test]
fn headers_that_belong_to_a_connection_or_to_the_gateway_are_dropped() {
    let sent = [
        ("Content-Encoding", "identity"),
        ("Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
        ("Max-Forwards", "10"),
        ("Proxy-Authenticate", "Basic"),
        ("Server", "mine"),
        ("TE", "gzip"),
        ("Trailer", "X-T"),
        ("Upgrade", "h2c"),
        ("Via", "1.1 me"),
        ("WWW-Authenticate", "Basic"),
    ];
    let received = forwarded(&sent, b"abc");
    for (name, _) in sent {
        assert_eq!(received.header_all(name), Vec::<&str>::new(), "{name} in {received:?}");
    }
    assert!(!received.header_all("Connection").contains(&"close"), "{received:?}");
}

/// RFC 9110, 7.6.1: what Connection names is for the next hop only.
#[test]
fn headers_that_connection_names_are_dropped() {
    let sent = [("Connection", "X-Hop, keep-alive"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5")];
    let received = forwarded(&sent, b"");
    assert_eq!(received.header("X-Hop"), None, "{received:?}");
    assert_eq!(received.header("Keep-Alive"), None, "{received:?}");
}

#[test]
fn the_gateway_adds_the_host_of_the_back_end_its_id_and_a_trace() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    assert_eq!(gateway.get("/dev/pets").status, 200);
    let received = upstream.last();
    let host = upstream.addr().to_string();
    assert_eq!(received.header("Host"), Some(host.as_str()));
    assert!(received.header("X-Amzn-Apigateway-Api-Id").is_some_and(|id| !id.is_empty()));
    // Root=1-{8 hex: time}-{24 hex} (aws-facts 127)
    let trace = received.header("X-Amzn-Trace-Id").expect("a trace id is added");
    let root = trace.split(';').next().and_then(|part| part.strip_prefix("Root=1-"));
    let (time, rest) = root.and_then(|root| root.split_once('-')).expect("Root=1-time-random");
    assert_eq!((time.len(), rest.len()), (8, 24), "{trace}");
    assert!(time.chars().chain(rest.chars()).all(|digit| digit.is_ascii_hexdigit()), "{trace}");
}

fn answered(headers: &[(&str, &str)]) -> Response {
    let owned = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let owned = owned.collect::<Vec<_>>();
    let upstream = Upstream::start(move |_| {
        let headers = owned.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        vec![Step::Send(response_bytes(200, &headers.collect::<Vec<_>>(), b"body"))]
    });
    let response = proxy_to(&upstream).get("/dev/pets");
    assert_eq!((response.status, response.text().as_str()), (200, "body"), "{response:?}");
    response
}

#[test]
fn back_end_headers_reach_the_client() {
    let sent = [
        ("Content-Type", "text/csv"),
        ("Cache-Control", "max-age=60"),
        ("ETag", "\"1\""),
        ("Location", "/elsewhere"),
        ("X-Custom", "kept as it is"),
        ("X-Amzn-Trace-Id", "Root=1-from-the-back-end"),
    ];
    let response = answered(&sent);
    for (name, value) in sent {
        assert_eq!(response.header(name), Some(value), "{name} in {response:?}");
    }
}

#[test]
fn several_cookies_stay_several() {
    let response = answered(&[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]);
    assert_eq!(response.header_all("Set-Cookie"), ["a=1", "b=2"]);
}

#[test]
fn headers_the_gateway_owns_are_remapped_and_its_own_stand() {
    let date = "Tue, 15 Nov 1994 08:12:31 GMT";
    let response = answered(&[
        ("Connection", "keep-alive"),
        ("Date", date),
        ("Server", "backend/1"),
        ("x-amzn-RequestId", "back-end-id"),
    ]);
    assert_eq!(response.header("x-amzn-Remapped-Connection"), Some("keep-alive"));
    assert_eq!(response.header("x-amzn-Remapped-Date"), Some(date));
    assert_eq!(response.header("x-amzn-Remapped-Server"), Some("backend/1"));
    assert_eq!(response.header("x-amzn-remapped-x-amzn-requestid"), Some("back-end-id"));
    assert_eq!(response.header("x-amzn-Remapped-Content-Length"), Some("4"));
    assert_eq!(response.header("Server"), None);
    assert_ne!(response.header("Date"), Some(date));
    expect::request_ids(&response);
}

#[test]
fn transfer_encoding_and_via_of_the_back_end_are_dropped() {
    let upstream = Upstream::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nVia: 1.1 inner\r\nTransfer-Encoding: chunked\r\n\r\n";
        vec![Step::Send(format!("{head}4\r\nbody\r\n0\r\n\r\n").into_bytes())]
    });
    let response = proxy_to(&upstream).get("/dev/pets");
    assert_eq!(response.text(), "body");
    assert_eq!(response.header("Via"), None);
    assert!(response.header_all("Transfer-Encoding").len() <= 1);
    assert_eq!(response.header("x-amzn-Remapped-Transfer-Encoding"), None);
}

#[test]
fn an_answer_has_no_trace_id_of_its_own() {
    assert_eq!(answered(&[]).header("X-Amzn-Trace-Id"), None);
}

#[test]
fn the_status_of_the_back_end_is_passed_on() {
    let upstream = Upstream::start(|received| {
        let status = received.path()[1..].parse().expect("the path is the status");
        vec![Step::Send(response_bytes(status, &[], b"why"))]
    });
    let uri = upstream.uri("/{status}");
    let operation = mapped(http_proxy(uri), &[("path.status", "method.request.path.status")]);
    let gateway = Launch::openapi(&Api::new().route("GET", "/{status}", operation)).start();
    for status in [201, 302, 404, 418, 500, 503] {
        let response = gateway.get(&format!("/dev/{status}"));
        assert_eq!((response.status, response.text().as_str()), (status, "why"));
        assert_eq!(response.header("x-amzn-ErrorType"), None, "{response:?}");
    }
}
