//! What clients get when a function, or Lambda itself, fails: every fault, invoked in each way.

use std::time::Duration;

use ringway_tests::api::{Api, integration, mapped};
use ringway_tests::functions::{
    FUNCTION, answered, chunk, failed, function, refused, stream_chunk, stream_end, stream_head,
    streaming_function,
};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::port::Port;
use ringway_tests::upstream::{Gate, Step, Upstream, response_bytes};
use serde_json::{Value, json};

use crate::expect;

/// Ways to invoke, by their paths.
const WAYS: [&str; 4] = ["/sync", "/mapped", "/async", "/stream"];

/// What a client gets.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    /// A response that is not the gateway's own.
    Passes(u16),
    /// `Internal server error` with this status.
    Error(u16),
    TimedOut,
    TooLarge,
}

use Outcome::{Error, Passes, TimedOut, TooLarge};

fn serving(endpoint: &str) -> Gateway {
    let soon = |operation: Value| integration(operation, json!({"timeoutInMillis": 500}));
    let event = [("header.X-Amz-Invocation-Type", "'Event'")];
    let api = Api::new()
        .route("POST", WAYS[0], soon(function("aws_proxy", FUNCTION)))
        .route("POST", WAYS[1], soon(function("aws", FUNCTION)))
        .route("POST", WAYS[2], mapped(soon(function("aws", FUNCTION)), &event))
        .route("POST", WAYS[3], soon(streaming_function()));
    Launch::openapi(&api).workers(1).arg("--lambda-endpoint").arg(endpoint).start()
}

/// A function that does well, invoked in whichever way.
fn well(target: &str, invocation_type: Option<&str>) -> Vec<Step> {
    if target.contains("response-streaming") {
        let mut steps = vec![stream_head(), stream_chunk(b"{}\0\0\0\0\0\0\0\0fine")];
        steps.extend(stream_end(&json!({})));
        return steps;
    }
    match invocation_type {
        Some("Event") => vec![Step::Send(response_bytes(202, &[], b""))],
        _ => vec![answered(r#"{"body":"fine"}"#)],
    }
}

#[track_caller]
fn check(fault: &str, steps: impl Fn() -> Vec<Step> + Send + Sync + 'static, expect: [Outcome; 4]) {
    let lambda = Upstream::start(move |received| {
        if received.body.windows(5).any(|five| five == b"fault") {
            return steps();
        }
        well(&received.target, received.header("X-Amz-Invocation-Type"))
    });
    let gateway = serving(&lambda.uri(""));
    for (way, expect) in WAYS.into_iter().zip(expect) {
        let mut client = gateway.client();
        let response = client.exchange("POST", &format!("/dev{way}"), &[], b"\"fault\"");
        matches(&format!("{fault} {way}"), &response, expect);
        // Nothing of it is left.
        let response = gateway.request("POST", &format!("/dev{way}"), &[], b"\"well\"");
        assert_eq!(response.status, 200, "after {fault} {way}: {response:?}");
    }
}

#[track_caller]
fn matches(what: &str, response: &ringway_tests::response::Response, expect: Outcome) {
    let own = response.header("x-amzn-ErrorType").is_some();
    match expect {
        Passes(status) => assert_eq!((response.status, own), (status, false), "{what}"),
        Error(status) => {
            assert_eq!(response.status, status, "{what}: {response:?}");
            let message = "Internal server error";
            expect::refusal(response, status, "InternalServerErrorException", message);
        }
        TimedOut => {
            assert_eq!(response.status, 504, "{what}: {response:?}");
            let message = "Endpoint request timed out";
            expect::refusal(response, 504, "InternalServerErrorException", message);
        }
        TooLarge => {
            assert_eq!(response.status, 413, "{what}: {response:?}");
            expect::refusal(response, 413, "RequestTooLargeException", "Request Too Long");
        }
    }
}

#[test]
fn lambda_that_is_not_there_is_an_internal_error() {
    let port = Port::reserve();
    let gateway = serving(&format!("http://{}", port.addr()));
    for way in WAYS {
        let response = gateway.request("POST", &format!("/dev{way}"), &[], b"{}");
        matches(way, &response, Error(500));
    }
}

#[test]
fn connections_that_break() {
    check("reset", || vec![Step::Reset], [Error(500); 4]);
    check("close", || vec![Step::Close], [Error(500); 4]);
    let cut =
        || vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()), Step::Close];
    check("cut off", cut, [Error(500); 4]);
}

#[test]
fn garbage_for_http_is_an_internal_error() {
    check(
        "garbage",
        || vec![Step::Send(b"\0\x01garbage\r\n\r\n".to_vec()), Step::Close],
        [Error(500); 4],
    );
}

#[test]
fn a_slow_function_times_out() {
    let gate = Gate::default();
    let waiting = gate.clone();
    check("slow", move || vec![Step::Wait(waiting.clone()), Step::Close], [TimedOut; 4]);
    gate.open();
}

#[test]
fn lambda_that_executes_nothing() {
    for status in [400, 403, 404, 429, 500, 503] {
        check(&status.to_string(), move || vec![refused(status)], [Error(500); 4]);
    }
    check("413", || vec![refused(413)], [TooLarge; 4]);
}

#[test]
fn a_function_that_fails() {
    let expect = [Error(502), Passes(200), Passes(200), Error(502)];
    check("function error", || vec![failed("boom")], expect);
}

#[test]
fn an_answer_over_six_megabytes() {
    let large =
        || vec![answered(&format!("{{\"body\":\"{}\"}}", "x".repeat(6 * 1024 * 1024 + 2_000)))];
    check("over 6 MB", large, [Error(502), Error(500), Error(500), Error(500)]);
}

#[test]
fn an_answer_that_is_none() {
    // To a stream it is no message.
    let expect = [Error(502), Passes(200), Passes(200), Error(500)];
    check("malformed", || vec![answered(r#"{"statusCode":"test"}"#)], expect);
}

/// Only of streams: before anything was sent to the client.
#[track_caller]
fn stream_fails(fault: &str, steps: fn() -> Vec<Step>, expect: Outcome) {
    let lambda = Upstream::start(move |_| steps());
    let gateway = serving(&lambda.uri(""));
    let response = gateway.request("POST", "/dev/stream", &[], b"{}");
    matches(fault, &response, expect);
}

#[test]
fn streams_that_fail_before_their_metadata() {
    stream_fails(
        "bad checksum",
        || {
            let mut message =
                ringway_tests::functions::event("PayloadChunk", b"{}\0\0\0\0\0\0\0\0");
            message[9] ^= 1;
            vec![stream_head(), chunk(&message)]
        },
        Error(500),
    );
    stream_fails(
        "no delimiter",
        || [vec![stream_head(), stream_chunk(b"{}")], stream_end(&json!({}))].concat(),
        Error(502),
    );
    stream_fails(
        "metadata that are too long",
        || {
            let long = [vec![b' '; 17_000], b"{}\0\0\0\0\0\0\0\0".to_vec()].concat();
            vec![stream_head(), stream_chunk(&long)]
        },
        Error(502),
    );
    stream_fails(
        "metadata that are no JSON",
        || vec![stream_head(), stream_chunk(b"{\0\0\0\0\0\0\0\0")],
        Error(502),
    );
    stream_fails(
        "an error at once",
        || [vec![stream_head()], stream_end(&json!({"ErrorCode": "Unhandled"}))].concat(),
        Error(502),
    );
    stream_fails(
        "the end of the framing",
        || vec![stream_head(), Step::Send(b"0\r\n\r\n".to_vec())],
        Error(500),
    );
}

#[test]
fn streams_that_fail_later_cut_the_connection() {
    let faults: [fn() -> Vec<Step>; 4] = [
        || stream_end(&json!({"ErrorCode": "Unhandled", "ErrorDetails": "boom"})),
        || vec![Step::Reset],
        || vec![Step::Send(b"0\r\n\r\n".to_vec())],
        || vec![chunk(b"no message at all: its checksum is another")],
    ];
    for fault in faults {
        let gate = Gate::default();
        let waiting = gate.clone();
        let lambda = Upstream::start(move |_| {
            let first = stream_chunk(b"{}\0\0\0\0\0\0\0\0first");
            [vec![stream_head(), first, Step::Wait(waiting.clone())], fault()].concat()
        });
        let gateway = serving(&lambda.uri(""));
        let mut client = gateway.client();
        client.send("POST /dev/stream HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        client.until(b"first\r\n");
        gate.open();
        client.expect_closed();
    }
}

#[test]
fn a_stream_that_pauses_past_its_time_is_cut() {
    let gate = Gate::default();
    let waiting = gate.clone();
    let lambda = Upstream::start(move |_| {
        vec![stream_head(), stream_chunk(b"{}\0\0\0\0\0\0\0\0first"), Step::Wait(waiting.clone())]
    });
    let gateway = serving(&lambda.uri(""));
    let started = std::time::Instant::now();
    let mut client = gateway.client();
    client.send("POST /dev/stream HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    assert!(client.try_response().is_err());
    assert!(started.elapsed() >= Duration::from_millis(450), "{:?}", started.elapsed());
    gate.open();
}
