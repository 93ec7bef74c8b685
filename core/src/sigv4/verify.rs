//! Whether a claim holds: scope, time, what is signed, and at last the signature.

use super::canonical::Obstacle;
use super::claim::{ALGORITHM, MISMATCH, incomplete, sole};
use super::{Claim, Payload, Request, Rules, Scope, Scratch, SigningKey, Verified, hex, sha256};
use crate::date;
use crate::identity::Refusal;
use crate::limits::{HEADER_FIELDS_MAX, SIGV4_SKEW_SECONDS_MAX};

const UNSIGNED_PAYLOAD: &[u8] = b"UNSIGNED-PAYLOAD";

impl<'a> Claim<'a> {
    /// Holds the claim against the request it was read from. `key` is that of the claim's access
    /// key and scope; `now` is in Unix seconds. The signature comes last, so that what is old or
    /// meant for another service costs no hash.
    ///
    /// # Errors
    /// [`Refusal::InvalidSignature`] with AWS's text.
    pub fn verify<H>(
        self,
        request: &Request<'a, H>,
        payload: Payload<'_>,
        key: &SigningKey,
        rules: &Rules<'_>,
        now: u64,
        scratch: &mut Scratch,
    ) -> Result<Verified<'a>, Refusal>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        self.check_scope(rules.service)?;
        self.check_time(now)?;
        self.check_signed_headers(&request.headers)?;
        let hash = hex(&payload.sha256());
        let payload = match sole(&request.headers, "x-amz-content-sha256")? {
            Some(UNSIGNED_PAYLOAD) if rules.unsigned_payload => UNSIGNED_PAYLOAD,
            Some(declared) if declared != hash => {
                return Err(invalid(
                    "The provided 'x-amz-content-sha256' header does not match what was computed."
                        .into(),
                ));
            }
            _ => &hash,
        };
        let signed = &self.signed_headers;
        scratch
            .write(request, rules.path, self.is_presigned(), signed, payload)
            .map_err(|obstacle| refusal(&obstacle))?;
        let Scratch { text: canonical, string_to_sign, .. } = scratch;
        self.write_string_to_sign(canonical, string_to_sign);
        if key.has_signed(string_to_sign, &self.signature) {
            return Ok(Verified(self));
        }
        let [canonical, string_to_sign] =
            [canonical, string_to_sign].map(|text| String::from_utf8_lossy(text));
        Err(invalid(format!(
            "{MISMATCH}\n\nThe Canonical String for this request should have been\n'{canonical}'\
             \n\nThe String-to-Sign should have been\n'{string_to_sign}'\n"
        )))
    }

    fn write_string_to_sign(&self, canonical: &[u8], out: &mut Vec<u8>) {
        let Scope { date, region, service } = self.scope();
        let (moment, hash) = (date::basic(self.signed_at), hex(&sha256(canonical)));
        out.clear();
        let terminator = Scope::TERMINATOR;
        for text in [ALGORITHM.as_bytes(), b"\n", &moment, b"\n"] {
            out.extend_from_slice(text);
        }
        for text in [date, "/", region, "/", service, "/", terminator, "\n"] {
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(&hash);
    }

    fn check_scope(&self, service: &str) -> Result<(), Refusal> {
        let (scope, signed_at) = (self.scope(), date::basic(self.signed_at));
        let signed_at = String::from_utf8_lossy(&signed_at); // borrows: it is ASCII
        // AWS says all that is wrong, each with a blank behind.
        let mut wrong = String::new();
        if scope.service != service {
            wrong += &format!("Credential should be scoped to correct service: '{service}'. ");
        }
        if self.terminator() != Scope::TERMINATOR {
            wrong += &format!(
                "Credential should be scoped with a valid terminator: '{}', not '{}'. ",
                Scope::TERMINATOR,
                self.terminator()
            );
        }
        if scope.date != &signed_at[..8] {
            wrong += &format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{}', from '{signed_at}'. ",
                scope.date,
                &signed_at[..8]
            );
        }
        if wrong.is_empty() { Ok(()) } else { Err(invalid(wrong)) }
    }

    fn check_time(&self, now: u64) -> Result<(), Refusal> {
        let text = |seconds| String::from_utf8_lossy(&date::basic(seconds)).into_owned();
        let refused = |what: &str, limit, sign, seconds: u64| {
            let (signed_at, limit, now) = (text(self.signed_at), text(limit), text(now));
            let minutes = seconds / 60;
            Err(invalid(format!(
                "Signature {what}: {signed_at} is {} than {limit} ({now} {sign} {minutes} min.)",
                if sign == '+' { "still later" } else { "now earlier" },
            )))
        };
        let latest = now.saturating_add(SIGV4_SKEW_SECONDS_MAX);
        if self.signed_at > latest {
            return refused("not yet current", latest, '+', SIGV4_SKEW_SECONDS_MAX);
        }
        let age = self.expires_seconds.unwrap_or(SIGV4_SKEW_SECONDS_MAX);
        let earliest = now.saturating_sub(age);
        if self.signed_at < earliest {
            return refused("expired", earliest, '-', age);
        }
        Ok(())
    }

    /// `host` and every `x-amz-` field: what says where a request goes and what it does.
    fn check_signed_headers<H>(&self, headers: &H) -> Result<(), Refusal>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        let is_signed = |name: &[u8]| {
            let mut names = self.signed_headers.split(';');
            names.any(|it| it.as_bytes().eq_ignore_ascii_case(name))
        };
        let must_be = |name: &str| {
            invalid(format!("{name} must be a 'SignedHeader' in the AWS Authorization."))
        };
        if self.signed_headers.split(';').count() > HEADER_FIELDS_MAX {
            return Err(incomplete("Too many 'SignedHeaders'.".into()));
        }
        if !is_signed(b"host") {
            return Err(must_be("'Host' or ':authority'"));
        }
        let amazon = |name: &[u8]| {
            name.first_chunk::<6>().is_some_and(|start| start.eq_ignore_ascii_case(b"x-amz-"))
        };
        match headers.clone().find(|(name, _)| amazon(name) && !is_signed(name)) {
            Some((name, _)) => Err(must_be(&format!("'{}'", name.escape_ascii()))),
            None => Ok(()),
        }
    }
}

fn invalid(message: String) -> Refusal {
    Refusal::InvalidSignature(message.into())
}

fn refusal(obstacle: &Obstacle) -> Refusal {
    match obstacle {
        Obstacle::QueryTooLong => incomplete("Too many query-string parameters.".into()),
        Obstacle::SignedHeaders => {
            incomplete("'SignedHeaders' must be lower-case names in ascending order.".into())
        }
        Obstacle::Missing(name) => {
            invalid(format!("'{name}' is a 'SignedHeader' and not in the request."))
        }
        Obstacle::LineBreak => incomplete("A method or a header has a line break.".into()),
    }
}
