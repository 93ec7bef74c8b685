//! What belongs to a function beside its code: reserved concurrency, tags; and the account.

use std::collections::BTreeMap;

use hyper::StatusCode;
use ringway_core::limits::{
    FUNCTION_CODE_BYTES_MAX, FUNCTION_CONCURRENCY_MAX, FUNCTION_TAGS_MAX, FUNCTION_ZIP_BYTES_MAX,
};
use serde::Deserialize;
use serde_json::json;

use super::Call;
use super::answer::{self, Answer};
use super::functions::body;
use crate::error::LambdaError;
use crate::registry::Registry;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reserve {
    reserved_concurrent_executions: u32,
}

/// PutFunctionConcurrency
pub(super) fn reserve(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let Reserve { reserved_concurrent_executions: wanted } = body(call)?;
    registry.change(&call.target.function()?.name, |mut function| {
        function.reserved = Some(wanted);
        Ok(function)
    })?;
    Ok(answer::json(StatusCode::OK, &json!({"ReservedConcurrentExecutions": wanted})))
}

/// GetFunctionConcurrency
pub(super) fn reserved(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let function = registry.expect(&call.target.function()?.name, None)?;
    let shown = match function.reserved {
        Some(reserved) => json!({"ReservedConcurrentExecutions": reserved}),
        None => json!({}),
    };
    Ok(answer::json(StatusCode::OK, &shown))
}

/// DeleteFunctionConcurrency
pub(super) fn unreserve(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    registry.change(&call.target.function()?.name, |mut function| {
        function.reserved = None;
        Ok(function)
    })?;
    Ok(answer::nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    tags: BTreeMap<String, String>,
}

/// AWS's bounds of tags.
pub(super) fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), LambdaError> {
    let fits = |(name, value): (&String, &String)| {
        matches!(name.chars().count(), 1..=128)
            && value.chars().count() <= 256
            && !name.starts_with("aws:")
    };
    if tags.len() <= FUNCTION_TAGS_MAX && tags.iter().all(fits) {
        return Ok(());
    }
    let why = format!("There are more than {FUNCTION_TAGS_MAX} tags, or one that is too long");
    Err(LambdaError::invalid_parameter(why))
}

/// TagResource
pub(super) fn tag(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let Tag { tags } = body(call)?;
    registry.change(&call.target.function()?.name, |mut function| {
        function.tags.extend(tags);
        check_tags(&function.tags)?;
        Ok(function)
    })?;
    Ok(answer::nothing())
}

/// ListTags
pub(super) fn tags(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let function = registry.expect(&call.target.function()?.name, None)?;
    Ok(answer::json(StatusCode::OK, &json!({"Tags": function.tags})))
}

/// UntagResource
pub(super) fn untag(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let query = call.head.uri.query().unwrap_or_default();
    let gone: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "tagKeys")
        .map(|(_, value)| value.into_owned())
        .collect();
    registry.change(&call.target.function()?.name, |mut function| {
        function.tags.retain(|name, _| !gone.contains(name));
        Ok(function)
    })?;
    Ok(answer::nothing())
}

/// GetAccountSettings
pub(super) fn account(registry: &Registry) -> Result<Answer, LambdaError> {
    let functions = registry.all();
    let reserved: u32 = functions.iter().filter_map(|function| function.reserved).sum();
    let versions = functions.iter().flat_map(|function| function.all_versions());
    let bytes: u64 = versions.map(|version| version.code.bytes).sum();
    let shown = json!({
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800_u64,
            "CodeSizeUnzipped": FUNCTION_CODE_BYTES_MAX,
            "CodeSizeZipped": FUNCTION_ZIP_BYTES_MAX,
            "ConcurrentExecutions": FUNCTION_CONCURRENCY_MAX,
            "UnreservedConcurrentExecutions": FUNCTION_CONCURRENCY_MAX.saturating_sub(reserved),
        },
        "AccountUsage": {"TotalCodeSize": bytes, "FunctionCount": functions.len()},
    });
    Ok(answer::json(StatusCode::OK, &shown))
}
