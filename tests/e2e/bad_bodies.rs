//! Bodies that are not what a definition expects, before templates, mappings and models (aws-facts
//! 158, 202, 207, 208, 220, 240): what the client gets, to the byte.

use ringway_tests::api::{Api, http, integration, mapped, merge};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::{Received, Step, Upstream, response_bytes};
use serde_json::json;

const JSON: &str = "application/json";
const BAD_BODY: (u16, &str) = (400, r#"{"message": "Invalid request body"}"#);
const BAD_JSON: (u16, &str) = (400, r#"{"message": "Invalid JSON in request body"}"#);
/// Media type, body, and status and text for a template, a mapping and a model.
type Case<'c> = (&'c str, &'c [u8], [(u16, &'c str); 3]);
/// What the mapped header was when it was not sent.
const NONE: &str = "-";

/// Answers with what it got: the mapped header and the body.
fn parrot() -> Upstream {
    Upstream::start(|received: &Received| {
        let mapped = received.header("X-V").unwrap_or(NONE).to_owned();
        let body = [mapped.as_bytes(), b"|", &received.body].concat();
        vec![Step::Send(response_bytes(200, &[], &body))]
    })
}

fn serving(upstream: &Upstream) -> Gateway {
    let template = "$input.path('$.v')|$input.json('$.v')|$input.body";
    let rendered = json!({"requestTemplates": {"application/json": template}});
    let mut modelled = http("POST", upstream.uri("/"));
    let model = json!({
        "requestBody": {"content": {"application/json": {"schema":
            {"$ref": "#/components/schemas/Whole"}}}},
        "x-amazon-apigateway-request-validator": "body",
    });
    merge(&mut modelled, model);
    let whole = json!({"type": "object", "properties": {"v": {"type": "integer"}}});
    let back_end = || http("POST", upstream.uri("/"));
    let api = Api::new()
        .route("POST", "/template", integration(back_end(), rendered))
        .route("POST", "/mapped", mapped(back_end(), &[("header.X-V", "method.request.body.v")]))
        .route("POST", "/model", modelled)
        .with(
            "x-amazon-apigateway-request-validators",
            json!({"body": {"validateRequestBody": true, "validateRequestParameters": false}}),
        )
        .with("components", json!({"schemas": {"Whole": whole}}));
    Launch::openapi(&api).start()
}

#[test]
fn templates_mappings_and_models_meet_bad_bodies() {
    let upstream = parrot();
    let gateway = serving(&upstream);
    let table: &[Case<'_>] = &[
        (JSON, b"", [(200, "-||\"\"|{}"), (200, "-|"), (200, "-|")]),
        (JSON, b"  ", [(200, "-||\"\"|  "), (200, "-|  "), BAD_BODY]),
        (JSON, b"text", [(200, "-||\"\"|text"), (200, "-|text"), BAD_BODY]),
        (JSON, b"{\"v\": ", [(200, "-||\"\"|{\"v\": "), BAD_JSON, BAD_BODY]),
        (JSON, b"[1, 2]", [(200, "-||\"\"|[1, 2]"), (200, "-|[1, 2]"), BAD_BODY]),
        (JSON, b"null", [(200, "-||\"\"|null"), (200, "-|null"), BAD_BODY]),
        (JSON, b"{\"v\":null}", [(200, "-||null|{\"v\":null}"), (200, "-|{\"v\":null}"), BAD_BODY]),
        (
            JSON,
            b"{\"v\":1,\"v\":2}",
            [
                (200, "-|2|2|{\"v\":1,\"v\":2}"),
                (200, "2|{\"v\":1,\"v\":2}"),
                (200, "-|{\"v\":1,\"v\":2}"),
            ],
        ),
        (
            JSON,
            b"{\"v\":12345678901234567890123}",
            [
                (
                    200,
                    "-|12345678901234567890123|12345678901234567890123|\
                     {\"v\":12345678901234567890123}",
                ),
                (200, "12345678901234567890123|{\"v\":12345678901234567890123}"),
                (200, "-|{\"v\":12345678901234567890123}"),
            ],
        ),
        (
            JSON,
            b"{\"v\":1e400}",
            [(200, "-|Infinity|null|{\"v\":1e400}"), (200, "null|{\"v\":1e400}"), BAD_BODY],
        ),
        (
            JSON,
            b"{\"v\":\"\xff\xc3\"}",
            [
                (200, "-|\u{fffd}\u{fffd}|\"\u{fffd}\u{fffd}\"|{\"v\":\"\u{fffd}\u{fffd}\"}"),
                (200, "\u{fffd}\u{fffd}|{\"v\":\"\u{fffd}\u{fffd}\"}"),
                BAD_BODY,
            ],
        ),
        (
            JSON,
            b"\xef\xbb\xbf{\"v\":1}",
            [(200, "-||\"\"|\u{feff}{\"v\":1}"), (200, "-|\u{feff}{\"v\":1}"), BAD_BODY],
        ),
        // A charset is not looked at: bodies are UTF-8.
        (
            "application/json; charset=utf-16",
            b"{\"v\":1}",
            [(200, "-|1|1|{\"v\":1}"), (200, "1|{\"v\":1}"), (200, "-|{\"v\":1}")],
        ),
        ("text/plain", b"{\"v\":", [(200, "-|{\"v\":"), BAD_JSON, (200, "-|{\"v\":")]),
    ];
    for (media_type, body, expect) in table {
        for (path, (status, text)) in ["template", "mapped", "model"].iter().zip(expect) {
            let target = format!("/dev/{path}");
            let response = gateway.request("POST", &target, &[("Content-Type", media_type)], body);
            let got = (response.status, response.text());
            let body = String::from_utf8_lossy(body);
            assert_eq!(got, (*status, (*text).to_owned()), "{path} of {media_type} {body:?}");
        }
    }
}

#[test]
fn depth_is_bounded() {
    let upstream = parrot();
    let gateway = serving(&upstream);
    let check = |levels: usize, expect: [u16; 3]| {
        let body = format!("{{\"v\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        let statuses = ["template", "mapped", "model"].map(|path| {
            let target = format!("/dev/{path}");
            gateway.request("POST", &target, &[("Content-Type", JSON)], body.as_bytes()).status
        });
        assert_eq!(statuses, expect, "{levels} levels");
    };
    check(100, [200, 200, 400]);
    // Deeper than a template prints, then deeper than JSON is read.
    check(200, [500, 200, 400]);
    check(100_000, [200, 400, 400]);
}
