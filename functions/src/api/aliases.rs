//! Aliases: names for versions.

use hyper::StatusCode;
use ringway_core::limits::FUNCTION_ALIASES_MAX;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::answer::{self, Answer};
use super::functions::{body, check_revision, page};
use super::operation::query;
use crate::error::LambdaError;
use crate::function::{Alias, Function, not_found};
use crate::name::{LATEST, Owner, is_alias};
use crate::registry::{Registry, revision};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    name: Option<String>,
    function_version: Option<String>,
    description: Option<String>,
    routing_config: Option<Value>,
    revision_id: Option<String>,
}

impl Wanted {
    fn check(&self, owner: &Owner, function: &Function) -> Result<(), LambdaError> {
        let weights = self.routing_config.as_ref().map(|it| &it["AdditionalVersionWeights"]);
        let is_weighted = weights.and_then(Value::as_object).is_some_and(|it| !it.is_empty());
        if is_weighted {
            return Err(LambdaError::unsupported("AdditionalVersionWeights"));
        }
        let Some(version) = self.function_version.as_deref() else { return Ok(()) };
        let number = version.parse().ok();
        let is_there = version == LATEST
            || number.is_some_and(|number: u64| function.versions.contains_key(&number));
        if is_there { Ok(()) } else { Err(not_found(owner, &function.name, Some(version))) }
    }
}

fn shown(owner: &Owner, function: &str, name: &str, alias: &Alias) -> Value {
    json!({
        "AliasArn": owner.arn(function, Some(name)).to_string(),
        "Name": name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision,
    })
}

fn absent(owner: &Owner, function: &str, name: &str) -> LambdaError {
    LambdaError::not_found(format!("Cannot find alias arn: {}", owner.arn(function, Some(name))))
}

/// CreateAlias
pub(super) fn create(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let wanted: Wanted = body(call)?;
    let (owner, function) = (&registry.host().owner, &*call.target.function()?.name);
    let name = wanted.name.clone().filter(|name| is_alias(name)).ok_or_else(|| {
        LambdaError::validation(
            "1 validation error detected: Value at 'name' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
        )
    })?;
    let changed = registry.change(function, |mut before| {
        wanted.check(owner, &before)?;
        if before.aliases.contains_key(&name) {
            let arn = owner.arn(function, Some(&name));
            return Err(LambdaError::conflict(format!("Alias already exists: {arn}")));
        }
        if before.aliases.len() >= FUNCTION_ALIASES_MAX {
            return Err(LambdaError::invalid_parameter("The function has too many aliases"));
        }
        let version = wanted.function_version.clone().ok_or_else(|| {
            LambdaError::validation(
                "1 validation error detected: Value null at 'functionVersion' failed to satisfy \
                 constraint: Member must not be null",
            )
        })?;
        let description = wanted.description.clone().unwrap_or_default();
        before.aliases.insert(name.clone(), Alias { version, description, revision: revision() });
        Ok(before)
    })?;
    alias(owner, &changed, &name, StatusCode::CREATED)
}

fn alias(
    owner: &Owner,
    function: &Function,
    name: &str,
    status: StatusCode,
) -> Result<Answer, LambdaError> {
    let found = function.aliases.get(name).ok_or_else(|| absent(owner, &function.name, name))?;
    Ok(answer::json(status, &shown(owner, &function.name, name, found)))
}

/// GetAlias
pub(super) fn show(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let function = registry.expect(&call.target.function()?.name, None)?;
    alias(&registry.host().owner, &function, &call.target.member, StatusCode::OK)
}

/// UpdateAlias
pub(super) fn update(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let wanted: Wanted = body(call)?;
    let (owner, function) = (&registry.host().owner, &*call.target.function()?.name);
    let name = &call.target.member;
    let changed = registry.change(function, |mut before| {
        wanted.check(owner, &before)?;
        let found = before.aliases.get_mut(name).ok_or_else(|| absent(owner, function, name))?;
        check_revision(wanted.revision_id.as_deref(), &found.revision)?;
        if let Some(version) = wanted.function_version.clone() {
            found.version = version;
        }
        if let Some(description) = wanted.description.clone() {
            found.description = description;
        }
        found.revision = revision();
        Ok(before)
    })?;
    alias(owner, &changed, name, StatusCode::OK)
}

/// DeleteAlias: one that is not there is no error.
pub(super) fn delete(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    registry.change(&call.target.function()?.name, |mut function| {
        function.aliases.remove(&call.target.member);
        Ok(function)
    })?;
    Ok(answer::nothing())
}

/// ListAliases
pub(super) fn list(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let function = registry.expect(&call.target.function()?.name, None)?;
    let version = query(&call.head, "FunctionVersion");
    let is_asked = |alias: &Alias| version.as_deref().is_none_or(|it| it == alias.version);
    let found: Vec<_> = function.aliases.iter().filter(|(_, alias)| is_asked(alias)).collect();
    let names: Vec<String> = found.iter().map(|(name, _)| (*name).clone()).collect();
    let (range, next) = page(call, &names)?;
    let owner = &registry.host().owner;
    let aliases =
        found[range].iter().map(|(name, alias)| shown(owner, &function.name, name, alias));
    let aliases: Vec<Value> = aliases.collect();
    Ok(answer::json(StatusCode::OK, &json!({"Aliases": aliases, "NextMarker": next})))
}
