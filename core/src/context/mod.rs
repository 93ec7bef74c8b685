//! `$context`: the facts of one request, its variables, and texts that interpolate them.
//!
//! One language for access-log formats, gateway-response templates and mapped `context.*` values,
//! compiled once. Variables:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>.

mod escape;
#[cfg(test)]
pub(crate) mod fixture;
mod template;
mod variable;

use std::net::IpAddr;

pub use template::{Template, TemplateKind};
pub use variable::Variable;

use crate::error::GatewayError;
use crate::http::RequestHead;
use crate::mapping::Body;
use crate::snapshot::{Method, Scheme, Stage};

/// What is known of a request when it arrives.
#[derive(Debug, Clone, Copy)]
pub struct RequestFacts<'a> {
    /// `$context.requestId`, a UUID as text.
    pub request_id: &'a [u8; 36],
    /// `$context.extendedRequestId`, `x-amz-apigw-id`: 15 letters of base64 and `=`.
    pub extended_request_id: &'a [u8; 16],
    /// When its head was complete, milliseconds since 1970.
    pub received_unix_ms: u64,
    /// `$context.identity.sourceIp`: the peer of the connection.
    pub source_ip: IpAddr,
    /// Where it arrived; `None` for the test of a method, which no client sent.
    pub forwarded: Option<Forwarded>,
    /// `X-Amzn-Trace-Id` value: the client's, or generated.
    pub trace_id: &'a [u8],
    /// The head; `None` when it could not be parsed.
    pub head: Option<&'a RequestHead<'a>>,
    /// Path after the stage, starting with `/`, as sent.
    pub resource_path_sent: &'a [u8],
    /// Values of the method's path parameters, in its order, as sent.
    pub path_parameters: &'a [&'a [u8]],
}

/// The port a request arrived at: `X-Forwarded-Proto` and `X-Forwarded-Port` of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forwarded {
    /// Over TLS or not.
    pub scheme: Scheme,
    /// The gateway's port.
    pub port: u16,
}

/// The key and plan a request was admitted under.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// `$context.identity.apiKey`.
    pub api_key: &'a [u8],
    /// `$context.identity.apiKeyId`.
    pub api_key_id: &'a str,
    /// Usage plan.
    pub plan_id: &'a str,
}

/// What a request ended with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// `$context.status`.
    pub status: u16,
    /// `$context.responseLength`: body bytes sent to the client.
    pub response_bytes: u64,
    /// `$context.responseLatency`, microseconds.
    pub latency_us: u64,
    /// `$context.integrationLatency`, microseconds; `None` when no back end was called.
    pub integration_latency_us: Option<u64>,
    /// `$context.integrationStatus`.
    pub integration_status: Option<u16>,
    /// `$context.integration.status` where it is another: the one a function behind AWS_PROXY
    /// chose.
    pub function_status: Option<u16>,
    /// `$context.integration.requestId`: an AWS service's.
    pub integration_request_id: Option<[u8; 36]>,
}

/// Everything a variable can name. Later members are `None` until they are known.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The request.
    pub request: &'a RequestFacts<'a>,
    /// Stage, once found.
    pub stage: Option<&'a Stage>,
    /// Method, once found.
    pub method: Option<&'a Method>,
    /// Caller's plan, once admitted.
    pub client: Option<Client<'a>>,
    /// The body that mappings and templates read: the request's, later the back end's; `None`
    /// unless something reads it.
    pub body: Option<&'a Body<'a>>,
    /// The error a gateway response answers.
    pub error: Option<&'a GatewayError>,
    /// The end; only the access log sees it.
    pub outcome: Option<Outcome>,
}
