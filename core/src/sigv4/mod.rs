//! AWS Signature Version 4, verified
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
//!
//! [`Claim::parse`] reads who a request says it comes from. The caller finds the secret of that
//! access key, derives a [`SigningKey`] (or has one cached for the scope), and [`Claim::verify`]
//! proves the claim or refuses it. It must not know where keys are stored, nor the clock.
//!
//! SHA-256 and HMAC are those of aws-lc-rs, which TLS has brought into the tree: nothing new to
//! trust, the processor's SHA instructions, comparison in constant time, no allocation.

mod assume_role;
mod canonical;
mod claim;
mod key;
mod outgoing;
mod sign;
mod verify;

pub use assume_role::{RoleSession, read_assume_role, write_assume_role};
pub use canonical::{PathRule, Scratch};
pub use claim::{Claim, Scope, Verified};
pub use key::SigningKey;
pub use outgoing::{RequestSigner, Unsignable};
pub use sign::{Signer, amz_date};

use aws_lc_rs::digest;

/// A request as it arrived. Fields with one name stand in the order of the wire.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a, H> {
    /// As on the wire.
    pub method: &'a [u8],
    /// Everything before `?`, escapes as they were sent.
    pub path: &'a [u8],
    /// Everything behind `?`, escapes as they were sent.
    pub query: &'a [u8],
    /// Names in any case. Walked several times; the caller bounds their number.
    pub headers: H,
}

/// What the signature says about the body is held against this.
#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    /// The whole body.
    Body(&'a [u8]),
    /// Its SHA-256, where it was computed on the way.
    Sha256([u8; 32]),
}

impl Payload<'_> {
    fn sha256(&self) -> [u8; 32] {
        match self {
            Self::Body(body) => sha256(body),
            Self::Sha256(hash) => *hash,
        }
    }
}

/// What the service that is called asks of a signature.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The service its scope must name: `apigateway`, `execute-api`.
    pub service: &'a str,
    /// How the path enters the canonical request.
    pub path: PathRule,
    /// Whether `x-amz-content-sha256: UNSIGNED-PAYLOAD` is good enough.
    pub unsigned_payload: bool,
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, bytes);
    *digest.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}

/// Lower-case hexadecimal digits.
fn hex(hash: &[u8; 32]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 64];
    for (byte, digits) in hash.iter().zip(text.chunks_exact_mut(2)) {
        digits[0] = DIGITS[usize::from(byte >> 4)];
        digits[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

/// Reads what [`hex`] writes, and nothing else.
fn from_hex(text: &[u8]) -> Option<[u8; 32]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    if text.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, digits) in hash.iter_mut().zip(text.chunks_exact(2)) {
        *byte = value(digits[0])? << 4 | value(digits[1])?;
    }
    Some(hash)
}
