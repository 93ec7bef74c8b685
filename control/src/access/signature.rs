//! From a signature to a caller.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ringway_core::identity::Refusal;
use ringway_core::limits::HEADER_FIELDS_MAX;
use ringway_core::sigv4::{Claim, PathRule, Payload, Request, Rules, Scratch};

use super::directory::{Directory, Holder};
use super::{Caller, Known, Presented};
use crate::documents::Scope;
use crate::settings::Settings;

const RULES: Rules<'_> =
    Rules { service: "apigateway", path: PathRule::Normalized, unsigned_payload: false };

/// Proves the signature of a call with the secret of its access key.
pub(super) fn verify(
    call: &Presented<'_>,
    directory: &Directory,
    now_seconds: u64,
) -> Result<Caller, Refusal> {
    let fields: Vec<_> = call.headers.iter().collect();
    let request = request(call, &fields);
    let (claim, holder) = claim(call, &request, directory)?;
    let key = directory.signing_key(holder, claim.scope());
    let payload = Payload::Body(call.body);
    let mut scratch = Scratch::default();
    let verified = claim.verify(&request, payload, &key, &RULES, now_seconds, &mut scratch)?;
    let proven = verified.claim().scope();
    let scope = Scope::new(&holder.identity.account_id, proven.region);
    directory.keep(holder, proven, key);
    let (identity, subject) = (holder.identity.clone(), holder.subject.clone());
    Ok(Caller { scope, user: Some(Known { identity, subject }) })
}

/// Whether a call, of which the body is not looked at, could be proven: it names an access key that
/// counts.
pub(super) fn expect(call: &Presented<'_>, directory: &Directory) -> Result<(), Refusal> {
    let fields: Vec<_> = call.headers.iter().collect();
    claim(call, &request(call, &fields), directory).map(drop)
}

fn request<'a>(
    call: &Presented<'a>,
    fields: &'a [(&'a HeaderName, &'a HeaderValue)],
) -> Request<'a, impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone> {
    Request {
        method: call.method.as_str().as_bytes(),
        path: call.path.as_bytes(),
        query: call.query.as_bytes(),
        headers: fields.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())),
    }
}

/// What a call claims, and who holds the access key that it names.
fn claim<'a, 'd, H>(
    call: &Presented<'a>,
    request: &Request<'a, H>,
    directory: &'d Directory,
) -> Result<(Claim<'a>, &'d Holder), Refusal>
where
    H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
{
    if call.headers.len() > HEADER_FIELDS_MAX {
        return Err(Refusal::IncompleteSignature("The request has too many headers.".into()));
    }
    // Many paths have one canonical form: of these only that which is routed may be signed.
    if call.path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(Refusal::InvalidSignature("The path has a dot segment.".into()));
    }
    let claim = Claim::parse(request)?;
    let holder = directory.holder_of(claim.access_key_id()).ok_or(Refusal::UnrecognizedClient)?;
    // No key of ours is temporary.
    if claim.security_token().is_some() {
        return Err(Refusal::UnrecognizedClient);
    }
    let region = claim.scope().region;
    if !is_region(region) {
        let text = format!("Credential should be scoped to a valid region, not '{region}'. ");
        return Err(Refusal::InvalidSignature(text.into()));
    }
    Ok((claim, holder))
}

/// Account and region that a call names without proof: an access key id of twelve digits is an
/// account, as users of local emulators write it.
pub(super) fn claimed_scope(headers: &HeaderMap, settings: &Settings) -> Scope {
    let mut credential = credential(headers).unwrap_or_default().split('/');
    let account = credential.next().filter(|id| is_account(id));
    let region = credential.nth(1).filter(|region| is_region(region));
    Scope::new(account.unwrap_or(&settings.account_id), region.unwrap_or(&settings.region))
}

/// `KEY/20260101/us-east-1/apigateway/aws4_request` of the `Authorization` field.
pub(crate) fn credential(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get("authorization")?.to_str().ok()?;
    let (_, credential) = text.split_once("Credential=")?;
    credential.split([',', ' ']).next()
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// It becomes part of keys in the store.
fn is_region(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    matches!(text.len(), 1..=32) && text.bytes().all(letter)
}
