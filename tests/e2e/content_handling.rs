//! Payloads between bytes and text (aws-facts 220 to 225), with what AWS answered for objects of
//! S3.

use std::fs;
use std::path::Path;

use ringway_tests::api::{Api, http, http_proxy, integration, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::response::Response;
use ringway_tests::upstream::{Received, Step, Upstream, response_bytes};
use serde_json::{Value, json};

/// The object `raw` of the recordings; `encoded` is its base64.
const RAW: &[u8] = b"\x1f\x8b\x08\x00\x14l\xeec\x02\xffK\xce\xcf-(J-.NMQHI,I\xd4Q(\xce\xc8/\xcdIQH\
    JU\xc8\xcc+K\xcc\xc9LQ\x08\rq\xd3\xb5P(.)\xca\xccK\x07\x00\xb89\x10W/\x00\x00\x00";
const ENCODED: &[u8] = b"H4sIABRs7mMC/0vOzy0oSi0uTk1RSEksSdRRKM7IL81JUUhKVcjMK0vMyUxRCA1x07VQKC4p\
    ysxLBwC4ORBXLwAAAA==";
const TEXT: &[u8] = b"this is a UTF8 text typed object";

const OBJECTS: [(&str, &[u8]); 3] = [("raw", RAW), ("encoded", ENCODED), ("text", TEXT)];
const TYPES: [(&str, &str); 2] = [("text", "text/plain"), ("binary", "image/png")];

fn object(name: &str) -> &'static [u8] {
    OBJECTS.iter().find(|(own, _)| *own == name).expect("a known object").1
}

/// Answers `/{object}/{type}` with that object under that media type.
fn objects() -> Upstream {
    Upstream::start(|received: &Received| {
        let (name, kind) = received.path()[1..].split_once('/').expect("object and type");
        let (_, media_type) = TYPES.iter().find(|(own, _)| *own == kind).expect("a known type");
        vec![Step::Send(response_bytes(200, &[("Content-Type", media_type)], object(name)))]
    })
}

/// One method for everything below `/`, of an API with these binary media types.
fn serving(types: Value, operation: Value) -> Gateway {
    let api = Api::new().route("ANY", "/{object}/{type}", operation);
    Launch::openapi(&api.with("x-amazon-apigateway-binary-media-types", types)).start()
}

/// HTTP to the objects, with members of its integration response.
fn of_objects(upstream: &Upstream, response: Value) -> Value {
    let operation = http("GET", upstream.uri("/{object}/{type}"));
    integration(
        operation,
        json!({
            "requestParameters": {
                "integration.request.path.object": "method.request.path.object",
                "integration.request.path.type": "method.request.path.type",
            },
            "responses": {"default": response},
        }),
    )
}

fn is_internal_error(response: &Response) -> bool {
    response.status == 500 && response.text() == r#"{"message": "Internal server error"}"#
}

/// The bytes of a literal of Python: `b'\x1f…'`.
fn bytes_of(literal: &str) -> Vec<u8> {
    let mut left = literal[2..literal.len() - 1].bytes();
    let mut bytes = Vec::new();
    while let Some(byte) = left.next() {
        bytes.push(match byte {
            b'\\' => match left.next() {
                Some(b'x') => {
                    let digits = [left.next(), left.next()].map(|one| one.expect("a digit"));
                    let digits = str::from_utf8(&digits).expect("ASCII");
                    u8::from_str_radix(digits, 16).expect("hexadecimal")
                }
                Some(b'r') => b'\r',
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(same) => same,
                None => panic!("a literal ends within an escape"),
            },
            byte => byte,
        });
    }
    bytes
}

/// What AWS answered in one of its recorded tests.
fn recorded(test: &str) -> Value {
    let path = "management/recordings/test_apigateway_s3.shared.snapshot.json";
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("recordings");
    let all: Value = serde_json::from_slice(&text).expect("JSON");
    let all = all.as_object().expect("tests by their names");
    let (_, found) = all.iter().find(|(name, _)| name.ends_with(test)).expect("the recorded test");
    found["recorded-content"].clone()
}

/// Compares every object under both types for both kinds of Accept; where AWS has recorded
/// nothing, it failed.
fn check_recorded(test: &str, response: Value) {
    let (upstream, recorded) = (objects(), recorded(test));
    let gateway = serving(json!(["image/png"]), of_objects(&upstream, response));
    let mut client = gateway.client();
    let mut check = |key: &str, target: &str, accept: &[(&str, &str)]| {
        let found = client.exchange("GET", target, accept, b"");
        match recorded[key]["content"].as_str() {
            Some(literal) => assert_eq!(found.body, bytes_of(literal), "{key}: {found:?}"),
            None => assert!(is_internal_error(&found), "{key}: {found:?}"),
        }
        found.status == 200
    };
    let mut answered = 0;
    for (name, _) in OBJECTS {
        answered +=
            u32::from(check(&format!("{name}-no-media"), &format!("/dev/{name}/text"), &[]));
        for (kind, _) in TYPES {
            for (accept, media_type) in TYPES {
                let key = format!("{name}-payload-{kind}-accept-{accept}");
                let target = format!("/dev/{name}/{kind}");
                answered += u32::from(check(&key, &target, &[("Accept", media_type)]));
            }
        }
    }
    let expect = recorded.as_object().expect("answers").values();
    let expect = expect.filter(|answer| answer["content"].is_string()).count();
    assert_eq!(answered as usize, expect, "every recorded answer was compared");
}

#[test]
fn responses_are_converted_by_media_type_and_accept_as_recorded() {
    check_recorded("response_no_content_handling", json!({}));
}

#[test]
fn responses_become_text_as_recorded() {
    check_recorded("response_convert_to_text", json!({"contentHandling": "CONVERT_TO_TEXT"}));
}

#[test]
fn responses_become_binary_whatever_the_accept() {
    let upstream = objects();
    let response = json!({"contentHandling": "CONVERT_TO_BINARY"});
    let gateway = serving(json!(["image/png"]), of_objects(&upstream, response));
    for (_, accept) in TYPES {
        let get = |target: &str| gateway.request("GET", target, &[("Accept", accept)], b"");
        assert_eq!(get("/dev/encoded/text").body, RAW, "{accept}");
        for name in ["raw", "text"] {
            assert!(is_internal_error(&get(&format!("/dev/{name}/text"))), "{accept} {name}");
        }
        for (name, bytes) in OBJECTS {
            assert_eq!(get(&format!("/dev/{name}/binary")).body, bytes, "{accept} {name}");
        }
    }
}

#[test]
fn response_templates_read_text_and_fail_on_bytes() {
    let upstream = objects();
    let template = json!({"application/json": r#"{"data": "$input.body"}"#});
    let expect = format!("{{\"data\": \"{}\"}}", ENCODED.escape_ascii());
    let binary = [("Accept", "image/png")];
    let with = |handling: Value| {
        let response = json!({"contentHandling": handling, "responseTemplates": template});
        serving(json!(["image/png"]), of_objects(&upstream, response))
    };
    let gateway = with(json!("CONVERT_TO_TEXT"));
    for target in ["/dev/encoded/text", "/dev/raw/binary"] {
        let response = gateway.request("GET", target, &binary, b"");
        assert_eq!(response.text(), expect, "{target}");
    }
    let gateway = with(json!("CONVERT_TO_BINARY"));
    for target in ["/dev/encoded/text", "/dev/raw/binary", "/dev/text/text"] {
        let response = gateway.request("GET", target, &binary, b"");
        assert!(is_internal_error(&response), "{target}: {response:?}");
    }
    // What is valid text is read, whatever it is called.
    assert_eq!(gateway.get("/dev/text/binary").json()["data"], str::from_utf8(TEXT).unwrap_or(""));
}

/// Answers with nothing; a test looks at what came.
fn silent() -> Upstream {
    Upstream::start(|_| vec![Step::Send(response_bytes(200, &[], b""))])
}

/// Content-Type and body of a request, and what the back end gets; `None`: nothing, and the client
/// a 500.
type Row = (&'static str, &'static [u8], Option<&'static [u8]>);

#[test]
fn requests_are_converted_by_their_media_type() {
    let upstream = silent();
    let check = |types: Value, handling: Value, rows: &[Row]| {
        let operation = http("POST", upstream.uri("/"));
        let patch = json!({"contentHandling": handling});
        let gateway = serving(types.clone(), integration(operation, patch));
        for (media_type, sent, expect) in rows {
            let (before, fields) = (upstream.request_count(), [("Content-Type", *media_type)]);
            let response = gateway.request("POST", "/dev/a/b", &fields, sent);
            let row = format!("{types} {handling} {media_type}: {response:?}");
            let Some(expect) = expect else {
                assert!(is_internal_error(&response), "{row}");
                assert_eq!(upstream.request_count(), before, "{row}");
                continue;
            };
            assert_eq!(response.status, 200, "{row}");
            let received = upstream.last();
            assert_eq!(received.body, *expect, "{row}");
            assert_eq!(
                received.header("Content-Length"),
                Some(&*expect.len().to_string()),
                "{row}"
            );
            assert_eq!(received.header("Content-Type"), Some(*media_type), "{row}");
        }
    };
    let (text, png) = ("text/plain", "image/png");
    let none: &[&str] = &[];
    for types in [json!(none), json!(["image/gif"])] {
        check(
            types.clone(),
            json!("CONVERT_TO_BINARY"),
            &[(png, ENCODED, Some(RAW)), (text, ENCODED, Some(RAW)), (text, TEXT, None)],
        );
        check(types, json!("CONVERT_TO_TEXT"), &[(png, RAW, Some(REPLACED))]);
    }
    check(
        json!(["image/*"]),
        json!(null),
        &[(text, RAW, Some(REPLACED)), (text, ENCODED, Some(ENCODED)), (png, RAW, Some(RAW))],
    );
    check(
        json!(["image/*"]),
        json!("CONVERT_TO_BINARY"),
        &[(text, ENCODED, Some(RAW)), (text, RAW, None), (png, RAW, Some(RAW))],
    );
    check(
        json!(["image/*"]),
        json!("CONVERT_TO_TEXT"),
        &[(text, RAW, Some(REPLACED)), (png, RAW, Some(ENCODED)), (png, TEXT, Some(ENCODED_TEXT))],
    );
    check(json!(["*/*"]), json!("CONVERT_TO_TEXT"), &[(text, TEXT, Some(ENCODED_TEXT))]);
    // Ours: where an API knows no binary types, bytes reach an HTTP back end as they are.
    check(json!(none), json!(null), &[(text, RAW, Some(RAW)), (png, RAW, Some(RAW))]);
}

/// `raw` as text.
const REPLACED: &[u8] = b"\x1f\xef\xbf\xbd\x08\x00\x14l\xef\xbf\xbdc\x02\xef\xbf\xbdK\xef\xbf\xbd\
    \xef\xbf\xbd-(J-.NMQHI,I\xef\xbf\xbdQ(\xef\xbf\xbd\xef\xbf\xbd/\xef\xbf\xbdIQHJU\xef\xbf\xbd\
    \xef\xbf\xbd+K\xef\xbf\xbd\xef\xbf\xbdLQ\x08\rq\xd3\xb5P(.)\xef\xbf\xbd\xef\xbf\xbdK\x07\x00\
    \xef\xbf\xbd9\x10W/\x00\x00\x00";
const ENCODED_TEXT: &[u8] = b"dGhpcyBpcyBhIFVURjggdGV4dCB0eXBlZCBvYmplY3Q=";

#[test]
fn request_templates_fail_on_bytes_and_other_types_bypass_them() {
    let upstream = silent();
    let patch = json!({
        "contentHandling": "CONVERT_TO_BINARY",
        "requestTemplates": {"application/json": r#"{"data": "$input.body"}"#},
    });
    let operation = integration(http("POST", upstream.uri("/")), patch);
    let gateway = serving(json!(["image/gif"]), operation);
    let post = |media_type, sent: &[u8]| {
        gateway.request("POST", "/dev/a/b", &[("Content-Type", media_type)], sent)
    };
    assert!(is_internal_error(&post("application/json", ENCODED)));
    assert_eq!(upstream.request_count(), 0);
    assert_eq!(post("image/png", ENCODED).status, 200);
    assert_eq!(upstream.last().body, RAW);
    assert_eq!(post("application/json", ENCODED_TEXT).status, 200);
    assert_eq!(upstream.last().body, br#"{"data": "this is a UTF8 text typed object"}"#);
}

#[test]
fn a_proxy_passes_what_it_gets_unless_it_is_told_to_convert() {
    let upstream = Upstream::start(|received: &Received| {
        vec![Step::Send(response_bytes(200, &[("Content-Type", "text/plain")], &received.body))]
    });
    let fields = [("Content-Type", "text/plain"), ("Accept", "image/png")];
    let with = |handling: Value| {
        let patch = json!({"contentHandling": handling});
        serving(json!(["image/png"]), integration(http_proxy(upstream.uri("/")), patch))
    };
    let response = with(json!(null)).request("POST", "/dev/a/b", &fields, RAW);
    assert_eq!(response.body, RAW);
    let gateway = with(json!("CONVERT_TO_BINARY"));
    assert_eq!(gateway.request("POST", "/dev/a/b", &fields, ENCODED).body, RAW);
    assert!(is_internal_error(&gateway.request("POST", "/dev/a/b", &fields, RAW)));
}

/// Clients that take everything get bytes from an API of which everything is bytes.
#[test]
fn an_api_of_bytes_alone_streams_them() {
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let body = bytes.clone();
    let upstream = Upstream::start(move |_| vec![Step::Send(response_bytes(200, &[], &body))]);
    let gateway = serving(json!(["*/*"]), http("POST", upstream.uri("/")));
    for accept in [&[][..], &[("Accept", "text/html")]] {
        let response = gateway.request("POST", "/dev/a/b", accept, &bytes);
        assert!(response.body == bytes, "{} bytes", response.body.len());
        assert!(upstream.last().body == bytes);
    }
}

#[test]
fn a_payload_to_convert_has_at_most_10_mib() {
    let upstream = Upstream::start(|received: &Received| {
        let megabytes: usize = received.path()[1..].parse().unwrap_or(0);
        vec![Step::Send(response_bytes(200, &[], &vec![b'x'; megabytes << 20]))]
    });
    let handling = json!({"responses": {"default": {"contentHandling": "CONVERT_TO_TEXT"}}});
    let path = json!({"requestParameters": {
        "integration.request.path.object": "method.request.path.object",
    }});
    let operation = integration(http("GET", upstream.uri("/{object}")), handling);
    let gateway = serving(json!([]), integration(operation, path));
    assert_eq!(gateway.get("/dev/10/b").body.len(), 10 << 20);
    assert!(is_internal_error(&gateway.get("/dev/11/b")));
}

#[test]
fn a_mock_has_no_payload_to_convert() {
    let handling = json!({
        "contentHandling": "CONVERT_TO_TEXT",
        "responses": {"default": {"contentHandling": "CONVERT_TO_BINARY"}},
    });
    let gateway = serving(json!(["*/*"]), integration(mock(r#"{"a": 1}"#), handling));
    let response = gateway.request("OPTIONS", "/dev/a/b", &[("Accept", "*/*")], b"");
    assert_eq!((response.status, response.text().as_str()), (200, r#"{"a": 1}"#));
}
