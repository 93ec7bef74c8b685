//! Signatures of requests: nobody forges one, and what the verifier says should have been signed,
//! signed, is accepted.

use ringway_core::http::{Fields, parse_request};
use ringway_core::identity::{Refusal, SecretAccessKey};
use ringway_core::sigv4::{Claim, PathRule, Payload, Request, Rules, Scratch, SigningKey};

/// 2015-08-30T12:36:00Z, the time of the seeds.
const NOW: u64 = 1_440_938_160;

const RULES: Rules<'_> =
    Rules { service: "service", path: PathRule::Normalized, unsigned_payload: true };

type Headers<'a> = Vec<(&'a [u8], &'a [u8])>;

struct Call<'a> {
    method: &'a [u8],
    path: &'a [u8],
    query: &'a [u8],
    body: &'a [u8],
}

/// A request head and its body.
pub fn signature(bytes: &[u8]) {
    let mut fields = Fields::new();
    let Ok(Some((head, length))) = parse_request(bytes, &mut fields) else { return };
    let headers: Headers<'_> = head.fields().map(|line| (line.text(), line.value())).collect();
    let call = Call {
        method: head.method().as_bytes(),
        path: head.path(),
        query: head.query().unwrap_or_default(),
        body: &bytes[length..],
    };
    // Not the secret of the seeds.
    let secret = SecretAccessKey::parse("a-secret-nobody-has").expect("a secret");
    let Err(refusal) = prove(&call, &headers, &secret) else { panic!("a forged signature") };
    let Refusal::InvalidSignature(text) = &refusal else { return };
    let Some((canonical, wanted)) = text.split_once("The String-to-Sign should have been\n'")
    else {
        return;
    };
    // A signature that is part of what it signs cannot be made.
    let Some(field) =
        head.custom("authorization").filter(|_| !canonical.contains("\nauthorization:"))
    else {
        return;
    };
    let wanted = wanted.strip_suffix("'\n").expect("the end of the text");
    let authorization = signed(&String::from_utf8_lossy(field), wanted, &secret);
    let headers: Headers<'_> = headers
        .iter()
        .map(|&(name, value)| match name.eq_ignore_ascii_case(b"authorization") {
            true => (name, authorization.as_bytes()),
            false => (name, value),
        })
        .collect();
    if let Err(refusal) = prove(&call, &headers, &secret) {
        panic!("{refusal} {authorization}");
    }
}

/// The field with the signature of this text.
fn signed(field: &str, string_to_sign: &str, secret: &SecretAccessKey) -> String {
    let scope = string_to_sign.lines().nth(2).expect("a scope");
    let mut parts = scope.split('/');
    let mut part = || parts.next().expect("a part of the scope");
    let scope = ringway_core::sigv4::Scope { date: part(), region: part(), service: part() };
    let signature = SigningKey::derive(secret, scope).sign(string_to_sign.as_bytes());
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    let (algorithm, rest) = field.split_once(' ').expect("an algorithm");
    let pieces = rest.split(',').map(|piece| match piece.trim().starts_with("Signature=") {
        true => format!("Signature={signature}"),
        false => piece.into(),
    });
    format!("{algorithm} {}", pieces.collect::<Vec<_>>().join(","))
}

fn prove(call: &Call<'_>, headers: &Headers<'_>, secret: &SecretAccessKey) -> Result<(), Refusal> {
    let headers = headers.iter().copied();
    let request = Request { method: call.method, path: call.path, query: call.query, headers };
    let claim = Claim::parse(&request)?;
    let key = SigningKey::derive(secret, claim.scope());
    let payload = Payload::Body(call.body);
    claim.verify(&request, payload, &key, &RULES, NOW, &mut Scratch::default()).map(drop)
}
