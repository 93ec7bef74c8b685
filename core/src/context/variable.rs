//! `$context` variables: names and values.
//!
//! Names:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>.
//! What the values are for is not known here; see [`Template`](super::Template) and
//! [`mapping`](crate::mapping).

use std::io::Write as _;
use std::net::IpAddr;

use super::escape::json_text;
use super::{Context, Outcome};
use crate::error::{GatewayError, ResponseType};
use crate::http::{FieldName, RequestHead, Version, write};

macro_rules! variables {
    ($($variant:ident $($name:literal)|+;)*) => {
        /// A `$context` variable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Variable {
            /// A documented variable of a feature that is not in this build: never defined.
            Unset,
            $( #[doc = concat!($("`$context.", $name, "` "),+)] $variant, )*
        }

        impl Variable {
            /// Every name that can have a value.
            pub(crate) const NAMES: &[(&str, Self)] = &[$($(($name, Self::$variant)),+),*];

            fn named(name: &str) -> Option<Self> {
                match name { $($($name)|+ => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

variables! {
    AccountId "accountId";
    ApiId "apiId";
    DeploymentId "deploymentId";
    DomainName "domainName";
    DomainPrefix "domainPrefix";
    ErrorMessage "error.message";
    ErrorMessageString "error.messageString";
    ErrorResponseType "error.responseType";
    ValidationErrorString "error.validationErrorString";
    ExtendedRequestId "extendedRequestId";
    HttpMethod "httpMethod";
    ApiKey "identity.apiKey";
    ApiKeyId "identity.apiKeyId";
    SourceIp "identity.sourceIp";
    UserAgent "identity.userAgent";
    IntegrationError "integration.error" | "integrationErrorMessage";
    IntegrationLatency "integration.latency" | "integrationLatency";
    IntegrationRequestId "integration.requestId" | "awsEndpointRequestId";
    IntegrationOwnStatus "integration.status";
    IntegrationStatus "integration.integrationStatus" | "integrationStatus";
    IsCanaryRequest "isCanaryRequest";
    Path "path";
    Protocol "protocol";
    RequestId "requestId";
    RequestTime "requestTime";
    RequestTimeEpoch "requestTimeEpoch";
    ResourceId "resourceId";
    ResourcePath "resourcePath";
    ResponseLatency "responseLatency";
    ResponseLength "responseLength";
    Stage "stage";
    Status "status";
    XrayTraceId "xrayTraceId";
}

/// Documented, and undefined in this build: no authorizer, WAF, custom domain, AWS integration,
/// client certificate, response streaming or override exists here.
const UNSET: &[&str] = &[
    "authenticate.error",
    "authenticate.latency",
    "authenticate.status",
    "authorize.error",
    "authorize.latency",
    "authorize.status",
    "awsEndpointRequestId2",
    "cipherSuite",
    "customDomain.basePathMatched",
    "customDomain.routingRuleIdMatched",
    "identity.accessKey",
    "identity.accountId",
    "identity.caller",
    "identity.clientCert.clientCertPem",
    "identity.clientCert.issuerDN",
    "identity.clientCert.serialNumber",
    "identity.clientCert.subjectDN",
    "identity.clientCert.validity.notAfter",
    "identity.clientCert.validity.notBefore",
    "identity.cognitoAuthenticationProvider",
    "identity.cognitoAuthenticationType",
    "identity.cognitoIdentityId",
    "identity.cognitoIdentityPoolId",
    "identity.principalOrgId",
    "identity.user",
    "identity.userArn",
    "identity.vpcId",
    "identity.vpceId",
    "integration.responseTransferMode",
    "integration.timeToAllHeaders",
    "integration.timeToFirstContent",
    "responseOverride.status",
    "tlsVersion",
    "waf.error",
    "waf.latency",
    "waf.status",
    "wafResponseCode",
    "webaclArn",
];

/// Families whose last part the customer names.
const UNSET_FAMILIES: &[&str] = &[
    "authorizer.",
    "requestOverride.header.",
    "requestOverride.path.",
    "requestOverride.querystring.",
    "responseOverride.header.",
];

impl Variable {
    /// The variable of a name without `$context.`, such as `identity.sourceIp`; names are
    /// case-sensitive. `None`: AWS documents no such variable.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let is_unset = || {
            UNSET.binary_search(&name).is_ok()
                || UNSET_FAMILIES
                    .iter()
                    .any(|family| name.strip_prefix(family).is_some_and(|rest| !rest.is_empty()))
        };
        Self::named(name).or_else(|| is_unset().then_some(Self::Unset))
    }

    /// Appends the value as it is; `false`: undefined, and nothing was written.
    pub fn write(self, ctx: &Context<'_>, out: &mut Vec<u8>) -> bool {
        let Some(value) = self.value(ctx) else { return false };
        value.write(out);
        true
    }

    pub(super) fn value<'a>(self, ctx: &Context<'a>) -> Option<Value<'a>> {
        let request = ctx.request;
        let head = request.head;
        let text = |text: &'a str| Value::Text(text.as_bytes());
        let outcome = |pick: fn(&Outcome) -> u64| ctx.outcome.as_ref().map(pick).map(Value::Number);
        match self {
            Self::Unset => None,
            Self::AccountId => ctx.stage.map(|stage| text(&stage.account_id)),
            Self::ApiId => ctx.stage.map(|stage| text(&stage.api_id)),
            Self::DeploymentId => ctx.stage.map(|stage| text(&stage.deployment_id)),
            Self::DomainName => host(head).map(Value::Text),
            Self::DomainPrefix => host(head).map(|host| Value::Text(first_label(host))),
            Self::ErrorMessage => ctx.error.map(|error| text(&error.message)),
            Self::ErrorMessageString => ctx.error.map(|error| Value::Quoted(&error.message)),
            Self::ErrorResponseType => ctx.error.map(|error| text(error.response_type.name())),
            // What a body lacks is for its sender, unlike other causes.
            Self::ValidationErrorString => ctx
                .error
                .filter(|error| error.response_type == ResponseType::BadRequestBody)
                .map(cause),
            Self::ExtendedRequestId => Some(Value::Text(request.extended_request_id)),
            Self::HttpMethod => head.map(|head| text(head.method())),
            Self::ApiKey => ctx.client.map(|client| Value::Text(client.api_key)),
            Self::ApiKeyId => ctx.client.map(|client| text(client.api_key_id)),
            Self::SourceIp => Some(Value::Address(request.source_ip)),
            Self::UserAgent => head?.field(FieldName::UserAgent).map(Value::Text),
            // A cause is for operators: only the access log sees an outcome.
            Self::IntegrationError => {
                ctx.outcome.and(ctx.error).filter(|error| of_integration(error)).map(cause)
            }
            Self::IntegrationLatency => {
                ctx.outcome?.integration_latency_us.map(|us| Value::Number(us / 1000))
            }
            Self::IntegrationStatus => {
                ctx.outcome?.integration_status.map(|status| Value::Number(status.into()))
            }
            Self::IntegrationOwnStatus => {
                let outcome = ctx.outcome?;
                let status = outcome.function_status.or(outcome.integration_status);
                status.map(|status| Value::Number(status.into()))
            }
            Self::IntegrationRequestId => ctx.outcome?.integration_request_id.map(Value::Id),
            Self::IsCanaryRequest => ctx
                .stage?
                .is_canary_request
                .map(|canary| text(if canary { "true" } else { "false" })),
            Self::Path => path(ctx),
            Self::Protocol => head.map(|head| text(protocol(head.version()))),
            Self::RequestId => Some(Value::Text(request.request_id)),
            Self::RequestTime => Some(Value::Time(request.received_unix_ms / 1000)),
            Self::RequestTimeEpoch => Some(Value::Number(request.received_unix_ms)),
            Self::ResourceId => ctx.method.map(|method| text(&method.resource_id)),
            Self::ResourcePath => ctx.method.map(|method| text(&method.resource_path)),
            Self::ResponseLatency => outcome(|outcome| outcome.latency_us / 1000),
            Self::ResponseLength => outcome(|outcome| outcome.response_bytes),
            Self::Stage => ctx.stage.map(|stage| text(&stage.name)),
            Self::Status => outcome(|outcome| outcome.status.into()),
            Self::XrayTraceId => trace_root(request.trace_id).map(Value::Text),
        }
    }
}

/// A variable's value, borrowed from its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Bytes, possibly the client's.
    Text(&'a [u8]),
    /// A JSON string with its quotes.
    Quoted(&'a str),
    /// `/`, a stage, and the path after it.
    StagePath(&'a str, &'a [u8]),
    /// Decimal.
    Number(u64),
    /// An identifier of AWS: ASCII without anything to escape.
    Id([u8; 36]),
    /// Seconds since 1970, in the Common Log Format.
    Time(u64),
    /// Address.
    Address(IpAddr),
}

impl Value<'_> {
    /// As it is.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Text(bytes) => out.extend_from_slice(bytes),
            Self::StagePath(stage, rest) => {
                out.push(b'/');
                out.extend_from_slice(stage.as_bytes());
                out.extend_from_slice(rest);
            }
            Self::Quoted(text) => {
                out.push(b'"');
                json_text(text.as_bytes(), out);
                out.push(b'"');
            }
            Self::Number(number) => write::decimal(number, out),
            Self::Id(id) => out.extend_from_slice(&id),
            Self::Time(seconds) => out.extend_from_slice(&write::clf_time(seconds)),
            Self::Address(address) => address_text(address, out),
        }
    }

    /// As the inside of a JSON string, but for [`Value::Quoted`], which is a whole one.
    pub(super) fn write_escaped(self, out: &mut Vec<u8>) {
        match self {
            Self::Text(bytes) => json_text(bytes, out),
            Self::StagePath(stage, rest) => {
                out.push(b'/');
                json_text(stage.as_bytes(), out);
                json_text(rest, out);
            }
            Self::Quoted(_) | Self::Number(_) | Self::Id(_) | Self::Time(_) | Self::Address(_) => {
                self.write(out)
            }
        }
    }
}

fn host<'a>(head: Option<&RequestHead<'a>>) -> Option<&'a [u8]> {
    head.map(|head| head.host()).filter(|host| !host.is_empty())
}

/// Up to the first dot, without a port; an IPv6 address has no labels.
fn first_label(host: &[u8]) -> &[u8] {
    let end = match host {
        [b'[', ..] => host.iter().position(|&byte| byte == b']').map(|at| at + 1),
        _ => host.iter().position(|&byte| matches!(byte, b'.' | b':')),
    };
    &host[..end.unwrap_or(host.len())]
}

/// With the stage (aws-facts 124); as sent while no stage is known.
fn path<'a>(ctx: &Context<'a>) -> Option<Value<'a>> {
    match ctx.stage {
        Some(stage) => Some(Value::StagePath(&stage.name, ctx.request.resource_path_sent)),
        None => ctx.request.head.map(|head| Value::Text(head.path())),
    }
}

const fn protocol(version: Version) -> &'static str {
    match version {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
    }
}

/// `1-…` of `Root=1-…;Parent=…`.
fn trace_root(trace_id: &[u8]) -> Option<&[u8]> {
    trace_id
        .split(|&byte| byte == b';')
        .find_map(|part| part.trim_ascii().strip_prefix(b"Root="))
        .filter(|root| !root.is_empty())
}

const fn of_integration(error: &GatewayError) -> bool {
    matches!(
        error.response_type,
        ResponseType::IntegrationFailure
            | ResponseType::IntegrationTimeout
            | ResponseType::ApiConfigurationError
    )
}

fn cause(error: &GatewayError) -> Value<'_> {
    Value::Text(error.cause.0.as_bytes())
}

/// IPv4 as such, even when the socket serves both families.
fn address_text(address: IpAddr, out: &mut Vec<u8>) {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            for (position, octet) in v4.octets().into_iter().enumerate() {
                if position > 0 {
                    out.push(b'.');
                }
                write::decimal(octet.into(), out);
            }
        }
        // Writing into a Vec cannot fail.
        IpAddr::V6(v6) => write!(out, "{v6}").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::fixture::{Fixture, outcome};
    use crate::error::GatewayError;

    #[test]
    fn unset_names_are_sorted_and_have_no_value() {
        assert!(UNSET.is_sorted());
        for name in UNSET {
            assert_eq!(Variable::parse(name), Some(Variable::Unset), "{name}");
        }
        for name in ["authorizer.principalId", "authorizer.claims.sub", "requestOverride.path.x"] {
            assert_eq!(Variable::parse(name), Some(Variable::Unset), "{name}");
        }
    }

    #[test]
    fn unknown_names() {
        for name in ["", "requestid", "identity", "authorizer.", "error", "path.x", "statu"] {
            assert_eq!(Variable::parse(name), None, "{name}");
        }
    }

    #[test]
    fn values_of_a_finished_request() {
        let fixture = Fixture::new(
            "GET /dev/pets/7?x=1 HTTP/1.1\r\nHost: abc.execute-api.localhost:8080\r\n\
             User-Agent: curl/8\r\n\r\n",
        );
        let error = GatewayError::new(ResponseType::IntegrationTimeout, "back end too slow");
        fixture.with(|ctx| {
            let ctx = Context { error: Some(&error), outcome: Some(outcome()), ..*ctx };
            let expected = [
                ("accountId", "000000000000"),
                ("apiId", "a1b2c3d4e5"),
                ("deploymentId", "dep1"),
                ("domainName", "abc.execute-api.localhost:8080"),
                ("domainPrefix", "abc"),
                ("error.message", "Endpoint request timed out"),
                ("error.messageString", "\"Endpoint request timed out\""),
                ("error.responseType", "INTEGRATION_TIMEOUT"),
                ("extendedRequestId", "AbCdEfGhIjKlMnO="),
                ("httpMethod", "GET"),
                ("identity.apiKey", "alice-key-0123456789abcdef"),
                ("identity.apiKeyId", "key1"),
                ("identity.sourceIp", "203.0.113.9"),
                ("identity.userAgent", "curl/8"),
                ("integration.error", "back end too slow"),
                ("integrationErrorMessage", "back end too slow"),
                ("integration.latency", "12"),
                ("integrationLatency", "12"),
                ("integration.integrationStatus", "503"),
                ("integration.requestId", "11111111-2222-4333-8444-555555555555"),
                ("awsEndpointRequestId", "11111111-2222-4333-8444-555555555555"),
                ("integration.status", "418"),
                ("integrationStatus", "503"),
                ("isCanaryRequest", "false"),
                ("path", "/dev/pets/7"),
                ("protocol", "HTTP/1.1"),
                ("requestId", "00000000-0000-4000-8000-000000000000"),
                ("requestTime", "10/Oct/2020:13:55:36 +0000"),
                ("requestTimeEpoch", "1602338136123"),
                ("resourceId", "res1"),
                ("resourcePath", "/pets/{petId}"),
                ("responseLatency", "34"),
                ("responseLength", "56"),
                ("stage", "dev"),
                ("status", "504"),
                ("xrayTraceId", "1-5f81d1a8-0123456789abcdef01234567"),
            ];
            // Only a body that is no valid one has a validationErrorString.
            assert_eq!(expected.len(), Variable::NAMES.len() - 1);
            for (name, value) in expected {
                let mut out = Vec::new();
                let variable = Variable::parse(name).expect(name);
                assert!(variable.write(&ctx, &mut out), "{name}");
                assert_eq!(String::from_utf8_lossy(&out), value, "{name}");
            }
        });
    }

    #[test]
    fn values_of_a_malformed_head() {
        let fixture = Fixture::new("");
        fixture.with(|ctx| {
            for (name, variable) in Variable::NAMES {
                let mut out = Vec::new();
                let defined = variable.write(ctx, &mut out);
                let always = [
                    "extendedRequestId",
                    "identity.sourceIp",
                    "requestId",
                    "requestTime",
                    "requestTimeEpoch",
                    "xrayTraceId",
                ];
                assert_eq!(defined, always.contains(name), "{name}");
                assert_eq!(defined, !out.is_empty(), "{name}");
            }
        });
    }

    #[test]
    fn parts() {
        let label = |host: &str| String::from_utf8_lossy(first_label(host.as_bytes())).into_owned();
        assert_eq!(label("localhost:8080"), "localhost");
        assert_eq!(label("[::1]:8080"), "[::1]");
        assert_eq!(label("a"), "a");
        assert_eq!(trace_root(b"Self=1;Root=1-a-b;Sampled=1"), Some(b"1-a-b".as_slice()));
        assert_eq!(trace_root(b"1-a-b"), None);
        let address = |text: &str| {
            let mut out = Vec::new();
            address_text(text.parse().expect("address"), &mut out);
            String::from_utf8(out).expect("ASCII")
        };
        assert_eq!(address("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(address("2001:db8::1"), "2001:db8::1");
    }
}
