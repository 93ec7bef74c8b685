//! The mapped HTTP integration (aws-facts 130, 134, 136, 180).

use ringway_tests::api::{Api, http, http_proxy, integration, mapped, parameter, response_headers};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::{Step, Upstream, json_response};
use serde_json::{Value, json};

use crate::expect;

fn serving(method: &str, operation: Value) -> Gateway {
    Launch::openapi(&Api::new().route(method, "/pets", operation)).start()
}

#[test]
fn no_client_header_is_forwarded_by_itself() {
    let upstream = Upstream::ok();
    let gateway = serving("POST", http("POST", upstream.uri("/pets")));
    let sent = [
        ("Accept", "text/plain"),
        ("Authorization", "Bearer abc"),
        ("User-Agent", "petshop/1"),
        ("X-Custom", "mine"),
        ("Content-Type", "application/json"),
    ];
    let response = gateway.request("POST", "/dev/pets", &sent, b"{\"a\":1}");
    assert_eq!(response.status, 200, "{response:?}");
    let received = upstream.last();
    let id = received.header("X-Amzn-Apigateway-Api-Id").expect("the id is sent").to_owned();
    let agent = format!("AmazonAPIGateway_{id}");
    let host = upstream.addr().to_string();
    assert_eq!(received.header("Accept"), Some("application/json"));
    assert_eq!(received.header("Content-Type"), Some("application/json"));
    assert_eq!(received.header("Content-Length"), Some("7"));
    assert_eq!(received.header("Host"), Some(host.as_str()));
    assert_eq!(received.header("User-Agent"), Some(agent.as_str()));
    assert!(received.header("X-Amzn-Trace-Id").is_some());
    assert_eq!(received.header("Authorization"), None);
    assert_eq!(received.header("X-Custom"), None);
    assert_eq!(received.body, b"{\"a\":1}");
}

#[test]
fn no_query_parameter_is_forwarded_by_itself() {
    let upstream = Upstream::ok();
    let gateway = serving("GET", http("GET", upstream.uri("/pets")));
    assert_eq!(gateway.get("/dev/pets?a=1&b=2").status, 200);
    assert_eq!(upstream.last().target, "/pets");
}

#[test]
fn the_verb_is_the_one_of_the_integration() {
    let upstream = Upstream::ok();
    let gateway = serving("GET", http("PUT", upstream.uri("/pets")));
    assert_eq!(gateway.get("/dev/pets").status, 200);
    assert_eq!(upstream.last().method, "PUT");
}

#[test]
fn a_request_template_replaces_the_body() {
    let upstream = Upstream::ok();
    let template = json!({"requestTemplates": {"application/json": r#"{"fixed":true}"#}});
    let operation = integration(http("POST", upstream.uri("/pets")), template);
    let gateway = serving("POST", operation);
    let response = gateway.request("POST", "/dev/pets", &[], b"{\"mine\":1}");
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(upstream.last().body, br#"{"fixed":true}"#);
}

/// The whole table of aws-facts 136.
#[test]
fn mapped_response_headers_keep_or_change_their_names() {
    let kept = [
        "Accept",
        "Accept-Charset",
        "Accept-Encoding",
        "Age",
        "Content-Encoding",
        "Content-Type",
        "Pragma",
        "Range",
        "Referer",
        "TE",
        "Via",
        "Warn",
    ];
    let renamed = [
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-MD5",
        "Date",
        "Expect",
        "Host",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Server",
        "Trailer",
        "Upgrade",
        "User-Agent",
        "WWW-Authenticate",
    ];
    let upstream = Upstream::ok();
    let mut mappings = vec![("Transfer-Encoding", "'literal'")];
    mappings.extend(kept.iter().chain(&renamed).map(|name| (*name, "'literal'")));
    let operation = response_headers(http("GET", upstream.uri("/pets")), &mappings);
    let response = serving("GET", operation).get("/dev/pets");
    assert_eq!(response.status, 200, "{response:?}");
    for name in kept {
        assert_eq!(response.header(name), Some("literal"), "{name} in {response:?}");
    }
    for name in renamed {
        let remapped = format!("x-amzn-Remapped-{name}");
        assert_eq!(response.header(&remapped), Some("literal"), "{name} in {response:?}");
    }
    assert_ne!(response.header("Transfer-Encoding"), Some("literal"));
    assert_eq!(response.header("x-amzn-Remapped-Transfer-Encoding"), None);
}

#[test]
fn back_end_headers_come_through_only_where_mapped() {
    let upstream = Upstream::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/csv\r\n\
                    X-Version: 7\r\nX-Secret: s\r\n\r\n{}";
        vec![Step::Send(head.as_bytes().to_vec())]
    });
    let mapping = [("X-Release", "integration.response.header.X-Version")];
    let operation = response_headers(http("GET", upstream.uri("/pets")), &mapping);
    let response = serving("GET", operation).get("/dev/pets");
    assert_eq!(response.header("X-Release"), Some("7"), "{response:?}");
    assert_eq!(response.header("X-Version"), None);
    assert_eq!(response.header("X-Secret"), None);
    assert!(response.header("X-Amzn-Trace-Id").is_some(), "{response:?}");
    expect::request_ids(&response);
}

#[test]
fn the_status_of_the_back_end_selects_the_response() {
    let upstream = Upstream::start(|received| {
        let status = received.header("X-Status").and_then(|status| status.parse().ok());
        vec![Step::Send(json_response(status.unwrap_or(200), r#"{"from":"back end"}"#))]
    });
    let responses = json!({"responses": {
        "default": {"statusCode": "200"},
        "4\\d{2}": {"statusCode": "400", "responseTemplates": {"application/json": "mapped"}},
        "50": {"statusCode": "599"},
    }});
    let operation = integration(http("GET", upstream.uri("/pets")), responses);
    let operation = parameter(operation, "header", "X-Status", false);
    let mapping = [("header.X-Status", "method.request.header.X-Status")];
    let gateway = serving("GET", mapped(operation, &mapping));
    let answer = |status: &str| {
        let response = gateway.request("GET", "/dev/pets", &[("X-Status", status)], b"");
        (response.status, response.text())
    };
    assert_eq!(answer("404"), (400, "mapped".to_owned()));
    // Patterns match whole: "50" is not 500.
    assert_eq!(answer("500"), (200, r#"{"from":"back end"}"#.to_owned()));
    assert_eq!(answer("201"), (200, r#"{"from":"back end"}"#.to_owned()));
}

#[test]
fn a_status_that_selects_nothing_is_a_configuration_error() {
    let upstream = Upstream::ok();
    let responses = json!({"responses": {"default": null, "404": {"statusCode": "404"}}});
    let operation = integration(http("GET", upstream.uri("/pets")), responses);
    let response = serving("GET", operation).get("/dev/pets");
    expect::refusal(&response, 500, "InternalServerErrorException", "Internal server error");
}

#[test]
fn mapping_a_framing_header_fails_every_call_of_both_types() {
    let upstream = Upstream::ok();
    for name in ["header.Content-Length", "header.Transfer-Encoding"] {
        let proxy = mapped(http_proxy(upstream.uri("/pets")), &[(name, "'4'")]);
        let plain = mapped(http("GET", upstream.uri("/pets")), &[(name, "'4'")]);
        let api = Api::new().route("GET", "/proxy", proxy).route("GET", "/plain", plain);
        let gateway = Launch::openapi(&api).start();
        for target in ["/dev/proxy", "/dev/plain"] {
            let response = gateway.get(target);
            let message = "Internal server error";
            expect::refusal(&response, 500, "InternalServerErrorException", message);
        }
    }
    assert_eq!(upstream.request_count(), 0);
}
