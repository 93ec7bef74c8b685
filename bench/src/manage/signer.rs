//! AWS Signature Version 4 of what is sent, for the service `apigateway`
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
//!
//! Written apart from the gateway's verifier, so that neither hides a fault of the other.

use std::env;

use aws_lc_rs::{digest, hmac};
use time::OffsetDateTime;
use time::macros::format_description;

/// What scopes end with.
const TERMINATOR: &str = "aws4_request";
/// Where the gateway takes its administrator's key from, and so does this.
pub(super) const KEY_ID_VARIABLE: &str = "RINGWAY_ADMIN_ACCESS_KEY_ID";
/// The same for the secret.
pub(super) const SECRET_VARIABLE: &str = "RINGWAY_ADMIN_SECRET_ACCESS_KEY";

/// An access key.
#[derive(Clone)]
pub(super) struct AccessKey {
    pub(super) id: String,
    pub(super) secret: String,
}

impl AccessKey {
    /// That of the environment, or one that is good for this run only.
    pub(super) fn of_environment() -> Self {
        let given = env::var(KEY_ID_VARIABLE).ok().zip(env::var(SECRET_VARIABLE).ok());
        let (id, secret) = given.unwrap_or_else(|| {
            ("AKIARINGWAYBENCH0000".into(), "ringway-bench/keeps+no+secret/0000000000".into())
        });
        Self { id, secret }
    }
}

/// A request to be signed.
pub(super) struct Unsigned<'r> {
    pub(super) method: &'r str,
    /// Without escapes, so that it is its own canonical form.
    pub(super) path: &'r str,
    pub(super) query: &'r str,
    pub(super) host: &'r str,
    pub(super) body: &'r [u8],
}

/// Signs for one region and service.
pub(super) struct Signer {
    key: AccessKey,
    region: String,
    service: String,
}

impl Signer {
    /// For management calls.
    pub(super) fn new(key: AccessKey, region: &str) -> Self {
        Self { key, region: region.into(), service: "apigateway".into() }
    }

    /// The header lines `X-Amz-Date` and `Authorization`.
    pub(super) fn lines(&self, request: &Unsigned<'_>, now: OffsetDateTime) -> String {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let moment = now.format(&format).unwrap_or_default();
        let date = moment.get(..8).unwrap_or_default();
        let Self { key, region, service } = self;
        let scope = format!("{date}/{region}/{service}/{TERMINATOR}");
        let canonical = canonical(request, &moment);
        let hash = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hash}");
        let start = ["AWS4", &key.secret].concat().into_bytes();
        let signing = [date, region, service, TERMINATOR]
            .iter()
            .fold(start, |by, part| sign(&by, part.as_bytes()));
        let signature = hex(&sign(&signing, to_sign.as_bytes()));
        format!(
            "X-Amz-Date: {moment}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={}/{scope}, \
             SignedHeaders=host;x-amz-date, Signature={signature}\r\n",
            key.id
        )
    }
}

fn canonical(request: &Unsigned<'_>, moment: &str) -> String {
    let Unsigned { method, path, query, host, body } = request;
    let mut parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
    parts.sort_unstable();
    let query = parts.join("&");
    let hash = hex(digest::digest(&digest::SHA256, body).as_ref());
    format!(
        "{method}\n{path}\n{query}\nhost:{host}\nx-amz-date:{moment}\n\nhost;x-amz-date\n{hash}"
    )
}

fn sign(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// `get-vanilla` of AWS's test suite.
    #[test]
    fn signatures_are_those_of_aws() {
        let key = AccessKey {
            id: "AKIDEXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        };
        let signer = Signer { service: "service".into(), ..Signer::new(key, "us-east-1") };
        let request = Unsigned {
            method: "GET",
            path: "/",
            query: "",
            host: "example.amazonaws.com",
            body: b"",
        };
        let lines = signer.lines(&request, datetime!(2015-08-30 12:36:00 UTC));
        let expect = "X-Amz-Date: 20150830T123600Z\r\nAuthorization: AWS4-HMAC-SHA256 \
            Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
            SignedHeaders=host;x-amz-date, \
            Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\r\n";
        assert_eq!(lines, expect);
    }

    #[test]
    fn queries_are_sorted() {
        let request =
            Unsigned { method: "PUT", path: "/a", query: "mode=x&limit=5", host: "h", body: b"" };
        assert!(canonical(&request, "m").starts_with("PUT\n/a\nlimit=5&mode=x\nhost:h\n"));
    }
}
