//! Who calls the management plane, and for which account and region.

use axum::http::HeaderMap;

use crate::documents::Scope;
use crate::error::ManagementError;
use crate::plane::Settings;

/// Who may manage.
#[derive(Debug)]
pub enum Access {
    /// Everybody who reaches the port: `ringway up`, on loopback only.
    Open,
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The account of the access key, the region of the signature's scope.
    pub(crate) scope: Scope,
}

impl Access {
    /// The caller of a request.
    pub(crate) fn caller(
        &self,
        headers: &HeaderMap,
        settings: &Settings,
    ) -> Result<Caller, ManagementError> {
        match self {
            Self::Open => {
                let region = scope_region(headers).unwrap_or(&settings.region);
                Ok(Caller { scope: Scope::new(&settings.account_id, region) })
            }
        }
    }
}

/// The region in `Credential=KEY/20260101/us-east-1/apigateway/aws4_request`.
fn scope_region(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get("authorization")?.to_str().ok()?;
    let (_, credential) = text.split_once("Credential=")?;
    let region = credential.split([',', ' ']).next()?.split('/').nth(2)?;
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!region.is_empty() && region.len() <= 32 && region.bytes().all(letters)).then_some(region)
}
