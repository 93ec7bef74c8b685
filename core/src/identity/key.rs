//! Access keys: their shape, and secrets that are never printed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Identifier of an access key; no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccessKeyId(Box<str>);

impl AccessKeyId {
    /// 16 to 128 word characters
    /// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>): a key brought from
    /// elsewhere keeps its name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (matches!(text.len(), 16..=128) && text.bytes().all(is_word)).then(|| Self(text.into()))
    }

    /// A new key of a user, as AWS forms them: `AKIA` and 16 characters of base 32.
    #[must_use]
    pub fn from_random(bits: [u8; 10]) -> Self {
        let mut rest = bits.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        let mut text = String::from("AKIA");
        for _ in 0..16 {
            text.push(char::from(BASE32[(rest & 31) as usize]));
            rest >>= 5;
        }
        Self(text.into())
    }

    /// As clients send it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Secret of an access key. It has no `Display`, and `Debug` does not show it.
#[derive(Clone)]
pub struct SecretAccessKey(Box<str>);

impl SecretAccessKey {
    /// Longest secret, bytes; AWS's have 40.
    const BYTES_MAX: usize = 128;

    /// A secret brought from elsewhere: 1 to 128 bytes of visible ASCII.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = matches!(text.len(), 1..=Self::BYTES_MAX);
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// A new secret: 40 characters of base 64.
    #[must_use]
    pub fn from_random(bits: [u8; 30]) -> Self {
        Self(STANDARD.encode(bits).into())
    }

    /// The secret itself: to derive a signing key, and to store it or hand it over once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretAccessKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let check = |text: &str, expect: bool| {
            assert_eq!(AccessKeyId::parse(text).is_some(), expect, "{text}");
        };
        check("AKIAIOSFODNN7EXAMPLE", true);
        check("ringway_admin_01", true);
        check("AKIA", false);
        check("AKIAIOSFODNN7EXAMPL/", false);
        check(&"A".repeat(129), false);
    }

    #[test]
    fn new_keys_have_the_form_of_aws() {
        assert_eq!(AccessKeyId::from_random([0; 10]).as_str(), "AKIAAAAAAAAAAAAAAAAA");
        assert_eq!(AccessKeyId::from_random([255; 10]).as_str(), "AKIA7777777777777777");
        let key = AccessKeyId::from_random([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(AccessKeyId::parse(key.as_str()), Some(key.clone()));
        let every_bit = (0..80).map(|bit| {
            let mut bits = [0; 10];
            bits[bit / 8] = 1 << (bit % 8);
            AccessKeyId::from_random(bits)
        });
        let different: std::collections::HashSet<_> = every_bit.collect();
        assert_eq!(different.len(), 80, "every bit of the randomness counts");
        assert_eq!(SecretAccessKey::from_random([7; 30]).reveal().len(), 40);
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = SecretAccessKey::parse("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
        assert_eq!(format!("{secret:?}"), "SecretAccessKey(***)");
        assert!(SecretAccessKey::parse("").is_none());
        assert!(SecretAccessKey::parse("a\nb").is_none());
    }
}
