//! The response cache: its size per stage, its keys and times per method.

use super::integration::RequestMappings;
use super::report::Report;
use super::scope::{MethodScope, Scope};
use super::settings::Settings;
use crate::definition::UnauthorizedCacheControlHeaderStrategy as Strategy;
use crate::limits;
use crate::mapping::BodyUse;
use crate::snapshot::{CacheKeyPart, InvalidationRule, MethodCache, StageCache};

/// `cacheClusterSize`, and tenths of a gigabyte
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html>).
const SIZES: [(&str, usize); 8] = [
    ("0.5", 5),
    ("1.6", 16),
    ("6.1", 61),
    ("13.5", 135),
    ("28.4", 284),
    ("58.2", 582),
    ("118", 1_180),
    ("237", 2_370),
];

/// Compiles a stage's cache; `None` when the cluster is off.
pub(super) fn stage(scope: &Scope<'_>, report: &mut Report) -> Option<StageCache> {
    let wanted = scope.stage.cache_cluster_size.as_deref().unwrap_or(SIZES[0].0);
    let Some((_, tenths)) = SIZES.iter().find(|(size, _)| *size == wanted) else {
        let sizes = SIZES.map(|(size, _)| size).join(", ");
        report.refuse(
            &scope.settings.key("cacheClusterSize"),
            format!("Invalid cache cluster size {wanted}. Must be one of: [{sizes}]"),
        );
        return None;
    };
    let capacity_bytes = tenths * (1 << 30) / 10;
    scope.stage.cache_cluster_enabled.then_some(StageCache { capacity_bytes })
}

/// Compiles the caching of a method; `None` when its responses are not cached.
///
/// `*/*` turns caching on for GET only; settings that name a method turn it on for that one.
pub(super) fn method(
    scope: &MethodScope<'_, '_>,
    settings: Option<Settings<'_>>,
    mappings: &RequestMappings<'_>,
    report: &mut Report,
) -> Option<MethodCache> {
    let parameters = key_parameters(scope, mappings, report);
    let Settings { setting, exact } = settings?;
    let enabled = scope.stage.stage.cache_cluster_enabled
        && setting.caching_enabled
        && setting.cache_ttl_in_seconds > 0
        && (exact || scope.verb == "GET")
        // AWS: a response that is streamed is not cached.
        && scope.integration.response_transfer_mode.as_deref() != Some("STREAM");
    if !enabled {
        return None;
    }
    if scope.verb == "ANY" {
        let key = format!("{}/ANY", scope.resource.path.trim_matches('/').replace('/', "~1"));
        report.refuse(
            &scope.stage.settings.key("methodSettings").key(&key).key("cachingEnabled"),
            "caching of an ANY method is not yet supported; define the verbs to cache",
        );
    }
    let prefix = prefix(scope, parameters.iter().map(|(name, _)| *name));
    Some(MethodCache {
        ttl_seconds: setting.cache_ttl_in_seconds.min(limits::CACHE_TTL_SECONDS_MAX),
        prefix,
        parts: parameters.into_iter().map(|(_, part)| part).collect(),
        invalidation: match setting.unauthorized_cache_control_header_strategy {
            _ if !setting.require_authorization_for_cache_control => InvalidationRule::Anyone,
            Strategy::FailWith403 => InvalidationRule::Forbid,
            Strategy::SucceedWithResponseHeader => InvalidationRule::IgnoreAndWarn,
            Strategy::SucceedWithoutResponseHeader => InvalidationRule::Ignore,
        },
    })
}

/// `cacheKeyParameters`, sorted by name, each once: methods that share a namespace must not differ
/// by the order they list the same names in.
fn key_parameters<'d>(
    scope: &MethodScope<'_, 'd>,
    mappings: &RequestMappings<'_>,
    report: &mut Report,
) -> Vec<(&'d str, CacheKeyPart)> {
    let all = scope.integration_place().key("cacheKeyParameters");
    let mut parameters: Vec<(&str, CacheKeyPart)> = Vec::new();
    for (ix, name) in scope.integration.cache_key_parameters.iter().enumerate() {
        let source = key_source(scope, name, mappings);
        let Some(source) = report.keep(&all.at(ix), source) else { continue };
        if parameters.iter().all(|(own, _)| own != name) {
            parameters.push((name, CacheKeyPart { source }));
        }
    }
    parameters.sort_by_key(|(name, _)| *name);
    parameters
}

fn key_source(
    scope: &MethodScope<'_, '_>,
    name: &str,
    mappings: &RequestMappings<'_>,
) -> Result<crate::mapping::Source, String> {
    let source = if name.starts_with("method.request.") {
        Some(scope.source(name)?)
    } else {
        mappings.find(name).cloned()
    };
    match source {
        None => Err(format!("Invalid cache key parameter specified: {name}")),
        Some(source) if source.body_use() != BodyUse::None => {
            Err("cache keys from the request's body are not yet supported".into())
        }
        Some(source) => Ok(source),
    }
}

/// Api, stage, verb, namespace and the names of the values that follow, each with its length: two
/// methods share an entry only if they share a namespace and key it by the same parameters.
fn prefix<'n>(scope: &MethodScope<'_, 'n>, names: impl Iterator<Item = &'n str>) -> Box<[u8]> {
    let namespace = scope.integration.cache_namespace.as_deref();
    let start = [
        scope.stage.api_id,
        scope.stage.cache_name,
        scope.verb,
        namespace.unwrap_or(&scope.resource.id),
    ];
    let mut prefix = Vec::new();
    for text in start.into_iter().chain(names) {
        prefix.extend_from_slice(&(text.len() as u32).to_le_bytes());
        prefix.extend_from_slice(text.as_bytes());
    }
    prefix.into()
}
