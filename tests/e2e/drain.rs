//! SIGTERM: what is in flight is finished, nothing new is taken, the exit code is 0.

use std::net::TcpStream;

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::raw::request_bytes;
use ringway_tests::upstream::{Gate, Step, Upstream, json_response};

fn gated() -> (Upstream, Gate) {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        vec![Step::Wait(at.clone()), Step::Send(json_response(200, r#"{"done":true}"#))]
    });
    (upstream, gate)
}

fn launch(upstream: &Upstream) -> Launch {
    let api = Api::new().route("ANY", "/slow", http_proxy(upstream.uri("/"))).route(
        "GET",
        "/mock",
        mock("{}"),
    );
    Launch::openapi(&api)
}

fn await_refusal(gateway: &Gateway) {
    poll::until_true("the data port to take no more connections", || {
        TcpStream::connect(gateway.http()).is_err()
    });
}

#[test]
fn requests_in_flight_are_finished_before_the_exit() {
    let (upstream, gate) = gated();
    let mut gateway = launch(&upstream).start();
    let mut clients = (0..4).map(|_| gateway.client()).collect::<Vec<_>>();
    for client in &mut clients {
        client.send(request_bytes("GET", "/dev/slow", &[], b""));
    }
    upstream.await_requests(4);
    gateway.terminate();
    await_refusal(&gateway);
    assert!(gateway.ended().is_none(), "it waits for what is in flight");
    gate.open();
    for client in &mut clients {
        let response = client.response();
        assert_eq!(response.json()["done"], true, "{response:?}");
        assert!(response.closes(), "a draining gateway says that it closes: {response:?}");
        client.expect_closed();
    }
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn connections_without_a_request_are_closed_at_once() {
    let (upstream, _gate) = gated();
    let mut gateway = launch(&upstream).start();
    let mut used = gateway.client();
    assert_eq!(used.get("/dev/mock").status, 200);
    let mut unused = gateway.client();
    // The connection is known to the gateway once a later one has been served.
    assert_eq!(gateway.get("/dev/mock").status, 200);
    gateway.terminate();
    used.expect_closed();
    unused.expect_closed();
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn a_body_under_way_is_finished_too() {
    let upstream = Upstream::ok();
    let mut gateway = launch(&upstream).start();
    let mut client = gateway.client();
    let headers = [("Content-Length", "10"), ("Expect", "100-continue")];
    client.send(request_bytes("POST", "/dev/slow", &headers, b""));
    client.until(b"HTTP/1.1 100 Continue\r\n\r\n");
    client.send("first");
    gateway.terminate();
    await_refusal(&gateway);
    client.send("-rest");
    assert_eq!(client.response().status, 200);
    assert_eq!(upstream.last().body, b"first-rest");
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn the_deadline_bounds_the_drain() {
    let upstream = Upstream::start(|_| vec![Step::AwaitPeerClose]);
    let mut gateway = launch(&upstream).arg("--drain-deadline").arg("1").start();
    let mut client = gateway.client();
    client.send(request_bytes("GET", "/dev/slow", &[], b""));
    upstream.await_requests(1);
    gateway.terminate();
    // The integration itself would take 29 s, an access log that hangs 5 s more than the deadline.
    let started = std::time::Instant::now();
    gateway.wait();
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    upstream.await_peer_close();
}

#[test]
fn an_idle_gateway_exits_at_once_with_code_0() {
    let mut gateway = launch(&Upstream::ok()).start();
    gateway.terminate();
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn readiness_ends_when_the_drain_begins() {
    let (upstream, gate) = gated();
    let mut gateway = launch(&upstream).start();
    let mut client = gateway.client();
    client.send(request_bytes("GET", "/dev/slow", &[], b""));
    upstream.await_requests(1);
    gateway.terminate();
    poll::until_true("the gateway to be ready no more", || {
        let Ok(_reachable) = TcpStream::connect(gateway.admin()) else { return true };
        let mut admin = ringway_tests::raw::Client::connect(gateway.admin());
        admin.try_get("/health/ready").map_or(true, |response| response.status == 503)
    });
    gate.open();
    assert_eq!(client.response().status, 200);
    assert_eq!(gateway.wait().code(), Some(0));
}
