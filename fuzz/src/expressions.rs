//! Mapping expressions, texts with variables, and the lenient object of MOCK.

use ringway_core::context::{Template, TemplateKind};
use ringway_core::mapping::{ResponseSource, Source, is_static_template, mock_status};
use serde_json::Value;

use crate::context::{PATH_PARAMETER, with_context};

/// An expression in the first line, a request head behind it: an undefined value writes nothing,
/// and a value is the same every time.
pub fn mapping(bytes: &[u8]) {
    let (expression, head) = first_line(bytes);
    let Ok(expression) = std::str::from_utf8(expression) else { return };
    let variables = [("v".into(), "stage text".into())];
    let _ = ResponseSource::parse(expression, &variables);
    let parsed = [
        Source::parse(expression, &[PATH_PARAMETER.into()], &variables),
        Source::parse_for_api(expression, &variables),
    ];
    with_context(head, |ctx| {
        for source in parsed.iter().flatten() {
            let mut out = b"before".to_vec();
            let defined = source.write(ctx, &mut out);
            assert!(out.starts_with(b"before") && (defined || out.len() == 6), "{source:?}");
            let mut again = b"before".to_vec();
            assert_eq!((source.write(ctx, &mut again), again), (defined, out));
        }
    });
}

/// A text in the first line, a request head behind it: a log record stays one line of text and a
/// JSON format stays JSON.
pub fn template(bytes: &[u8]) {
    let (text, head) = first_line(bytes);
    let Ok(text) = std::str::from_utf8(text) else { return };
    let _ = is_static_template(text);
    let variables = [("v".into(), "stage text".into())];
    with_context(head, |ctx| {
        let mut out = Vec::new();
        if let Ok(template) = Template::parse(text, TemplateKind::GatewayResponse, &variables) {
            template.render(ctx, &mut out);
        }
        let Ok(template) = Template::parse(text, TemplateKind::AccessLog, &variables) else {
            return;
        };
        out.clear();
        template.render(ctx, &mut out);
        assert!(!out.iter().any(|byte| matches!(byte, b'\r' | b'\n')), "a record of two lines");
        let json = format!(r#"{{"text":"{}$context.requestId"}}"#, references(text));
        // Brings its own quotes.
        if json.contains("messageString") {
            return;
        }
        if let Ok(template) = Template::parse(&json, TemplateKind::AccessLog, &variables) {
            out.clear();
            template.render(ctx, &mut out);
            let read: Value = serde_json::from_slice(&out).expect("a record is JSON");
            assert_eq!(read.as_object().map(serde_json::Map::len), Some(1));
        }
    });
}

/// Any bytes as the request template of a MOCK; strict JSON is read as JSON.
pub fn mock(bytes: &[u8]) {
    let status = mock_status(bytes);
    assert!(status.is_none_or(|status| status <= 999));
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(bytes) else { return };
    if bytes.contains(&b'\\') {
        // The lenient reader compares names as written, escapes and all.
        return;
    }
    match object.get("statusCode").map(|value| (value, value.as_u64())) {
        None => assert_eq!(status, None),
        Some((_, Some(number @ 0..=999))) => assert_eq!(status.map(u64::from), Some(number)),
        Some((Value::String(_), _)) => {}
        Some(_) => assert_eq!(status, None),
    }
}

/// The references of a text without what stands between them.
fn references(text: &str) -> String {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '$');
    text.chars().filter(|&char| is_part(char)).collect()
}

fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, b""),
    }
}
