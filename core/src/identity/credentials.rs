//! Credentials that Ringway itself calls AWS services with. They may come from anywhere, so little
//! is asked of them: emulators are called with `test` and `test`.

use std::fmt;

use super::SecretAccessKey;

/// Longest access key identifier, bytes.
const ID_BYTES_MAX: usize = 128;
/// Longest session token, bytes: AWS says that there is no maximum, and headers have one.
const TOKEN_BYTES_MAX: usize = 8_192;

/// An access key, of a session when it has a token. `Debug` shows neither secret nor token.
#[derive(Clone)]
pub struct Credentials {
    access_key_id: Box<str>,
    secret: SecretAccessKey,
    session_token: Option<Box<str>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// Nothing, if they could not stand in a header or a scope.
    #[must_use]
    pub fn parse(id: &str, secret: &str, session_token: Option<&str>) -> Option<Self> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_id = matches!(id.len(), 1..=ID_BYTES_MAX) && id.bytes().all(is_word);
        let is_token = |token: &str| {
            token.len() <= TOKEN_BYTES_MAX && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let session_token = session_token.filter(|token| !token.is_empty());
        if !is_id || !session_token.is_none_or(is_token) {
            return None;
        }
        let secret = SecretAccessKey::parse(secret)?;
        let session_token = session_token.map(Into::into);
        Some(Self { access_key_id: id.into(), secret, session_token })
    }

    /// The key that is named.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret that proves it.
    #[must_use]
    pub const fn secret(&self) -> &SecretAccessKey {
        &self.secret
    }

    /// Of temporary credentials.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_that_can_be_sent() {
        let check = |id: &str, secret: &str, token: Option<&str>, expect: bool| {
            assert_eq!(Credentials::parse(id, secret, token).is_some(), expect, "{id} {token:?}");
        };
        check("test", "test", None, true);
        check("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG", Some("AQo/a+b=="), true);
        check("", "test", None, false);
        check("a/b", "test", None, false);
        check("a", "", None, false);
        check("a", "b c", None, false);
        check("a", "b", Some("t\r\nX: y"), false);
        check("a", "b", Some(&"t".repeat(8_193)), false);
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", Credentials::parse("ada", "hush", Some("hush-too")));
        assert!(shown.contains("ada") && !shown.contains("hush"), "{shown}");
    }
}
