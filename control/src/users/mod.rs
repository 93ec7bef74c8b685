//! Users of the management plane: what `ringway user` and `POST /_ringway/users` ask for.
//!
//! A request is a change of documents within a transaction. It must not know who asks, nor whether
//! the process that asks is the one that serves.

mod administrator;
mod credentials;
mod keys;
mod offline;
mod policies;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use ringway_core::identity::UserName;
use ringway_core::limits::IAM_USERS_MAX;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use administrator::set as set_administrator;
pub use administrator::{ADMINISTRATOR_ACCESS, POLICY_NAME};
pub use credentials::Credentials;
pub use offline::offline;

pub use crate::definition::KeyStatus;
use crate::definition::{AccessKey, User};
use crate::documents::{Kind, Transaction};
use crate::error::ManagementError;
use crate::identifiers;

/// What is asked, and of which account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ask {
    /// Twelve digits; the caller's own account when it is not said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account_id: Option<String>,
    /// What is asked.
    pub request: Request,
}

/// What is asked. The names of actions are IAM's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "action", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Request {
    /// A new user, without a key.
    CreateUser {
        /// Name.
        user_name: String,
        /// Policy documents by name.
        #[serde(default)]
        policies: IndexMap<String, String>,
    },
    /// All users of the account.
    ListUsers {},
    /// Removes a user with its keys.
    DeleteUser {
        /// Name.
        user_name: String,
    },
    /// A new key; the answer is the only one that has its secret.
    CreateAccessKey {
        /// Name.
        user_name: String,
    },
    /// Keys of a user, without secrets.
    ListAccessKeys {
        /// Name.
        user_name: String,
    },
    /// Makes a key count, or not.
    UpdateAccessKey {
        /// Name.
        user_name: String,
        /// Key.
        access_key_id: String,
        /// What it becomes.
        status: KeyStatus,
    },
    /// Removes a key.
    DeleteAccessKey {
        /// Name.
        user_name: String,
        /// Key.
        access_key_id: String,
    },
    /// Adds or replaces a policy.
    PutUserPolicy {
        /// Name.
        user_name: String,
        /// Name of the policy.
        policy_name: String,
        /// JSON.
        policy_document: String,
    },
    /// Policies of a user with their documents.
    ListUserPolicies {
        /// Name.
        user_name: String,
    },
    /// Removes a policy.
    DeleteUserPolicy {
        /// Name.
        user_name: String,
        /// Name of the policy.
        policy_name: String,
    },
}

impl Request {
    /// IAM's name of it.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::CreateUser { .. } => "CreateUser",
            Self::ListUsers {} => "ListUsers",
            Self::DeleteUser { .. } => "DeleteUser",
            Self::CreateAccessKey { .. } => "CreateAccessKey",
            Self::ListAccessKeys { .. } => "ListAccessKeys",
            Self::UpdateAccessKey { .. } => "UpdateAccessKey",
            Self::DeleteAccessKey { .. } => "DeleteAccessKey",
            Self::PutUserPolicy { .. } => "PutUserPolicy",
            Self::ListUserPolicies { .. } => "ListUserPolicies",
            Self::DeleteUserPolicy { .. } => "DeleteUserPolicy",
        }
    }

    /// Whether it only shows.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        matches!(
            self,
            Self::ListUsers {} | Self::ListAccessKeys { .. } | Self::ListUserPolicies { .. }
        )
    }

    /// The user it is about.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        match self {
            Self::ListUsers {} => None,
            Self::CreateUser { user_name, .. }
            | Self::DeleteUser { user_name }
            | Self::CreateAccessKey { user_name }
            | Self::ListAccessKeys { user_name }
            | Self::UpdateAccessKey { user_name, .. }
            | Self::DeleteAccessKey { user_name, .. }
            | Self::PutUserPolicy { user_name, .. }
            | Self::ListUserPolicies { user_name }
            | Self::DeleteUserPolicy { user_name, .. } => Some(user_name),
        }
    }
}

/// Runs a request in a transaction on the account's documents.
pub(crate) fn run(
    tx: &mut Transaction<'_>,
    request: &Request,
    now_seconds: i64,
) -> Result<Value, ManagementError> {
    match request {
        Request::CreateUser { user_name, policies } => create(tx, user_name, policies, now_seconds),
        Request::ListUsers {} => {
            let users = tx.list::<User>("")?;
            Ok(json!({ "users": users.iter().map(shown).collect::<Vec<_>>() }))
        }
        Request::DeleteUser { user_name } => delete(tx, user_name),
        Request::CreateAccessKey { user_name } => {
            let user = existing(tx, user_name)?;
            keys::create(tx, &user, &Credentials::random()?, now_seconds)
        }
        Request::ListAccessKeys { user_name } => {
            let user = existing(tx, user_name)?;
            keys::list(tx, &user)
        }
        Request::UpdateAccessKey { user_name, access_key_id, status } => {
            let user = existing(tx, user_name)?;
            keys::update(tx, &user, access_key_id, *status)
        }
        Request::DeleteAccessKey { user_name, access_key_id } => {
            let user = existing(tx, user_name)?;
            keys::delete(tx, &user, access_key_id)
        }
        Request::PutUserPolicy { user_name, policy_name, policy_document } => {
            let user = existing(tx, user_name)?;
            policies::put(tx, user, policy_name, policy_document)
        }
        Request::ListUserPolicies { user_name } => {
            Ok(json!({ "policies": existing(tx, user_name)?.policies }))
        }
        Request::DeleteUserPolicy { user_name, policy_name } => {
            let user = existing(tx, user_name)?;
            policies::delete(tx, user, policy_name)
        }
    }
}

fn create(
    tx: &mut Transaction<'_>,
    name: &str,
    policies: &IndexMap<String, String>,
    now_seconds: i64,
) -> Result<Value, ManagementError> {
    let text = "The user name must be 1 to 64 letters, digits and the characters _+=,.@-";
    let name = UserName::parse(name).ok_or_else(|| ManagementError::bad_request(text))?;
    if find(tx, name.as_str())?.is_some() {
        return Err(ManagementError::conflict(format!("User with name {name} already exists.")));
    }
    if tx.ids(Kind::User, "").len() >= IAM_USERS_MAX {
        let text = format!("Cannot exceed quota for UsersPerAccount: {IAM_USERS_MAX}");
        return Err(ManagementError::limit_exceeded(text));
    }
    policies::check(policies)?;
    let user = User {
        arn: format!("arn:aws:iam::{}:user/{name}", tx.scope().account_id),
        user_name: name.as_str().into(),
        user_id: identifiers::user_id()?,
        created_date: now_seconds,
        policies: policies.clone(),
    };
    put(tx, &user)?;
    Ok(json!({ "user": shown(&user) }))
}

fn delete(tx: &mut Transaction<'_>, name: &str) -> Result<Value, ManagementError> {
    let user = existing(tx, name)?;
    keys::delete_all(tx, &user)?;
    tx.remove(Kind::User, "", &user.user_name.to_ascii_lowercase());
    Ok(json!({}))
}

fn find(tx: &mut Transaction<'_>, name: &str) -> Result<Option<User>, ManagementError> {
    tx.find("", &name.to_ascii_lowercase())
}

fn existing(tx: &mut Transaction<'_>, name: &str) -> Result<User, ManagementError> {
    let unknown = || {
        let name: String = name.chars().take(64).collect();
        ManagementError::not_found(format!("The user with name {name} cannot be found."))
    };
    find(tx, name)?.ok_or_else(unknown)
}

fn put(tx: &mut Transaction<'_>, user: &User) -> Result<(), ManagementError> {
    tx.put("", &user.user_name.to_ascii_lowercase(), user)
}

fn shown(user: &User) -> Value {
    json!({
        "userName": user.user_name,
        "userId": user.user_id,
        "arn": user.arn,
        "createdDate": user.created_date,
        "policies": user.policies.keys().collect::<Vec<_>>(),
    })
}

/// Keys of a user, in the order of creation.
fn keys_of(tx: &Transaction<'_>, user: &User) -> Result<Vec<AccessKey>, ManagementError> {
    let mut keys = tx.list::<AccessKey>("")?;
    keys.retain(|key| key.user_name.eq_ignore_ascii_case(&user.user_name));
    Ok(keys)
}
