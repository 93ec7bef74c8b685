//! `responseTransferMode: STREAM`: responses that pass as they come, past the time and the size of
//! buffered ones.

use ringway_tests::api::{Api, http_proxy, integration};
use ringway_tests::functions::{stream_chunk, stream_end, stream_head, streaming_function};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::{Gate, Step, Upstream};
use serde_json::json;

const METADATA: &[u8] = b"{\"statusCode\":201,\"headers\":{\"Content-Type\":\"text/plain\"},\
    \"multiValueHeaders\":{\"X-A\":[\"1\",\"2\"]},\"cookies\":[\"a=1\",\"b=2\"]}\0\0\0\0\0\0\0\0";

fn serving(lambda: &Upstream) -> Gateway {
    let api = Api::new().route("ANY", "/pets", streaming_function());
    Launch::openapi(&api).arg("--lambda-endpoint").arg(lambda.uri("")).start()
}

#[test]
fn a_function_streams_while_it_works() {
    let gate = Gate::default();
    let waiting = gate.clone();
    let lambda = Upstream::start(move |_| {
        let (first, second) = METADATA.split_at(30);
        let mut steps = vec![
            stream_head(),
            stream_chunk(first),
            stream_chunk(&[second, b"one "].concat()),
            Step::Wait(waiting.clone()),
            stream_chunk(b"two "),
            stream_chunk(b""),
            stream_chunk(b"three"),
        ];
        steps.extend(stream_end(&json!({"LogResult": ""})));
        steps
    });
    let gateway = serving(&lambda);
    let mut client = gateway.client();
    client.send("GET /dev/pets HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = client.until(b"one ");
    assert!(head.starts_with(b"HTTP/1.1 201 "), "the response starts before it ends");
    gate.open();
    let rest = client.until(b"0\r\n\r\n");
    assert!(rest.ends_with(b"three\r\n0\r\n\r\n"), "{}", rest.escape_ascii());
    // The connection goes on, and so does the one to Lambda.
    let response = client.get("/dev/pets");
    assert_eq!((response.status, response.text()), (201, "one two three".to_owned()));
    assert_eq!(response.header("Content-Type"), Some("text/plain"));
    assert_eq!(response.header_all("X-A"), ["1", "2"]);
    assert_eq!(response.header_all("Set-Cookie"), ["a=1", "b=2"]);
    assert_eq!(response.header("Transfer-Encoding"), Some("chunked"));
    assert_eq!(lambda.connection_count(), 1);
    let received = lambda.last();
    assert!(received.target.starts_with("/2021-11-15/functions/"), "{received:?}");
    assert!(received.target.ends_with("/response-streaming-invocations"), "{received:?}");
    assert!(received.body.starts_with(b"{\"resource\":\"/pets\""), "the same event");
}

#[test]
fn a_stream_passes_ten_megabytes() {
    let lambda = Upstream::start(|_| {
        let piece = vec![b'x'; 1 << 20];
        let mut steps = vec![stream_head(), stream_chunk(METADATA)];
        steps.extend((0..12).map(|_| stream_chunk(&piece)));
        steps.extend(stream_end(&json!({})));
        steps
    });
    let gateway = serving(&lambda);
    assert_eq!(gateway.get("/dev/pets").body.len(), 12 << 20);
}

#[test]
fn answers_to_head_have_no_body() {
    let lambda = Upstream::start(|_| {
        let mut steps = vec![stream_head(), stream_chunk(METADATA), stream_chunk(b"body")];
        steps.extend(stream_end(&json!({})));
        steps
    });
    let gateway = serving(&lambda);
    let mut client = gateway.client();
    for _ in 0..2 {
        assert_eq!(client.exchange("HEAD", "/dev/pets", &[], b"").status, 201);
    }
}

#[test]
fn an_http_back_end_may_stream_past_the_time_of_a_buffered_one() {
    let gate = Gate::default();
    let waiting = gate.clone();
    let upstream = Upstream::start(move |_| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n".to_vec();
        let rest = b"3\r\ntwo\r\n0\r\n\r\n".to_vec();
        vec![Step::Send(head), Step::Wait(waiting.clone()), Step::Send(rest)]
    });
    let streaming = |timeout: u32| {
        let patch = json!({"responseTransferMode": "STREAM", "timeoutInMillis": timeout});
        let operation = integration(http_proxy(upstream.uri("/")), patch);
        Launch::openapi(&Api::new().route("GET", "/pets", operation)).workers(1).start()
    };
    let long = streaming(900_000);
    let mut client = long.client();
    client.send("GET /dev/pets HTTP/1.1\r\nHost: h\r\n\r\n");
    client.until(b"one\r\n");
    gate.open();
    assert!(client.until(b"0\r\n\r\n").ends_with(b"two\r\n0\r\n\r\n"));
}

#[test]
fn the_time_of_a_stream_is_for_all_of_it() {
    // There is always another piece, and no pause before it.
    let gates: Vec<Gate> = (0..20_000).map(|_| Gate::default()).collect();
    let mut steps = vec![Step::Send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n".to_vec(),
    )];
    for gate in &gates {
        steps.push(Step::Wait(gate.clone()));
        steps.push(Step::Send(b"1\r\nx\r\n".to_vec()));
    }
    let upstream = Upstream::start(move |_| steps.clone());
    let patch = json!({"responseTransferMode": "STREAM", "timeoutInMillis": 200});
    let operation = integration(http_proxy(upstream.uri("/")), patch);
    let gateway = Launch::openapi(&Api::new().route("GET", "/pets", operation)).start();
    let mut client = gateway.client();
    client.send("GET /dev/pets HTTP/1.1\r\nHost: h\r\n\r\n");
    let passed = gates.iter().take_while(|gate| {
        gate.open();
        client.try_until(b"x\r\n").is_ok()
    });
    let passed = passed.count();
    assert!((10..20_000).contains(&passed), "{passed}");
}

#[test]
fn a_test_of_a_method_shows_what_was_streamed() {
    let lambda = Upstream::start(|_| {
        let mut steps = vec![
            stream_head(),
            stream_chunk(METADATA),
            stream_chunk(b"one "),
            stream_chunk(b"two"),
        ];
        steps.extend(stream_end(&json!({})));
        steps
    });
    let gateway = serving(&lambda);
    let api = Api::new().route("GET", "/", streaming_function());
    let imported = gateway.manage("POST", "/restapis?mode=import", &api.to_value(), 201);
    let id = imported["id"].as_str().expect("an id");
    let root = imported["rootResourceId"].as_str().expect("a root");
    let target = format!("/restapis/{id}/resources/{root}/methods/GET");
    let answer = gateway.manage("POST", &target, &json!({}), 200);
    assert_eq!((&answer["status"], &answer["body"]), (&json!(201), &json!("one two")));
}
