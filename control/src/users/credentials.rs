//! An access key with its secret, on its way to whoever will use it.

use ringway_core::identity::{AccessKeyId, SecretAccessKey};

use crate::error::ManagementError;
use crate::identifiers;

/// An access key with its secret; `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Named in every signature.
    pub access_key_id: AccessKeyId,
    /// Proves them.
    pub secret: SecretAccessKey,
}

impl Credentials {
    /// A new key, from the kernel's randomness.
    ///
    /// # Errors
    /// There is none.
    pub fn random() -> Result<Self, ManagementError> {
        let (id, secret) = (identifiers::access_key_id()?, identifiers::secret_access_key()?);
        Self::parse(&id, &secret).ok_or_else(ManagementError::internal)
    }

    /// A key brought from elsewhere; nothing, if it does not look like one.
    #[must_use]
    pub fn parse(access_key_id: &str, secret: &str) -> Option<Self> {
        let access_key_id = AccessKeyId::parse(access_key_id)?;
        Some(Self { access_key_id, secret: SecretAccessKey::parse(secret)? })
    }

    /// A profile of AWS's credentials file. It has the secret in it.
    #[must_use]
    pub fn profile(&self, name: &str) -> String {
        let (id, secret) = (&self.access_key_id, self.secret.reveal());
        format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
    }
}
