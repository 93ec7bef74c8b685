//! Integration to `x-amazon-apigateway-integration`: what has its default is left out, as AWS does
//! (recorded).

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::super::problems::Object;
use crate::definition::{
    ContentHandling, Integration, IntegrationResponse, IntegrationType, PassthroughBehavior,
    TlsConfig,
};

/// The extension; `resource_id` is the default of the cache namespace.
pub(super) fn extension(integration: &Integration, resource_id: &str) -> Value {
    let Integration {
        integration_type,
        http_method,
        uri,
        connection_type,
        connection_id,
        integration_target,
        credentials,
        request_parameters,
        request_templates,
        passthrough_behavior,
        content_handling,
        timeout_in_millis,
        cache_namespace,
        cache_key_parameters,
        tls_config,
        response_transfer_mode,
        integration_responses,
    } = integration;
    let mut members = Object::new();
    let mut put = |key: &str, value: Option<Value>| {
        value.map(|value| members.insert(key.to_owned(), value));
    };
    let http = matches!(integration_type, IntegrationType::Http | IntegrationType::HttpProxy);
    // An import of these says INTERNET by itself.
    let connection_type = connection_type.as_deref().filter(|kind| !(http && *kind == "INTERNET"));
    put("type", Some(type_name(*integration_type).into()));
    put("httpMethod", text(http_method.as_deref()));
    put("uri", text(uri.as_deref()));
    put("connectionType", text(connection_type));
    put("connectionId", text(connection_id.as_deref()));
    put("integrationTarget", text(integration_target.as_deref()));
    put("credentials", text(credentials.as_deref()));
    put("responses", filled(responses(integration_responses)));
    put("requestParameters", texts(request_parameters));
    put("requestTemplates", templates(request_templates));
    put("passthroughBehavior", Some(passthrough(*passthrough_behavior).into()));
    put("contentHandling", content_handling.map(|how| handling(how).into()));
    let timeout = Some(*timeout_in_millis);
    let timeout = timeout.filter(|ms| *ms != Integration::default().timeout_in_millis);
    put("timeoutInMillis", timeout.map(Value::from));
    put("cacheNamespace", text(cache_namespace.as_deref().filter(|name| *name != resource_id)));
    let keys = Some(cache_key_parameters).filter(|keys| !keys.is_empty());
    put("cacheKeyParameters", keys.map(|keys| json!(keys)));
    let tls = tls_config.as_ref().map(|TlsConfig { insecure_skip_verification }| {
        json!({"insecureSkipVerification": insecure_skip_verification})
    });
    put("tlsConfig", tls);
    put("responseTransferMode", text(response_transfer_mode.as_deref()));
    Value::Object(members)
}

/// By selection pattern. Of several responses with one pattern the first is the one that answers.
fn responses(of: &IndexMap<String, IntegrationResponse>) -> Object {
    let mut responses = Object::new();
    for response in of.values() {
        let pattern = response.selection_pattern.as_deref().filter(|pattern| !pattern.is_empty());
        let mut members = Object::new();
        members.insert("statusCode".into(), response.status_code.clone().into());
        for (key, value) in [
            ("responseParameters", texts(&response.response_parameters)),
            ("responseTemplates", templates(&response.response_templates)),
            ("contentHandling", response.content_handling.map(|how| handling(how).into())),
        ] {
            value.map(|value| members.insert(key.to_owned(), value));
        }
        responses.entry(pattern.unwrap_or("default")).or_insert_with(|| members.into());
    }
    responses
}

fn text(text: Option<&str>) -> Option<Value> {
    text.map(Value::from)
}

fn filled(object: Object) -> Option<Value> {
    Some(object).filter(|object| !object.is_empty()).map(Value::Object)
}

pub(super) fn texts(map: &IndexMap<String, String>) -> Option<Value> {
    filled(map.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect())
}

/// An empty template is `null`, as AWS answers it (aws-facts 75).
fn templates(map: &IndexMap<String, Option<String>>) -> Option<Value> {
    filled(map.iter().map(|(name, text)| (name.clone(), json!(text))).collect())
}

const fn type_name(kind: IntegrationType) -> &'static str {
    match kind {
        IntegrationType::Mock => "mock",
        IntegrationType::Http => "http",
        IntegrationType::HttpProxy => "http_proxy",
        IntegrationType::Aws => "aws",
        IntegrationType::AwsProxy => "aws_proxy",
    }
}

const fn passthrough(behavior: PassthroughBehavior) -> &'static str {
    match behavior {
        PassthroughBehavior::WhenNoMatch => "when_no_match",
        PassthroughBehavior::WhenNoTemplates => "when_no_templates",
        PassthroughBehavior::Never => "never",
    }
}

const fn handling(how: ContentHandling) -> &'static str {
    match how {
        ContentHandling::ConvertToBinary => "CONVERT_TO_BINARY",
        ContentHandling::ConvertToText => "CONVERT_TO_TEXT",
    }
}
