//! Descriptors: what happens when there are none left, and that none is ever left behind.

use std::time::{Duration, Instant};

use ringway_tests::api::{Api, http_proxy, integration, mock};
use ringway_tests::curl::curl;
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::port::Port;
use ringway_tests::raw::{Client, request_bytes};
use ringway_tests::upstream::{Received, Step, Upstream, json_response};
use serde_json::json;

use crate::expect;
use crate::observed::{cpu_ticks, descriptors, limit_descriptors, no_panics};

/// What may be opened before there is no more.
const ROOM: usize = 16;

/// A gateway whose first connection is `early` and whose descriptors are used up by the others.
fn exhausted(upstream: &Upstream) -> (Gateway, Client, Vec<Client>) {
    let api = Api::new().route("GET", "/mock", mock("{}")).route(
        "GET",
        "/proxy",
        http_proxy(upstream.uri("/")),
    );
    let gateway = Launch::openapi(&api).start();
    let mut early = gateway.client();
    assert_eq!(early.get("/dev/mock").status, 200);
    let full = descriptors(&gateway) + ROOM;
    limit_descriptors(&gateway, ROOM);
    let crowd = (0..4 * ROOM).map(|_| gateway.client()).collect();
    poll::until_true("the gateway to run out of descriptors", || descriptors(&gateway) >= full);
    (gateway, early, crowd)
}

#[test]
fn without_descriptors_it_backs_off_and_serves_again_when_there_are_some() {
    let (gateway, mut early, crowd) = exhausted(&Upstream::ok());
    let mut waiting = gateway.client();
    waiting.send(request_bytes("GET", "/dev/mock", &[], b""));
    let (before, started) = (cpu_ticks(&gateway), Instant::now());
    poll::until_true("a second to pass", || started.elapsed() >= Duration::from_secs(1));
    let spent = cpu_ticks(&gateway) - before;
    assert!(spent <= 20, "{spent} ticks of processor time in a second of waiting");
    assert_eq!(early.get("/dev/mock").status, 200, "those inside are served on");
    assert!(!waiting.is_closed(), "the one in the queue is not turned away");
    drop(crowd);
    assert_eq!(waiting.response().status, 200, "and is served when there is room");
    for _ in 0..20 {
        assert_eq!(gateway.get("/dev/mock").status, 200);
    }
    gateway.await_metric("ringway_accept_backoffs_total", &[], 1.0);
    no_panics(&gateway);
}

#[test]
fn a_call_that_gets_no_descriptor_is_an_integration_failure() {
    let (gateway, mut early, crowd) = exhausted(&Upstream::ok());
    for _ in 0..3 {
        expect::integration_failure(&early.get("/dev/proxy"));
    }
    drop(crowd);
    poll::until_true("calls to work again", || early.get("/dev/proxy").status == 200);
    no_panics(&gateway);
}

/// The last segment of the path says what goes wrong.
fn faults(received: &Received) -> Vec<Step> {
    match received.path() {
        "/slow" => vec![Step::AwaitPeerClose],
        "/reset" => vec![Step::Reset],
        "/close" => vec![Step::Close],
        "/half" => vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf".to_vec()),
            Step::Reset,
        ],
        "/garbage" => vec![Step::Send(b"SSH-2.0\r\n\r\n".to_vec()), Step::Close],
        _ => vec![Step::Send(json_response(200, "{}"))],
    }
}

const FAULTS: [&str; 5] = ["/slow", "/reset", "/close", "/half", "/garbage"];

/// One exchange of every kind; returns how many there were.
fn round(gateway: &Gateway) -> usize {
    let mut client = gateway.client();
    for target in ["/dev/mock", "/dev/proxy", "/dev/nowhere", "/dev/refused"] {
        client.get(target);
    }
    for target in FAULTS {
        let mut client = gateway.client();
        drop(client.try_get(&format!("/dev{target}")));
    }
    for target in ["/dev/proxy", "/dev/mock"] {
        let headers = [("Content-Length", "100000")];
        gateway.client().send(request_bytes("POST", target, &headers, b"half of an upload"));
        gateway.client().send(request_bytes("GET", target, &[], b""));
    }
    gateway.client().send("GET /dev/mock HT");
    drop(gateway.client().try_get("no path"));
    // Broken off before, within and after what could be a handshake.
    drop(Client::connect(gateway.https()));
    Client::connect(gateway.https()).send(b"\x16\x03\x01\x02\x00\x01\x00\x01");
    drop(Client::connect(gateway.https()).try_get("/dev/mock"));
    let url = |target: &str| format!("https://{}{target}", gateway.https());
    let tls = curl(&["--insecure", &url("/dev/proxy"), &url("/dev/half"), &url("/dev/mock")]);
    assert_ne!(tls.status, 0, "{tls:?}");
    4 + FAULTS.len() + 4 + 2 + 3 + 3
}

#[test]
fn five_hundred_exchanges_of_every_kind_leave_no_descriptor_behind() {
    let (upstream, refusing) = (Upstream::start(faults), Port::reserve());
    let timed = |uri: String| integration(http_proxy(uri), json!({"timeoutInMillis": 50}));
    let mut api = Api::new()
        .route("ANY", "/mock", mock("{}"))
        .route("ANY", "/proxy", http_proxy(upstream.uri("/")))
        .route("ANY", "/refused", http_proxy(format!("http://{}/", refusing.addr())));
    for path in FAULTS {
        api = api.route("GET", path, timed(upstream.uri(path)));
    }
    let gateway = Launch::openapi(&api).https_self_signed().start();
    let before = descriptors(&gateway);
    let mut exchanges = 0;
    while exchanges < 500 {
        exchanges += round(&gateway);
    }
    // Each worker may keep a connection to the back end for the next request.
    poll::until_true("descriptors to be where they were", || descriptors(&gateway) <= before + 4);
    assert_eq!(gateway.get("/dev/proxy").status, 200);
    no_panics(&gateway);
}
