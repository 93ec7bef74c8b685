//! Host and path to stage, path and verb to method.
//!
//! `http://{api}.execute-api.[{region}.]{suffix}/{stage}/…`, `/_aws/execute-api/{api}/{stage}/…` on
//! any host, and `/{stage}/…` on any other host when exactly one API is loaded.

use std::borrow::Cow;

use ringway_core::error::{Cause, GatewayError, ResponseType};
use ringway_core::http::RequestHead;
use ringway_core::router::PathRanges;
use ringway_core::snapshot::{ApiEntry, MethodIx, Stage};

use crate::applied::{Applied, AppliedStage};

const PATH_FORM: &[u8] = b"/_aws/execute-api/";
const HOST_FORM: &str = ".execute-api.";

/// A stage and what is left of the path behind its name: empty or starting with `/`.
pub(crate) type Found<'a, 'h> = (&'a AppliedStage, &'h [u8]);

/// Finds the stage.
pub(crate) fn stage<'a, 'h>(
    applied: &'a Applied,
    suffixes: &[Box<str>],
    head: &'h RequestHead<'h>,
) -> Result<Found<'a, 'h>, GatewayError> {
    let apis = &applied.snapshot.apis;
    let path = head.path();
    let (api, rest) = if let Some(rest) = path.strip_prefix(PATH_FORM) {
        let (id, rest) = first_segment(rest);
        (std::str::from_utf8(id).ok().and_then(|id| apis.api(id)), rest)
    } else {
        let by_host = std::str::from_utf8(head.host()).ok().and_then(|host| api_id(host, suffixes));
        match by_host {
            Some(id) => (apis.api(&id), path),
            None => (apis.sole(), path),
        }
    };
    let api = api.ok_or_else(|| unknown_host(head))?;
    let (name, rest) = first_segment(rest.strip_prefix(b"/").unwrap_or(rest));
    let ix = std::str::from_utf8(name).ok().and_then(|name| api.stage(name));
    let ix = ix.ok_or_else(|| unknown_stage(api, name))?;
    Ok((applied.stage(ix), rest))
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
fn api_id<'h>(host: &'h str, suffixes: &[Box<str>]) -> Option<Cow<'h, str>> {
    if host.len() <= HOST_FORM.len() {
        // `localhost` and most addresses: no need to search them.
        return None;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    // Host names have no case; the usual one is written small.
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let small = name.to_ascii_lowercase();
        return api_id(&small, suffixes).map(|id| Cow::Owned(id.into_owned()));
    }
    // From dot to dot: a searcher for the whole text costs more to set up than these few looks.
    let at = name.match_indices('.').find(|(at, _)| name[*at..].starts_with(HOST_FORM))?.0;
    let (id, domain) = (&name[..at], &name[at + HOST_FORM.len()..]);
    let without_region = domain.split_once('.').map(|(_region, suffix)| suffix);
    let ours = suffixes.iter().any(|suffix| {
        suffix.eq_ignore_ascii_case(domain)
            || without_region.is_some_and(|domain| suffix.eq_ignore_ascii_case(domain))
    });
    ours.then_some(Cow::Borrowed(id))
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
            assert_eq!(api_id(host, &suffixes).as_deref(), expect, "{host}");
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
        check("localhost:8080", None);
        check("127.0.0.1", None);
        check("[::1]:8080", None);
    }
}
