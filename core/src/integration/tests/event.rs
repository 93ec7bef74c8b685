//! Events against the recording, and against a model made with a JSON library.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::context::fixture::Fixture;
use crate::context::{Context, Forwarded};
use crate::http::{Fields, RequestHead, parse_request};
use crate::integration::{EventBody, write_event};
use crate::snapshot::Scheme;

fn event(fixture: &Fixture, body: &[u8], is_binary: bool, keyed: bool) -> String {
    fixture.with(|ctx| {
        let mut request = *ctx.request;
        request.forwarded = Some(Forwarded { scheme: Scheme::Http, port: 8080 });
        let client = if keyed { ctx.client } else { None };
        let ctx = Context { request: &request, client, ..*ctx };
        let mut out = b"before".to_vec();
        write_event(&ctx, EventBody { bytes: body, is_binary }, &mut out);
        String::from_utf8(out.split_off(6)).expect("UTF-8")
    })
}

#[test]
fn members_stand_in_the_order_of_aws() {
    let mut fixture = Fixture::new(
        "POST /dev/pets/7?testVar=bar&a%20b=1&testVar=b%22z HTTP/1.1\r\n\
         Host: abc.execute-api.localhost\r\nUser-Agent: test/integration\r\nheaderVar: one\r\n\
         Accept: application/json\r\nHEADERVAR: two\r\nContent-Length: 2\r\nConnection: close\r\n\
         x-forwarded-for: 192.0.2.1\r\nX-Forwarded-Port: 1\r\nContent-Type: a/b\r\n\r\n",
    );
    fixture.stage.variables = [("fn".into(), "pets".into())].into();
    let expect = concat!(
        r#"{"resource":"/pets/{petId}","path":"/pets/7","httpMethod":"POST","headers":{"#,
        r#""Accept":"application/json","Content-Type":"a/b","headerVar":"two","#,
        r#""Host":"abc.execute-api.localhost","User-Agent":"test/integration","#,
        r#""X-Amzn-Trace-Id":"Root=1-5f81d1a8-0123456789abcdef01234567","#,
        r#""X-Forwarded-For":"192.0.2.1, 203.0.113.9","X-Forwarded-Port":"8080","#,
        r#""X-Forwarded-Proto":"http"},"multiValueHeaders":{"Accept":["application/json"],"#,
        r#""Content-Type":["a/b"],"headerVar":["one","two"],"Host":["abc.execute-api.localhost"],"#,
        r#""User-Agent":["test/integration"],"#,
        r#""X-Amzn-Trace-Id":["Root=1-5f81d1a8-0123456789abcdef01234567"],"#,
        r#""X-Forwarded-For":["192.0.2.1, 203.0.113.9"],"X-Forwarded-Port":["8080"],"#,
        r#""X-Forwarded-Proto":["http"]},"#,
        r#""queryStringParameters":{"a b":"1","testVar":"b\"z"},"#,
        r#""multiValueQueryStringParameters":{"a b":["1"],"testVar":["bar","b\"z"]},"#,
        r#""pathParameters":{"petId":"7"},"stageVariables":{"fn":"pets"},"requestContext":{"#,
        r#""resourceId":"res1","resourcePath":"/pets/{petId}","httpMethod":"POST","#,
        r#""extendedRequestId":"AbCdEfGhIjKlMnO=","requestTime":"10/Oct/2020:13:55:36 +0000","#,
        r#""path":"/dev/pets/7","accountId":"000000000000","protocol":"HTTP/1.1","stage":"dev","#,
        r#""domainPrefix":"abc","requestTimeEpoch":1602338136123,"#,
        r#""requestId":"00000000-0000-4000-8000-000000000000","identity":{"#,
        r#""cognitoIdentityPoolId":null,"accountId":null,"cognitoIdentityId":null,"caller":null,"#,
        r#""sourceIp":"203.0.113.9","principalOrgId":null,"accessKey":null,"#,
        r#""cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":null,"#,
        r#""userAgent":"test/integration","user":null},"domainName":"abc.execute-api.localhost","#,
        r#""deploymentId":"dep1","apiId":"a1b2c3d4e5"},"body":"{}","isBase64Encoded":false}"#,
    );
    assert_eq!(event(&fixture, b"{}", false, false), expect);
}

#[test]
fn absent_maps_and_bodies_are_null() {
    let mut fixture = Fixture::new("GET /dev/pets/7? HTTP/1.1\r\nHost: h\r\n\r\n");
    fixture.method.path_parameters = Box::default();
    let event: Value = serde_json::from_str(&event(&fixture, b"", true, false)).expect("JSON");
    for name in [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ] {
        assert_eq!(event[name], Value::Null, "{name}");
    }
    assert_eq!(event["isBase64Encoded"], false);
    assert_eq!(event["requestContext"]["identity"]["userAgent"], Value::Null);
}

#[test]
fn a_test_has_the_headers_it_was_given_alone() {
    let fixture = Fixture::new("GET /dev/pets/7 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n");
    let event = fixture.with(|ctx| {
        let mut request = *ctx.request;
        request.forwarded = None;
        let mut out = Vec::new();
        let ctx = Context { request: &request, ..*ctx };
        write_event(&ctx, EventBody { bytes: b"", is_binary: false }, &mut out);
        serde_json::from_slice::<Value>(&out).expect("JSON")
    });
    assert_eq!(event["headers"], json!({"X-A": "1"}));
    assert_eq!(event["requestContext"]["identity"]["apiKeyId"], "key1");
}

/// Names and their values, in order.
type Entries = Vec<(String, Vec<String>)>;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Fields that no event has, or that the gateway sets itself.
const DROPPED: [&str; 20] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "host",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
];

fn fields(head: &RequestHead<'_>) -> Entries {
    let mut fields = Entries::new();
    let mut add = |name: String, value: String| match fields
        .iter_mut()
        .find(|(own, _)| own.eq_ignore_ascii_case(&name))
    {
        Some((_, values)) => values.push(value),
        None => fields.push((name, vec![value])),
    };
    for line in head.fields() {
        let name = text(line.text());
        if !DROPPED.contains(&name.to_ascii_lowercase().as_str()) {
            add(name, text(line.value()));
        }
    }
    let mut chain: Vec<String> = head.values("x-forwarded-for").map(text).collect();
    chain.retain(|value| !value.is_empty());
    chain.push("203.0.113.9".into());
    add("Host".into(), text(head.host()));
    add("X-Amzn-Trace-Id".into(), "Root=1-5f81d1a8-0123456789abcdef01234567".into());
    add("X-Forwarded-For".into(), chain.join(", "));
    add("X-Forwarded-Port".into(), "8080".into());
    add("X-Forwarded-Proto".into(), "http".into());
    fields
}

fn query(head: &RequestHead<'_>) -> Entries {
    let mut query = Entries::new();
    let pairs = head.query().unwrap_or_default().split(|&byte| byte == b'&');
    for pair in pairs.filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |&byte| byte == b'=');
        let mut half = || decoded(halves.next().unwrap_or_default());
        let (name, value) = (half(), half());
        match query.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.push(value),
            None => query.push((name, vec![value])),
        }
    }
    query
}

fn map(entries: &Entries, all: bool) -> Value {
    let value = |values: &[String]| {
        if all { json!(values) } else { json!(values.last().expect("one")) }
    };
    let map: Map<_, _> = entries.iter().map(|(name, it)| (name.clone(), value(it))).collect();
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}

fn context(head: &RequestHead<'_>, keyed: bool) -> Value {
    let mut identity = json!({
        "accessKey": null, "accountId": null, "caller": null,
        "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null,
        "cognitoIdentityId": null, "cognitoIdentityPoolId": null, "principalOrgId": null,
        "sourceIp": "203.0.113.9", "user": null,
        "userAgent": head.custom("user-agent").map(text), "userArn": null,
    });
    if keyed {
        identity["apiKey"] = json!("alice-key-0123456789abcdef");
        identity["apiKeyId"] = json!("key1");
    }
    let host = text(head.host());
    json!({
        "resourceId": "res1", "resourcePath": "/pets/{petId}", "httpMethod": head.method(),
        "extendedRequestId": "AbCdEfGhIjKlMnO=", "requestTime": "10/Oct/2020:13:55:36 +0000",
        "path": text(head.path()), "accountId": "000000000000", "protocol": "HTTP/1.1",
        "stage": "dev", "domainPrefix": host.split('.').next(),
        "requestTimeEpoch": 1_602_338_136_123_u64,
        "requestId": "00000000-0000-4000-8000-000000000000", "identity": identity,
        "domainName": host, "deploymentId": "dep1", "apiId": "a1b2c3d4e5",
    })
}

/// What an event has to be, in any order of members.
fn model(head: &RequestHead<'_>, body: &[u8], is_binary: bool, keyed: bool) -> Value {
    let (fields, query) = (fields(head), query(head));
    let sent = text(head.path().strip_prefix(b"/dev").expect("the stage"));
    json!({
        "resource": "/pets/{petId}", "path": sent, "httpMethod": head.method(),
        "headers": map(&fields, false), "multiValueHeaders": map(&fields, true),
        "queryStringParameters": map(&query, false),
        "multiValueQueryStringParameters": map(&query, true),
        "pathParameters": {"petId": sent.strip_prefix("/pets/").expect("the resource")},
        "stageVariables": null,
        "requestContext": context(head, keyed),
        "body": match body {
            b"" => Value::Null,
            _ if is_binary => json!(STANDARD.encode(body)),
            _ => json!(text(body)),
        },
        "isBase64Encoded": is_binary && !body.is_empty(),
    })
}

fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let two = text.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        let escape = two.filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let escape = escape.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (byte, escape) {
            (b'%', Some(escaped)) => {
                bytes.push(escaped);
                at += 2;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        "[a-c]",
        "[A-C]-[x-z]",
        Just("Accept".into()),
        Just("accept".into()),
        Just("User-Agent".into()),
        Just("Via".into()),
        Just("TE".into()),
        Just("Expect".into()),
        Just("X-Forwarded-For".into()),
        Just("x-forwarded-proto".into()),
        Just("Cookie".into()),
        Just("X-Amzn-Trace-Id".into()),
        Just("Server".into()),
        Just("Content-MD5".into()),
    ];
    let value = prop::collection::vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..12);
    let fields = prop::collection::vec((name, value), 0..12);
    let query =
        prop::collection::vec("[a-b%+][a-b%+2\"é&=]{0,4}(=[a-z%+&=26\"\\\\]{0,6})?", 0..200);
    ("[a-z%2F\"\\\\;]{0,8}", query, fields).prop_map(|(path, query, fields)| {
        let mut bytes =
            format!("GET /dev/pets/{path}?{} HTTP/1.1\r\nHost: a.b\r\n", query.join("&"));
        bytes = bytes.replace('é', "%C3%A9");
        let mut bytes = bytes.into_bytes();
        for (name, value) in fields.iter().filter(|(name, _)| name != "Expect") {
            bytes.extend_from_slice(format!("{name}: ").as_bytes());
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    })
}

proptest! {
    #[test]
    fn events_equal_their_model(
        request in request(),
        body in prop_oneof![Just(Vec::new()), any::<Vec<u8>>()],
        is_binary: bool,
        keyed: bool,
    ) {
        let mut fields = Fields::new();
        let (head, _) = parse_request(&request, &mut fields).expect("valid").expect("complete");
        let written = event(&Fixture::new(&request), &body, is_binary, keyed);
        let read: Value = serde_json::from_str(&written).expect("JSON");
        prop_assert_eq!(read, model(&head, &body, is_binary, keyed));
    }
}
