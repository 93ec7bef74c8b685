//! Who calls: users, access keys, and the refusals of a caller.
//!
//! It must not know where users are stored, nor how a request was signed.

mod credentials;
mod key;
mod refusal;

pub use credentials::Credentials;
pub use key::{AccessKeyId, SecretAccessKey};
pub use refusal::Refusal;

use std::fmt;

/// A caller whose signature was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account_id: Box<str>,
    /// The user the access key belongs to.
    pub user_name: UserName,
    /// `arn:aws:iam::{account}:user/{name}`.
    pub arn: Box<str>,
    /// The key that signed.
    pub access_key_id: AccessKeyId,
}

impl Identity {
    /// The identity of a user of an account.
    #[must_use]
    pub fn of(account_id: &str, user_name: UserName, access_key_id: AccessKeyId) -> Self {
        let arn = format!("arn:aws:iam::{account_id}:user/{user_name}").into();
        Self { account_id: account_id.into(), user_name, arn, access_key_id }
    }
}

/// Name of a user: 1 to 64 of letters, digits and `_+=,.@-`
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html>).
///
/// Names that differ in case alone are one user: compare with `eq_ignore_ascii_case`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(Box<str>);

impl UserName {
    /// Nothing, if it is not a user name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        (matches!(text.len(), 1..=64) && text.bytes().all(fits)).then(|| Self(text.into()))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_users() {
        let check = |text: &str, expect: bool| {
            assert_eq!(UserName::parse(text).is_some(), expect, "{text}");
        };
        check("ada", true);
        check("Ada+ci=1,a.b@example-x_y", true);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
        check("", false);
        check("a b", false);
        check("a/b", false);
        check("a:b", false);
        check("é", false);
    }

    #[test]
    fn an_identity_has_the_arn_of_its_user() {
        let name = UserName::parse("ada").unwrap();
        let key = AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE").unwrap();
        let identity = Identity::of("000000000000", name, key);
        assert_eq!(&*identity.arn, "arn:aws:iam::000000000000:user/ada");
    }
}
