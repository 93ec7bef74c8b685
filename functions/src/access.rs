//! Who may call: everybody, or callers whose signature (AWS Signature Version 4) is proven. What is
//! missing, unknown or broken is refused.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use hyper::header::{HOST, ORIGIN};
use hyper::http::request::Parts;
use ringway_core::iam::RequestSource;
use ringway_core::identity::{Credentials, Refusal, SecretAccessKey};
use ringway_core::limits::{HEADER_FIELDS_MAX, SIGNING_KEYS_MAX};
use ringway_core::sigv4::{Claim, PathRule, Payload, Request, Rules, Scope, Scratch, SigningKey};

use crate::error::LambdaError;
use crate::registry::uuid;

const RULES: Rules<'_> =
    Rules { service: "lambda", path: PathRule::Normalized, unsigned_payload: false };

/// Who may call.
#[derive(Debug, Clone)]
pub enum Access {
    /// Everybody who reaches the address.
    Open,
    /// Callers with one of these keys, who may everything, and users within their policies.
    Signed {
        /// Keys of this process and of who started it.
        keys: Vec<Credentials>,
        /// Users with keys of their own.
        users: Option<Arc<dyn Users>>,
    },
}

/// Users of the management plane.
pub trait Users: fmt::Debug + Send + Sync {
    /// The secret of an active access key.
    fn secret(&self, access_key_id: &str) -> Option<SecretAccessKey>;

    /// Whether the holder of a key may do `lambda:…` with what an ARN names.
    ///
    /// # Errors
    /// AWS's refusal.
    fn allow(
        &self,
        access_key_id: &str,
        action: &str,
        resource: &str,
        source: RequestSource<'_>,
    ) -> Result<(), Refusal>;
}

/// What every call has to pass.
#[derive(Debug)]
pub(crate) struct Gate {
    access: Access,
    /// Of signatures that were proven, by key, secret, day and region.
    signing_keys: Mutex<HashMap<[Box<str>; 4], SigningKey>>,
}

/// A caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// May everything.
    Trusted,
    /// Holder of an access key.
    User(Box<str>),
}

impl Gate {
    pub(crate) fn new(access: Access) -> Self {
        Self { access, signing_keys: Mutex::default() }
    }

    /// Whether a call is worth reading its body: strangers fill no memory.
    pub(crate) fn expect(&self, head: &Parts) -> Result<(), LambdaError> {
        let Access::Signed { .. } = self.access else { return no_browser(head) };
        let fields = fields(head)?;
        let claim = Claim::parse(&request(head, &fields)).map_err(|it| refusal(&it))?;
        self.secret(&claim).map(drop).map_err(|it| refusal(&it))
    }

    /// Who calls.
    pub(crate) fn caller(&self, head: &Parts, body: &[u8]) -> Result<Caller, LambdaError> {
        let Access::Signed { .. } = self.access else { return Ok(Caller::Trusted) };
        let fields = fields(head)?;
        self.verify(&request(head, &fields), body).map_err(|it| refusal(&it))
    }

    fn verify<'a, H>(&self, request: &Request<'a, H>, body: &[u8]) -> Result<Caller, Refusal>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        let claim = Claim::parse(request)?;
        let (secret, caller) = self.secret(&claim)?;
        let place = place(&claim, &secret);
        let kept = self.kept(|kept| kept.get(&place).cloned());
        let is_new = kept.is_none();
        let key = kept.unwrap_or_else(|| SigningKey::derive(&secret, claim.scope()));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let payload = Payload::Body(body);
        claim.verify(request, payload, &key, &RULES, now, &mut Scratch::default())?;
        if is_new {
            self.kept(|kept| {
                if kept.len() >= SIGNING_KEYS_MAX {
                    kept.clear();
                }
                kept.insert(place, key)
            });
        }
        Ok(caller)
    }

    fn kept<T>(&self, of: impl FnOnce(&mut HashMap<[Box<str>; 4], SigningKey>) -> T) -> T {
        of(&mut self.signing_keys.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn secret(&self, claim: &Claim<'_>) -> Result<(SecretAccessKey, Caller), Refusal> {
        let Access::Signed { keys, users } = &self.access else {
            return Err(Refusal::UnrecognizedClient);
        };
        let id = claim.access_key_id();
        if let Some(key) = keys.iter().find(|key| key.access_key_id() == id) {
            return if key.session_token() == claim.security_token() {
                Ok((key.secret().clone(), Caller::Trusted))
            } else {
                Err(Refusal::UnrecognizedClient)
            };
        }
        let secret = users.as_ref().and_then(|users| users.secret(id));
        match (secret, claim.security_token()) {
            (Some(secret), None) => Ok((secret, Caller::User(id.into()))),
            _ => Err(Refusal::UnrecognizedClient),
        }
    }

    /// Whether a caller may do something.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        source: RequestSource<'_>,
    ) -> Result<(), LambdaError> {
        match (caller, &self.access) {
            (Caller::Trusted, _) => Ok(()),
            (Caller::User(id), Access::Signed { users: Some(users), .. }) => {
                users.allow(id, action, resource, source).map_err(|it| refusal(&it))
            }
            (Caller::User(_), Access::Signed { users: None, .. } | Access::Open) => {
                Err(refusal(&Refusal::UnrecognizedClient))
            }
        }
    }
}

/// Where nobody is asked who they are, web pages are kept out: they say where they come from, or
/// call a name that leads here for the moment.
fn no_browser(head: &Parts) -> Result<(), LambdaError> {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let is_named = host == "localhost" || host.ends_with(".localhost");
    let is_page = head.headers.contains_key(ORIGIN) || head.headers.contains_key("sec-fetch-site");
    if is_page || !(is_address || is_named) {
        let why = "This endpoint is for tools on this machine: it answers no web page.";
        return Err(refusal(&Refusal::AccessDenied(why.into())));
    }
    Ok(())
}

/// A key that nobody else has: for who starts a runner.
#[must_use]
pub fn random_credentials() -> Credentials {
    let word = || uuid().replace('-', "");
    let id = word().to_ascii_uppercase();
    let key = Credentials::parse(&format!("AKIA{}", &id[..16]), &(word() + &word()), None);
    key.expect("letters and digits are an access key")
}

/// The secret is part of it: a key that is made anew under its name proves nothing of the old one.
fn place(claim: &Claim<'_>, secret: &SecretAccessKey) -> [Box<str>; 4] {
    let Scope { date, region, .. } = claim.scope();
    [claim.access_key_id().into(), secret.reveal().into(), date.into(), region.into()]
}

type Field<'h> = (&'h [u8], &'h [u8]);

fn fields(head: &Parts) -> Result<Vec<Field<'_>>, LambdaError> {
    if head.headers.len() > HEADER_FIELDS_MAX {
        let why = "The request has too many headers.".into();
        return Err(refusal(&Refusal::IncompleteSignature(why)));
    }
    // Many paths have one canonical form: of these only that which is routed may be signed.
    if head.uri.path().split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(refusal(&Refusal::InvalidSignature("The path has a dot segment.".into())));
    }
    let fields = head.headers.iter();
    Ok(fields.map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())).collect())
}

fn request<'a>(
    head: &'a Parts,
    fields: &'a [Field<'a>],
) -> Request<'a, impl Iterator<Item = Field<'a>> + Clone> {
    Request {
        method: head.method.as_str().as_bytes(),
        path: head.uri.path().as_bytes(),
        query: head.uri.query().unwrap_or_default().as_bytes(),
        headers: fields.iter().copied(),
    }
}

fn refusal(refusal: &Refusal) -> LambdaError {
    LambdaError::denied(refusal.exception(), refusal.to_string())
}
