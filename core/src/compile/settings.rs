//! Stage settings: variables, limits, throttles, and which settings hold for which method.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::report::{Place, Report};
use super::scope::Scope;
use crate::definition::{MethodSetting, Stage, ThrottleSettings};
use crate::limits;
use crate::snapshot::Rate;

/// A bucket's settings.
pub(super) fn rate(settings: &ThrottleSettings, place: &Place<'_>, report: &mut Report) -> Rate {
    let ThrottleSettings { rate_limit, burst_limit } = *settings;
    if !rate_limit.is_finite() || rate_limit < 0.0 {
        report.refuse(&place.key("rateLimit"), "A rate limit is a number of at least 0");
    }
    Rate { rate_limit, burst_limit }
}

/// Stage variables, sorted by name
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>).
pub(super) fn variables(
    written: &IndexMap<String, String>,
    place: &Place<'_>,
    report: &mut Report,
) -> Box<[(Box<str>, Box<str>)]> {
    if written.len() > limits::STAGE_VARIABLES_MAX {
        let most = limits::STAGE_VARIABLES_MAX;
        report.refuse(place, format!("A stage has at most {most} variables"));
    }
    let name_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let value_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
    for (name, value) in written {
        if !(1..=64).contains(&name.len()) || !name.bytes().all(name_byte) {
            report.refuse(&place.key(name), "A stage variable's name is 1 to 64 of A-Za-z0-9_");
        }
        if value.len() > 512 || !value.bytes().all(value_byte) {
            report.refuse(
                &place.key(name),
                "A stage variable's value is at most 512 of A-Za-z0-9-._~:/?#&=,",
            );
        }
    }
    let owned = |(name, value): (&String, &String)| (name.as_str().into(), value.as_str().into());
    let mut variables: Vec<(Box<str>, Box<str>)> = written.iter().map(owned).collect();
    variables.sort();
    variables.into()
}

/// AWS's walls, or what the stage raises them to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) integration_timeout_ms: u32,
    pub(super) request_body_bytes: u64,
}

/// The limits of a stage.
pub(super) fn limits(stage: &Stage, place: &Place<'_>, report: &mut Report) -> Limits {
    let raised = stage.limits.unwrap_or_default();
    let longest = raised.integration_timeout_in_millis;
    let bounds = limits::INTEGRATION_TIMEOUT_MS_MIN..=limits::INTEGRATION_TIMEOUT_RAISED_MS_MAX;
    if longest.is_some_and(|longest| !bounds.contains(&longest)) {
        let place = place.key("limits").key("integrationTimeoutInMillis");
        let (least, most) = bounds.into_inner();
        report.refuse(&place, format!("Timeout should be between {least} ms and {most} ms"));
    }
    Limits {
        integration_timeout_ms: longest.unwrap_or(limits::INTEGRATION_TIMEOUT_MS_MAX),
        request_body_bytes: raised.request_body_bytes.unwrap_or(limits::REQUEST_BODY_BYTES_MAX),
    }
}

/// The settings of a stage's methods.
pub(super) struct MethodSettings<'d> {
    /// `*/*`
    default: Option<&'d MethodSetting>,
    by_path: HashMap<String, HashMap<String, &'d MethodSetting>>,
}

/// The settings of one method.
#[derive(Clone, Copy)]
pub(super) struct Settings<'d> {
    pub(super) setting: &'d MethodSetting,
    /// They name the method; not `*/*`.
    pub(super) exact: bool,
}

impl<'d> MethodSettings<'d> {
    /// Reads `methodSettings`.
    pub(super) fn resolve(scope: &Scope<'d>, report: &mut Report) -> Self {
        let mut settings = Self { default: None, by_path: HashMap::new() };
        let resources = scope.api.resources.iter();
        let others = scope.other.into_iter().flat_map(|other| &other.resources);
        let others: HashSet<(&str, &str)> = others
            .flat_map(|resource| resource.methods.keys().map(|verb| (&*resource.path, &**verb)))
            .collect();
        let resources: HashMap<&str, _> =
            resources.map(|resource| (resource.path.as_str(), &resource.methods)).collect();
        let has_method = |(path, verb): &(String, String)| {
            resources.get(path.as_str()).is_some_and(|methods| methods.contains_key(verb))
                || others.contains(&(path, verb))
        };
        let place = scope.settings.key("methodSettings");
        for (key, setting) in &scope.stage.method_settings {
            let place = place.key(key);
            check(setting, &place, report);
            let method = method_key(key);
            let twice = match method {
                Some((path, verb)) if path == "/*" && verb == "*" => {
                    settings.default.replace(setting).is_some()
                }
                Some(method) if has_method(&method) => {
                    let (path, verb) = method;
                    let verbs = settings.by_path.entry(path).or_default();
                    verbs.insert(verb, setting).is_some()
                }
                _ => {
                    report.refuse(&place, "There is no such method in this API");
                    false
                }
            };
            if twice {
                report.refuse(&place, "The settings of this method are there twice");
            }
        }
        settings
    }

    /// What holds for a method, if anything is set: its own, else those of `*/*`.
    pub(super) fn of(&self, path: &str, verb: &str) -> Option<Settings<'d>> {
        let own = self.by_path.get(path).and_then(|verbs| verbs.get(verb).copied());
        let own = own.map(|setting| Settings { setting, exact: true });
        own.or_else(|| self.default.map(|setting| Settings { setting, exact: false }))
    }
}

/// Path and verb of `pets~1{petId}/GET`, with or without a slash at the front, `/` or `~1`
/// (`~1/GET`, `/GET` and `//GET` are the root).
pub(super) fn method_key(key: &str) -> Option<(String, String)> {
    let (path, verb) = key.rsplit_once('/')?;
    let path = path.replace("~1", "/");
    Some((format!("/{}", path.trim_matches('/')), verb.to_ascii_uppercase()))
}

/// Values AWS refuses, and settings this build does not have.
fn check(setting: &MethodSetting, place: &Place<'_>, report: &mut Report) {
    let throttle = setting.throttling_rate_limit;
    if !throttle.is_finite() || throttle < 0.0 {
        report.refuse(&place.key("throttlingRateLimit"), "A rate limit is a number of at least 0");
    }
    if setting.cache_ttl_in_seconds > limits::CACHE_TTL_SECONDS_MAX {
        let most = limits::CACHE_TTL_SECONDS_MAX;
        report
            .refuse(&place.key("cacheTtlInSeconds"), format!("A cache TTL is 0 to {most} seconds"));
    }
    if setting.cache_data_encrypted {
        report.refuse(
            &place.key("cacheDataEncrypted"),
            "encryption of cached responses is not yet supported",
        );
    }
    if setting.metrics_enabled {
        report.refuse(
            &place.key("metricsEnabled"),
            "detailed metrics of single methods are not yet supported; those of the stage are on",
        );
    }
    if setting.data_trace_enabled {
        report.refuse(
            &place.key("dataTraceEnabled"),
            "execution logs (data trace) are not yet supported",
        );
    }
    let level = setting.logging_level.as_deref().unwrap_or("OFF");
    if level != "OFF" {
        report.refuse(
            &place.key("loggingLevel"),
            format!("execution logs (loggingLevel {level}) are not yet supported"),
        );
    }
}
