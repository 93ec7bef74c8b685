//! Requests that botocore signed (`vectors/sign_with_botocore.py` made them).

use ringway_core::sigv4::{PathRule, Rules};
use serde::Deserialize;

use crate::wire::Wire;

/// 2026-03-04T05:06:07Z
pub(crate) const NOW: u64 = 1_772_600_767;

#[derive(Deserialize)]
struct File {
    access_key_id: String,
    secret_access_key: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    service: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    /// Latin-1: a character is a byte.
    body: String,
}

/// A request, and what it was signed for.
pub(crate) struct Signed {
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) wire: Wire,
}

impl Signed {
    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules { service: &self.service, path: PathRule::Normalized, unsigned_payload: false }
    }
}

/// All of them, with the secret.
pub(crate) fn signed() -> (String, Vec<Signed>) {
    let text = include_str!("vectors/botocore.json");
    let file: File = serde_json::from_str(text).expect("the vectors are JSON");
    assert_eq!(file.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    let vectors = file.vectors.into_iter().map(|vector| Signed {
        name: vector.name,
        service: vector.service,
        wire: Wire {
            method: vector.method.into(),
            path: vector.path.into(),
            query: vector.query.into(),
            headers: vector.headers.into_iter().map(|(n, v)| (n.into(), v.into())).collect(),
            body: vector.body.chars().map(|letter| letter as u8).collect(),
        },
    });
    (file.secret_access_key, vectors.collect())
}

#[test]
fn what_botocore_signs_verifies() {
    let (secret, signed) = signed();
    assert!(signed.len() > 30, "{} vectors", signed.len());
    for vector in &signed {
        let outcome = vector.wire.verify(&secret, &vector.rules(), NOW);
        let signer = outcome.unwrap_or_else(|refusal| panic!("{}: {refusal}", vector.name));
        assert_eq!(signer.access_key_id, "AKIAIOSFODNN7EXAMPLE");
        assert_eq!(signer.region, "eu-west-1");
        assert_eq!(
            signer.security_token.is_some(),
            vector.name.contains("token: ") || vector.name.ends_with("=="),
            "{}",
            vector.name
        );
    }
}

#[test]
fn the_vectors_hold_what_is_hard() {
    let (_, signed) = signed();
    let any = |holds: &dyn Fn(&Wire) -> bool| {
        assert!(signed.iter().any(|vector| holds(&vector.wire)));
    };
    any(&|wire| wire.path.starts_with(b"/tags/arn%3Aaws%3Aapigateway"));
    any(&|wire| wire.query.starts_with(b"mode=import"));
    any(&|wire| wire.query.ends_with(b"embed="));
    any(&|wire| wire.path.ends_with(b"/.."));
    any(&|wire| wire.query.windows(6).any(|part| part == b"%C3%A9"));
    any(&|wire| wire.header("date").is_some() && wire.header("x-amz-date").is_none());
    any(&|wire| wire.query.windows(15).any(|part| part == b"X-Amz-Signature"));
}
