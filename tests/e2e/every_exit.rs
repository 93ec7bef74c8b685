//! Every way a request can end leaves one record in the access log of its stage.

use std::fs;
use std::path::Path;

use ringway_tests::api::settings;
use ringway_tests::api::{Api, http, http_proxy, integration, keyed, mock, parameter, validated};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::port::Port;
use ringway_tests::raw::request_bytes;
use ringway_tests::scratch::Scratch;
use ringway_tests::upstream::{Received, Step, Upstream, json_response};
use serde_json::json;

use crate::observed::no_panics;

/// How often each kind is asked for.
const TIMES: usize = 5;

/// Method, target, headers, and the status of the answer; 0 where any failure will do.
type Kind = (&'static str, &'static str, &'static [(&'static str, &'static str)], u16);

/// Kinds that get an answer.
const ANSWERED: [Kind; 13] = [
    ("GET", "/dev/mock", &[], 200),
    ("HEAD", "/dev/mock", &[], 200),
    ("POST", "/dev/proxy", &[], 200),
    ("GET", "/dev/mapped", &[], 200),
    ("GET", "/dev/nowhere", &[], 403),
    ("GET", "/dev/keyed", &[], 403),
    ("GET", "/dev/validated", &[], 400),
    ("POST", "/dev/mock", &[("Content-Length", "10485761")], 413),
    ("POST", "/dev/proxy", &[("Content-Length", "10485761")], 413),
    ("POST", "/dev/typed", &[("Content-Type", "text/odd")], 415),
    ("GET", "/dev/slow", &[], 504),
    ("GET", "/dev/refused", &[], 0),
    ("GET", "/dev/reset", &[], 0),
];

fn faults(received: &Received) -> Vec<Step> {
    match received.path() {
        "/slow" => vec![Step::AwaitPeerClose],
        "/reset" => vec![Step::Reset],
        "/half" => vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec()),
            Step::Close,
        ],
        _ => vec![Step::Send(json_response(200, "{}"))],
    }
}

fn logging(scratch: &Scratch, upstream: &Upstream, refusing: &Port) -> Gateway {
    let destination = format!("file://{}", scratch.join("access.log").display());
    let format = "$context.requestId $context.status";
    let stage = json!({"stageName": "dev",
        "accessLogSettings": {"destinationArn": destination, "format": format}});
    let proxy = |path: &str| http_proxy(upstream.uri(path));
    let timed = |path: &str| integration(proxy(path), json!({"timeoutInMillis": 100}));
    let never = json!({"passthroughBehavior": "never",
        "requestTemplates": {"application/json": "{\"statusCode\": 200}"}});
    let api = Api::new()
        .route("ANY", "/mock", mock("{}"))
        .route("ANY", "/proxy", proxy("/"))
        .route("ANY", "/mapped", http("GET", upstream.uri("/")))
        .route("GET", "/keyed", keyed(mock("{}")))
        .route("GET", "/validated", validated(parameter(mock("{}"), "query", "q", true)))
        .route("POST", "/typed", integration(mock("{}"), never))
        .route("GET", "/slow", timed("/slow"))
        .route("GET", "/wait", proxy("/slow"))
        .route("GET", "/refused", http_proxy(format!("http://{}/", refusing.addr())))
        .route("GET", "/reset", proxy("/reset"))
        .route("GET", "/half", proxy("/half"));
    Launch::settings(&settings(stage), &api).start()
}

/// Ends that no client sees: it is gone, or the answer breaks off. Returns how many there were.
fn unanswered(gateway: &Gateway, upstream: &Upstream) -> usize {
    drop(gateway.client().try_get("/dev/half"));
    for target in ["/dev/mock", "/dev/proxy"] {
        let headers = [("Content-Length", "1000")];
        gateway.client().send(request_bytes("POST", target, &headers, b"half of an upload"));
        let chunked = [("Transfer-Encoding", "chunked")];
        let mut client = gateway.client();
        client.send(request_bytes("POST", target, &chunked, b"no chunk\r\n"));
        drop(client.try_response());
    }
    let seen = upstream.request_count();
    let mut leaving = gateway.client();
    leaving.send(request_bytes("GET", "/dev/wait", &[], b""));
    upstream.await_requests(seen + 1);
    drop(leaving);
    6
}

/// Nothing of these reaches the stage.
fn strangers(gateway: &Gateway) {
    for bytes in ["GET /dev/mock HT", "no request\r\n\r\n", "GET /dev/mock HTTP/1.1\r\n\r\n", ""] {
        let mut client = gateway.client();
        client.send(bytes);
        client.shut_down_writing();
        drop(client.try_response());
    }
    assert_eq!(gateway.get("/other/mock").status, 403);
}

fn records(file: &Path) -> Vec<String> {
    fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn every_exit_leaves_exactly_one_record() {
    let (scratch, upstream) = (Scratch::new(), Upstream::start(faults));
    let refusing = Port::reserve();
    let mut gateway = logging(&scratch, &upstream, &refusing);
    let mut answers = Vec::new();
    let mut hidden = 0;
    for _ in 0..TIMES {
        for (method, target, headers, status) in ANSWERED {
            let response = gateway.request(method, target, headers, b"");
            assert!(status == 0 || response.status == status, "{method} {target}: {response:?}");
            let id = response.header("x-amzn-RequestId").expect("an id");
            answers.push(format!("{id} {}", response.status));
        }
        hidden += unanswered(&gateway, &upstream);
        strangers(&gateway);
    }
    let file = scratch.join("access.log");
    let expected = answers.len() + hidden;
    poll::until_true(&format!("{expected} records"), || records(&file).len() >= expected);
    no_panics(&gateway);
    gateway.terminate();
    assert_eq!(gateway.wait().code(), Some(0));
    let records = records(&file);
    assert_eq!(records.len(), expected, "{records:#?}");
    for answer in &answers {
        let found = records.iter().filter(|record| *record == answer).count();
        assert_eq!(found, 1, "{answer} in {records:#?}");
    }
    let mut ids: Vec<_> = records.iter().filter_map(|record| record.split(' ').next()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), expected, "no request has two records");
}
