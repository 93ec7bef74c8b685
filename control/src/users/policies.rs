//! Policies of a user: a document is compiled before it is kept.

use indexmap::IndexMap;
use ringway_core::iam::{Policies, PolicyKind};
use serde_json::{Value, json};

use super::put as put_user;
use crate::definition::User;
use crate::documents::Transaction;
use crate::error::ManagementError;

/// Adds or replaces a policy.
pub(super) fn put(
    tx: &mut Transaction<'_>,
    mut user: User,
    name: &str,
    document: &str,
) -> Result<Value, ManagementError> {
    user.policies.insert(name.into(), document.into());
    check(&user.policies)?;
    put_user(tx, &user)?;
    Ok(json!({}))
}

/// Removes a policy.
pub(super) fn delete(
    tx: &mut Transaction<'_>,
    mut user: User,
    name: &str,
) -> Result<Value, ManagementError> {
    if user.policies.shift_remove(name).is_none() {
        let name: String = name.chars().take(128).collect();
        let text = format!("The user policy with name {name} cannot be found.");
        return Err(ManagementError::not_found(text));
    }
    put_user(tx, &user)?;
    Ok(json!({}))
}

/// Whether these policies can be decided together.
pub(super) fn check(policies: &IndexMap<String, String>) -> Result<(), ManagementError> {
    for (name, document) in policies {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !matches!(name.len(), 1..=128) || !name.bytes().all(fits) {
            let text =
                "The policy name must be 1 to 128 letters, digits and the characters _+=,.@-";
            return Err(ManagementError::bad_request(text));
        }
        if asks_for_tags_of_resources(document) {
            let text = format!("Policy {name}: aws:ResourceTag is not supported here.");
            return Err(ManagementError::bad_request(text));
        }
    }
    let documents = policies.values().map(String::as_str);
    Policies::compile(documents, PolicyKind::Identity).map(drop).map_err(|error| {
        let name = policies.keys().nth(error.document).map_or("", String::as_str);
        let at = error.statement.map_or_else(String::new, |ix| format!(", statement {}", ix + 1));
        ManagementError::bad_request(format!("Policy {name}{at}: {error}"))
    })
}

/// A call is judged before any resource is looked at, so a condition on its tags could not hold:
/// what it is to deny would be allowed.
fn asks_for_tags_of_resources(document: &str) -> bool {
    // Written anew, so that escapes hide nothing.
    let plain = serde_json::from_str::<Value>(document).map(|value| value.to_string());
    plain.is_ok_and(|text| text.to_ascii_lowercase().contains("aws:resourcetag/"))
}
