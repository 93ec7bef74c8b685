//! `x-amazon-apigateway-integration` to Integration (aws-facts 70, 273).
//!
//! A member of the wrong type is what AWS calls a malformed integration; a wrong value is an error
//! of the method.

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::problems::{Object, Problems, present, scalar_text};
use crate::definition::{
    ContentHandling, Integration, IntegrationResponse, IntegrationType, PassthroughBehavior,
    TlsConfig,
};
use crate::limits::{INTEGRATION_TIMEOUT_MS_MIN, INTEGRATION_TIMEOUT_RAISED_MS_MAX};

/// Reads members; a wrong type makes the whole integration malformed.
struct Reader<'p, 'r> {
    problems: &'p mut Problems,
    /// The path of the resource, as AWS names it in its message.
    resource: &'r str,
}

/// The integration of a method, or nothing after an error.
pub(super) fn import(
    members: &Object,
    resource: &str,
    at: &At<'_>,
    problems: &mut Problems,
) -> Option<Integration> {
    let mut reader = Reader { problems, resource };
    let r = &mut reader;
    let kind = r.text(members, "type", at)?;
    let integration = Integration {
        integration_type: r.kind(kind.as_deref(), at)?,
        http_method: r.text(members, "httpMethod", at)?.map(|verb| verb.to_ascii_uppercase()),
        uri: r.text(members, "uri", at)?.map(|uri| uri.trim().to_owned()),
        connection_type: r.text(members, "connectionType", at)?.map(|t| t.to_ascii_uppercase()),
        connection_id: r.text(members, "connectionId", at)?,
        integration_target: r.text(members, "integrationTarget", at)?,
        credentials: r.text(members, "credentials", at)?,
        request_parameters: r.expressions(members, "requestParameters", at)?,
        request_templates: r.templates(members, "requestTemplates", at)?,
        passthrough_behavior: r.passthrough(members, at)?,
        content_handling: r.content_handling(members, at)?,
        timeout_in_millis: r.timeout(members, at)?,
        cache_namespace: r.text(members, "cacheNamespace", at)?,
        cache_key_parameters: r.names(members, "cacheKeyParameters", at)?,
        tls_config: r.tls_config(members, at)?,
        response_transfer_mode: r.text(members, "responseTransferMode", at)?,
        integration_responses: r.responses(members, at)?,
    };
    Some(with_defaults(integration))
}

/// An import says INTERNET where nothing is said, unlike PutIntegration (recorded for HTTP).
fn with_defaults(mut integration: Integration) -> Integration {
    let http =
        matches!(integration.integration_type, IntegrationType::Http | IntegrationType::HttpProxy);
    if http && integration.connection_type.is_none() {
        integration.connection_type = Some("INTERNET".into());
    }
    integration
}

impl Reader<'_, '_> {
    fn malformed<T>(&mut self, at: &At<'_>) -> Option<T> {
        self.problems.integration(at, self.resource);
        None
    }

    /// `Some(None)` when absent; `None` after an error.
    #[allow(clippy::option_option)] // Absent and wrong are two things.
    fn text(&mut self, of: &Object, key: &str, at: &At<'_>) -> Option<Option<String>> {
        match present(of, key).map(scalar_text) {
            None => Some(None),
            Some(Some(text)) => Some(Some(text)),
            Some(None) => self.malformed(&at.key(key)),
        }
    }

    fn object<'d>(&mut self, of: &'d Object, key: &str, at: &At<'_>) -> Option<&'d Object> {
        static EMPTY: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);
        match present(of, key) {
            None => Some(&EMPTY),
            Some(Value::Object(object)) => Some(object),
            Some(_) => self.malformed(&at.key(key)),
        }
    }

    fn kind(&mut self, text: Option<&str>, at: &At<'_>) -> Option<IntegrationType> {
        match text.map(str::to_ascii_uppercase).as_deref() {
            Some("MOCK") => Some(IntegrationType::Mock),
            Some("HTTP") => Some(IntegrationType::Http),
            Some("HTTP_PROXY") => Some(IntegrationType::HttpProxy),
            Some("AWS") => Some(IntegrationType::Aws),
            Some("AWS_PROXY") => Some(IntegrationType::AwsProxy),
            Some(_) => self.malformed(&at.key("type")),
            None => self.malformed(at),
        }
    }

    /// Parameter name to expression.
    fn expressions(
        &mut self,
        of: &Object,
        key: &str,
        at: &At<'_>,
    ) -> Option<IndexMap<String, String>> {
        let map = self.object(of, key, at)?;
        let at = at.key(key);
        let mut expressions = IndexMap::with_capacity(map.len());
        for (name, value) in map {
            match value {
                Value::String(text) => drop(expressions.insert(name.clone(), text.clone())),
                _ => return self.malformed(&at.key(name)),
            }
        }
        Some(expressions)
    }

    /// Media type to template; an empty one is kept as nothing (aws-facts 75).
    fn templates(
        &mut self,
        of: &Object,
        key: &str,
        at: &At<'_>,
    ) -> Option<IndexMap<String, Option<String>>> {
        let map = self.object(of, key, at)?;
        let at = at.key(key);
        let mut templates = IndexMap::with_capacity(map.len());
        for (media_type, value) in map {
            let template = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
                _ => return self.malformed(&at.key(media_type)),
            };
            templates.insert(media_type.clone(), template);
        }
        Some(templates)
    }

    fn names(&mut self, of: &Object, key: &str, at: &At<'_>) -> Option<Vec<String>> {
        let values = match present(of, key) {
            None => return Some(Vec::new()),
            Some(Value::Array(values)) => values,
            Some(_) => return self.malformed(&at.key(key)),
        };
        let names: Option<Vec<String>> =
            values.iter().map(|v| v.as_str().map(str::to_owned)).collect();
        if names.is_none() { self.malformed(&at.key(key)) } else { names }
    }

    fn passthrough(&mut self, of: &Object, at: &At<'_>) -> Option<PassthroughBehavior> {
        let text = self.text(of, "passthroughBehavior", at)?.map(|t| t.to_ascii_uppercase());
        match text.as_deref() {
            None | Some("WHEN_NO_MATCH") => Some(PassthroughBehavior::WhenNoMatch),
            Some("WHEN_NO_TEMPLATES") => Some(PassthroughBehavior::WhenNoTemplates),
            Some("NEVER") => Some(PassthroughBehavior::Never),
            Some(_) => self.malformed(&at.key("passthroughBehavior")),
        }
    }

    #[allow(clippy::option_option)] // Absent and wrong are two things.
    fn content_handling(&mut self, of: &Object, at: &At<'_>) -> Option<Option<ContentHandling>> {
        let text = self.text(of, "contentHandling", at)?.map(|t| t.to_ascii_uppercase());
        match text.as_deref() {
            None | Some("") => Some(None),
            Some("CONVERT_TO_BINARY") => Some(Some(ContentHandling::ConvertToBinary)),
            Some("CONVERT_TO_TEXT") => Some(Some(ContentHandling::ConvertToText)),
            Some(_) => self.malformed(&at.key("contentHandling")),
        }
    }

    fn timeout(&mut self, of: &Object, at: &At<'_>) -> Option<u32> {
        let Some(text) = self.text(of, "timeoutInMillis", at)? else {
            return Some(Integration::default().timeout_in_millis);
        };
        let bounds = INTEGRATION_TIMEOUT_MS_MIN..=INTEGRATION_TIMEOUT_RAISED_MS_MAX;
        match text.parse::<u32>() {
            Ok(millis) if bounds.contains(&millis) => Some(millis),
            _ => {
                // The upper bound without raised limits is the stage's business.
                let message = "Timeout should be between 50 ms and 29000 ms";
                self.problems.error(&at.key("timeoutInMillis"), message);
                None
            }
        }
    }

    #[allow(clippy::option_option)] // Absent and wrong are two things.
    fn tls_config(&mut self, of: &Object, at: &At<'_>) -> Option<Option<TlsConfig>> {
        if present(of, "tlsConfig").is_none() {
            return Some(None);
        }
        let members = self.object(of, "tlsConfig", at)?;
        let skip = match present(members, "insecureSkipVerification") {
            None => false,
            Some(Value::Bool(skip)) => *skip,
            Some(_) => return self.malformed(&at.key("tlsConfig").key("insecureSkipVerification")),
        };
        Some(Some(TlsConfig { insecure_skip_verification: skip }))
    }

    /// Keys are selection patterns, or `default`; AWS keeps one response per status code.
    fn responses(
        &mut self,
        of: &Object,
        at: &At<'_>,
    ) -> Option<IndexMap<String, IntegrationResponse>> {
        let map = self.object(of, "responses", at)?;
        let at = at.key("responses");
        let mut responses = IndexMap::with_capacity(map.len());
        for (pattern, value) in map {
            let at = at.key(pattern);
            let Value::Object(members) = value else { return self.malformed(&at) };
            let Some(status_code) = self.text(members, "statusCode", &at)? else {
                return self.malformed(&at);
            };
            let response = IntegrationResponse {
                status_code: status_code.clone(),
                selection_pattern: (pattern != "default").then(|| pattern.clone()),
                response_parameters: self.expressions(members, "responseParameters", &at)?,
                response_templates: self.templates(members, "responseTemplates", &at)?,
                content_handling: self.content_handling(members, &at)?,
            };
            if responses.insert(status_code.clone(), response).is_some() {
                let text = format!("Several integration responses have status code {status_code}");
                self.problems.warn(text + ": the last one counts.");
            }
        }
        Some(responses)
    }
}
