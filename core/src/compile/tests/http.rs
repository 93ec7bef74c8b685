//! HTTP integrations: URIs, mapped parameters, limits.

use serde_json::{Value, json};

use super::*;
use crate::mapping::Source;
use crate::snapshot::{Endpoint, Passthrough, Scheme, UpstreamMethod, UriPart};

const INTEGRATION: &str = "$.paths['/a/{id}'].get.x-amazon-apigateway-integration";

fn definitions(kind: &str, uri: &str, extra: Value, stage: Value) -> Definitions {
    let mut integration = json!({"type": kind, "uri": uri});
    integration.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    deployed(api(json!({"/a/{id}": {"GET": integrated(integration)}})), stage)
}

pub(super) fn text(parts: &[UriPart]) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    parts.iter().fold(String::new(), |all, part| match part {
        UriPart::Literal(literal) => all + &text(literal),
        UriPart::Parameter { placeholder, source: Source::Path(ix) } => {
            format!("{all}<{}={ix}>", text(placeholder))
        }
        UriPart::Parameter { placeholder, source } => {
            format!("{all}<{}={source:?}>", text(placeholder))
        }
    })
}

/// `check(uri, "endpoint | path | query")`, with mappings `id` and `q`, and some stage variables.
fn check(uri: &str, expected: &str) {
    let mappings = json!({"requestParameters": {
        "integration.request.path.id": "method.request.path.id",
        "integration.request.path.q": "'lit'",
    }});
    let variables = json!({"variables": {
        "host": "127.0.0.1:9000", "part": "v2", "url": "Example.com:80/base?x=1", "empty": "",
    }});
    let stage = stage_of(&definitions("HTTP_PROXY", uri, mappings, variables));
    let http = http(method(&stage, "GET", "/a/{id}"));
    let endpoint = match &http.endpoint {
        Ok(Endpoint { scheme, host, port, authority, .. }) => {
            format!("{scheme:?} {host} {port} {authority}")
        }
        Err(invalid) => invalid.0.to_string(),
    };
    let found = format!("{endpoint} | {} | {}", text(&http.path), text(&http.query));
    assert_eq!(found, expected, "{uri}");
}

#[test]
fn uris() {
    check("http://a.example", "Http a.example 80 a.example | / | ");
    check("HTTPS://A.example:443/x", "Https a.example 443 a.example | /x | ");
    check("https://a.example:8443?b=c", "Https a.example 8443 a.example:8443 | / | b=c");
    check("http://[::1]:81/", "Http ::1 81 [::1]:81 | / | ");
    check(
        "http://a/x/{id}/y?v={q}&w={id}",
        "Http a 80 a | /x/<{id}=0>/y | v=<{q}=Literal([108, 105, 116])>&w=<{id}=0>",
    );
    check("http://a/{id}{id}", "Http a 80 a | /<{id}=0><{id}=0> | ");
    check("http://a/{unmapped}/{id}", "Http a 80 a | /{unmapped}/<{id}=0> | ");
    check(r"http://a/${path\}/{id", r"Http a 80 a | /${path\}/{id | ");
    check("http://a/{{id}", "Http a 80 a | /{<{id}=0> | ");
    check("http://a/${id}", "Http a 80 a | /$<{id}=0> | ");
}

#[test]
fn stage_variables_in_uris() {
    check("http://${stageVariables.host}/", "Http 127.0.0.1 9000 127.0.0.1:9000 | / | ");
    check("http://${stageVariables.url}", "Http example.com 80 example.com | /base | x=1");
    check("http://${stageVariables.part}.a/", "Http v2.a 80 v2.a | / | ");
    check("http://a/${stageVariables.part}?w=${stageVariables.part}", "Http a 80 a | /v2 | w=v2");
    check("http://a/x${stageVariables.none}?w=${stageVariables.none}", "Http a 80 a | /x | w=");
    check("http://${stageVariables.none}/x", "stage variables not defined: none | /x | ");
    check("http://a.${stageVariables.none}:80", "stage variables not defined: none | / | ");
    check("http://a/${stageVariables.part/x", "Http a 80 a | /${stageVariables.part/x | ");
    check("http://a/{stageVariables.part}", "Http a 80 a | /{stageVariables.part} | ");
}

#[test]
fn uris_without_an_endpoint_are_refused() {
    let check = |uri: &str, why: &str| {
        let expected = format!("{INTEGRATION}.uri: Invalid HTTP endpoint specified for URI: {why}");
        check_refused(&definitions("HTTP", uri, json!({}), json!({})), &expected);
    };
    check("", "it does not start with http:// or https://");
    check("a.example/x", "it does not start with http:// or https://");
    check("ftp://a", "the scheme ftp is neither http nor https");
    check("http://{id}.a/", "path parameters cannot be part of the host; stage variables can");
    check("http://u:p@a/", "user names and passwords cannot be part of it");
    check("http:///x", "'' is not a host name");
    check("http://a:0/", "'0' is not a port");
    check("http://a:65536/", "'65536' is not a port");
    check("http://a:+80/", "'+80' is not a port");
    check("http://[::1/", "'[' is not a host name");
    check("http://[::x]/", "[::x] is not an IPv6 address");
    check("http://[::1]x/", "'x' follows the address");
    check("http://a/b c", "it has the character ' '");
    check("http://a/b\r\nX: y", "it has the character '\\r'");
    check("http://a/#b", "it has a fragment");
}

#[test]
fn mapped_parameters() {
    let mappings = json!({"requestParameters": {
        "integration.request.header.X-One": "method.request.header.one",
        "integration.request.header.Via": "'dropped'",
        "integration.request.header.user-agent": "'mine'",
        "integration.request.querystring.a b&c": "stageVariables.part",
    }});
    let variables = json!({"variables": {"part": "v2"}});
    let stage = stage_of(&definitions("HTTP", "http://a", mappings, variables));
    let http = http(method(&stage, "GET", "/a/{id}"));
    let headers: Vec<_> = http.mapped_headers.iter().map(|header| &*header.name).collect();
    assert_eq!(headers, ["X-One", "user-agent"]);
    assert!(!http.forbidden_header);
    assert_eq!(&*http.mapped_query[0].name, "a%20b%26c");
    assert_eq!(http.mapped_query[0].source, Source::Literal(b"v2"[..].into()));
    assert_eq!(
        std::str::from_utf8(&http.constant_head).unwrap(),
        "X-Amzn-Apigateway-Api-Id: api1\r\nAccept: application/json\r\n"
    );
    let forbidden =
        json!({"requestParameters": {"integration.request.header.Content-Length": "'1'"}});
    let stage = stage_of(&definitions("HTTP_PROXY", "http://a", forbidden, json!({})));
    let http = super::http(method(&stage, "GET", "/a/{id}"));
    assert!(http.forbidden_header);
    assert_eq!(&*http.constant_head, b"X-Amzn-Apigateway-Api-Id: api1\r\n");
    for target in ["integration.request.header.a b", "integration.request.body.x", "a.x"] {
        let mappings = json!({"requestParameters": {target: "'1'"}});
        check_refused(
            &definitions("HTTP", "http://a", mappings, json!({})),
            &format!("{INTEGRATION}.requestParameters['{target}']: Invalid mapping expression…"),
        );
    }
}

#[test]
fn a_proxy_ignores_templates_and_responses() {
    let extra = json!({
        "httpMethod": "any",
        "passthroughBehavior": "NEVER",
        "requestTemplates": {"application/json": "$input.body"},
        "integrationResponses": {"200": {"statusCode": "200", "selectionPattern": "(?=x)"}},
        "tlsConfig": {"insecureSkipVerification": true},
    });
    let stage = stage_of(&definitions("HTTP_PROXY", "https://a", extra, json!({})));
    let proxy = http(method(&stage, "GET", "/a/{id}"));
    assert!(proxy.kind.is_proxy() && proxy.templates.0.is_empty() && proxy.responses.is_none());
    assert_eq!(proxy.passthrough, Passthrough::Pass);
    assert_eq!(proxy.method, UpstreamMethod::Client);
    assert_eq!(proxy.timeout_ms, 29_000);
    let endpoint = proxy.endpoint.as_ref().unwrap();
    assert!(endpoint.insecure_skip_verification && endpoint.scheme == Scheme::Https);

    let extra = json!({
        "httpMethod": "post",
        "passthroughBehavior": "WHEN_NO_TEMPLATES",
        "integrationResponses": {"200": {"statusCode": "200"}},
    });
    let stage = stage_of(&definitions("HTTP", "https://a", extra, json!({})));
    let mapped = http(method(&stage, "GET", "/a/{id}"));
    assert_eq!(mapped.passthrough, Passthrough::Pass);
    assert_eq!(mapped.method, UpstreamMethod::Fixed("POST".into()));
    assert_eq!(mapped.responses.as_ref().unwrap().default, Some(0));
}

#[test]
fn unsupported_http_integrations_are_refused_by_name() {
    for (extra, expected) in [
        (json!({"httpMethod": "TRACE"}), "httpMethod: Invalid HTTP method specified: TRACE"),
        (json!({"connectionType": "VPC_LINK"}), "connectionType: VPC links are not yet supported"),
        (json!({"connectionType": "X"}), "connectionType: X is not a connection type…"),
        (json!({"responseTransferMode": "STREAM"}), "responseTransferMode: STREAM is only for…"),
        (json!({"responseTransferMode": "X"}), "responseTransferMode: X is not a transfer mode…"),
        (
            json!({"timeoutInMillis": 49}),
            "timeoutInMillis: Timeout should be between 50 ms and 29000 ms",
        ),
        (json!({"timeoutInMillis": 29_001}), "timeoutInMillis: Timeout should be between 50 ms…"),
    ] {
        let definitions = definitions("HTTP", "http://a", extra, json!({}));
        check_refused(&definitions, &format!("{INTEGRATION}.{expected}"));
    }
}

#[test]
fn streams_may_take_fifteen_minutes() {
    let with = |timeout: u32, mode: &str| {
        let extra = json!({"responseTransferMode": mode, "timeoutInMillis": timeout});
        compile(&definitions("HTTP_PROXY", "http://a", extra, json!({})), 1).is_ok()
    };
    assert!(with(900_000, "STREAM") && !with(900_001, "STREAM"));
    assert!(!with(29_001, "BUFFERED"));
}

#[test]
fn a_stage_raises_the_timeout() {
    let long = |most: u32, wanted: u32| {
        let stage = json!({"limits": {"integrationTimeoutInMillis": most, "requestBodyBytes": 5}});
        definitions("HTTP_PROXY", "http://a", json!({"timeoutInMillis": wanted}), stage)
    };
    let stage = stage_of(&long(60_000, 60_000));
    assert_eq!(http(method(&stage, "GET", "/a/{id}")).timeout_ms, 60_000);
    assert_eq!(stage.request_body_bytes_max, 5);
    check_refused(
        &long(60_000, 60_001),
        &format!("{INTEGRATION}.timeoutInMillis: Timeout should be between 50 ms and 60000 ms"),
    );
    check_refused(
        &long(900_001, 29_000),
        "$.apis[0].stages[0].limits.integrationTimeoutInMillis: Timeout should be between 50 ms \
         and 900000 ms",
    );
}
