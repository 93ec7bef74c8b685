//! What AWS checks when it puts an integration on a method: the endpoint, and that mappings name
//! only what the method declares. The compiler resolves the same expressions later and finds
//! everything that AWS finds at the first request only.

use super::at::At;
use super::problems::Problems;
use crate::definition::{Integration, IntegrationResponse, IntegrationType, Method};

/// Reports what AWS would refuse about an integration.
pub(super) fn integration(
    method: &Method,
    integration: &Integration,
    path: &str,
    at: &At<'_>,
    problems: &mut Problems,
) {
    let on = format!("on '{}' for resource at path '{path}'", method.http_method);
    if let Err((member, reason)) = endpoint(integration) {
        problems.error(&at.key(member), format!("Unable to put integration {on}: {reason}"));
    }
    if let Err(reason) = request_mappings(method, integration) {
        let text = format!("Unable to put integration {on}: {reason}");
        problems.error(&at.key("requestParameters"), text);
    }
    for response in integration.integration_responses.values() {
        if let Err(reason) = check_integration_response(method, response) {
            let pattern = response.selection_pattern.as_deref().unwrap_or("default");
            let text = format!("Unable to put integration response {on}: {reason}");
            let at = at.key("responses");
            problems.error(&at.key(pattern).key("responseParameters"), text);
        }
    }
}

/// Whether AWS would put this integration on this method: its endpoint, its mappings and what its
/// cache key is made of.
///
/// # Errors
/// AWS's sentence.
pub fn check_integration(method: &Method, integration: &Integration) -> Result<(), String> {
    endpoint(integration).map_err(|(_, reason)| reason.to_owned())?;
    request_mappings(method, integration)?;
    let known = |name: &String| match name.strip_prefix("method.request.") {
        Some(name) => is_body(name) || is_declared(method, name),
        None => integration.request_parameters.contains_key(name),
    };
    let all_known = integration.cache_key_parameters.iter().all(known);
    if all_known { Ok(()) } else { Err("Invalid cache key parameter specified".into()) }
}

/// Whether AWS would put this integration response on this method: its mappings.
///
/// # Errors
/// AWS's sentence.
pub fn check_integration_response(
    method: &Method,
    response: &IntegrationResponse,
) -> Result<(), String> {
    none_wrong(&wrong_response_mappings(method, response))
}

fn request_mappings(method: &Method, integration: &Integration) -> Result<(), String> {
    none_wrong(&wrong_request_mappings(method, integration))
}

fn none_wrong(errors: &[String]) -> Result<(), String> {
    if errors.is_empty() { Ok(()) } else { Err(mapping_error(errors)) }
}

/// AWS's sentence around errors in mapping expressions.
#[must_use]
pub fn mapping_error(errors: &[String]) -> String {
    let list = errors.join(", ");
    format!(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [{list}]"
    )
}

/// AWS's sentence for AWS_PROXY to another service.
pub const NO_PROXY_FOR_SERVICE: &str = "Integrations of type 'AWS_PROXY' currently only supports \
    Lambda function and Firehose stream invocations.";

/// The service may be a stage variable.
fn takes_events(uri: &str) -> bool {
    let service = uri.split(':').nth(4).unwrap_or_default();
    matches!(service, "lambda" | "firehose") || service.contains("${")
}

fn endpoint(integration: &Integration) -> Result<(), (&'static str, &'static str)> {
    let uri = integration.uri.as_deref().unwrap_or_default();
    match integration.integration_type {
        IntegrationType::Mock => return Ok(()),
        IntegrationType::Http | IntegrationType::HttpProxy => {
            let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
            if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
                return Err(("uri", "Invalid HTTP endpoint specified for URI"));
            }
        }
        IntegrationType::Aws | IntegrationType::AwsProxy => {
            if !uri.starts_with("arn:") {
                return Err(("uri", "Invalid ARN specified in the request"));
            }
            if !uri.contains(":path/") && !uri.contains(":action/") {
                return Err(("uri", "AWS ARN for integration must contain path or action"));
            }
            if integration.integration_type == IntegrationType::AwsProxy && !takes_events(uri) {
                return Err(("uri", NO_PROXY_FOR_SERVICE));
            }
        }
    }
    match integration.http_method.as_deref() {
        None | Some("") => {
            Err(("httpMethod", "Enumeration value for HttpMethod must be non-empty"))
        }
        Some(_) => Ok(()),
    }
}

fn wrong_request_mappings(method: &Method, integration: &Integration) -> Vec<String> {
    let mut wrong = Vec::new();
    for (target, source) in &integration.request_parameters {
        if !is_named(target, "integration.request.", &["header", "querystring", "path"]) {
            wrong.push(format!("Invalid mapping expression specified: {target}"));
        } else if let Some(name) = source.strip_prefix("method.request.") {
            if !is_body(name) && !is_declared(method, name) {
                wrong.push(format!("Invalid mapping expression parameter specified: {source}"));
            }
        } else if !is_free(source) {
            wrong.push(format!("Invalid mapping expression specified: {source}"));
        }
    }
    wrong
}

fn is_body(name: &str) -> bool {
    name == "body" || name.starts_with("body.")
}

/// `multivalueheader.X` is declared as `header.X`, likewise for the query.
fn is_declared(method: &Method, name: &str) -> bool {
    let single = name.strip_prefix("multivalue").unwrap_or(name);
    method.request_parameters.contains_key(&format!("method.request.{single}"))
}

fn wrong_response_mappings(method: &Method, mapped: &IntegrationResponse) -> Vec<String> {
    if mapped.response_parameters.is_empty() {
        return Vec::new();
    }
    let Some(response) = method.method_responses.get(&mapped.status_code) else {
        return vec!["No method response exists for method.".into()];
    };
    let mut wrong = Vec::new();
    for (target, source) in &mapped.response_parameters {
        if !response.response_parameters.contains_key(target) {
            wrong.push(format!("Invalid mapping expression parameter specified: {target}"));
        }
        let back_end = source.strip_prefix("integration.response.").is_some_and(|name| {
            is_body(name) || is_named(name, "", &["header", "multivalueheader"])
        });
        if !back_end && !is_free(source) {
            wrong.push(format!("Invalid mapping expression specified: {source}"));
        }
    }
    wrong
}

/// Literals, stage variables and context: nothing a method declares.
fn is_free(source: &str) -> bool {
    let literal = source.len() >= 2 && source.starts_with('\'') && source.ends_with('\'');
    literal || source.starts_with("stageVariables.") || source.starts_with("context.")
}

/// `{prefix}{kind}.{name}` with a name.
fn is_named(text: &str, prefix: &str, kinds: &[&str]) -> bool {
    let split = text.strip_prefix(prefix).and_then(|rest| rest.split_once('.'));
    split.is_some_and(|(kind, name)| kinds.contains(&kind) && !name.is_empty())
}
