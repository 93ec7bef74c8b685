//! TestInvokeMethod: a request without a client, run through the phases of one method, and what
//! came of it.
//!
//! Nothing of it is counted or logged where requests of clients are (aws-facts 260 to 262).

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use ringway_core::context::{Client as Caller, Context, RequestFacts};
use ringway_core::execution_log::{ExecutionLog, map, pairs};
use ringway_core::http::{Fields, parse_request_head};
use ringway_core::limits::{REQUEST_HEAD_BYTES_MAX, TEST_RESPONSE_BYTES_MAX};
use ringway_core::link::{TestAnswer, TestInvocation};

use crate::applied::AppliedMethod;
use crate::body::RequestBody;
use crate::client::{Client, Sink, Source};
use crate::pipeline;
use crate::socket::{Control, Kept, Reader, Writer};
use crate::trace::{Message, Trace};
use crate::worker::Worker;

/// What AWS calls itself in a test.
const CALLER: Caller<'static> =
    Caller { api_key: b"test-invoke-api-key", api_key_id: "test-invoke-api-key-id", plan_id: "" };

/// Fields that deliver a response, which a test's has not.
const DELIVERY: [&str; 6] = [
    "Date",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "x-amzn-RequestId",
    "x-amz-apigw-id",
];

/// Runs a test and answers it. Who asked may have gone by then.
pub(crate) async fn run(worker: &Worker, invocation: TestInvocation) {
    if let Some(answer) = answer(worker, &invocation).await {
        let _ = invocation.reply.try_send(answer);
    }
}

/// `None`: there is no method, or no response that could be kept.
async fn answer(worker: &Worker, invocation: &TestInvocation) -> Option<TestAnswer> {
    let TestInvocation { snapshot, bytes, request, .. } = invocation;
    let stage = snapshot.stages.first()?;
    let method = stage.methods.first()?;
    let bound = AppliedMethod::of_test(worker, stage, method);
    let mut fields = Fields::new();
    let head = parse_request_head(bytes, &mut fields).ok().flatten()?;
    let body = RequestBody::new(head.framing(), &bytes[head.length()..], false);
    let head = head.view(bytes, &fields);

    let received = worker.clock.now();
    let unix_ms = worker.clock.unix_ms(received);
    let identifiers = worker.identifiers.next(unix_ms);
    let id = str::from_utf8(&identifiers.request_id).unwrap_or_default();
    let log = ExecutionLog::start(id, unix_ms, request);
    let trace = Trace::new(log, Rc::clone(&worker.clock));
    let parameters: Vec<&[u8]> =
        request.path_parameters.iter().map(|(_, value)| value.as_bytes()).collect();
    let facts = RequestFacts {
        request_id: &identifiers.request_id,
        extended_request_id: &identifiers.extended_request_id,
        received_unix_ms: unix_ms,
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        forwarded: None,
        trace_id: &identifiers.trace_id,
        head: Some(&head),
        resource_path_sent: request.resource_path.as_bytes(),
        path_parameters: &parameters,
    };
    let context = Context {
        request: &facts,
        stage: Some(stage),
        method: Some(method),
        client: Some(CALLER),
        body: None,
        error: None,
        outcome: None,
    };
    let kept = Kept::new(TEST_RESPONSE_BYTES_MAX + REQUEST_HEAD_BYTES_MAX);
    let mut client = Client {
        source: Source { reader: &mut Reader::Ended, control: Control::NONE, body },
        sink: Sink {
            writer: &mut Writer::Kept(kept.clone()),
            control: Control::NONE,
            out: &mut Vec::new(),
            started: false,
            keep_alive: true,
            omit_body: head.method() == "HEAD",
            http10: false,
            warns: false,
            compression: None,
            trace: Some(&trace),
        },
    };
    let sent = pipeline::test(worker, &mut client, (method, &bound), &context, received).await?;
    drop(client);
    let latency_ms = worker.clock.now().us_since(received) / 1_000;
    Some(shown(&kept.take(), sent.status, trace, latency_ms))
}

/// The response as AWS shows it: one of the gateway's own has no media type.
fn shown(response: &[u8], status: u16, trace: Trace, latency_ms: u64) -> TestAnswer {
    let message = Message::of(response);
    let is_error = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case("x-amzn-ErrorType");
    let failed = message.fields.iter().any(is_error);
    let fields = message.fields_without(&DELIVERY);
    let fields = fields.filter(|(name, _)| !failed || !name.eq_ignore_ascii_case("Content-Type"));
    let headers: Vec<(String, String)> =
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let log = trace.finish(status, &map(pairs(&headers)), message.body);
    TestAnswer { status, headers, body: message.body.to_vec(), log, latency_ms }
}
