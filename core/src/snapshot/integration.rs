//! Integrations, compiled.

use std::sync::Arc;

use super::{ContentHandling, Signing};
use crate::http::{FieldName, RequestHead};
use crate::mapping::{BodyUse, ResponseSource, Source};
use crate::pattern::Pattern;
use crate::template::MappingTemplate;

/// A table from media type to something, looked up by a Content-Type without its parameters.
#[derive(Debug)]
pub struct MediaTypes<T>(pub Box<[(Box<str>, T)]>);

/// MOCK.
#[derive(Debug)]
pub struct MockIntegration {
    /// Request templates; one that means itself is already read, to the status it selects.
    pub templates: MediaTypes<RequestTemplate>,
    /// Media types without a template.
    pub passthrough: Passthrough,
    /// Responses.
    pub responses: ResponseSelector,
}

/// A request template.
#[derive(Debug)]
pub struct RequestTemplate {
    /// Its text is the back end's body for HTTP.
    pub template: MappingTemplate,
    /// MOCK: the `statusCode` read leniently from a template that means itself (aws-facts 192);
    /// `None` when rejected.
    pub mock_status: Option<u16>,
}

/// What happens to a media type without a template; `WHEN_NO_TEMPLATES` is resolved by the
/// compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passthrough {
    /// The body passes.
    Pass,
    /// 415.
    Refuse,
}

/// Picks an integration response.
#[derive(Debug)]
pub struct ResponseSelector {
    /// In the definition's order, those with a pattern.
    pub patterns: Box<[(Arc<Pattern>, u16)]>,
    /// Position of the response without a pattern.
    pub default: Option<u16>,
    /// What the positions mean.
    pub rules: Box<[ResponseRule]>,
}

/// One integration response.
#[derive(Debug)]
pub struct ResponseRule {
    /// Status of the method response.
    pub status: u16,
    /// Headers, under the name the client sees after AWS's remapping (aws-facts 136); a name AWS
    /// drops is not here.
    pub headers: Box<[(Box<str>, FieldName, ResponseSource)]>,
    /// Media type to template. Empty table: the body passes.
    pub templates: MediaTypes<MappingTemplate>,
    /// What the headers read of the back end's body.
    pub body_use: BodyUse,
    /// What becomes of the back end's payload, before a template reads it.
    pub content_handling: ContentHandling,
}

/// What is called, and how its answer is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpKind {
    /// HTTP_PROXY: headers, query and body pass; no templates, no response mapping.
    Proxy,
    /// HTTP: mapped; the status selects the response.
    Mapped,
    /// AWS: an action or a path of a service, mapped like HTTP.
    Service,
    /// AWS to a Lambda function: mapped; its `errorMessage` selects the response (aws-facts 181).
    Function,
    /// AWS_PROXY to a Lambda function: an event in, the response is what it answers.
    FunctionProxy(Box<FunctionProxy>),
}

impl HttpKind {
    /// The client's fields and query pass, and no template is looked for.
    #[must_use]
    pub const fn is_proxy(&self) -> bool {
        match self {
            Self::Proxy => true,
            Self::Mapped | Self::Service | Self::Function | Self::FunctionProxy(_) => false,
        }
    }
}

/// AWS_PROXY to a Lambda function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionProxy {
    /// The function as the definition names it, alias or version included, stage variables
    /// resolved: `arn:aws:lambda:us-east-1:000000000000:function:pets:live`.
    pub function: Box<str>,
    /// `operationName` of events: the document's `operationId`.
    pub operation_name: Option<Box<str>>,
}

/// When a client gets what a back end sends (`responseTransferMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferMode {
    /// Once it is whole, where that makes a difference.
    Buffered,
    /// As it comes, for as long as the integration's timeout allows.
    Stream,
}

/// A call over HTTP: HTTP, HTTP_PROXY, AWS and AWS_PROXY.
#[derive(Debug)]
pub struct HttpIntegration {
    /// What is called.
    pub kind: HttpKind,
    /// Whose signature the call bears; none for HTTP and HTTP_PROXY, nor for services of this
    /// process, which ask nobody.
    pub signing: Option<Signing>,
    /// Where to; invalid when a stage variable it needs is undefined (aws-facts 154).
    pub endpoint: Result<Endpoint, InvalidEndpoint>,
    /// Verb.
    pub method: UpstreamMethod,
    /// Path of the URI, starting with `/`.
    pub path: Box<[UriPart]>,
    /// Query of the URI, without `?`; may be empty.
    pub query: Box<[UriPart]>,
    /// Mapped query parameters, in the definition's order.
    pub mapped_query: Box<[MappedQuery]>,
    /// Mapped headers, in the definition's order, without those AWS drops (aws-facts 133).
    pub mapped_headers: Box<[MappedHeader]>,
    /// What mapped headers, query and path read of the request's body.
    pub body_use: BodyUse,
    /// What becomes of the request's payload, before a template reads it.
    pub content_handling: ContentHandling,
    /// A mapping of Content-Length or Transfer-Encoding: every call fails, 500 (aws-facts 134).
    pub forbidden_header: bool,
    /// Constant lines of the upstream head, each ended by CRLF: `X-Amzn-Apigateway-Api-Id`, for
    /// all but HTTP_PROXY also Accept, User-Agent and the like unless mapped.
    pub constant_head: Box<[u8]>,
    /// `Content-Type` of what is sent, where a service takes no other; else the client's.
    pub content_type: Option<Box<str>>,
    /// Request templates; none where it is a proxy.
    pub templates: MediaTypes<RequestTemplate>,
    /// Media types without a template.
    pub passthrough: Passthrough,
    /// Response selection; none where it is a proxy.
    pub responses: Option<ResponseSelector>,
    /// From the start of the call to the last byte of its response, ms.
    pub timeout_ms: u32,
    /// How its response reaches the client.
    pub transfer: TransferMode,
}

/// Where an integration connects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// Name or address, without brackets.
    pub host: Box<str>,
    /// Port.
    pub port: u16,
    /// `Host` header: host, and port when it is not the scheme's.
    pub authority: Box<str>,
    /// Accept any certificate (`tlsConfig.insecureSkipVerification`).
    pub insecure_skip_verification: bool,
    /// Who chose the host.
    pub origin: Origin,
}

/// Who chose the host of an endpoint: it decides which addresses may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The definition names it.
    Definition,
    /// Stage variables are part of it.
    StageVariable,
    /// The operator: the address of a service, given to the process.
    Operator,
}

/// Scheme of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain TCP.
    Http,
    /// TLS, verified.
    Https,
}

/// Why an endpoint cannot be called; the text goes to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidEndpoint(pub Box<str>);

/// Verb sent upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamMethod {
    /// The client's own.
    Client,
    /// This one.
    Fixed(Box<str>),
}

impl UpstreamMethod {
    /// The verb of a call for this request.
    #[must_use]
    pub fn of<'a>(&'a self, head: &RequestHead<'a>) -> &'a str {
        match self {
            Self::Client => head.method(),
            Self::Fixed(verb) => verb,
        }
    }
}

/// A piece of a URI.
#[derive(Debug)]
pub enum UriPart {
    /// Bytes as they go on the wire, stage variables resolved.
    Literal(Box<[u8]>),
    /// `{name}` with a mapping `integration.request.path.name`; the text `{name}` stays when the
    /// source is undefined (aws-facts 152).
    Parameter {
        /// The text to leave.
        placeholder: Box<[u8]>,
        /// Where its value comes from.
        source: Source,
    },
}

/// `integration.request.header.NAME`.
#[derive(Debug)]
pub struct MappedHeader {
    /// Name as written in the definition.
    pub name: Box<str>,
    /// Its well-known id.
    pub field: FieldName,
    /// Value.
    pub source: Source,
}

/// `integration.request.querystring.NAME`.
#[derive(Debug)]
pub struct MappedQuery {
    /// Name, percent-encoded.
    pub name: Box<str>,
    /// Value.
    pub source: Source,
}
