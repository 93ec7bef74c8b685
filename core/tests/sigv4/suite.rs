//! AWS's signing test suite, as the crate `aws-sigv4` 1.6.4 ships it (`vectors/`).

use ringway_core::identity::Refusal;
use ringway_core::sigv4::{PathRule, Rules};
use serde_json::Value;

use crate::wire::{NORMALIZED, Wire};

const SUITE: &str = include_str!("vectors/aws-signing-test-suite.json");
/// 2015-08-30T12:36:00Z
const NOW: u64 = 1_440_938_160;
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn suite() -> serde_json::Map<String, Value> {
    serde_json::from_str(SUITE).expect("the suite is JSON")
}

#[test]
fn every_vector_verifies() {
    let mut verified = 0;
    for (name, vector) in suite() {
        let Some(context) = vector.get("context") else { continue };
        assert_eq!(context["timestamp"], "2015-08-30T12:36:00Z", "{name}");
        let secret = context["credentials"]["secret_access_key"].as_str().unwrap();
        let token = context["credentials"]["token"].as_str();
        let normalized = context["normalize"] == true;
        let path = if normalized { PathRule::Normalized } else { PathRule::AsSent };
        let rules = Rules { path, ..NORMALIZED };
        for form in ["header-signed-request", "query-signed-request"] {
            let wire = Wire::parse(vector[form].as_str().unwrap());
            let outcome = wire.verify(secret, &rules, NOW);
            if context["omit_session_token"] == true {
                // A token put on after signing: anyone could exchange it.
                assert!(matches!(outcome, Err(Refusal::InvalidSignature(_))), "{name} {form}");
                continue;
            }
            let signer = outcome.unwrap_or_else(|refusal| panic!("{name} {form}: {refusal}"));
            assert_eq!(signer.access_key_id, "AKIDEXAMPLE", "{name}");
            assert_eq!(signer.region, "us-east-1", "{name}");
            assert_eq!(signer.security_token.as_deref(), token, "{name}");
            verified += 1;
        }
    }
    assert_eq!(verified, 2 * 37, "38 vectors have a context, of one the token is not signed");
}

#[test]
fn a_token_put_on_after_signing_counts_when_it_is_taken_off() {
    let suite = suite();
    let text = suite["post-sts-header-after"]["header-signed-request"].as_str().unwrap();
    let wire = Wire::parse(text);
    assert_eq!(
        wire.verify(SECRET, &NORMALIZED, NOW).unwrap_err().to_string(),
        "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization."
    );
    let wire = wire.without("x-amz-security-token");
    assert!(wire.verify(SECRET, &NORMALIZED, NOW).is_ok());
}

/// The suite gives no key for these two: their paths are compared.
#[test]
fn paths_are_encoded_twice() {
    let suite = suite();
    for name in ["double-encode-path", "double-url-encode"] {
        let text = |file: &str| suite[name][file].as_str().unwrap();
        let wire = Wire::parse(text("header-signed-request"));
        let date = std::str::from_utf8(wire.header("x-amz-date").unwrap()).unwrap();
        let now = if date == "20210511T154045Z" { 1_620_747_645 } else { NOW };
        let service = if name == "double-url-encode" { "lambda" } else { "service" };
        let rules = Rules { service, ..NORMALIZED };
        let refusal = wire.verify("another", &rules, now).unwrap_err().to_string();
        let path = text("header-canonical-request").lines().nth(1).unwrap();
        assert!(refusal.contains(&format!("'POST\n{path}\n")), "{name}: {refusal}");
    }
}

/// Refused, and the refusal shows the very text that AWS's suite has.
#[test]
fn a_refusal_shows_the_canonical_request() {
    for (name, vector) in suite() {
        if vector.get("context").is_none_or(|it| it["omit_session_token"] == true) {
            continue;
        }
        let normalized = vector["context"]["normalize"] == true;
        let path = if normalized { PathRule::Normalized } else { PathRule::AsSent };
        let rules = Rules { path, ..NORMALIZED };
        for form in ["header", "query"] {
            let wire = Wire::parse(vector[format!("{form}-signed-request")].as_str().unwrap());
            let refusal = wire.verify("another", &rules, NOW).unwrap_err();
            let canonical = vector[format!("{form}-canonical-request")].as_str().unwrap();
            let expect = format!("should have been\n'{canonical}'\n\nThe String-to-Sign");
            assert!(refusal.to_string().contains(&expect), "{name} {form}: {refusal}");
        }
    }
}
