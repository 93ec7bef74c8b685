//! Resource policies: JSON text in, escaped JSON text out (aws-facts 31).

use serde_json::Value;

use crate::documents::Scope;
use crate::error::ManagementError;
use crate::rest::patch::PatchOperation;

/// AWS's bound, characters.
const POLICY_CHARS_MAX: usize = 8_192;

/// Reads a policy; an empty text is none.
pub(super) fn read(text: &str) -> Result<Option<Value>, ManagementError> {
    if text.is_empty() {
        return Ok(None);
    }
    let invalid = || {
        ManagementError::bad_request(
            "Invalid policy document. Please check the policy syntax and ensure that Principals \
             are valid.",
        )
    };
    if text.chars().count() > POLICY_CHARS_MAX {
        return Err(ManagementError::bad_request(format!(
            "Policy has more than {POLICY_CHARS_MAX} characters"
        )));
    }
    // Clients send back what answers show: text whose quotes are escaped once more.
    let parsed = serde_json::from_str::<Value>(text)
        .or_else(|_| serde_json::from_str(&text.replace("\\\"", "\"")));
    match parsed {
        Ok(policy) if policy.get("Statement").is_some() => Ok(Some(policy)),
        _ => Err(invalid()),
    }
}

/// The value of a patch.
pub(super) fn patched(operation: &PatchOperation) -> Result<Value, ManagementError> {
    read(operation.value_text()).map(Option::unwrap_or_default)
}

/// Resources that leave the API out (`execute-api:/*`) name it now; one alone is a plain text.
pub(super) fn expand(policy: &mut Value, api: &str, scope: &Scope) {
    let arn = format!("arn:aws:execute-api:{}:{}:{api}/", scope.region, scope.account_id);
    let expanded = |value: &Value| match value.as_str() {
        Some(text) => match text.strip_prefix("execute-api:/") {
            Some(rest) => Value::from(format!("{arn}{rest}")),
            None => value.clone(),
        },
        None => value.clone(),
    };
    let statements = match &mut policy["Statement"] {
        Value::Array(statements) => statements.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for statement in statements {
        for name in ["Resource", "NotResource"] {
            let Some(resource) = statement.get_mut(name) else { continue };
            *resource = match &*resource {
                Value::Array(list) if list.len() == 1 => expanded(&list[0]),
                Value::Array(list) => list.iter().map(expanded).collect(),
                one => expanded(one),
            };
        }
    }
}

/// As answers show it: JSON text with its quotes escaped.
pub(super) fn shown(policy: &Value) -> String {
    policy.to_string().replace('"', "\\\"")
}
