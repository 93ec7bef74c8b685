//! A Lambda endpoint that a test scripts: it answers Invoke, whole or as a stream, and remembers
//! the events.

use serde_json::{Value, json};

use crate::api::merge;
use crate::upstream::{Step, response_bytes};

/// An ARN of a function.
pub const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:pets";

/// An operation that a function answers (`aws_proxy`), or that is mapped to one (`aws`).
pub fn function(kind: &str, arn: &str) -> Value {
    let uri =
        format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations");
    let mut operation = json!({
        "responses": {"200": {"description": "200 response"}},
        "x-amazon-apigateway-integration": {"type": kind, "httpMethod": "POST", "uri": uri},
    });
    if kind == "aws" {
        let responses = json!({"default": {"statusCode": "200"}});
        let patch = json!({"x-amazon-apigateway-integration": {"responses": responses}});
        merge(&mut operation, patch);
    }
    operation
}

/// An operation that a function answers as a stream.
pub fn streaming_function() -> Value {
    let uri = format!(
        "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{FUNCTION}/\
         response-streaming-invocations"
    );
    json!({
        "responses": {"200": {"description": "200 response"}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": uri,
            "responseTransferMode": "STREAM",
        },
    })
}

/// Identifier that Lambda gives every invocation here.
pub const REQUEST_ID: &str = "11111111-2222-4333-8444-555555555555";

/// A function's answer.
pub fn answered(answer: &str) -> Step {
    let headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", REQUEST_ID)];
    Step::Send(response_bytes(200, &headers, answer.as_bytes()))
}

/// A function that failed.
pub fn failed(message: &str) -> Step {
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Amz-Function-Error", "Unhandled"),
        ("x-amzn-RequestId", REQUEST_ID),
    ];
    let body = json!({"errorMessage": message, "errorType": "Exception", "requestId": REQUEST_ID,
        "stackTrace": ["  File \"a.py\", line 7\n"]});
    Step::Send(response_bytes(200, &headers, body.to_string().as_bytes()))
}

/// Lambda that does not execute the function.
pub fn refused(status: u16) -> Step {
    let headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", REQUEST_ID)];
    let body = json!({"Type": "User", "message": "no"}).to_string();
    Step::Send(response_bytes(status, &headers, body.as_bytes()))
}

/// The head of a streamed answer; chunks follow.
pub fn stream_head() -> Step {
    Step::Send(
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n\
             x-amzn-RequestId: {REQUEST_ID}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        .into_bytes(),
    )
}

/// A piece of a streamed answer.
pub fn stream_chunk(payload: &[u8]) -> Step {
    chunk(&event("PayloadChunk", payload))
}

/// The end of a streamed answer, and of its chunks.
pub fn stream_end(complete: &Value) -> Vec<Step> {
    let last = chunk(&event("InvokeComplete", complete.to_string().as_bytes()));
    vec![last, Step::Send(b"0\r\n\r\n".to_vec())]
}

/// Bytes as a chunk of HTTP.
pub fn chunk(bytes: &[u8]) -> Step {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    Step::Send(chunk)
}

/// A message of `application/vnd.amazon.eventstream`.
pub fn event(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, text) in [(":message-type", "event"), (":event-type", kind)] {
        headers.push(name.len() as u8);
        headers.extend_from_slice(name.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&(text.len() as u16).to_be_bytes());
        headers.extend_from_slice(text.as_bytes());
    }
    let total = 16 + headers.len() + payload.len();
    let mut message = (total as u32).to_be_bytes().to_vec();
    message.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    message.extend_from_slice(&crc32(&message).to_be_bytes());
    message.extend_from_slice(&headers);
    message.extend_from_slice(payload);
    message.extend_from_slice(&crc32(&message).to_be_bytes());
    message
}

/// Bit by bit, as RFC 1952 has it.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}
