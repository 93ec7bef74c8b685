//! `basePath`, `servers` and what AWS hangs on them.

use serde_json::Value;

use super::BasePath;
use super::at::At;
use super::problems::{Object, Problems, present};
use crate::definition::EndpointConfiguration;

/// The prefix of every path of the document: empty, or `/a/b`
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html>).
pub(super) fn path_prefix(document: &Object, mode: BasePath, problems: &mut Problems) -> String {
    let base = match present(document, "swagger") {
        Some(_) => problems.text(document, "basePath", &At::ROOT),
        None => server_path(document, problems),
    };
    let base = base.unwrap_or_default();
    let parts = base.split('/').filter(|part| !part.is_empty());
    let skipped = match mode {
        BasePath::Ignore => return String::new(),
        BasePath::Prepend => 0,
        // The first part becomes a base path mapping or a stage: it is no resource.
        BasePath::Split => 1,
    };
    parts.skip(skipped).fold(String::new(), |prefix, part| prefix + "/" + part)
}

/// The `basePath` variable of the first server, else the path of its URL.
fn server_path(document: &Object, problems: &mut Problems) -> Option<String> {
    let servers = problems.array(document, "servers", &At::ROOT)?;
    let at = At::ROOT.key("servers");
    let at = at.index(0);
    let server = servers.first()?.as_object()?;
    let url = problems.text(server, "url", &at)?;
    let variables = problems.object(server, "variables", &at);
    let default = |name: &str| variables?.get(name)?.get("default")?.as_str();
    if let Some(base) = default("basePath") {
        return Some(base.to_owned());
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url.as_str(),
    };
    let mut expanded = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let variable = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
        expanded.push('/');
        expanded.push_str(variable.and_then(default).unwrap_or(part));
    }
    Some(expanded)
}

/// `x-amazon-apigateway-endpoint-configuration` of the document or of a server: VPC endpoints of a
/// private API, and whether the default endpoint is off.
pub(super) fn endpoint(
    document: &Object,
    problems: &mut Problems,
) -> (Option<EndpointConfiguration>, bool) {
    const KEY: &str = "x-amazon-apigateway-endpoint-configuration";
    let servers = document.get("servers").and_then(Value::as_array).into_iter().flatten();
    let holders = std::iter::once(document).chain(servers.filter_map(Value::as_object));
    let Some(members) = holders.filter_map(|h| h.get(KEY)?.as_object()).next() else {
        return (None, false);
    };
    let at = At::ROOT.key(KEY);
    let vpc_endpoint_ids = problems.texts(members, "vpcEndpointIds", &at).unwrap_or_default();
    let disabled = problems.boolean(members, "disableExecuteApiEndpoint", &at).unwrap_or(false);
    let types = problems.texts(members, "types", &at);
    let private = !vpc_endpoint_ids.is_empty();
    let configuration = (private || types.is_some()).then(|| EndpointConfiguration {
        types: types.unwrap_or_else(|| vec!["PRIVATE".into()]),
        ip_address_type: problems.text(members, "ipAddressType", &at),
        vpc_endpoint_ids,
    });
    (configuration, disabled)
}
