//! Integration URI to endpoint, path and query (aws-facts 152 to 156).

use super::report::Report;
use super::scope::{MethodScope, Scope};
use crate::mapping::Source;
use crate::snapshot::{Endpoint, InvalidEndpoint, Origin, Scheme, UriPart};

/// Stands for a stage variable that is not defined; no URI contains it.
pub(super) const UNDEFINED: char = '\0';

/// A URI taken apart.
#[derive(Debug)]
pub(super) struct Uri {
    pub(super) endpoint: Result<Endpoint, InvalidEndpoint>,
    pub(super) path: Box<[UriPart]>,
    pub(super) query: Box<[UriPart]>,
}

/// Compiles the URI of an HTTP integration; `None` when it is refused.
pub(super) fn compile(
    scope: &MethodScope<'_, '_>,
    path_mappings: &[(&str, Source)],
    report: &mut Report,
) -> Option<Uri> {
    let place = scope.integration_place().key("uri");
    let text = scope.integration.uri.as_deref().unwrap_or_default();
    let insecure = scope.integration.tls_config.as_ref();
    let insecure = insecure.is_some_and(|tls| tls.insecure_skip_verification);
    // The first words are AWS's.
    let parsed = parse(scope.stage, text, insecure, path_mappings)
        .map_err(|why| format!("Invalid HTTP endpoint specified for URI: {why}"));
    report.keep(&place, parsed)
}

fn parse(
    scope: &Scope<'_>,
    text: &str,
    insecure_skip_verification: bool,
    path_mappings: &[(&str, Source)],
) -> Result<Uri, String> {
    check_characters(text)?;
    let (scheme, rest) = split_scheme(text)?;
    let (rest, undefined) = substitute(scope, rest);
    let (authority, target) = split_authority(&rest)?;
    let endpoint = if authority.contains(UNDEFINED) {
        Err(not_defined(&undefined))
    } else {
        let written = split_scheme(text).and_then(|(_, rest)| split_authority(rest));
        let literal = written.is_ok_and(|(written, _)| written == authority);
        let origin = if literal { Origin::Definition } else { Origin::StageVariable };
        let endpoint = endpoint(scheme, authority)?;
        Ok(Endpoint { insecure_skip_verification, origin, ..endpoint })
    };
    let target = target.replace(UNDEFINED, "");
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let path = if path.is_empty() { "/" } else { path };
    Ok(Uri { endpoint, path: parts(path, path_mappings), query: parts(query, path_mappings) })
}

/// An address without variables, and what follows its host.
pub(super) fn absolute(text: &str) -> Result<(Endpoint, &str), String> {
    check_characters(text)?;
    let (scheme, rest) = split_scheme(text)?;
    let (authority, target) = split_authority(rest)?;
    Ok((endpoint(scheme, authority)?, target))
}

pub(super) fn check_characters(text: &str) -> Result<(), String> {
    match text.chars().find(|char| !char.is_ascii_graphic()) {
        Some(bad) => Err(format!("it has the character {bad:?}")),
        None => Ok(()),
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), String> {
    let (scheme, rest) =
        text.split_once("://").ok_or("it does not start with http:// or https://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Ok((Scheme::Http, rest)),
        "https" => Ok((Scheme::Https, rest)),
        other => Err(format!("the scheme {other} is neither http nor https")),
    }
}

fn split_authority(rest: &str) -> Result<(&str, &str), String> {
    if rest.contains('#') {
        return Err("it has a fragment".into());
    }
    Ok(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

/// A call needs what nobody has set.
pub(super) fn not_defined(names: &[&str]) -> InvalidEndpoint {
    InvalidEndpoint(format!("stage variables not defined: {}", names.join(", ")).into())
}

/// Replaces `${stageVariables.NAME}`; also says which names are not defined. Every other text,
/// malformed references included, stays.
pub(super) fn substitute<'t>(scope: &Scope<'_>, text: &'t str) -> (String, Vec<&'t str>) {
    const START: &str = "${stageVariables.";
    let mut undefined = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let after = &rest[at + START.len()..];
        let name_len =
            after.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let (name, tail) = after.split_at(name_len.count());
        let Some(tail) = tail.strip_prefix('}') else {
            out.push_str(&rest[..at + START.len()]);
            rest = after;
            continue;
        };
        out.push_str(&rest[..at]);
        match scope.variable(name) {
            Some(value) => out.push_str(value),
            None => {
                out.push(UNDEFINED);
                undefined.push(name);
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    (out, undefined)
}

/// `host`, `host:port`, `[address]:port`.
fn endpoint(scheme: Scheme, authority: &str) -> Result<Endpoint, String> {
    if authority.contains(['{', '}']) {
        return Err("path parameters cannot be part of the host; stage variables can".into());
    }
    if authority.contains('@') {
        return Err("user names and passwords cannot be part of it".into());
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let address: std::net::Ipv6Addr =
                address.parse().map_err(|_| format!("[{address}] is not an IPv6 address"))?;
            (address.to_string(), port)
        }
        None => {
            let (host, port) =
                authority.find(':').map_or((authority, ""), |at| authority.split_at(at));
            let byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if host.is_empty() || host.len() > 253 || !host.bytes().all(byte) {
                return Err(format!("'{host}' is not a host name"));
            }
            (host.to_ascii_lowercase(), port)
        }
    };
    let default = if scheme == Scheme::Https { 443 } else { 80 };
    let port = match port.strip_prefix(':') {
        Some("") => default,
        None if port.is_empty() => default,
        Some(digits) => port_number(digits)?,
        None => return Err(format!("'{port}' follows the address")),
    };
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let authority = if port == default { bracketed } else { format!("{bracketed}:{port}") };
    Ok(Endpoint {
        scheme,
        host: host.into(),
        port,
        authority: authority.into(),
        insecure_skip_verification: false,
        origin: Origin::Definition,
    })
}

fn port_number(digits: &str) -> Result<u16, String> {
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
    let port = number.flatten().filter(|&port: &u16| port != 0);
    port.ok_or_else(|| format!("'{digits}' is not a port"))
}

/// Splits at `{name}` where a mapping `integration.request.path.name` exists; without one the text
/// stays, as on AWS.
pub(super) fn parts(text: &str, path_mappings: &[(&str, Source)]) -> Box<[UriPart]> {
    let mut parts = Vec::new();
    let mut literal_start = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        at = open + 1;
        let Some(close) = text[at..].find('}').map(|found| at + found) else { break };
        let mapping = path_mappings.iter().find(|(name, _)| *name == &text[at..close]);
        let Some((_, source)) = mapping else { continue };
        if literal_start < open {
            parts.push(UriPart::Literal(text.as_bytes()[literal_start..open].into()));
        }
        at = close + 1;
        literal_start = at;
        let placeholder = text.as_bytes()[open..at].into();
        parts.push(UriPart::Parameter { placeholder, source: source.clone() });
    }
    if literal_start < text.len() {
        parts.push(UriPart::Literal(text.as_bytes()[literal_start..].into()));
    }
    parts.into()
}
