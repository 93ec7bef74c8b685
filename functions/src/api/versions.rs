//! Versions: numbered copies of a function that do not change.

use std::sync::Arc;

use hyper::StatusCode;
use ringway_core::limits::FUNCTION_VERSIONS_MAX;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::answer::{self, Answer};
use super::functions::{body, check_revision, configuration_of, page};
use crate::error::LambdaError;
use crate::function::{Function, not_found};
use crate::name::LATEST;
use crate::registry::{Registry, version};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Publish {
    code_sha256: Option<String>,
    description: Option<String>,
    revision_id: Option<String>,
}

/// The function with its latest version under a number, unless it has one already.
pub(super) fn published(
    mut function: Function,
    description: Option<String>,
) -> Result<Function, LambdaError> {
    let latest = &function.latest;
    let is_same =
        function.versions.values().next_back().is_some_and(|last| {
            last.configuration == latest.configuration && last.code == latest.code
        });
    if is_same {
        return Ok(function);
    }
    if function.versions.len() >= FUNCTION_VERSIONS_MAX {
        return Err(LambdaError::code_storage("Code storage limit exceeded."));
    }
    function.last_version += 1;
    let number = function.last_version.to_string();
    let copy = version(&function.name, &number, latest.configuration.clone(), latest.code.clone());
    let copy = match (description, Arc::try_unwrap(copy)) {
        (Some(description), Ok(mut copy)) => {
            copy.description = description;
            Arc::new(copy)
        }
        (None, Ok(copy)) => Arc::new(copy),
        (_, Err(copy)) => copy,
    };
    function.versions.insert(function.last_version, copy);
    Ok(function)
}

/// PublishVersion
pub(super) fn publish(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let Publish { code_sha256, description, revision_id } = body(call)?;
    let function = registry.change(&call.target.function()?.name, |function| {
        check_revision(revision_id.as_deref(), &function.latest.revision)?;
        let own = &function.latest.code.sha256;
        if let Some(wanted) = code_sha256.filter(|wanted| wanted != own) {
            return Err(LambdaError::invalid_parameter(format!(
                "CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({own}). \
                 Please try again with the CodeSHA256 in $LATEST."
            )));
        }
        published(function, description)
    })?;
    let shown = function.versions.values().next_back().unwrap_or(&function.latest);
    let shown = configuration_of(&registry.host().owner, shown, true);
    Ok(answer::json(StatusCode::CREATED, &shown))
}

/// What versions are ordered by as they are shown: `$LATEST` before numbers, these by their value.
pub(super) fn place(number: &str) -> String {
    let number = if number == LATEST { "" } else { number };
    format!("{number:>20}")
}

/// ListVersionsByFunction
pub(super) fn list(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let function = registry.expect(&call.target.function()?.name, None)?;
    let versions: Vec<_> = function.all_versions().collect();
    let names: Vec<String> = versions.iter().map(|version| place(&version.number)).collect();
    let (range, next) = page(call, &names)?;
    let owner = &registry.host().owner;
    let shown = versions[range].iter().map(|version| configuration_of(owner, version, true));
    let shown: Vec<Value> = shown.collect();
    Ok(answer::json(StatusCode::OK, &json!({"Versions": shown, "NextMarker": next})))
}

/// DeleteFunction with a qualifier.
pub(super) fn delete(registry: &Registry, name: &str, qualifier: &str) -> Result<(), LambdaError> {
    let changed = registry.change(name, |mut function| {
        if qualifier == LATEST {
            return Err(LambdaError::invalid_parameter(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        let number: Option<u64> = qualifier.parse().ok();
        let Some(number) = number.filter(|number| function.versions.contains_key(number)) else {
            let is_alias = function.aliases.contains_key(qualifier);
            return Err(if is_alias {
                LambdaError::invalid_parameter(
                    "Deletion of aliases is not currently supported through this operation.",
                )
            } else {
                not_found(&registry.host().owner, name, Some(qualifier))
            });
        };
        let users = function.aliases.iter().filter(|(_, alias)| alias.version == qualifier);
        let users: Vec<&str> = users.map(|(name, _)| name.as_str()).collect();
        if !users.is_empty() {
            return Err(LambdaError::conflict(format!(
                "Version was not able to be deleted since it's being referenced by alias(es): {}",
                users.join(", ")
            )));
        }
        function.versions.remove(&number);
        Ok(function)
    });
    changed.map(drop)
}
