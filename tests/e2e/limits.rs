//! Requests that are too large: 413 over 10 MB of body, 431 over 10,240 bytes of head.

use std::thread;

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::raw::request_bytes;
use ringway_tests::response::Response;
use ringway_tests::upstream::Upstream;

const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
const HEAD_BYTES_MAX: usize = 10_240;

fn gateway(upstream: &Upstream) -> Gateway {
    let api = Api::new().route("POST", "/mock", mock("{}")).route(
        "POST",
        "/proxy",
        http_proxy(upstream.uri("/")),
    );
    Launch::openapi(&api).start()
}

#[track_caller]
fn too_large(response: &Response) {
    assert_eq!(response.status, 413, "{response:?}");
    assert!(response.json()["message"].is_string(), "{response:?}");
    assert!(response.header("x-amzn-ErrorType").is_some(), "{response:?}");
}

#[test]
fn a_body_announced_as_too_large_is_refused_without_being_read() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    let length = (BODY_BYTES_MAX + 1).to_string();
    for target in ["/dev/mock", "/dev/proxy"] {
        for expect in [&[][..], &[("Expect", "100-continue")]] {
            let headers = [&[("Content-Length", length.as_str())][..], expect].concat();
            let mut client = gateway.client();
            client.send(request_bytes("POST", target, &headers, b""));
            let response = client.response();
            assert!(response.interim.is_empty(), "no 100 for a body that is refused");
            too_large(&response);
            client.expect_closed();
        }
    }
    assert_eq!(upstream.request_count(), 0);
}

#[test]
fn a_body_of_exactly_the_limit_passes() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    let body = vec![b'x'; BODY_BYTES_MAX];
    assert_eq!(gateway.request("POST", "/dev/proxy", &[], &body).status, 200);
    assert!(upstream.last().body == body);
}

#[test]
fn a_chunked_body_is_refused_as_soon_as_it_is_too_large() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    for target in ["/dev/mock", "/dev/proxy"] {
        let mut client = gateway.client();
        let headers = [("Transfer-Encoding", "chunked")];
        client.send(request_bytes("POST", target, &headers, b""));
        let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
        // One chunk more than the limit; the gateway may have answered and hung up by then.
        for _ in 0..=BODY_BYTES_MAX / 0x10000 {
            if client.try_send(&chunk).is_err() {
                break;
            }
        }
        too_large(&client.response());
    }
    let whole = upstream.received().into_iter().filter(|one| one.body.len() > BODY_BYTES_MAX);
    assert_eq!(whole.count(), 0, "no oversized body reached the back end as a whole request");
}

/// A head of exactly this many bytes, its final empty line included.
fn head_of(length: usize) -> Vec<u8> {
    let bare = request_bytes("POST", "/dev/mock", &[("X-Fill", "")], b"").len();
    let bytes = request_bytes("POST", "/dev/mock", &[("X-Fill", &"x".repeat(length - bare))], b"");
    assert_eq!(bytes.len(), length);
    bytes
}

#[test]
fn a_head_over_10240_bytes_is_refused_and_one_below_passes() {
    let gateway = gateway(&Upstream::ok());
    let mut client = gateway.client();
    client.send(head_of(HEAD_BYTES_MAX - 100));
    assert_eq!(client.response().status, 200);
    for length in [HEAD_BYTES_MAX + 100, 4 * HEAD_BYTES_MAX] {
        let mut client = gateway.client();
        // What is behind the limit need not be taken any more.
        drop(client.try_send(head_of(length)));
        assert_eq!(client.response().status, 431);
        client.expect_closed();
    }
}

#[test]
fn a_head_that_never_ends_is_refused_at_the_limit() {
    let gateway = gateway(&Upstream::ok());
    for start in ["POST /dev/mock HTTP/1.1\r\nHost: a\r\nX-Fill: ", "POST /dev/mock?fill="] {
        let mut client = gateway.client();
        client.send(start);
        client.send("x".repeat(HEAD_BYTES_MAX));
        let status = client.response().status;
        assert!([414, 431].contains(&status), "{status}");
        client.expect_closed();
    }
}

#[test]
fn more_header_fields_than_anyone_needs_are_refused() {
    let gateway = gateway(&Upstream::ok());
    let names = (0..1000).map(|number| format!("a{number}")).collect::<Vec<_>>();
    let headers = names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>();
    let mut client = gateway.client();
    client.send(request_bytes("POST", "/dev/mock", &headers, b""));
    let status = client.response().status;
    assert!([400, 431].contains(&status), "{status}");
    client.expect_closed();
}

#[test]
fn many_large_bodies_at_once_all_arrive() {
    let upstream = Upstream::ok();
    let gateway = gateway(&upstream);
    let body = vec![b'x'; 2 * 1024 * 1024];
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                assert_eq!(gateway.request("POST", "/dev/proxy", &[], &body).status, 200);
            });
        }
    });
    assert!(upstream.received().iter().all(|one| one.body == body));
}
