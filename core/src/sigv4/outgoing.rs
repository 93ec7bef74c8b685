//! The signing side of calls to AWS services: fields appended to a head that is already written.
//!
//! Once its buffers have their capacity and a day's key is derived, nothing is allocated.

use std::ops::Range;

use super::canonical::Obstacle;
use super::claim::ALGORITHM;
use super::{PathRule, Request, Scope, Scratch, SigningKey, hex, sha256};
use crate::date;
use crate::http::write;
use crate::identity::Credentials;
use crate::limits::OUTGOING_KEYS_MAX;
use crate::snapshot::Signing;

/// Fields that a signature sets; what stands there before is taken out.
const OWN: [&[u8]; 4] =
    [b"authorization", b"x-amz-date", b"x-amz-security-token", b"x-amz-content-sha256"];

/// A head that cannot be signed; the sentence goes to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsignable(pub &'static str);

/// Signs with one set of credentials, and keeps what it derives of them.
#[derive(Debug)]
pub struct RequestSigner {
    credentials: Credentials,
    /// The latest last.
    keys: Vec<Derived>,
    scratch: Scratch,
    /// Names of fields that are signed, in order, where they stand in the head.
    names: Vec<Range<usize>>,
    signed_headers: String,
}

#[derive(Debug)]
struct Derived {
    date: [u8; 8],
    region: Box<str>,
    service: Box<str>,
    key: SigningKey,
}

impl RequestSigner {
    /// Nothing derived yet.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            keys: Vec::new(),
            scratch: Scratch::default(),
            names: Vec::new(),
            signed_headers: String::new(),
        }
    }

    /// Signs the request whose complete head is `out[start..]` and whose body will follow: `Host`,
    /// `Content-Type` and every `X-Amz-` field. `now` is in Unix seconds.
    ///
    /// # Errors
    /// [`Unsignable`], with a head that must not be sent.
    pub fn sign(
        &mut self,
        signing: &Signing,
        start: usize,
        body: &[u8],
        now: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), Unsignable> {
        let Some(end) = out[start..].strip_suffix(b"\r\n\r\n").map(<[u8]>::len) else {
            return Err(Unsignable("the head of the call is not complete"));
        };
        out.truncate(start + end + write::CRLF.len());
        remove_own(start, out);
        let (moment, payload) = (date::basic(now), hex(&sha256(body)));
        write::field(out, "X-Amz-Date", &moment[..]);
        if let Some(token) = self.credentials.session_token() {
            write::field(out, "X-Amz-Security-Token", token);
        }
        if signing.is_s3() {
            write::field(out, "X-Amz-Content-Sha256", &payload[..]);
        }
        self.name_fields(&out[start..]);
        self.write_string_to_sign(signing, &out[start..], (&moment, &payload))?;
        let key = derived(&mut self.keys, &self.credentials, signing, &moment);
        let signature = hex(&key.sign(&self.scratch.string_to_sign));
        for text in
            ["Authorization: ", ALGORITHM, " Credential=", self.credentials.access_key_id(), "/"]
        {
            out.extend_from_slice(text.as_bytes());
        }
        write_scope(signing, &moment, out);
        for text in [", SignedHeaders=", &self.signed_headers, ", Signature="] {
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(&signature);
        out.extend_from_slice(b"\r\n\r\n");
        Ok(())
    }

    /// Finds what is signed, each name once.
    fn name_fields(&mut self, head: &[u8]) {
        let Self { names, signed_headers, .. } = self;
        names.clear();
        names.extend(
            lines(head).map(|(name, _)| name).filter(|name| is_signed(&head[name.clone()])),
        );
        let lower = |name: &Range<usize>| head[name.clone()].iter().map(u8::to_ascii_lowercase);
        names.sort_unstable_by(|a, b| lower(a).cmp(lower(b)));
        names.dedup_by(|a, b| head[a.clone()].eq_ignore_ascii_case(&head[b.clone()]));
        signed_headers.clear();
        for (ix, name) in names.iter().enumerate() {
            if ix > 0 {
                signed_headers.push(';');
            }
            signed_headers.extend(lower(name).map(char::from));
        }
    }

    fn write_string_to_sign(
        &mut self,
        signing: &Signing,
        head: &[u8],
        (moment, payload): (&[u8; 16], &[u8; 64]),
    ) -> Result<(), Unsignable> {
        let (method, target) = request_line(head).ok_or(Unsignable("it has no request line"))?;
        let (path, query) = match target.iter().position(|&byte| byte == b'?') {
            Some(at) => (&target[..at], &target[at + 1..]),
            None => (target, &[][..]),
        };
        let headers = lines(head).map(|(name, value)| (&head[name], &head[value]));
        let request = Request { method, path, query, headers };
        let rule = if signing.is_s3() { PathRule::Once } else { PathRule::Normalized };
        let written = self.scratch.write(&request, rule, false, &self.signed_headers, payload);
        written.map_err(unsignable)?;
        let hash = hex(&sha256(&self.scratch.text));
        let to_sign = &mut self.scratch.string_to_sign;
        to_sign.clear();
        for text in [ALGORITHM.as_bytes(), b"\n", moment, b"\n"] {
            to_sign.extend_from_slice(text);
        }
        write_scope(signing, moment, to_sign);
        to_sign.push(b'\n');
        to_sign.extend_from_slice(&hash);
        Ok(())
    }
}

/// The key of a day, a region and a service.
fn derived<'k>(
    keys: &'k mut Vec<Derived>,
    credentials: &Credentials,
    signing: &Signing,
    moment: &[u8; 16],
) -> &'k SigningKey {
    let is_wanted = |known: &Derived| {
        moment.starts_with(&known.date)
            && known.region == signing.region
            && known.service == signing.service
    };
    let at = keys.iter().position(is_wanted).unwrap_or_else(|| {
        if keys.len() == OUTGOING_KEYS_MAX {
            keys.remove(0);
        }
        let date = *moment.first_chunk().expect("a moment starts with its date");
        let scope = Scope {
            // It is ASCII.
            date: std::str::from_utf8(&date).unwrap_or_default(),
            region: &signing.region,
            service: &signing.service,
        };
        let key = SigningKey::derive(credentials.secret(), scope);
        let (region, service) = (signing.region.clone(), signing.service.clone());
        keys.push(Derived { date, region, service, key });
        keys.len() - 1
    });
    &keys[at].key
}

fn write_scope(signing: &Signing, moment: &[u8; 16], out: &mut Vec<u8>) {
    out.extend_from_slice(&moment[..8]);
    for text in ["/", &signing.region, "/", &signing.service, "/", Scope::TERMINATOR] {
        out.extend_from_slice(text.as_bytes());
    }
}

fn is_signed(name: &[u8]) -> bool {
    let amazon = |start: &[u8; 6]| start.eq_ignore_ascii_case(b"x-amz-");
    name.eq_ignore_ascii_case(b"host")
        || name.eq_ignore_ascii_case(b"content-type")
        || name.first_chunk().is_some_and(amazon)
}

fn request_line(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = head.split(|&byte| byte == b'\r').next()?;
    let mut words = line.split(|&byte| byte == b' ');
    Some((words.next()?, words.next()?))
}

/// Names and values of the fields, where they stand behind the request line.
fn lines(head: &[u8]) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + Clone {
    let mut at = 0;
    let lines = head.split_inclusive(|&byte| byte == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    });
    lines.skip(1).filter_map(|(start, line)| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let end = line.len() - write::CRLF.len().min(line.len());
        Some((start..start + colon, start + (colon + 1).min(end)..start + end))
    })
}

/// Takes out fields that a template has set and the signature sets.
fn remove_own(start: usize, out: &mut Vec<u8>) {
    let own = |out: &[u8]| {
        let head = &out[start..];
        let is_own = |name: &Range<usize>| {
            OWN.iter().any(|own| head[name.clone()].eq_ignore_ascii_case(own))
        };
        let (name, value) = lines(head).find(|(name, _)| is_own(name))?;
        Some(start + name.start..start + value.end + write::CRLF.len())
    };
    while let Some(line) = own(out) {
        out.drain(line);
    }
}

fn unsignable(obstacle: Obstacle) -> Unsignable {
    Unsignable(match obstacle {
        Obstacle::QueryTooLong => "it has more query parameters than can be signed",
        Obstacle::SignedHeaders | Obstacle::Missing(_) => "it has a field that cannot be signed",
        Obstacle::LineBreak => "a method or a field has a line break",
    })
}
