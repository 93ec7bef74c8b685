//! What is printed for real documents.

use std::net::SocketAddr;

use ringway_core::compile::compile;

use super::*;
use crate::scratch::Scratch;
use crate::source::{self, Loaded};

const MOCK: &str = r#"
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses: {default: {statusCode: "200"}}
      responses: {"200": {description: ok}}"#;
const PROXY: &str = "
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: GET
        uri: http://127.0.0.1:9000/pets
      responses: {}";
const KEY: &str = "\n      security: [{api_key: []}]";
const QUERY: &str = "
      parameters: [{name: q, in: query, required: true, schema: {type: string}}]
      x-amazon-apigateway-request-validator: all";

/// A document with these paths: path, verb, body of the operation.
fn document(routes: &[(&str, &str, String)]) -> String {
    let mut text = String::from(
        "openapi: 3.0.1
info: {title: shop, version: '1'}
x-amazon-apigateway-request-validators:
  all: {validateRequestParameters: true, validateRequestBody: false}
components:
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
paths:
",
    );
    for (path, verb, operation) in routes {
        text.push_str(&format!("  {path}:\n    {verb}:{operation}\n"));
    }
    text
}

fn load(files: &[(&str, &str)]) -> Loaded {
    let scratch = Scratch::new();
    for (name, text) in files {
        scratch.write(name, text);
    }
    source::load(&scratch.path().join(files[0].0), "dev").1.unwrap()
}

/// The banner of the first file, changed by `change`.
fn banner(files: &[(&str, &str)], change: impl FnOnce(&mut Banner<'_>)) -> String {
    let loaded = load(files);
    let suffixes = ["localhost".to_owned()];
    let mut banner = Banner {
        driver: "io_uring",
        fallback: None,
        workers: 2,
        http: Some(addr("127.0.0.1:8080")),
        https: None,
        self_signed: false,
        admin: addr("127.0.0.1:4566"),
        host_suffixes: &suffixes,
        functions: None,
        definitions: &loaded.definitions,
        snapshot: &compile(&loaded.definitions, 1).unwrap(),
        notices: &["look out".to_owned()],
    };
    change(&mut banner);
    banner.to_string()
}

fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// The `curl` lines for these routes.
fn trials(routes: &[(&str, &str, String)]) -> Vec<String> {
    let text = banner(&[("api.yaml", &document(routes))], |_| {});
    text.lines().filter(|line| line.starts_with("  curl ")).map(|l| l.trim().to_owned()).collect()
}

#[test]
fn one_mock_and_one_back_end_are_tried() {
    let found = trials(&[
        ("/locked", "get", format!("{KEY}{MOCK}")),
        ("/asking", "get", format!("{QUERY}{MOCK}")),
        ("/change", "post", MOCK.into()),
        ("/pets/{petId}", "get", MOCK.into()),
        ("/health", "get", MOCK.into()),
        ("/{proxy+}", "x-amazon-apigateway-any-method", PROXY.into()),
        ("/pets", "post", PROXY.into()),
    ]);
    let expect = ["curl http://127.0.0.1:8080/dev/health", "curl http://127.0.0.1:8080/dev/1"];
    assert_eq!(found, expect);
}

#[test]
fn verbs_that_change_something_are_not_tried() {
    assert!(trials(&[("/a", "post", MOCK.into()), ("/b", "delete", PROXY.into())]).is_empty());
    let found = trials(&[("/a", "post", MOCK.into()), ("/b", "options", MOCK.into())]);
    assert_eq!(found, ["curl -X OPTIONS http://127.0.0.1:8080/dev/b"]);
    let found = trials(&[("/b", "head", MOCK.into())]);
    assert_eq!(found, ["curl -I http://127.0.0.1:8080/dev/b"]);
}

#[test]
fn a_made_up_certificate_is_not_verified() {
    let document = document(&[("/health", "get", MOCK.into())]);
    let text = banner(&[("api.yaml", &document)], |banner| {
        banner.http = None;
        banner.https = Some(addr("0.0.0.0:8443"));
        banner.self_signed = true;
    });
    assert!(text.contains("  curl -k https://127.0.0.1:8443/dev/health\n"), "{text}");
    assert!(text.contains(".execute-api.localhost:8443/dev/\n"), "{text}");
}

#[test]
fn an_address_with_brackets_is_quoted() {
    let document = document(&[("/health", "get", MOCK.into())]);
    let text = banner(&[("api.yaml", &document)], |banner| banner.http = Some(addr("[::1]:80")));
    assert!(text.contains("  curl -g 'http://[::1]:80/dev/health'\n"), "{text}");
}

#[test]
fn the_order_is_that_of_the_reader() {
    let document = document(&[("/pets", "get", format!("{KEY}{PROXY}"))]);
    let text = banner(&[("api.yaml", &document)], |banner| {
        banner.fallback = Some("the kernel refuses io_uring");
    });
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(concat!("Ringway ", env!("CARGO_PKG_VERSION"))));
    assert_eq!(lines.next(), Some("driver   io_uring"));
    assert_eq!(lines.next(), Some("         because the kernel refuses io_uring"));
    assert_eq!(lines.next(), Some("workers  2"));
    let position = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle}: {text}"));
    assert!(position("shop (") < position("  VERB  PATH"));
    assert!(position("  VERB  PATH") < position("  GET   /pets  HTTP_PROXY http://127.0.0.1:9000"));
    assert!(position("required") < position("  http://127.0.0.1:8080/dev/\n"));
    assert!(position("/dev/\n") < position("note: look out"));
}

#[test]
fn settings_of_a_stage_show_in_its_table() {
    let document = document(&[("/pets", "get", PROXY.into())]);
    let settings = r#"
apis:
  - id: shop
    openapi: api.yaml
    stages:
      - stageName: prod
        cacheClusterEnabled: true
        cacheClusterSize: "0.5"
        methodSettings:
          "*/*": {throttlingRateLimit: 50, throttlingBurstLimit: 10}
          "pets/GET":
            {cachingEnabled: true, cacheTtlInSeconds: 60, throttlingRateLimit: 5,
             throttlingBurstLimit: 1}
  - id: other
    openapi: api.yaml
    stages: [{stageName: prod}]
"#;
    let text = banner(&[("ringway.yaml", settings), ("api.yaml", &document)], |_| {});
    assert!(text.contains(" 60 s   5/s, burst 1\n"), "{text}");
    // Two APIs: the short form of the address would reach neither.
    assert!(!text.contains("http://127.0.0.1:8080/prod/"), "{text}");
    assert!(text.contains("  http://127.0.0.1:8080/_aws/execute-api/shop/prod/\n"), "{text}");
    assert!(text.contains("  http://shop.execute-api.localhost:8080/prod/\n"), "{text}");
}
