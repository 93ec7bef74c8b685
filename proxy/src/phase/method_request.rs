//! Host and path to stage, path and verb to method.
//!
//! `http://{api}.execute-api.[{region}.]{suffix}/{stage}/…`, `/_aws/execute-api/{api}/{stage}/…` on
//! any host, and `/{stage}/…` on any other host when exactly one API is loaded.

use std::borrow::Cow;

use ringway_core::error::{Cause, GatewayError, ResponseType};
use ringway_core::http::RequestHead;
use ringway_core::router::PathRanges;
use ringway_core::snapshot::{ApiEntry, ApiTable, MethodIx, Stage, StageIx};

const PATH_FORM: &[u8] = b"/_aws/execute-api/";
const HOST_FORM: &[u8] = b".execute-api";

/// A stage and what is left of the path behind its name: empty or starting with `/`.
pub(crate) type Found<'h> = (StageIx, &'h [u8]);

/// Finds the stage.
pub(crate) fn stage<'h>(
    apis: &ApiTable,
    suffixes: &[Box<str>],
    head: &'h RequestHead<'h>,
) -> Result<Found<'h>, GatewayError> {
    let path = head.path();
    let (api, rest) = if let Some(rest) = path.strip_prefix(PATH_FORM) {
        let (id, rest) = first_segment(rest);
        (apis.api(id), rest)
    } else {
        match api_id(head.host(), suffixes) {
            Some(id) => (apis.api(&id), path),
            None => (apis.sole(), path),
        }
    };
    let api = api.ok_or_else(|| unknown_host(head))?;
    let (name, rest) = first_segment(rest.strip_prefix(b"/").unwrap_or(rest));
    let ix = api.stage(name).ok_or_else(|| unknown_stage(api, name))?;
    Ok((ix, rest))
}

/// Finds the method; `params` get the path parameters' places in `path`.
pub(crate) fn method(
    stage: &Stage,
    path: &[u8],
    verb: &str,
    params: &mut PathRanges,
) -> Result<MethodIx, GatewayError> {
    stage.router.find(path, verb, params).ok_or(GatewayError::new(
        ResponseType::MissingAuthenticationToken,
        "no resource of the stage has this path and verb",
    ))
}

/// The text before the next `/`, and the rest from it on.
fn first_segment(path: &[u8]) -> (&[u8], &[u8]) {
    let end = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
    path.split_at(end)
}

/// `{api}` of a host of the execute-api form.
fn api_id<'h>(host: &'h [u8], suffixes: &[Box<str>]) -> Option<Cow<'h, [u8]>> {
    // From the end: an address, or a name that is not ours, is settled by its last byte.
    let name = without_port(host);
    let id = suffixes.iter().find_map(|suffix| {
        let before = strip_end(name, suffix.as_bytes())?.strip_suffix(b".")?;
        let region = before.iter().rposition(|byte| *byte == b'.');
        let without_region = region.and_then(|dot| strip_end(&before[..dot], HOST_FORM));
        without_region.or_else(|| strip_end(before, HOST_FORM))
    })?;
    // Host names have no case; ids are written small.
    Some(if id.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(id.to_ascii_lowercase())
    } else {
        Cow::Borrowed(id)
    })
}

/// A host without its port; an IPv6 address, which is never a name of ours, may lose a part.
fn without_port(host: &[u8]) -> &[u8] {
    let digits = host.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    host[..host.len() - digits].strip_suffix(b":").unwrap_or(host)
}

/// `text` without `end`, compared without regard to case.
fn strip_end<'t>(text: &'t [u8], end: &[u8]) -> Option<&'t [u8]> {
    let (before, last) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    last.eq_ignore_ascii_case(end).then_some(before)
}

fn unknown_host(head: &RequestHead<'_>) -> GatewayError {
    let mut error = GatewayError::new(ResponseType::ResourceNotFound, "");
    error.cause = Cause(
        format!(
            "no API answers at host {:?}; hosts are {{api}}.execute-api.{{suffix}}, or use \
             /_aws/execute-api/{{api}}/{{stage}}/",
            String::from_utf8_lossy(head.host())
        )
        .into(),
    );
    error
}

/// AWS answers an unknown stage with 403 Forbidden.
fn unknown_stage(api: &ApiEntry, name: &[u8]) -> GatewayError {
    let mut error = GatewayError::new(ResponseType::InvalidApiKey, "");
    error.cause =
        Cause(format!("API {} has no stage {:?}", api.id, String::from_utf8_lossy(name)).into());
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_apis() {
        let suffixes: [Box<str>; 2] = ["localhost".into(), "api.example.com".into()];
        let check = |host: &str, expect: Option<&str>| {
            let id = api_id(host.as_bytes(), &suffixes);
            assert_eq!(id.as_deref(), expect.map(str::as_bytes), "{host}");
        };
        check("abc.execute-api.localhost", Some("abc"));
        check("abc.execute-api.localhost:8080", Some("abc"));
        check("abc.execute-api.eu-west-1.localhost:8080", Some("abc"));
        check("abc.execute-api.EU-west-1.LocalHost", Some("abc"));
        check("ABC.Execute-API.localhost", Some("abc"));
        check("abc.execute-api.api.example.com", Some("abc"));
        check("abc.execute-api.us-east-1.api.example.com", Some("abc"));
        check("abc.execute-api.evil.com", None);
        check("abc.execute-api.a.b.localhost", None);
        check("abc.execute-api.execute-api.localhost", Some("abc"));
        check("execute-api.localhost", None);
        check(".localhost", None);
        check("xlocalhost", None);
        check("localhost:8080", None);
        check("", None);
        check(":80", None);
        check("127.0.0.1", None);
        check("[::1]:8080", None);
    }
}
