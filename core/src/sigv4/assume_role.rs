//! AssumeRole of AWS STS, as bytes
//! (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
//!
//! It must not know who asks, nor how the answer came.

use crate::date;
use crate::http::write;
use crate::identity::Credentials;
use crate::mapping::percent::{Escapes, Part, encode};

/// The session name that API Gateway gives, which trust policies and trails may look for.
const SESSION_NAME: &str = "BackplaneAssumeRoleSession";

/// Credentials of a role for a while.
#[derive(Debug, Clone)]
pub struct RoleSession {
    /// What calls are signed with.
    pub credentials: Credentials,
    /// When they end, in Unix seconds.
    pub expires_at: u64,
}

/// Appends head and body of the call, unsigned; returns where the body starts.
pub fn write_assume_role(role: &str, authority: &str, out: &mut Vec<u8>) -> usize {
    let mut body =
        format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName={SESSION_NAME}&RoleArn=")
            .into_bytes();
    let start = body.len();
    body.extend_from_slice(role.as_bytes());
    encode(&mut body, start, Part::Query, Escapes::Text);
    out.extend_from_slice(b"POST / HTTP/1.1\r\n");
    write::field(out, "Host", authority);
    write::field(out, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    write::field(out, "Content-Length", body.len().to_string());
    out.extend_from_slice(write::CRLF);
    let head = out.len();
    out.extend_from_slice(&body);
    head
}

/// Reads the answer, which is XML.
///
/// # Errors
/// What STS says against it, or that this is no answer of STS; never a secret.
pub fn read_assume_role(status: u16, body: &[u8]) -> Result<RoleSession, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer of STS is not text")?;
    if status != 200 {
        let said = |name| element(text, name).unwrap_or("-").escape_debug().to_string();
        return Err(format!("STS answered {status} {}: {}", said("Code"), said("Message")));
    }
    let missing = |name: &str| format!("the answer of STS has no {name}");
    let member = |name| element(text, name).ok_or_else(|| missing(name));
    let (id, secret) = (member("AccessKeyId")?, member("SecretAccessKey")?);
    let credentials = Credentials::parse(id, secret, Some(member("SessionToken")?));
    let expiration = date::parse_extended(member("Expiration")?.as_bytes());
    let expires_at = expiration.and_then(|at| u64::try_from(at).ok());
    Ok(RoleSession {
        credentials: credentials.ok_or("the credentials that STS answered cannot be sent")?,
        expires_at: expires_at.ok_or("the Expiration that STS answered is no date")?,
    })
}

/// The text of the first element of this name: what is read here has neither attributes nor
/// entities.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let after = text.split_once(&format!("<{name}>"))?.1;
    Some(after.split_once(&format!("</{name}>"))?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of STS's reference, its secrets made up.
    const ANSWER: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
<AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/demo/s</Arn>
</AssumedRoleUser><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
<SecretAccessKey>wJalrXUtnFEMI/K7MDENG</SecretAccessKey><SessionToken>
 AQoDYXdzEPT//////////wEXAMPLE== </SessionToken>
<Expiration>2019-11-09T13:34:41Z</Expiration></Credentials></AssumeRoleResult>
</AssumeRoleResponse>";

    #[test]
    fn a_call_names_the_role_and_the_session() {
        let mut out = b"x".to_vec();
        let start = write_assume_role("arn:aws:iam::123456789012:role/a b", "h:1", &mut out);
        let text = String::from_utf8(out).unwrap();
        let (head, body) = text.split_at(start);
        let length = format!("Content-Length: {}\r\n", body.len());
        assert!(head.starts_with("xPOST / HTTP/1.1\r\nHost: h:1\r\n") && head.contains(&length));
        assert_eq!(
            body,
            "Action=AssumeRole&Version=2011-06-15&RoleSessionName=BackplaneAssumeRoleSession&\
             RoleArn=arn:aws:iam::123456789012:role/a%20b"
        );
    }

    #[test]
    fn answers_are_read() {
        let session = read_assume_role(200, ANSWER.as_bytes()).unwrap();
        assert_eq!(session.expires_at, 1_573_306_481);
        assert_eq!(session.credentials.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
        let token = session.credentials.session_token();
        assert_eq!(token, Some("AQoDYXdzEPT//////////wEXAMPLE=="));
        let refused = |status, body: &str, expect: &str| {
            let error = read_assume_role(status, body.as_bytes()).unwrap_err();
            assert_eq!(error, expect);
            assert!(!error.contains("wJalr"));
        };
        let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
            <Message>not\nyou</Message></Error></ErrorResponse>";
        refused(403, denied, r"STS answered 403 AccessDenied: not\nyou");
        refused(500, "oops", "STS answered 500 -: -");
        refused(200, "{}", "the answer of STS has no AccessKeyId");
        let broken = ANSWER.replace("2019-11-09T", "yesterday");
        refused(200, &broken, "the Expiration that STS answered is no date");
        let broken = ANSWER.replace("MDENG", "MD\r\nENG");
        refused(200, &broken, "the credentials that STS answered cannot be sent");
    }
}
