//! Access keys of a user.

use ringway_core::limits::ACCESS_KEYS_PER_USER_MAX;
use serde_json::{Value, json};

use super::{Credentials, KeyStatus, keys_of};
use crate::definition::{AccessKey, Secret, User};
use crate::documents::{Kind, Transaction};
use crate::error::ManagementError;

/// A new key; the answer has its secret.
pub(super) fn create(
    tx: &mut Transaction<'_>,
    user: &User,
    credentials: &Credentials,
    now_seconds: i64,
) -> Result<Value, ManagementError> {
    if keys_of(tx, user)?.len() >= ACCESS_KEYS_PER_USER_MAX {
        let text = format!("Cannot exceed quota for AccessKeysPerUser: {ACCESS_KEYS_PER_USER_MAX}");
        return Err(ManagementError::limit_exceeded(text));
    }
    put(tx, user, credentials, now_seconds)?;
    Ok(json!({
        "accessKeyId": credentials.access_key_id.as_str(),
        "secretAccessKey": credentials.secret.reveal(),
        "userName": user.user_name,
    }))
}

/// Keeps a key. An identifier is that of one key in all accounts: it says which account calls.
pub(super) fn put(
    tx: &mut Transaction<'_>,
    user: &User,
    credentials: &Credentials,
    now_seconds: i64,
) -> Result<(), ManagementError> {
    let id = credentials.access_key_id.as_str();
    if tx.state().all(Kind::AccessKey).any(|(key, _)| key.id() == id) {
        return Err(ManagementError::conflict(format!("The access key {id} is there already.")));
    }
    let key = AccessKey {
        access_key_id: id.into(),
        secret: Secret(credentials.secret.reveal().into()),
        user_name: user.user_name.clone(),
        status: KeyStatus::Active,
        created_date: now_seconds,
    };
    tx.put("", id, &key)
}

/// Keys without their secrets.
pub(super) fn list(tx: &Transaction<'_>, user: &User) -> Result<Value, ManagementError> {
    let shown = |key: &AccessKey| {
        json!({
            "accessKeyId": key.access_key_id,
            "status": key.status,
            "createdDate": key.created_date,
        })
    };
    let keys: Vec<_> = keys_of(tx, user)?.iter().map(shown).collect();
    Ok(json!({ "accessKeys": keys }))
}

/// Makes a key count, or not.
pub(super) fn update(
    tx: &mut Transaction<'_>,
    user: &User,
    id: &str,
    status: KeyStatus,
) -> Result<Value, ManagementError> {
    let mut key = existing(tx, user, id)?;
    key.status = status;
    tx.put("", &key.access_key_id, &key)?;
    Ok(json!({}))
}

/// Removes a key.
pub(super) fn delete(
    tx: &mut Transaction<'_>,
    user: &User,
    id: &str,
) -> Result<Value, ManagementError> {
    let key = existing(tx, user, id)?;
    tx.remove(Kind::AccessKey, "", &key.access_key_id);
    Ok(json!({}))
}

/// Removes all keys of a user.
pub(super) fn delete_all(tx: &mut Transaction<'_>, user: &User) -> Result<(), ManagementError> {
    for key in keys_of(tx, user)? {
        tx.remove(Kind::AccessKey, "", &key.access_key_id);
    }
    Ok(())
}

fn existing(tx: &Transaction<'_>, user: &User, id: &str) -> Result<AccessKey, ManagementError> {
    let found = keys_of(tx, user)?.into_iter().find(|key| key.access_key_id == id);
    found.ok_or_else(|| {
        let id: String = id.chars().take(128).collect();
        ManagementError::not_found(format!("The Access Key with id {id} cannot be found."))
    })
}
