//! APIs as customers write them, imported and compiled as in production.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use ringway_core::compile::compile;
use ringway_core::context::{Context, Forwarded, Outcome, RequestFacts};
use ringway_core::definition::Definitions;
use ringway_core::http::{Fields, parse_request};
use ringway_core::openapi::{ImportOptions, import};
use ringway_core::router::PathRanges;
use ringway_core::settings;
use ringway_core::snapshot::{Scheme, Snapshot};

/// A pet store with a cached method and an access log in JSON, as the console of AWS proposes it.
const PETS: &str = include_str!("pets.json");
const PETS_SETTINGS: &str = include_str!("pets.yaml");

/// Path of method `n` of [`definitions`], every third of a kind: static, parameter, greedy.
pub(crate) fn template(n: usize) -> String {
    let service = n / 3;
    match n % 3 {
        0 => format!("/service-{service}/items"),
        1 => format!("/service-{service}/items/{{itemId}}"),
        _ => format!("/service-{service}/files/{{proxy+}}"),
    }
}

/// One API of `methods` HTTP_PROXY methods, imported.
pub(crate) fn definitions(methods: usize) -> Definitions {
    let mut paths = String::new();
    for n in 0..methods {
        let (path, separator) = (template(n), if n == 0 { "" } else { "," });
        let backend = path.replace("+}", "}");
        let name = path.split_once('{').map(|(_, name)| name.trim_end_matches(['+', '}']));
        let mapping = name.map_or_else(String::new, |name| {
            format!(r#""integration.request.path.{name}": "method.request.path.{name}""#)
        });
        // A String takes every write.
        let _ = write!(
            paths,
            r#"{separator}"{path}": {{"get": {{
                "responses": {{"200": {{"description": "OK"}}}},
                "x-amazon-apigateway-integration": {{
                    "type": "http_proxy", "httpMethod": "GET",
                    "uri": "http://${{stageVariables.backend}}{backend}",
                    "requestParameters": {{{mapping}}}
                }}
            }}}}"#
        );
    }
    let text = format!(
        r#"{{"openapi": "3.0.1", "info": {{"title": "services", "version": "1"}},
            "x-ringway-stage": {{"variables": {{"backend": "127.0.0.1:9000"}}}},
            "paths": {{{paths}}}}}"#
    );
    let api = import(text.as_bytes(), &ImportOptions::default()).expect("the document is valid");
    let extensions = settings::Extensions::read(text.as_bytes()).expect("so is its stage");
    settings::single(api, "prod", &extensions)
}

/// The pet store.
pub(crate) fn pets() -> Snapshot {
    let settings = settings::parse(PETS_SETTINGS.as_bytes()).expect("the settings are valid");
    let options = ImportOptions { api_id: Some("pets".into()), ..ImportOptions::default() };
    let api = import(PETS.as_bytes(), &options).expect("the document is valid");
    compile(&settings.definitions(vec![(0, api)]), 1).expect("the pet store compiles")
}

/// Calls with the context of `request`, which is for the stage `prod` of [`pets`], after its end.
pub(crate) fn with_context(snapshot: &Snapshot, request: &str, call: impl FnOnce(&Context<'_>)) {
    let mut fields = Fields::new();
    let parsed = parse_request(request.as_bytes(), &mut fields);
    let (head, _) = parsed.expect("a valid head").expect("a complete head");
    let stage = &snapshot.stages[0];
    let path = head.path().strip_prefix(b"/prod").expect("a path of the stage");
    let mut places = PathRanges::default();
    let method = stage.router.find(path, head.method(), &mut places).expect("a known path");
    let parameters: Vec<_> = places.values(path).collect();
    let request = RequestFacts {
        request_id: b"3f2b7c1e-8a5d-4f60-9b1e-2d7c6a5e4f30",
        extended_request_id: b"AbCdEfGhIjKlMnO=",
        received_unix_ms: 1_602_338_136_123,
        source_ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
        forwarded: Some(Forwarded { scheme: Scheme::Https, port: 443 }),
        trace_id: b"Root=1-5f81d1a8-0123456789abcdef01234567",
        head: Some(&head),
        resource_path_sent: path,
        path_parameters: &parameters,
    };
    let outcome = Outcome {
        status: 200,
        response_bytes: 1024,
        latency_us: 1_234,
        integration_latency_us: Some(1_000),
        integration_status: Some(200),
        function_status: None,
        integration_request_id: None,
    };
    call(&Context {
        request: &request,
        stage: Some(stage),
        method: Some(stage.method(method)),
        client: None,
        body: None,
        error: None,
        outcome: Some(outcome),
    });
}
