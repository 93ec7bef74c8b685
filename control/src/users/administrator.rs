//! The first user: there has to be one who may make the others.

use indexmap::IndexMap;

use super::{Credentials, User, find, keys, keys_of, put};
use crate::definition::{AccessKey, KeyStatus};
use crate::documents::Transaction;
use crate::error::ManagementError;
use crate::identifiers;

/// Name of the first user.
const USER_NAME: &str = "admin";

/// Name of [`ADMINISTRATOR_ACCESS`] among a user's policies; as AWS calls it.
pub const POLICY_NAME: &str = "AdministratorAccess";

/// Everything, everywhere.
pub const ADMINISTRATOR_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Makes the administrator where there is none, and gives it this key alone; whether something
/// changed. The administrator's other keys go only when this one is new.
pub(crate) fn set(
    tx: &mut Transaction<'_>,
    credentials: &Credentials,
    now_seconds: i64,
) -> Result<bool, ManagementError> {
    let mut user = match find(tx, USER_NAME)? {
        Some(user) => user,
        None => User {
            user_name: USER_NAME.into(),
            arn: format!("arn:aws:iam::{}:user/{USER_NAME}", tx.scope().account_id),
            user_id: identifiers::user_id()?,
            created_date: now_seconds,
            policies: IndexMap::new(),
        },
    };
    let is_this = |key: &AccessKey| {
        key.access_key_id == credentials.access_key_id.as_str()
            && key.secret.0 == credentials.secret.reveal()
            && key.status == KeyStatus::Active
    };
    if keys_of(tx, &user)?.iter().any(is_this) {
        return Ok(false);
    }
    user.policies.insert(POLICY_NAME.into(), ADMINISTRATOR_ACCESS.into());
    put(tx, &user)?;
    keys::delete_all(tx, &user)?;
    keys::put(tx, &user, credentials, now_seconds)?;
    Ok(true)
}
