//! Answers of functions, with those recorded from AWS (aws-facts 233 to 235).

use proptest::prelude::*;

use crate::http::{Fields, parse_response};
use crate::integration::{AnswerForm, AnswerScratch, MALFORMED, NO_BASE64};

/// Status, fields and body, or what the log says.
fn read(answer: &str, form: AnswerForm, decodes: bool) -> Result<(u16, String, String), String> {
    let mut bytes = answer.as_bytes().to_vec();
    let read = AnswerScratch::default().read(&mut bytes, form, |answer| {
        let mut out = Vec::new();
        answer.write_fields(&mut out)?;
        let body = answer.body(decodes)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((answer.status(), text(&out), text(&body)))
    });
    read.map_err(|error| error.cause.0.into_owned())
}

#[track_caller]
fn check(answer: &str, expect: (u16, &str, &str)) {
    let (status, fields, body) = expect;
    let expect = Ok((status, fields.to_owned(), body.to_owned()));
    assert_eq!(read(answer, AnswerForm::Whole, false), expect, "{answer}");
}

const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn recorded_answers() {
    check(r#"{"statusCode":200}"#, (200, JSON, ""));
    check(
        r#"{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}"#,
        (200, "test-header: value\r\nheader-bool: true\r\nContent-Type: application/json\r\n", ""),
    );
    check(r#"{"statusCode":200,"headers":null}"#, (200, JSON, ""));
    check(
        r#"{"statusCode":200,"body":"dGVzdC1kYXRh","isBase64Encoded":true}"#,
        (200, JSON, "dGVzdC1kYXRh"),
    );
    check(
        r#"{"statusCode":200,"multiValueHeaders":{"test-multi":["value1","value2"]}}"#,
        (200, "test-multi: value1\r\ntest-multi: value2\r\nContent-Type: application/json\r\n", ""),
    );
    check(
        r#"{"statusCode":200,"headers":{"test-multi":"value-solo"},
            "multiValueHeaders":{"tesT-Multi":["value-multi"]}}"#,
        (
            200,
            "tesT-Multi: value-multi\r\ntesT-Multi: value-solo\r\n\
             Content-Type: application/json\r\n",
            "",
        ),
    );
    check(r#"{"statusCode":"201"}"#, (201, JSON, ""));
    check(r#"{"headers":{"a":"b"}}"#, (200, "a: b\r\nContent-Type: application/json\r\n", ""));
}

#[test]
fn other_answers() {
    check("{}", (200, JSON, ""));
    check(r#"{"body":"é\u0000\n"}"#, (200, JSON, "é\0\n"));
    check(r#"{"body":1.5,"statusCode":418.0}"#, (418, JSON, "1.5"));
    check(r#"{"headers":{"content-TYPE":"text/html"}}"#, (200, "content-TYPE: text/html\r\n", ""));
    // aws-facts 136, 139.
    check(
        r#"{"headers":{"content-length":"9","Connection":"x","Transfer-Encoding":"chunked",
            "Content-Type":"a/b","Date":null,"x-amzn-requestid":"1"}}"#,
        (
            200,
            "x-amzn-Remapped-content-length: 9\r\nx-amzn-Remapped-Connection: x\r\n\
             Content-Type: a/b\r\nx-amzn-Remapped-x-amzn-requestid: 1\r\n",
            "",
        ),
    );
    // The same value in both is one value.
    check(
        r#"{"headers":{"a":"1","Content-Type":"x/y"},"multiValueHeaders":{"A":["2","1"],"c":[]}}"#,
        (200, "A: 2\r\nA: 1\r\nContent-Type: x/y\r\n", ""),
    );
}

#[test]
fn malformed_answers() {
    let many: Vec<String> = (0..300).map(|n| format!("\"h{n}\":\"\"")).collect();
    let many = format!("{{\"headers\":{{{}}}}}", many.join(","));
    for answer in [
        // Recorded.
        r#"{"statusCode":200,"wrongValue":"value"}"#,
        r#"{"statusCode":"test"}"#,
        r#"{"statusCode":200,"multiValueHeaders":{"test-multi":"value1"}}"#,
        r#""just a string""#,
        // The like.
        "",
        "null",
        "[]",
        "{",
        "{}{}",
        "\u{feff}{}",
        r#"{"statusCode":199}"#,
        r#"{"statusCode":600}"#,
        r#"{"statusCode":-1}"#,
        r#"{"statusCode":1e300}"#,
        r#"{"statusCode":true}"#,
        r#"{"statusCode":[]}"#,
        r#"{"body":{}}"#,
        r#"{"body":[]}"#,
        r#"{"isBase64Encoded":"maybe"}"#,
        r#"{"headers":[]}"#,
        r#"{"headers":{"a":{}}}"#,
        r#"{"headers":{"a b":"c"}}"#,
        r#"{"headers":{"":"c"}}"#,
        r#"{"headers":{"a":"b\r\nc: d"}}"#,
        r#"{"headers":{"a":"b\nc"}}"#,
        r#"{"headers":{"a":"\u0000"}}"#,
        r#"{"multiValueHeaders":{"a":["1",{}]}}"#,
        r#"{"cookies":[]}"#,
        &many,
    ] {
        let refused = read(answer, AnswerForm::Whole, false);
        assert_eq!(refused, Err(MALFORMED.to_owned()), "{answer}");
    }
}

#[test]
fn bodies_in_base64() {
    let body = |answer: &str, decodes| read(answer, AnswerForm::Whole, decodes).map(|it| it.2);
    let encoded = r#"{"body":"dGVzdA==","isBase64Encoded":true}"#;
    assert_eq!(body(encoded, true).as_deref(), Ok("test"));
    assert_eq!(body(encoded, false).as_deref(), Ok("dGVzdA=="));
    let plain = r#"{"body":"dGVzdA==","isBase64Encoded":false}"#;
    assert_eq!(body(plain, true).as_deref(), Ok("dGVzdA=="));
    let wrong = r#"{"body":"no!","isBase64Encoded":true}"#;
    assert_eq!(body(wrong, true), Err(NO_BASE64.to_owned()));
    assert_eq!(body(wrong, false).as_deref(), Ok("no!"));
}

#[test]
fn metadata_of_streams() {
    let check = |answer: &str, expect: Option<&str>| {
        let read = read(answer, AnswerForm::Metadata, false).map(|(_, fields, _)| fields);
        assert_eq!(read.ok().as_deref(), expect, "{answer}");
    };
    check(
        r#"{"statusCode":200,"cookies":["a=1","b=2"],"headers":{"Content-Type":"text/plain"}}"#,
        Some("Content-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"),
    );
    check(r#"{"cookies":null}"#, Some(JSON));
    check(r#"{"cookies":"a=1"}"#, None);
    check(r#"{"cookies":["a\r\nb"]}"#, None);
    check(r#"{"body":""}"#, None);
}

#[test]
fn memory_is_shared_between_readings() {
    let mut scratch = AnswerScratch::default();
    for answer in [r#"{"statusCode":201}"#, "{", r#"{"statusCode":202,"headers":{"a":"1"}}"#] {
        let mut bytes = answer.as_bytes().to_vec();
        let read = scratch.read(&mut bytes, AnswerForm::Whole, |answer| Ok(answer.status()));
        assert_eq!(read.is_ok(), answer != "{", "{answer}");
    }
}

proptest! {
    /// Whatever a function answers, what is written are the fields of one head.
    #[test]
    fn fields_stay_fields(
        names in prop::collection::vec("[a-zA-Z\r\n: -]{0,6}", 0..4),
        values in prop::collection::vec(any::<String>(), 4),
        multi: bool,
    ) {
        let mut map = serde_json::Map::new();
        for (name, value) in names.iter().zip(&values) {
            let value = serde_json::json!(value);
            map.insert(name.clone(), if multi { serde_json::json!([value]) } else { value });
        }
        let member = if multi { "multiValueHeaders" } else { "headers" };
        let answer = serde_json::json!({ member: map }).to_string();
        if let Ok((status, fields, _)) = read(&answer, AnswerForm::Whole, false) {
            let head = format!("HTTP/1.1 {status} \r\n{fields}\r\n");
            let mut parsed = Fields::new();
            let (_, length) = parse_response(head.as_bytes(), &mut parsed, false)
                .expect("a valid head")
                .expect("a complete one");
            prop_assert_eq!(length, head.len());
        }
    }
}
