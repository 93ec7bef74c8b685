//! One signed call to an admin port: HTTP/1.1 on a connection of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ringway_core::identity::Credentials;
use ringway_core::limits::{ADMIN_BODY_BYTES_MAX, ADMIN_REQUEST_MS};
use ringway_core::sigv4::RequestSigner;
use ringway_core::snapshot::{Principal, Signing};
use serde_json::Value;

const PATH: &str = "/_ringway/users";

/// An admin port.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// `HOST:PORT`.
    authority: String,
}

impl Endpoint {
    /// From a URL.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let plain = |text: &&str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@".contains(&b))
        };
        let authority = authority.filter(plain).ok_or_else(|| {
            format!("{url} is no endpoint: expected for example http://127.0.0.1:4566")
        })?;
        let port = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let default = if port.is_some() { "" } else { ":80" };
        Ok(Self { authority: format!("{authority}{default}") })
    }

    /// The JSON of an answer.
    pub(super) fn post(
        &self,
        keys: &Credentials,
        region: &str,
        body: &str,
    ) -> Result<Value, String> {
        let request = self.signed(keys, region, body)?;
        let failed = |error: std::io::Error| format!("http://{}: {error}", self.authority);
        let mut stream = TcpStream::connect(&self.authority).map_err(failed)?;
        let patience = Some(Duration::from_millis(2 * ADMIN_REQUEST_MS));
        stream.set_read_timeout(patience).map_err(failed)?;
        stream.set_write_timeout(patience).map_err(failed)?;
        stream.write_all(&request).map_err(failed)?;
        let mut answer = Vec::new();
        let bytes_max = ADMIN_BODY_BYTES_MAX as u64;
        stream.take(bytes_max).read_to_end(&mut answer).map_err(failed)?;
        read(&String::from_utf8_lossy(&answer))
            .unwrap_or_else(|| Err(format!("http://{} does not speak HTTP", self.authority)))
    }

    fn signed(&self, keys: &Credentials, region: &str, body: &str) -> Result<Vec<u8>, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (authority, length) = (&self.authority, body.len());
        let mut request = format!(
            "POST {PATH} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nuser-agent: ringway\r\nconnection: close\r\n\r\n"
        )
        .into_bytes();
        let signing = Signing {
            service: "apigateway".into(),
            region: region.into(),
            principal: Principal::Process,
        };
        let mut signer = RequestSigner::new(keys.clone());
        let signed = signer.sign(&signing, 0, body.as_bytes(), now, &mut request);
        signed.map_err(|error| error.0.to_owned())?;
        request.extend_from_slice(body.as_bytes());
        Ok(request)
    }
}

/// What an answer says; nothing, if it is none.
fn read(answer: &str) -> Option<Result<Value, String>> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status: u16 = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let body: Value = serde_json::from_str(body).ok()?;
    if status == 200 {
        return Some(Ok(body));
    }
    let message = body["message"].as_str()?;
    // Behind the first paragraph AWS repeats the request.
    Some(Err(message.split("\n\n").next()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        let check = |url: &str, expect: Option<&str>| {
            let found = Endpoint::parse(url).ok().map(|endpoint| endpoint.authority);
            assert_eq!(found.as_deref(), expect, "{url}");
        };
        check("http://127.0.0.1:4566", Some("127.0.0.1:4566"));
        check("http://[::1]:4566/", Some("[::1]:4566"));
        check("http://gateway", Some("gateway:80"));
        check("https://gateway:4566", None);
        check("http://user@gateway", None);
        check("http://gateway/path", None);
        check("http://", None);
        check("gateway:4566", None);
    }

    #[test]
    fn answers() {
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(read(ok), Some(Ok(serde_json::json!({}))));
        let refused = "HTTP/1.1 403 Forbidden\r\n\r\n{\"message\":\"No.\\n\\nThe Canonical\"}";
        assert_eq!(read(refused), Some(Err("No.".into())));
        assert_eq!(read("SSH-2.0"), None);
    }
}
