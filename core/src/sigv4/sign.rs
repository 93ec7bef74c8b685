//! The signing side, for what Ringway calls itself: the `Authorization` field of a request.

use super::canonical::Obstacle;
use super::claim::ALGORITHM;
use super::{PathRule, Request, Scope, Scratch, SigningKey, hex, sha256};
use crate::date;
use crate::identity::{AccessKeyId, SecretAccessKey};

/// The value of `X-Amz-Date`.
#[must_use]
pub fn amz_date(now_unix_seconds: u64) -> String {
    date::basic(now_unix_seconds).map(char::from).iter().collect()
}

/// Whose signature it is, and what for.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The key that is named.
    pub access_key_id: &'a AccessKeyId,
    /// The secret that proves it.
    pub secret: &'a SecretAccessKey,
    /// `us-east-1`.
    pub region: &'a str,
    /// `apigateway`.
    pub service: &'a str,
}

impl Signer<'_> {
    /// The value of `Authorization`. `request` has `host` and an `x-amz-date` of `now`, which is in
    /// Unix seconds; `signed_headers` are names of its fields, in small letters and in order, a
    /// semicolon between two.
    ///
    /// Nothing, if a field is named that is not there, or one that cannot be signed.
    #[must_use]
    pub fn authorization<'a, H>(
        &self,
        request: &Request<'a, H>,
        body: &[u8],
        signed_headers: &str,
        now: u64,
    ) -> Option<String>
    where
        H: Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
    {
        let moment = &*amz_date(now);
        let scope = Scope { date: &moment[..8], region: self.region, service: self.service };
        let place = [scope.date, scope.region, scope.service, Scope::TERMINATOR].join("/");
        let mut scratch = Scratch::default();
        let payload = hex(&sha256(body));
        let written = scratch.write(request, PathRule::Normalized, false, signed_headers, &payload);
        written.map_err(|_: Obstacle| ()).ok()?;
        let hash = hex(&sha256(&scratch.text));
        let hash = std::str::from_utf8(&hash).ok()?;
        let to_sign = [ALGORITHM, moment, &place, hash].join("\n");
        let signature = hex(&SigningKey::derive(self.secret, scope).sign(to_sign.as_bytes()));
        let signature = std::str::from_utf8(&signature).ok()?;
        let key = self.access_key_id;
        Some(format!(
            "{ALGORITHM} Credential={key}/{place}, SignedHeaders={signed_headers}, \
             Signature={signature}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Claim, Payload, Rules};
    use super::*;

    const NOW: u64 = 1_440_938_160;
    const RULES: Rules<'_> =
        Rules { service: "apigateway", path: PathRule::Normalized, unsigned_payload: false };

    #[test]
    fn what_is_signed_here_is_verified_here() {
        let access_key_id = AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE").unwrap();
        let secret = SecretAccessKey::parse("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
        let signer = Signer {
            access_key_id: &access_key_id,
            secret: &secret,
            region: "us-east-1",
            service: "apigateway",
        };
        let fields: [(&[u8], &[u8]); 2] =
            [(b"Host", b"127.0.0.1:4566"), (b"X-Amz-Date", b"20150830T123600Z")];
        let unsigned = Request {
            method: b"POST",
            path: b"/a",
            query: b"b=c",
            headers: fields.iter().copied(),
        };
        let sign = |signed| signer.authorization(&unsigned, b"{}", signed, NOW);
        assert_eq!(sign("host;x-amz-nothing"), None);
        let authorization = sign("host;x-amz-date").unwrap();
        let fields = [fields[0], fields[1], (b"Authorization", authorization.as_bytes())];
        let check = |body: &[u8], expect: bool| {
            let signed = Request {
                method: b"POST",
                path: b"/a",
                query: b"b=c",
                headers: fields.iter().copied(),
            };
            let claim = Claim::parse(&signed).unwrap();
            let key = SigningKey::derive(&secret, claim.scope());
            let verified = claim.verify(
                &signed,
                Payload::Body(body),
                &key,
                &RULES,
                NOW,
                &mut Scratch::default(),
            );
            assert_eq!(verified.is_ok(), expect);
        };
        check(b"{}", true);
        check(b"{ }", false);
    }
}
