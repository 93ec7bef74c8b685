//! Requests that tests own and change.

use ringway_core::identity::{Refusal, SecretAccessKey};
use ringway_core::sigv4::{Claim, PathRule, Payload, Request, Rules, Scratch, SigningKey};

/// A request as a server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) method: Vec<u8>,
    pub(crate) path: Vec<u8>,
    pub(crate) query: Vec<u8>,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// Keys that exist. The signature of a field does not cover the name of its key: only its secret
/// can have made it.
const KEYS: [&str; 3] = ["AKIDEXAMPLE", "ANOTREAL", "AKIAIOSFODNN7EXAMPLE"];

/// Who signed what was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    pub(crate) access_key_id: String,
    pub(crate) region: String,
    pub(crate) security_token: Option<String>,
}

pub(crate) const NORMALIZED: Rules<'_> =
    Rules { service: "service", path: PathRule::Normalized, unsigned_payload: false };

impl Wire {
    /// Reads a request of AWS's test suite: text that no HTTP/1.1 parser would take.
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let (line, fields) = head.split_once('\n').expect("a request line");
        let (method, target) = line.split_once(' ').expect("a method");
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let unfolded = fields.replace("\n ", " ");
        let fields = unfolded.lines().filter_map(|line| line.split_once(':'));
        Self {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers: fields.map(|(name, value)| (name.into(), value.into())).collect(),
            body: body.trim_end_matches('\n').into(),
        }
    }

    pub(crate) fn request(
        &self,
    ) -> Request<'_, impl Iterator<Item = (&[u8], &[u8])> + Clone + std::fmt::Debug> {
        Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: self.headers.iter().map(|(name, value)| (&name[..], &value[..])),
        }
    }

    pub(crate) fn verify(
        &self,
        secret: &str,
        rules: &Rules<'_>,
        now: u64,
    ) -> Result<Signer, Refusal> {
        let request = self.request();
        let claim = Claim::parse(&request)?;
        if !KEYS.contains(&claim.access_key_id()) {
            return Err(Refusal::UnrecognizedClient);
        }
        let secret = SecretAccessKey::parse(secret).expect("a secret");
        let key = SigningKey::derive(&secret, claim.scope());
        let payload = Payload::Body(&self.body);
        let mut scratch = Scratch::default();
        let verified = claim.verify(&request, payload, &key, rules, now, &mut scratch)?;
        let claim = verified.claim();
        Ok(Signer {
            access_key_id: claim.access_key_id().into(),
            region: claim.scope().region.into(),
            security_token: claim.security_token().map(Into::into),
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(it, _)| it.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| &value[..])
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(it, _)| !it.eq_ignore_ascii_case(name.as_bytes()));
        self
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}
