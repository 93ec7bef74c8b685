//! Users of the management plane and their access keys. Both belong to an account, not to a region.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::documents::{Document, Kind};

/// A user (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html>), under its name in
/// small letters: names that differ in case alone are one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) user_name: String,
    pub(crate) arn: String,
    /// `AIDA` and 16 characters; a user made anew has another one.
    pub(crate) user_id: String,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
    /// Policy documents as they were written, by name.
    #[serde(default)]
    pub(crate) policies: IndexMap<String, String>,
}

impl Document for User {
    const KIND: Kind = Kind::User;
}

/// An access key (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>), under
/// its identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessKey {
    pub(crate) access_key_id: String,
    pub(crate) secret: Secret,
    pub(crate) user_name: String,
    pub(crate) status: KeyStatus,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
}

impl Document for AccessKey {
    const KIND: Kind = Kind::AccessKey;
}

/// Whether an access key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It is refused as one that nobody knows.
    Inactive,
}
