//! Signing keys: an access key's secret bound to a day, a region and a service.

use aws_lc_rs::hmac;

use super::Scope;
use crate::identity::SecretAccessKey;

/// Good for every request of one scope; worth caching by access key and scope.
///
/// Whoever drops an access key drops its signing keys: they prove signatures without the secret.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

impl SigningKey {
    /// Four HMACs, one after the other.
    #[must_use]
    pub fn derive(secret: &SecretAccessKey, scope: Scope<'_>) -> Self {
        let start = ["AWS4", secret.reveal()].concat();
        let parts = [scope.date, scope.region, scope.service, Scope::TERMINATOR];
        Self(parts.iter().fold(key(start.as_bytes()), |signer, part| {
            key(hmac::sign(&signer, part.as_bytes()).as_ref())
        }))
    }

    /// The signature of a string to sign.
    #[must_use]
    pub fn sign(&self, string_to_sign: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0, string_to_sign);
        *tag.as_ref().first_chunk().expect("HMAC-SHA-256 has 32 bytes")
    }

    /// Compares in constant time.
    pub(super) fn has_signed(&self, string_to_sign: &[u8], signature: &[u8; 32]) -> bool {
        hmac::verify(&self.0, string_to_sign, signature).is_ok()
    }
}

fn key(bytes: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}
