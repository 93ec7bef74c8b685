//! Signs calls of the management API (AWS Signature Version 4), on its own: what Ringway verifies
//! must not be made by Ringway.

use aws_lc_rs::{digest, hmac};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::raw::request_bytes;

/// Identifier and secret of the access key that `ringway serve` is started with.
pub const ADMINISTRATOR: (&str, &str) =
    ("AKIARINGWAYTESTS0001", "tests/secret+of+the+administrator");

const REGION: &str = "us-east-1";
const SERVICE: &str = "apigateway";
const HEADERS: &str = "content-type;host;x-amz-date";

/// The bytes of a signed request; a body that is `null` is none. The parameters of a query stand in
/// order and hold no escapes.
pub fn request(key: (&str, &str), method: &str, target: &str, body: &Value) -> Vec<u8> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    let date = OffsetDateTime::now_utc().format(form).expect("every time has this form");
    let authorization = authorization(key, method, target, &date, body.as_bytes());
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Amz-Date", &*date),
        ("Authorization", &*authorization),
    ];
    request_bytes(method, target, &headers, body.as_bytes())
}

fn authorization(
    (id, secret): (&str, &str),
    method: &str,
    target: &str,
    date: &str,
    body: &[u8],
) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, hash) = (path.replace('%', "%25"), sha256(body));
    // `request_bytes` says that the host is localhost.
    let canonical = format!(
        "{method}\n{path}\n{query}\ncontent-type:application/json\nhost:localhost\n\
         x-amz-date:{date}\n\n{HEADERS}\n{hash}"
    );
    let scope = format!("{}/{REGION}/{SERVICE}/aws4_request", &date[..8]);
    let hash = sha256(canonical.as_bytes());
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [&date[..8], REGION, SERVICE, "aws4_request", &to_sign] {
        key =
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
    }
    let signature = hex(&key);
    format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={HEADERS}, Signature={signature}"
    )
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
