//! Random identifiers and secrets, from the kernel.

use crate::error::ManagementError;

const LOWER: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Lower-case letters and digits: AWS's identifiers.
pub(crate) fn lower(length: usize) -> Result<String, ManagementError> {
    random(LOWER, length)
}

/// The value of an API key: 40 letters and digits.
pub(crate) fn api_key_value() -> Result<String, ManagementError> {
    random(MIXED, 40)
}

/// An access key id: `AKIA` and 16 letters and digits of base 32.
pub(crate) fn access_key_id() -> Result<String, ManagementError> {
    random(BASE32, 16).map(|rest| format!("AKIA{rest}"))
}

/// A user id: `AIDA` and 16 letters and digits of base 32.
pub(crate) fn user_id() -> Result<String, ManagementError> {
    random(BASE32, 16).map(|rest| format!("AIDA{rest}"))
}

/// A secret access key: 40 characters of base 64.
pub(crate) fn secret_access_key() -> Result<String, ManagementError> {
    random(BASE64, 40)
}

/// A seed for the identifiers of one import.
pub(crate) fn seed() -> Result<u128, ManagementError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| ManagementError::internal())?;
    Ok(u128::from_le_bytes(bytes))
}

/// A version 4 UUID (RFC 9562).
pub(crate) fn uuid() -> Result<String, ManagementError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| ManagementError::internal())?;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(parts.join("-"))
}

/// Every letter equally often: bytes that would favour some are drawn again.
fn random(alphabet: &[u8], length: usize) -> Result<String, ManagementError> {
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    let mut bytes = [0_u8; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes).map_err(|_| ManagementError::internal())?;
        let drawn = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        let letters = drawn.map(|byte| char::from(alphabet[byte % alphabet.len()]));
        text.extend(letters.take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_their_form() {
        let id = lower(10).unwrap();
        assert!(id.len() == 10 && id.bytes().all(|b| LOWER.contains(&b)), "{id}");
        assert_ne!(id, lower(10).unwrap());
        let key = access_key_id().unwrap();
        assert!(key.len() == 20 && key.starts_with("AKIA"), "{key}");
        assert_eq!(secret_access_key().unwrap().len(), 40);
        let uuid = uuid().unwrap();
        assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'), "{uuid}");
    }
}
