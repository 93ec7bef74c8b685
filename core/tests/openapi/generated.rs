//! APIs with everything a definition holds, made at random, in texts that a notation could take for
//! something else.

use std::collections::HashSet;

use indexmap::IndexMap;
use proptest::prelude::*;
use ringway_core::definition::{
    ApiKeySource, Authorizer, ContentHandling, DocumentationLocation, DocumentationPart,
    DocumentationPartType, EndpointConfiguration, GatewayResponse, Integration,
    IntegrationResponse, IntegrationType, Method, MethodResponse, Model, PassthroughBehavior,
    RequestValidator, Resource, RestApi, TlsConfig,
};
use ringway_core::error::ResponseType;
use serde_json::{Value, json};

const API: &str = "abc123";

fn text() -> impl Strategy<Value = String> {
    // What YAML could take for something else.
    let odd = [
        "null",
        "true",
        "no",
        "12",
        "1e3",
        "0x1f",
        "~",
        "- a",
        "a: b",
        "'a'",
        "\"",
        "#x",
        "&a",
        "*b",
        "%",
        "@",
        "`",
        "|",
        ">",
        " a",
        "a ",
        "\ta",
        "a\nb",
        "a\n\n b\n",
        "é😀",
        "\u{85}",
        "a\\n",
        "{}",
        "1:30",
        "2001-01-01",
        "?",
        ":",
    ];
    let odd = prop::sample::select(odd.to_vec());
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
            prop::collection::vec("method\\.request\\.header\\.q[0-9]", 0..3),
        ),
        (tls, response_transfer_mode) in (
            prop::option::of(any::<bool>()),
            optional(prop::sample::select(vec!["BUFFERED", "STREAM"]).prop_map(String::from)),
        ),
        literal in pairs("integration\\.request\\.header\\.[a-z]{3}", "'[a-z*]{0,5}'"),
        responses in prop::collection::vec(
            (handling(), pairs(media_type(), template()), optional("[0-9.]{1,4}|4\\\\d|.*x.*")),
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
        let plain = if http { Some("INTERNET") } else { None };
        let connection_type = link.as_ref().map(|_| "VPC_LINK").or(plain);
        Integration {
            integration_type: kind,
            http_method: (http || aws).then(|| "POST".to_owned()),
            uri: uri.map(str::to_owned),
            connection_type: connection_type.map(str::to_owned),
            integration_target: link.as_ref().map(|link| format!("arn:aws:target/{link}")),
            connection_id: link,
            integration_target: None,
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
    pub(crate) fn api()(
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
            (
                (0..21_usize, optional("[45][0-9]{2}")),
                (pairs(text(), text()), pairs(media_type(), text())),
            ),
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
            .map(|((kind, status_code), (response_parameters, response_templates))| {
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
            api_key_source: [ApiKeySource::Header, ApiKeySource::Authorizer]
                [usize::from(authorizer_keys)],
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
