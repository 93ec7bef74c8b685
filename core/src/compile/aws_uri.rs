//! Integration ARN to the call of a service: `arn:aws:apigateway:{region}:[{subdomain}.]{service}:`
//! and `action/{name}&{parameters}` or `path/{path}`
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html>, uri).

use super::integration::RequestMappings;
use super::report::Report;
use super::scope::MethodScope;
use super::service_endpoints::{Asks, Found, ServiceEndpoints};
use super::services::{self, Action, Service};
use super::uri::{self, UNDEFINED, Uri};
use crate::definition::IntegrationType;
use crate::openapi::NO_PROXY_FOR_SERVICE;
use crate::snapshot::{FunctionProxy, HttpKind, Principal, Signing};

/// Paths that invoke a function: what stands before and behind its ARN.
const INVOCATIONS: [(&str, &str); 2] = [
    ("2015-03-31/functions/", "/invocations"),
    ("2021-11-15/functions/", "/response-streaming-invocations"),
];

/// An ARN taken apart.
#[derive(Debug)]
pub(super) struct AwsUri {
    pub(super) uri: Uri,
    pub(super) kind: HttpKind,
    pub(super) signing: Option<Signing>,
    /// Value of `X-Amz-Target`.
    pub(super) target: Option<Box<str>>,
    /// Of the body, where the service takes no other.
    pub(super) content_type: Option<Box<str>>,
}

/// `arn:{partition}:apigateway:{region}:[{subdomain}.]{service}:{rest}`
struct Arn<'t> {
    partition: &'t str,
    region: &'t str,
    subdomain: Option<&'t str>,
    service: &'t str,
    /// What is known of the service.
    known: Option<Service>,
    rest: &'t str,
}

/// What is called of a service; `{name}` not yet mapped.
struct Called<'t> {
    /// The function that is invoked.
    function: Option<&'t str>,
    path: String,
    query: String,
    /// Version and target of JSON.
    json: Option<(&'static str, String)>,
}

/// Compiles the URI of AWS and AWS_PROXY; `None` when it is refused.
pub(super) fn compile(
    scope: &MethodScope<'_, '_>,
    mappings: &RequestMappings<'_>,
    report: &mut Report,
) -> Option<AwsUri> {
    let place = scope.integration_place();
    let principal = principal(scope.integration.credentials.as_deref());
    let principal = report.keep(&place.key("credentials"), principal);
    let text = scope.integration.uri.as_deref().unwrap_or_default();
    let (text, undefined) = uri::substitute(scope.stage, text);
    let place = place.key("uri");
    let arn = report.keep(&place, Arn::parse(&text))?;
    let called = report.keep(&place, arn.called(mappings))?;
    let kind = match (scope.integration.integration_type, called.function) {
        (IntegrationType::AwsProxy, Some(function)) => {
            let operation_name = scope.method.operation_name.as_deref().map(Into::into);
            let function = FunctionProxy { function: function.into(), operation_name };
            HttpKind::FunctionProxy(Box::new(function))
        }
        (IntegrationType::AwsProxy, None) if arn.service == "firehose" => {
            report.refuse(&place, "AWS_PROXY integrations of Firehose are not yet supported");
            return None;
        }
        (IntegrationType::AwsProxy, None) => {
            report.refuse(&place, NO_PROXY_FOR_SERVICE);
            return None;
        }
        (_, Some(_)) => HttpKind::Function,
        (_, None) => HttpKind::Service,
    };
    let (found, path) = arn.found(&scope.stage.shared.endpoints, called.path);
    // A host and a function have to be there; of other paths nothing is left out (aws-facts 154).
    let needed =
        if called.function.is_some() { &*text } else { &text[..text.len() - arn.rest.len()] };
    let endpoint = if needed.contains(UNDEFINED) {
        Err(uri::not_defined(&undefined))
    } else {
        Ok(found.endpoint)
    };
    let of = |text: String| uri::parts(&text.replace(UNDEFINED, ""), &mappings.path);
    let (content_type, target) = match called.json {
        Some((version, target)) => {
            (Some(format!("application/x-amz-json-{version}").into()), Some(target.into()))
        }
        None => (called.function.map(|_| "application/json".into()), None),
    };
    let signing = Signing { principal: principal?, ..arn.signing() };
    Some(AwsUri {
        uri: Uri { endpoint, path: of(path), query: of(called.query) },
        kind,
        signing: match found.asks {
            Asks::Nothing => None,
            Asks::Caller => Some(signing),
            Asks::Own => Some(Signing { principal: Principal::Endpoint, ..signing }),
        },
        target,
        content_type,
    })
}

impl<'t> Arn<'t> {
    /// The first words are AWS's, as far as they are known.
    fn parse(text: &'t str) -> Result<Self, String> {
        let invalid = |why: &str| format!("Invalid ARN specified in the request: {why}");
        let checked = text.replace(UNDEFINED, "0");
        uri::check_characters(&checked).map_err(|why| invalid(&why))?;
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().unwrap_or_default();
        let (arn, partition, gateway, region, name, rest) =
            (part(), part(), part(), part(), part(), part());
        if arn != "arn" || gateway != "apigateway" {
            return Err(invalid("it does not start with arn:aws:apigateway:"));
        }
        let is_label =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | UNDEFINED);
        let are_labels = |text: &str| {
            text.split('.').all(|label| !label.is_empty() && label.chars().all(is_label))
        };
        if !are_labels(region) || region.contains('.') || !are_labels(name) {
            return Err(invalid(&format!("'{region}:{name}' is no region and service")));
        }
        if !rest.starts_with("path/") && !rest.starts_with("action/") {
            return Err("AWS ARN for integration must contain path or action".into());
        }
        // `runtime.sagemaker` is a service, `photos.s3` a part of one.
        let (subdomain, service, known) = match (services::find(name), name.rsplit_once('.')) {
            (None, Some((subdomain, service))) => {
                (Some(subdomain), service, services::find(service))
            }
            (known, _) => (None, name, known),
        };
        Ok(Self { partition, region, subdomain, service, known, rest })
    }

    fn called(&self, mappings: &RequestMappings<'_>) -> Result<Called<'t>, String> {
        match self.rest.split_once('/') {
            Some(("action", action)) => self.action(action, mappings),
            Some((_, path)) => Ok(self.path(path)),
            None => Ok(self.path("")),
        }
    }

    /// `{path}?{query}`; one slash before it means nothing.
    fn path(&self, text: &'t str) -> Called<'t> {
        if self.service == "lambda"
            && let Some((start, function, end)) = invocation(text)
        {
            // As the SDKs of AWS write it.
            let path = format!("/{start}{}{end}", function.replace(':', "%3A"));
            return Called { function: Some(function), path, query: String::new(), json: None };
        }
        let text = text.strip_prefix('/').unwrap_or(text);
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Called { function: None, path: format!("/{path}"), query: query.into(), json: None }
    }

    /// `{name}&{parameters}`
    fn action(&self, text: &'t str, mappings: &RequestMappings<'_>) -> Result<Called<'t>, String> {
        let (name, parameters) = text.split_once(['&', '?']).unwrap_or((text, ""));
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("AWS ARN for integration contains invalid action: '{name}'"));
        }
        let called = |query, json| Ok(Called { function: None, path: "/".into(), query, json });
        match self.known.map(|service| service.action) {
            Some(Action::Rest) => Err(format!(
                "{} has no actions that are called by name; give the path of the operation",
                self.service
            )),
            Some(Action::Json { version, target }) => {
                called(parameters.into(), Some((version, format!("{target}.{name}"))))
            }
            known => {
                let mut query = format!("Action={name}");
                let is_mapped = mappings.query.iter().any(|(name, _)| *name == "Version");
                let is_given = parameters.split('&').any(|it| it.starts_with("Version="));
                if let Some(Action::Query { version }) = known
                    && !is_mapped
                    && !is_given
                {
                    query += &format!("&Version={version}");
                }
                if !parameters.is_empty() {
                    query += &format!("&{parameters}");
                }
                called(query, None)
            }
        }
    }

    /// Where it is called, and by which path: a bucket is a subdomain at AWS alone.
    fn found(&self, endpoints: &ServiceEndpoints, path: String) -> (Found, String) {
        let find =
            |subdomain| endpoints.find((self.partition, self.region), subdomain, self.service);
        match self.subdomain {
            Some(bucket) if self.service == "s3" && endpoints.given("s3").is_some() => {
                (find(None), format!("/{bucket}{path}"))
            }
            subdomain => (find(subdomain), path),
        }
    }

    fn signing(&self) -> Signing {
        let region = self.known.and_then(|known| known.global).map_or(self.region, |(_, it)| it);
        Signing {
            service: self.known.map_or(self.service, |known| known.signing_name).into(),
            region: region.into(),
            principal: Principal::Process,
        }
    }
}

/// The function a path invokes, and what stands around it.
fn invocation(path: &str) -> Option<(&'static str, &str, &'static str)> {
    INVOCATIONS.into_iter().find_map(|(start, end)| {
        let function = path.strip_prefix(start)?.strip_suffix(end)?;
        (!function.is_empty() && !function.contains(['/', '?'])).then_some((start, function, end))
    })
}

/// Who signs: `credentials` of the integration.
fn principal(credentials: Option<&str>) -> Result<Principal, String> {
    let Some(arn) = credentials.filter(|arn| !arn.is_empty()) else {
        return Ok(Principal::Process);
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam", "", "*", "user/*"] => Err(format!(
            "credentials of the caller ({arn}) need AWS_IAM authorization, which is not yet \
             supported"
        )),
        ["arn", _, "iam", "", account, role]
            if account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(|name| !name.is_empty())
                && arn.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Principal::Role(arn.into()))
        }
        _ => Err("Invalid ARN specified in the request: it names no role".into()),
    }
}
