//! Import, export and import again give the same API: for every document of the conformance set,
//! and for generated APIs with everything a definition holds.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use proptest::prelude::*;
use ringway_core::definition::{
    ApiKeySource, Authorizer, ContentHandling, DocumentationLocation, DocumentationPart,
    DocumentationPartType, EndpointConfiguration, GatewayResponse, Integration,
    IntegrationResponse, IntegrationType, Method, MethodResponse, Model, PassthroughBehavior,
    RequestValidator, Resource, RestApi, TlsConfig,
};
use ringway_core::error::ResponseType;
use ringway_core::openapi::{
    Accepts, Documentation, ExportOptions, ExportType, Extensions, ImportOptions, export, import,
};
use serde_json::{Value, json};

use crate::exported::options;
use crate::recording::document;

const API: &str = "abc123";
const TYPES: [ExportType; 2] = [ExportType::Swagger2, ExportType::OpenApi30];

/// The API after an export and an import; `Err` says why it did not come back.
fn returned(api: &RestApi, export_type: ExportType, accepts: Accepts) -> Result<RestApi, String> {
    let everything = ExportOptions {
        documentation: Documentation::Current,
        ..options(export_type, Extensions::ALL)
    };
    let text = export(api, &everything).bytes(accepts);
    let again = ImportOptions { api_id: Some(api.id.clone()), ..ImportOptions::default() };
    import(&text, &again).map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&text)))
}

/// Without what an export does not carry, and in an order of its own.
fn comparable(mut api: RestApi) -> Value {
    api.warnings.clear();
    api.version.get_or_insert_with(|| "date".into());
    api.resources.sort_by(|a, b| a.path.cmp(&b.path));
    serde_json::to_value(api).expect("JSON")
}

#[track_caller]
fn check(api: &RestApi, export_type: ExportType, accepts: Accepts) {
    let again = returned(api, export_type, accepts).expect("imports");
    let (before, after) = (comparable(api.clone()), comparable(again));
    let text = |value: &Value| format!("{value:#}");
    assert_eq!(text(&sorted(before)), text(&sorted(after)), "{export_type:?} {accepts:?}");
}

/// Members in order, so that a difference is easy to see.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[test]
fn every_document_comes_back() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/files");
    let mut count = 0;
    for folder in ["", "moto/"].map(|part| (part, format!("{folder}/{part}"))) {
        for entry in std::fs::read_dir(&folder.1).expect("folder").map(|e| e.expect("entry")) {
            let name = format!("{}{}", folder.0, entry.file_name().to_str().expect("UTF-8"));
            if entry.path().is_dir() {
                continue;
            }
            let Ok(api) = import(document(&name).as_bytes(), &ImportOptions::default()) else {
                continue;
            };
            count += 1;
            for export_type in TYPES {
                for accepts in [Accepts::Json, Accepts::Yaml] {
                    check(&api, export_type, accepts);
                }
            }
        }
    }
    assert_eq!(count, 17);
}

fn text() -> impl Strategy<Value = String> {
    let odd = "null|true|no|12|1e3|0x1f|~|- a|a: b|'a'|\"|#x|&a|\\*b|%|@|`|\\||>| a|a |\\ta|a\nb|a\n\n b\n|é😀|\u{85}|a\\\\n|\\{\\}|1:30|2001-01-01|\\?|:";
    prop_oneof![odd.prop_map(String::from), "[ -~]{1,30}", "\\PC{1,12}"]
}

fn optional(strategy: impl Strategy<Value = String>) -> impl Strategy<Value = Option<String>> {
    prop::option::of(strategy)
}

fn pairs<V: std::fmt::Debug>(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = V>,
) -> impl Strategy<Value = IndexMap<String, V>> {
    prop::collection::vec((key, value), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn media_type() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["application/json", "text/html", "application/xml"])
        .prop_map(str::to_owned)
}

fn template() -> impl Strategy<Value = Option<String>> {
    optional(text())
}

fn handling() -> impl Strategy<Value = Option<ContentHandling>> {
    prop::option::of(prop::sample::select(vec![
        ContentHandling::ConvertToBinary,
        ContentHandling::ConvertToText,
    ]))
}

prop_compose! {
    fn integration()(
        kind in prop::sample::select(vec![
            IntegrationType::Mock, IntegrationType::Http, IntegrationType::HttpProxy,
            IntegrationType::Aws, IntegrationType::AwsProxy,
        ]),
        link in optional("[a-z0-9]{6}"),
        credentials in optional("arn:aws:iam::123456789012:role/[a-z]{1,5}"),
        passthrough_behavior in prop::sample::select(vec![
            PassthroughBehavior::WhenNoMatch, PassthroughBehavior::WhenNoTemplates,
            PassthroughBehavior::Never,
        ]),
        (content_handling, request_templates) in (handling(), pairs(media_type(), template())),
        timeout_in_millis in prop_oneof![Just(29_000_u32), 50..29_000_u32],
        (namespace, cache_key_parameters) in (
            optional("[a-z]{3}"),
            prop::collection::vec("method\\.request\\.querystring\\.q[0-9]".prop_map(String::from), 0..3),
        ),
        (tls, response_transfer_mode) in (
            prop::option::of(any::<bool>()),
            optional(prop::sample::select(vec!["BUFFERED", "STREAM"]).prop_map(String::from)),
        ),
        literal in pairs("integration\\.request\\.header\\.[a-z]{3}", "'[a-z*]{0,5}'"),
        responses in prop::collection::vec(
            (handling(), pairs(media_type(), template()), optional("[0-9.]{1,4}|4\\\\d\\{2\\}|.*x.*")),
            0..3,
        ),
    ) -> Integration {
        let http = matches!(kind, IntegrationType::Http | IntegrationType::HttpProxy);
        let aws = matches!(kind, IntegrationType::Aws | IntegrationType::AwsProxy);
        let mut patterns = HashSet::new();
        let codes = ["200", "404", "500"];
        let responses = codes.into_iter().zip(responses)
            .filter(|(_, (_, _, pattern))| patterns.insert(pattern.clone()))
            .map(|(code, (content_handling, response_templates, selection_pattern))| {
                (code.to_owned(), IntegrationResponse {
                    status_code: code.into(),
                    selection_pattern,
                    response_parameters: IndexMap::new(),
                    response_templates,
                    content_handling,
                })
            });
        let uri = match () {
            () if http => Some("http://${stageVariables.host}/{b}?x=y"),
            () if aws => Some("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f"),
            () => None,
        };
        let connection_type = link.as_ref().map(|_| "VPC_LINK").or(http.then_some("INTERNET"));
        Integration {
            integration_type: kind,
            http_method: (http || aws).then(|| "POST".to_owned()),
            uri: uri.map(str::to_owned),
            connection_type: connection_type.map(str::to_owned),
            integration_target: link.as_ref().map(|link| format!("arn:aws:target/{link}")),
            connection_id: link,
            credentials,
            request_parameters: literal,
            request_templates,
            passthrough_behavior,
            content_handling,
            timeout_in_millis,
            cache_namespace: namespace,
            cache_key_parameters,
            tls_config: tls.map(|skip| TlsConfig { insecure_skip_verification: skip }),
            response_transfer_mode,
            integration_responses: responses.collect(),
        }
    }
}

const MODELS: [&str; 3] = ["Pet", "Node", "MODELabc123"];

fn model() -> impl Strategy<Value = String> {
    prop::sample::select(MODELS.to_vec()).prop_map(str::to_owned)
}

prop_compose! {
    fn method()(
        operation_name in optional(text()),
        parameters in prop::collection::vec(("[hq][a-zA-Z-]{1,8}", any::<bool>()), 0..3),
        request_models in pairs(media_type(), model()),
        responses in prop::collection::vec(
            (pairs(media_type(), model()), prop::collection::vec("[A-Z][a-z-]{1,8}", 0..2)), 0..3,
        ),
        (security, scopes) in (0..5_usize, prop::collection::vec(text(), 0..3)),
        (api_key_required, validator) in (any::<bool>(), prop::option::of(0..2_usize)),
        integration in prop::option::of(integration()),
    ) -> Method {
        let place = |name: &str| if name.starts_with('h') { "header" } else { "querystring" };
        let parameters = parameters.iter()
            .map(|(name, required)| (format!("method.request.{}.{name}", place(name)), *required));
        let codes = ["200", "404", "500"].into_iter().zip(responses);
        let method_responses = codes.map(|(code, (response_models, headers))| {
            let headers = headers.iter().map(|h| (format!("method.response.header.{h}"), false));
            let status_code = code.to_owned();
            let response_parameters = headers.collect();
            (code.to_owned(), MethodResponse { status_code, response_parameters, response_models })
        });
        let authorizer_id = security.checked_sub(2).map(|n| format!("auth{n}"));
        Method {
            authorization_type: ["NONE", "AWS_IAM", "CUSTOM", "CUSTOM", "COGNITO_USER_POOLS"]
                [security].into(),
            authorization_scopes: if authorizer_id.is_some() { scopes } else { Vec::new() },
            authorizer_id,
            api_key_required,
            operation_name,
            request_parameters: parameters.collect(),
            request_models,
            request_validator_id: validator.map(|n| format!("validator{n}")),
            method_responses: method_responses.collect(),
            integration,
            ..Method::default()
        }
    }
}

fn authorizers(names: [String; 3], free: [bool; 2]) -> IndexMap<String, Authorizer> {
    let kinds = ["TOKEN", "REQUEST", "COGNITO_USER_POOLS"];
    let mut authorizers = IndexMap::new();
    for (at, (name, kind)) in names.into_iter().zip(kinds).enumerate() {
        let mut settings = IndexMap::from([("authorizerResultTtlInSeconds".into(), json!(at))]);
        match kind {
            "TOKEN" if free[0] => {
                settings.insert("identitySource".into(), json!("method.request.header.X-Token"));
            }
            "REQUEST" => {
                let sources = "method.request.header.A, method.request.querystring.b";
                settings.insert("identitySource".into(), json!(sources));
            }
            _ => drop(settings.insert("providerARNs".into(), json!(["arn:aws:cognito-idp:x"]))),
        }
        let id = format!("auth{at}");
        let auth_type = if free[1] { "custom" } else { "oauth2" };
        authorizers.insert(
            id.clone(),
            Authorizer {
                id,
                // `api_key` and `sigv4` are names too.
                name: format!("{name}{}", "_".repeat(at)),
                authorizer_type: kind.into(),
                auth_type: Some(auth_type.into()),
                settings,
            },
        );
    }
    authorizers
}

fn models() -> IndexMap<String, Model> {
    let url = format!("https://apigateway.amazonaws.com/restapis/{API}/models");
    let schemas = [
        json!({"type": "object", "description": "a pet", "required": ["a", "b"]}),
        json!({"type": "object", "properties": {
            "next": {"$ref": format!("{url}/Node")}, "pet": {"$ref": format!("{url}/Pet")}}}),
        json!({"type": "array", "items": {"$ref": format!("{url}/Node")}}),
    ];
    let models = MODELS.into_iter().zip(schemas).map(|(name, schema)| {
        let description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
        let model = Model {
            id: name.to_lowercase(),
            name: name.into(),
            content_type: "application/json".into(),
            description,
            schema: schema.to_string(),
        };
        (name.to_owned(), model)
    });
    models.collect()
}

fn documentation(
    texts: Vec<(usize, String, Option<String>)>,
) -> IndexMap<String, DocumentationPart> {
    let parts = texts.into_iter().enumerate().map(|(at, (kind, text, name))| {
        let location = DocumentationLocation {
            part_type: DocumentationPartType::ALL[kind],
            path: Some(format!("/{at}")),
            name,
            ..DocumentationLocation::default()
        };
        let properties = json!({"description": text, "n": [1, null]}).to_string();
        let (id, location) = (format!("part{at}"), location.with_defaults());
        (id.clone(), DocumentationPart { id, location, properties })
    });
    parts.collect()
}

prop_compose! {
    fn api()(
        (name, description, version) in (text(), optional(text()), optional(text())),
        (binary_media_types, minimum_compression_size, authorizer_keys, disabled) in (
            prop::collection::vec(media_type(), 0..3), prop::option::of(0..10_485_760_u32),
            any::<bool>(), any::<bool>(),
        ),
        (policy, endpoint) in (prop::option::of(text()), 0..4_usize),
        names in ("[a-z]{1,4}|api_key|sigv4", text(), text()),
        free in any::<[bool; 2]>(),
        verbs in prop::collection::vec((0..5_usize, 0..8_usize, method()), 0..6),
        documents in prop::collection::vec((0..12_usize, text(), optional(text())), 0..4),
        responses in prop::collection::vec(
            (0..21_usize, optional("[45][0-9]{2}"), pairs(text(), text()), pairs(media_type(), text())),
            0..3,
        ),
        validators in any::<[bool; 4]>(),
    ) -> RestApi {
        let endpoint_configuration = [
            None,
            Some(("REGIONAL", None, vec![])),
            Some(("PRIVATE", None, vec!["vpce-1".to_owned(), "vpce-2".to_owned()])),
            Some(("REGIONAL", Some("dualstack".to_owned()), vec![])),
        ][endpoint].clone().map(|(kind, ip_address_type, vpc_endpoint_ids)| {
            EndpointConfiguration { types: vec![kind.into()], ip_address_type, vpc_endpoint_ids }
        });
        let request_validators = (0..2).map(|n| (format!("validator{n}"), RequestValidator {
            id: format!("validator{n}"),
            name: format!("v{n}"),
            validate_request_body: validators[n],
            validate_request_parameters: validators[n + 2],
        }));
        let gateway_responses = responses.into_iter()
            .map(|(kind, status_code, response_parameters, response_templates)| {
                (ResponseType::ALL[kind],
                    GatewayResponse { status_code, response_parameters, response_templates })
            });
        RestApi {
            id: API.into(),
            name,
            description,
            version,
            binary_media_types,
            minimum_compression_size,
            api_key_source: if authorizer_keys { ApiKeySource::Authorizer } else { ApiKeySource::Header },
            policy: policy.map(|text| json!({"Version": "2012-10-17", "Statement": [text]})),
            endpoint_configuration,
            disable_execute_api_endpoint: disabled,
            resources: resources(verbs),
            models: models(),
            request_validators: request_validators.collect(),
            authorizers: authorizers(names.into(), free),
            gateway_responses: gateway_responses.collect(),
            documentation_parts: documentation(documents),
            ..RestApi::default()
        }
    }
}

/// A tree with a resource that has no methods at its end.
fn resources(verbs: Vec<(usize, usize, Method)>) -> Vec<Resource> {
    const VERBS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "ANY"];
    let paths: [(&str, Option<usize>); 5] =
        [("", None), ("a", Some(0)), ("{b}", Some(1)), ("{c+}", Some(2)), ("d", Some(0))];
    let mut resources: Vec<Resource> = Vec::new();
    for (at, (part, parent)) in paths.into_iter().enumerate() {
        let above = parent.map_or("", |parent| resources[parent].path.trim_end_matches('/'));
        resources.push(Resource {
            id: format!("resource{at}"),
            path: format!("{above}/{part}"),
            parent_id: parent.map(|parent| format!("resource{parent}")),
            path_part: parent.map(|_| part.to_owned()),
            ..Resource::default()
        });
    }
    for (at, verb, method) in verbs {
        let (resource, verb) = (&mut resources[at], VERBS[verb]);
        let names = resource.path.split('/').filter_map(|p| p.strip_prefix('{'));
        let path = names.map(|name| {
            (format!("method.request.path.{}", name.trim_end_matches(['}', '+'])), true)
        });
        let request_parameters = path.chain(method.request_parameters.clone()).collect();
        let mut method = Method { http_method: verb.into(), request_parameters, ..method };
        let namespace = method.integration.as_mut().map(|i| &mut i.cache_namespace);
        namespace.into_iter().for_each(|name| {
            name.get_or_insert_with(|| resource.id.clone());
        });
        resource.methods.insert(verb.into(), method);
    }
    resources
}

/// The API with the identifiers that the same things have in another one: an import makes its own.
fn with_identifiers(api: &RestApi, of: &RestApi) -> Value {
    let theirs: HashMap<_, _> = identifiers(of).into_iter().collect();
    let renamed = identifiers(api).into_iter();
    let renamed = renamed.filter_map(|(name, id)| Some((id, theirs.get(&name)?.clone())));
    let mut value = comparable(api.clone());
    substitute(&mut value, &renamed.collect());
    sorted(value)
}

/// Names and identifiers of everything that has one.
fn identifiers(api: &RestApi) -> Vec<(String, String)> {
    let resources = api.resources.iter().map(|r| (r.path.clone(), r.id.clone()));
    let models = api.models.values().map(|m| (format!("model {}", m.name), m.id.clone()));
    let validators = api.request_validators.values();
    let validators = validators.map(|v| (format!("validator {}", v.name), v.id.clone()));
    let authorizers = api.authorizers.values();
    let authorizers = authorizers.map(|a| (format!("authorizer {}", a.name), a.id.clone()));
    let parts = api.documentation_parts.keys().enumerate();
    let parts = parts.map(|(at, id)| (format!("part {at}"), id.clone()));
    resources.chain(models).chain(validators).chain(authorizers).chain(parts).collect()
}

fn substitute(value: &mut Value, names: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                text.clone_from(name);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| substitute(value, names)),
        Value::Object(members) => {
            let all = std::mem::take(members);
            members.extend(all.into_iter().map(|(key, mut value)| {
                substitute(&mut value, names);
                (names.get(&key).cloned().unwrap_or(key), value)
            }));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn generated_apis_come_back(api in api()) {
        for accepts in [Accepts::Json, Accepts::Yaml] {
            let again = returned(&api, ExportType::OpenApi30, accepts);
            let again = again.map_err(TestCaseError::fail)?;
            let before = with_identifiers(&api, &again);
            let after = sorted(comparable(again.clone()));
            prop_assert_eq!(format!("{before:#}"), format!("{after:#}"), "{:?}", accepts);
            check(&again, ExportType::OpenApi30, accepts);
            // One body schema per method is what Swagger 2.0 can say: from there on nothing moves.
            let swagger = returned(&api, ExportType::Swagger2, accepts);
            let swagger = swagger.map_err(TestCaseError::fail)?;
            check(&swagger, ExportType::Swagger2, accepts);
        }
    }
}
