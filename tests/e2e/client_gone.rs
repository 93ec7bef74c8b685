//! A client that goes away in the middle: its upstream call is cancelled and nothing leaks.

use std::fs;
use std::time::{Duration, Instant};

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::raw::request_bytes;
use ringway_tests::upstream::{Step, Upstream};

fn proxy_to(upstream: &Upstream) -> Gateway {
    let api = Api::new().route("ANY", "/pets", http_proxy(upstream.uri("/pets"))).route(
        "GET",
        "/mock",
        mock("{}"),
    );
    Launch::openapi(&api).start()
}

/// Open descriptors of the gateway.
fn descriptors(gateway: &Gateway) -> usize {
    let directory = format!("/proc/{}/fd", gateway.id());
    fs::read_dir(directory).expect("the gateway runs").count()
}

#[test]
fn waiting_for_an_answer_ends_with_the_client() {
    let upstream = Upstream::start(|_| vec![Step::AwaitPeerClose]);
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    client.send(request_bytes("GET", "/dev/pets", &[], b""));
    upstream.await_requests(1);
    drop(client);
    upstream.await_peer_close();
    assert_eq!(gateway.get("/dev/mock").status, 200);
}

#[test]
fn an_answer_under_way_ends_with_the_client() {
    let upstream = Upstream::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nfirst".to_vec();
        vec![Step::Send(head), Step::AwaitPeerClose]
    });
    let gateway = proxy_to(&upstream);
    let mut client = gateway.client();
    client.send(request_bytes("GET", "/dev/pets", &[], b""));
    client.until(b"first");
    let left = Instant::now();
    drop(client);
    upstream.await_peer_close();
    // The integration timeout of 29 s would end it too; that is not what ended it.
    assert!(left.elapsed() < Duration::from_secs(15), "noticed after {:?}", left.elapsed());
}

#[test]
fn a_request_body_that_breaks_off_never_arrives_as_whole() {
    let upstream = Upstream::ok();
    let gateway = proxy_to(&upstream);
    for headers in [("Content-Length", "1000"), ("Transfer-Encoding", "chunked")] {
        let mut client = gateway.client();
        client.send(request_bytes("POST", "/dev/pets", &[headers], b""));
        client.send("3e8\r\nonly some of it");
        drop(client);
    }
    // A request behind them proves that the workers are past the broken ones.
    gateway.await_metric("ringway_count_total", &[], 2.0);
    assert_eq!(gateway.get("/dev/pets").status, 200);
    let posts = upstream.received().into_iter().filter(|one| one.method == "POST").count();
    assert_eq!(posts, 0, "half a body was passed off as whole");
}

#[test]
fn clients_that_come_and_go_leave_no_descriptor_behind() {
    let upstream = Upstream::start(|_| vec![Step::AwaitPeerClose]);
    let gateway = proxy_to(&upstream);
    assert_eq!(gateway.get("/dev/mock").status, 200);
    let before = descriptors(&gateway);
    for _ in 0..50 {
        let mut client = gateway.client();
        client.send(request_bytes("GET", "/dev/pets", &[], b""));
        drop(client);
        drop(gateway.client());
        let mut half = gateway.client();
        half.send("GET /dev/pets HT");
        drop(half);
    }
    poll::until_true("the gateway to close what clients left", || {
        descriptors(&gateway) <= before + 4
    });
    assert_eq!(gateway.get("/dev/mock").status, 200);
}
