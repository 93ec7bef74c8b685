//! Lambda functions: what they get, and what they answer.

use ringway_core::event_stream::message;
use ringway_core::http::{Fields, parse_request, parse_response};
use ringway_core::integration::{
    AnswerForm, AnswerScratch, EventBody, metadata_length, stream_event, write_event,
};
use serde_json::Value;

use crate::context::with_context;

/// A request: its event is JSON and says what was sent.
pub fn event(bytes: &[u8]) {
    let mut fields = Fields::new();
    let Ok(Some((head, length))) = parse_request(bytes, &mut fields) else { return };
    let body = &bytes[length..];
    for is_binary in [true, false] {
        let mut out = b"before".to_vec();
        with_context(bytes, |ctx| write_event(ctx, EventBody { bytes: body, is_binary }, &mut out));
        let event: Value = serde_json::from_slice(&out[6..]).expect("JSON");
        assert_eq!(event["httpMethod"], head.method());
        assert_eq!(event["isBase64Encoded"], is_binary && !body.is_empty());
        if !is_binary && !body.is_empty() {
            assert_eq!(event["body"], String::from_utf8_lossy(body).as_ref());
        }
        let (single, multi) = (&event["headers"], &event["multiValueHeaders"]);
        let count = |map: &Value| map.as_object().map(|map| map.len());
        assert_eq!(count(single), count(multi));
        for (name, values) in multi.as_object().into_iter().flatten() {
            assert_eq!(values.as_array().and_then(|all| all.last()), Some(&single[name]));
        }
    }
}

/// Any answer: what is written of it are the fields of one head.
pub fn proxy_answer(bytes: &[u8]) {
    let mut scratch = AnswerScratch::default();
    for form in [AnswerForm::Whole, AnswerForm::Metadata] {
        let mut text = bytes.to_vec();
        let read = scratch.read(&mut text, form, |answer| {
            let mut out = b"HTTP/1.1 200 OK\r\n".to_vec();
            answer.write_fields(&mut out)?;
            let _ = (answer.body(true), answer.body(false)?);
            Ok((answer.status(), out))
        });
        let Ok((status, mut head)) = read else { continue };
        assert!((200..=599).contains(&status));
        head.extend_from_slice(b"\r\n");
        let mut fields = Fields::new();
        // More fields than a head of an upstream may have are still fields.
        if let Ok(parsed) = parse_response(&head, &mut fields, false) {
            assert_eq!(parsed.expect("a complete head").1, head.len());
        }
    }
}

/// Any stream: read as far as it is one, never beyond what is there.
pub fn event_stream(bytes: &[u8]) {
    let (mut rest, mut held) = (bytes, Vec::new());
    while let Ok(Some(read)) = message(rest) {
        assert!((16..=rest.len()).contains(&read.bytes));
        assert!(message(&rest[..read.bytes - 1]).is_ok_and(|cut| cut.is_none()));
        let _ = (stream_event(&read), read.header(":event-type"));
        held.extend_from_slice(read.payload);
        rest = &rest[read.bytes..];
    }
    if let Ok(Some(at)) = metadata_length(&held) {
        assert_eq!(held[at..at + 8], [0; 8]);
    }
}
