//! What UpdateStage takes, and what it says about the rest (aws-facts 95 to 106).

use ringway_core::definition::MethodSetting;
use serde_json::{Value, json};

use super::stages::check_percent;
use crate::error::ManagementError;
use crate::rest::patch::{
    self, ANY, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording, unescaped,
};

const OPTIONAL: &[Op] = &[Op::Add, Op::Replace, Op::Remove];

/// The table; what it does not name is taken for the setting of a method.
pub(super) const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/deploymentId", ops: ANY, target: Target::Own(deployment) },
        Rule { path: "/variables", ops: ANY, target: Target::Own(variables) },
        Rule { path: "/variables/{}", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/description", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/documentationVersion", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/cacheClusterEnabled", ops: REPLACE, target: Target::Value(patch::flag) },
        Rule { path: "/cacheClusterSize", ops: REPLACE, target: Target::Value(cache_size) },
        Rule { path: "/clientCertificateId", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/tracingEnabled", ops: REPLACE, target: Target::Value(patch::flag) },
        Rule { path: "/accessLogSettings", ops: ANY, target: Target::Own(access_log) },
        Rule { path: "/accessLogSettings/{}", ops: ANY, target: Target::Own(access_log_member) },
        Rule { path: "/canarySettings", ops: ANY, target: Target::Own(canary) },
        Rule { path: "/canarySettings/{}", ops: ANY, target: Target::Own(canary_member) },
        Rule {
            path: "/canarySettings/stageVariableOverrides/{}",
            ops: OPTIONAL,
            target: Target::Own(canary_variable),
        },
        Rule { path: "*", ops: ANY, target: Target::Own(method_setting) },
    ],
    wording: Wording::Plain,
};

fn cache_size(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let sizes = ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"];
    if sizes.contains(&operation.value_text()) {
        return patch::text(operation);
    }
    Err(ManagementError::bad_request(format!(
        "Invalid cache cluster size {}. Must be one of: [{}]",
        operation.value_text(),
        sizes.join(", ")
    )))
}

/// `copy` takes only two pairs of places, and needs a canary.
fn copied(document: &Value, operation: &PatchOperation) -> Result<Value, ManagementError> {
    let (path, from) = (operation.path_text(), operation.from.as_deref().unwrap_or("null"));
    let valid = matches!(
        (path, from),
        ("/deploymentId", "/canarySettings/deploymentId")
            | ("/variables", "/canarySettings/stageVariableOverrides")
    );
    if !valid {
        return Err(ManagementError::bad_request(format!(
            "Invalid copy operation with path: {path} and from {from}. Valid copy:path are \
             [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, \
             /canarySettings/stageVariableOverrides]"
        )));
    }
    if !document["canarySettings"].is_object() {
        let text = "Promotion not available. Canary does not exist.";
        return Err(ManagementError::bad_request(text));
    }
    Ok(document.pointer(from).cloned().unwrap_or_default())
}

fn deployment(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    match operation.op {
        Some(Op::Copy) => document["deploymentId"] = copied(document, operation)?,
        Some(Op::Replace) => document["deploymentId"] = operation.value_text().into(),
        _ => return Err(patch::invalid_op(REPLACE)),
    }
    Ok(())
}

/// Promotion: the canary's overrides win over the stage's variables.
fn variables(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    match operation.op {
        Some(Op::Copy) => {
            let overrides = copied(document, operation)?;
            for (name, value) in overrides.as_object().into_iter().flatten() {
                document["variables"][name] = value.clone();
            }
            Ok(())
        }
        Some(Op::Remove) => {
            document["variables"] = json!({});
            Ok(())
        }
        _ => Err(invalid_setting(operation)),
    }
}

fn access_log(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    match operation.op {
        Some(Op::Remove) => {
            document["accessLogSettings"] = Value::Null;
            Ok(())
        }
        Some(Op::Copy) => copied(document, operation).map(drop),
        _ => Err(invalid_access_log()),
    }
}

fn access_log_member(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    let member = match (operation.op, parts.first().map(String::as_str)) {
        (Some(Op::Remove), _) => return Err(no_setting(operation)),
        (Some(Op::Copy), _) => return copied(document, operation).map(drop),
        (Some(Op::Add | Op::Replace), Some(member @ ("destinationArn" | "format"))) => member,
        _ => return Err(invalid_access_log()),
    };
    let value = operation.value_text();
    if value.trim().is_empty() {
        return Err(ManagementError::bad_request("Access Log value must not be empty"));
    }
    if member == "destinationArn" && value.starts_with("arn:") && value.ends_with(":*") {
        return Err(ManagementError::bad_request(
            "Invalid ARN specified in the request. ARNs must start with 'arn:' and must not end \
             with ':*'",
        ));
    }
    document["accessLogSettings"][member] = value.into();
    Ok(())
}

fn canary(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    match operation.op {
        Some(Op::Remove) => {
            document["canarySettings"] = Value::Null;
            Ok(())
        }
        Some(Op::Copy) => copied(document, operation).map(drop),
        _ => Err(invalid_setting(operation)),
    }
}

/// Only `replace` makes and changes members; a stage without canary gets one on its own deployment.
fn canary_member(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    let member = parts.first().map(String::as_str).unwrap_or_default();
    let known = ["deploymentId", "percentTraffic", "useStageCache"].contains(&member);
    let value: Value = match operation.op {
        Some(Op::Remove) => return Err(no_setting(operation)),
        Some(Op::Copy) => return copied(document, operation).map(drop),
        Some(Op::Replace) if !known => return Err(invalid_setting(operation)),
        Some(Op::Replace) if member == "percentTraffic" => {
            let percent = patch::number(operation)?;
            check_percent(percent.as_f64().unwrap_or(-1.0))?;
            percent
        }
        Some(Op::Replace) if member == "useStageCache" => patch::flag(operation)?,
        Some(Op::Replace) => patch::text(operation)?,
        _ => return Err(invalid_add(operation)),
    };
    with_canary(document)[member] = value;
    Ok(())
}

fn canary_variable(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    let name = parts.first().map(String::as_str).unwrap_or_default();
    match operation.op {
        Some(Op::Replace) => {
            with_canary(document)["stageVariableOverrides"][name] = operation.value_text().into();
            Ok(())
        }
        Some(Op::Remove) => {
            let overrides = &mut document["canarySettings"]["stageVariableOverrides"];
            let removed = overrides.as_object_mut().and_then(|map| map.shift_remove(name));
            removed.map(drop).ok_or_else(|| no_setting(operation))
        }
        _ => Err(invalid_add(operation)),
    }
}

fn with_canary(document: &mut Value) -> &mut Value {
    if !document["canarySettings"].is_object() {
        document["canarySettings"] = json!({ "deploymentId": document["deploymentId"] });
    }
    &mut document["canarySettings"]
}

/// Member of a method's settings: its name in the path, in the definition, and how it is read.
const SETTINGS: &[(&str, &str, patch::Parse)] = &[
    ("metrics/enabled", "metricsEnabled", patch::flag),
    ("logging/dataTrace", "dataTraceEnabled", patch::flag),
    ("logging/loglevel", "loggingLevel", log_level),
    ("throttling/burstLimit", "throttlingBurstLimit", patch::integer),
    ("throttling/rateLimit", "throttlingRateLimit", patch::number),
    ("caching/ttlInSeconds", "cacheTtlInSeconds", ttl),
    ("caching/enabled", "cachingEnabled", patch::flag),
    ("caching/dataEncrypted", "cacheDataEncrypted", patch::flag),
    (
        "caching/requireAuthorizationForCacheControl",
        "requireAuthorizationForCacheControl",
        patch::flag,
    ),
    (
        "caching/unauthorizedCacheControlHeaderStrategy",
        "unauthorizedCacheControlHeaderStrategy",
        strategy,
    ),
];

/// `/{resourcePath}/{httpMethod}/{group}/{setting}`. An entry begins as a copy of `*/*`, or with
/// AWS's defaults (aws-facts 96, 97); removing any setting of a method removes its entry.
fn method_setting(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let removes = operation.op == Some(Op::Remove);
    let refused = || if removes { no_setting(operation) } else { invalid_setting(operation) };
    if operation.op == Some(Op::Copy) {
        return copied(document, operation).map(drop);
    }
    let (key, setting) = split(operation.path_text()).ok_or_else(refused)?;
    let settings = &mut document["methodSettings"];
    if removes {
        // `/{resourcePath}/{httpMethod}` alone removes the entry too.
        let whole = operation.path_text().trim_start_matches('/');
        let entries = settings.as_object_mut();
        let removed = entries
            .and_then(|entries| entries.shift_remove(whole).or_else(|| entries.shift_remove(&key)));
        return removed.map(drop).ok_or_else(refused);
    }
    let known = SETTINGS.iter().find(|(name, ..)| *name == setting);
    let (_, member, parse) = known.ok_or_else(refused)?;
    let value = parse(operation)?;
    if !settings[&key].is_object() {
        let default = serde_json::to_value(MethodSetting::default());
        let inherited = settings.get("*/*").cloned();
        settings[&key] = match inherited {
            Some(inherited) => inherited,
            None => default.map_err(|_| ManagementError::internal())?,
        };
    }
    settings[&key][*member] = value;
    Ok(())
}

/// The key of a method's entry, and the setting: the last two parts.
fn split(path: &str) -> Option<(String, String)> {
    let path = path.strip_prefix('/')?;
    let (rest, last) = path.rsplit_once('/')?;
    let Some((method, group)) = rest.rsplit_once('/') else {
        return Some((path.to_owned(), String::new()));
    };
    let Some((resource, verb)) = method.rsplit_once('/') else {
        return Some((path.to_owned(), String::new()));
    };
    let resource = unescaped(resource);
    let resource = match resource.trim_matches('/') {
        "" => "~1".to_owned(),
        path => path.replace('/', "~1"),
    };
    Some((format!("{resource}/{verb}"), format!("{group}/{last}")))
}

fn log_level(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "OFF" | "ERROR" | "INFO" => patch::text(operation),
        _ => Err(ManagementError::bad_request(
            "Invalid logging level. Must be one of: [OFF, ERROR, INFO]",
        )),
    }
}

fn ttl(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let seconds = patch::integer(operation)?;
    if (0..=3_600).contains(&seconds.as_i64().unwrap_or(-1)) {
        return Ok(seconds);
    }
    Err(ManagementError::bad_request("Invalid cache TTL, must be between 0 and 3600"))
}

fn strategy(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let known =
        ["FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"];
    if known.contains(&operation.value_text()) {
        return patch::text(operation);
    }
    let text = format!(
        "Invalid unauthorizedCacheControlHeaderStrategy. Must be one of: [{}]",
        known.join(", ")
    );
    Err(ManagementError::bad_request(text))
}

/// The blank in front of the colon is AWS's.
fn invalid_access_log() -> ManagementError {
    ManagementError::bad_request(
        "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, \
         /accessLogSettings/format]",
    )
}

/// The blank at the end is AWS's.
fn no_setting(operation: &PatchOperation) -> ManagementError {
    let path = operation.path_text().trim_start_matches('/');
    ManagementError::bad_request(format!(
        "Cannot remove method setting {path} because there is no method setting for this method "
    ))
}

fn invalid_add(operation: &PatchOperation) -> ManagementError {
    let (op, path) = (operation.op_name(), operation.path_text());
    ManagementError::bad_request(format!("Invalid {op} operation with path: {path}"))
}

/// Missing commas are AWS's (aws-facts 95).
fn invalid_setting(operation: &PatchOperation) -> ManagementError {
    const PATHS: &str = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, \
        /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, \
        /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, \
        /{resourcePath}/{httpMethod}/logging/dataTrace, \
        /{resourcePath}/{httpMethod}/logging/loglevel, \
        /{resourcePath}/{httpMethod}/throttling/burstLimit\
        /{resourcePath}/{httpMethod}/throttling/rateLimit\
        /{resourcePath}/{httpMethod}/caching/ttlInSeconds, \
        /{resourcePath}/{httpMethod}/caching/enabled, \
        /{resourcePath}/{httpMethod}/caching/dataEncrypted, \
        /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, \
        /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, \
        /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, \
        /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, \
        /*/*/caching/enabled, /*/*/caching/dataEncrypted, \
        /*/*/caching/requireAuthorizationForCacheControl, \
        /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, \
        /tracingEnabled";
    let path = operation.path_text();
    ManagementError::bad_request(format!(
        "Invalid method setting path: {path}. Must be one of: [{PATHS}]"
    ))
}
