//! What AWS checks when it puts an integration on a method: the endpoint, and that mappings name
//! only what the method declares. The compiler resolves the same expressions later and finds
//! everything that AWS finds at the first request only.

use super::at::At;
use super::problems::Problems;
use crate::definition::{Integration, IntegrationType, Method};

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
    let wrong = wrong_request_mappings(method, integration);
    if !wrong.is_empty() {
        let text = format!("Unable to put integration {on}: {}", mapping_error(&wrong));
        problems.error(&at.key("requestParameters"), text);
    }
    for response in integration.integration_responses.values() {
        let wrong = wrong_response_mappings(method, &response.status_code, || {
            response.response_parameters.iter()
        });
        if !wrong.is_empty() {
            let pattern = response.selection_pattern.as_deref().unwrap_or("default");
            let (at, reason) = (at.key("responses"), mapping_error(&wrong));
            let text = format!("Unable to put integration response {on}: {reason}");
            problems.error(&at.key(pattern).key("responseParameters"), text);
        }
    }
}

fn mapping_error(errors: &[String]) -> String {
    let list = errors.join(", ");
    format!(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [{list}]"
    )
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
            let body = name == "body" || name.starts_with("body.");
            if !body && !is_declared(method, name) {
                wrong.push(format!("Invalid mapping expression parameter specified: {source}"));
            }
        } else if !is_free(source) {
            wrong.push(format!("Invalid mapping expression specified: {source}"));
        }
    }
    wrong
}

/// `multivalueheader.X` is declared as `header.X`, likewise for the query.
fn is_declared(method: &Method, name: &str) -> bool {
    let single = name.strip_prefix("multivalue").unwrap_or(name);
    method.request_parameters.contains_key(&format!("method.request.{single}"))
}

fn wrong_response_mappings<'a, I>(
    method: &Method,
    status_code: &str,
    parameters: impl Fn() -> I,
) -> Vec<String>
where
    I: Iterator<Item = (&'a String, &'a String)>,
{
    if parameters().next().is_none() {
        return Vec::new();
    }
    let Some(response) = method.method_responses.get(status_code) else {
        return vec!["No method response exists for method.".into()];
    };
    let mut wrong = Vec::new();
    for (target, source) in parameters() {
        if !response.response_parameters.contains_key(target) {
            wrong.push(format!("Invalid mapping expression parameter specified: {target}"));
        }
        let back_end = source.strip_prefix("integration.response.").is_some_and(|name| {
            name == "body"
                || name.starts_with("body.")
                || is_named(name, "", &["header", "multivalueheader"])
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
