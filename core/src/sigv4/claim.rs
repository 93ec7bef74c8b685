//! Who a request says it comes from: read from its `Authorization` field or its presigned query.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::canonical::{decoded, pairs};
use super::{Request, from_hex, sha256};
use crate::date;
use crate::identity::Refusal;
use crate::limits::SIGV4_EXPIRES_SECONDS_MAX;

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// AWS's text for a signature that is another one.
pub(super) const MISMATCH: &str = "The request signature we calculated does not match the \
    signature you provided. Check your AWS Secret Access Key and signing method. Consult the \
    service documentation for details.";

/// What a signature is good for, besides a user: `20150830/us-east-1/apigateway/aws4_request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope<'a> {
    /// `YYYYMMDD`.
    pub date: &'a str,
    /// Any region: the caller says which it serves.
    pub region: &'a str,
    /// Name of the service in signatures.
    pub service: &'a str,
}

impl Scope<'_> {
    pub(super) const TERMINATOR: &'static str = "aws4_request";
}

/// A signature that was read, and proves nothing yet.
#[derive(Clone)]
pub struct Claim<'a> {
    /// Key, date, region, service and terminator, four slashes between.
    pub(super) credential: Cow<'a, str>,
    pub(super) signed_headers: Cow<'a, str>,
    pub(super) signature: [u8; 32],
    /// Unix seconds.
    pub(super) signed_at: u64,
    security_token: Option<Cow<'a, str>>,
    /// Of a presigned query.
    pub(super) expires_seconds: Option<u64>,
}

/// A claim whose signature, time, scope and payload were proven.
#[derive(Debug, Clone)]
pub struct Verified<'a>(pub(super) Claim<'a>);

impl<'a> Verified<'a> {
    /// What was proven.
    #[must_use]
    pub const fn claim(&self) -> &Claim<'a> {
        &self.0
    }
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("access_key_id", &self.access_key_id())
            .field("scope", &self.scope())
            .finish_non_exhaustive()
    }
}

impl<'a> Claim<'a> {
    /// Reads the `Authorization` field, or where there is none the query.
    ///
    /// # Errors
    /// [`Refusal::MissingAuthenticationToken`] without a signature,
    /// [`Refusal::IncompleteSignature`] for one that lacks a part.
    pub fn parse<H>(request: &Request<'a, H>) -> Result<Self, Refusal>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        match sole(&request.headers, "authorization")? {
            Some(field) if !field.is_empty() => Self::from_header(field, &request.headers),
            _ => Self::from_query(request.query),
        }
    }

    /// Key whose secret has to be found.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        self.part(0)
    }

    /// What a signing key has to be derived for.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        Scope { date: self.part(1), region: self.part(2), service: self.part(3) }
    }

    pub(super) fn terminator(&self) -> &str {
        self.part(4)
    }

    /// Token that goes with a temporary access key: the caller knows which keys have one.
    #[must_use]
    pub fn security_token(&self) -> Option<&str> {
        self.security_token.as_deref()
    }

    /// Whether the signature is in the query.
    #[must_use]
    pub const fn is_presigned(&self) -> bool {
        self.expires_seconds.is_some()
    }

    fn part(&self, ix: usize) -> &str {
        self.credential.split('/').nth(ix).unwrap_or_default()
    }

    fn from_header<H>(field: &'a [u8], headers: &H) -> Result<Self, Refusal>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        let hashed = |text: &[u8]| STANDARD.encode(sha256(text));
        let field = text(field, "Authorization")?;
        let (algorithm, rest) = field.split_once(' ').unwrap_or((field, ""));
        let mut found = [None; 3];
        for piece in rest.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            let Some((name, value)) = piece.split_once('=') else {
                return Err(incomplete(format!(
                    "Invalid key=value pair (missing equal-sign) in Authorization header \
                     (hashed with SHA-256 and encoded with Base64): '{}'.",
                    hashed(piece.as_bytes())
                )));
            };
            let Some(ix) = PARAMETERS.iter().position(|it| *it == name) else { continue };
            if found[ix].replace(value).is_some() {
                return Err(incomplete(format!("Authorization header has two of '{name}'.")));
            }
        }
        let date = sole(headers, "x-amz-date")?;
        let date = if date.is_some() { date } else { sole(headers, "date")? };
        let ([Some(credential), Some(signature), Some(signed_headers)], Some(date)) = (found, date)
        else {
            let absent = PARAMETERS.iter().zip(found).filter(|(_, it)| it.is_none());
            let mut message: String = absent
                .map(|(name, _)| format!("Authorization header requires '{name}' parameter. "))
                .collect();
            if date.is_none() {
                message += "Authorization header requires existence of either a 'X-Amz-Date' or \
                            a 'Date' header. ";
            }
            message += "(Hashed with SHA-256 and encoded with Base64) Authorization=";
            return Err(incomplete(message + &hashed(field.as_bytes())));
        };
        check_algorithm(algorithm)?;
        let token = sole(headers, "x-amz-security-token")?;
        let token = token.map(|token| text(token, "X-Amz-Security-Token")).transpose()?;
        Ok(Self {
            credential: five_parts(credential.into())?,
            signed_headers: signed_headers.into(),
            signature: from_hex(signature.as_bytes()).ok_or_else(mismatch)?,
            signed_at: moment(date)?,
            security_token: token.map(Into::into),
            expires_seconds: None,
        })
    }

    fn from_query(query: &'a [u8]) -> Result<Self, Refusal> {
        let mut found = [const { None }; 7];
        for (name, value) in pairs(query) {
            let Some(ix) = QUERY.iter().position(|it| it.as_bytes() == name) else { continue };
            let name = QUERY[ix];
            if found[ix].replace(decoded_text(value, name)?).is_some() {
                return Err(incomplete(format!(
                    "AWS query-string parameters must include '{name}' once. Re-examine the \
                     query-string parameters."
                )));
            }
        }
        if found[..6].iter().all(Option::is_none) {
            return Err(Refusal::MissingAuthenticationToken);
        }
        let absent = QUERY[..6].iter().zip(&found).find(|(_, value)| value.is_none());
        if let Some((name, _)) = absent {
            return Err(incomplete(format!(
                "AWS query-string parameters must include '{name}'. Re-examine the query-string \
                 parameters."
            )));
        }
        let [algorithm, credential, signature, signed_headers, date, expires, security_token] =
            found;
        let present = |value: Option<_>| value.unwrap_or_default();
        check_algorithm(&present(algorithm))?;
        let expires: Cow<'a, str> = present(expires);
        let digits = expires.bytes().all(|byte| byte.is_ascii_digit());
        let expires = expires.parse().ok().filter(|_| digits);
        let expires = expires.filter(|seconds| (1..=SIGV4_EXPIRES_SECONDS_MAX).contains(seconds));
        let Some(expires_seconds) = expires else {
            return Err(incomplete(format!(
                "X-Amz-Expires must be a number of seconds from 1 to {SIGV4_EXPIRES_SECONDS_MAX}."
            )));
        };
        Ok(Self {
            credential: five_parts(present(credential))?,
            signed_headers: present(signed_headers),
            signature: from_hex(present(signature).as_bytes()).ok_or_else(mismatch)?,
            signed_at: moment(present(date).as_bytes())?,
            security_token,
            expires_seconds: Some(expires_seconds),
        })
    }
}

/// Parameters of the `Authorization` field, in the order of AWS's complaints.
const PARAMETERS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];

/// Parameters of a presigned query; all but the last are required.
const QUERY: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
];

/// The value of a field that a request has once.
pub(super) fn sole<'a, H>(headers: &H, name: &str) -> Result<Option<&'a [u8]>, Refusal>
where
    H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
{
    let mut values = headers
        .clone()
        .filter_map(|(it, value)| it.eq_ignore_ascii_case(name.as_bytes()).then_some(value));
    let first = values.next();
    if values.next().is_some() {
        return Err(incomplete(format!("The request has more than one '{name}' header.")));
    }
    Ok(first.map(<[u8]>::trim_ascii))
}

pub(super) fn incomplete(message: String) -> Refusal {
    Refusal::IncompleteSignature(message.into())
}

fn mismatch() -> Refusal {
    Refusal::InvalidSignature(MISMATCH.into())
}

fn check_algorithm(name: &str) -> Result<(), Refusal> {
    if name == ALGORITHM {
        return Ok(());
    }
    Err(incomplete(format!("Unsupported AWS 'algorithm': '{name}' (only {ALGORITHM} for now). ")))
}

fn five_parts(credential: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    if credential.split('/').count() == 5 && !credential.starts_with('/') {
        return Ok(credential);
    }
    Err(incomplete(format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '{credential}'"
    )))
}

fn moment(text: &[u8]) -> Result<u64, Refusal> {
    date::parse_basic(text).or_else(|| date::parse_http(text)).ok_or_else(|| {
        incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{}'. See \
             http://en.wikipedia.org/wiki/ISO_8601",
            text.escape_ascii()
        ))
    })
}

fn text<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Refusal> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii());
    text.ok_or_else(|| incomplete(format!("'{name}' is not ASCII text.")))
}

fn decoded_text<'a>(value: &'a [u8], name: &str) -> Result<Cow<'a, str>, Refusal> {
    if value.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        let plain: Vec<u8> = decoded(value).collect();
        return Ok(text(&plain, name)?.to_owned().into());
    }
    Ok(text(value, name)?.into())
}
