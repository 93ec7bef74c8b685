//! A method, compiled.

use super::{HttpIntegration, MediaTypes, MockIntegration};
use crate::http::FieldName;
use crate::mapping::Source;
use crate::schema::Schema;

/// A token bucket's settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests per second; 0 refuses everything.
    pub rate_limit: f64,
    /// Requests at one instant; 0 refuses everything.
    pub burst_limit: u32,
}

/// One verb on one resource.
#[derive(Debug)]
pub struct Method {
    /// `GET`, …, or `ANY`.
    pub http_method: Box<str>,
    /// `$context.resourceId`.
    pub resource_id: Box<str>,
    /// Template, `/pets/{petId}`.
    pub resource_path: Box<str>,
    /// Names of the path parameters in the order of the path (`proxy` for `{proxy+}`).
    pub path_parameters: Box<[Box<str>]>,
    /// A valid key of a plan of this stage is required.
    pub api_key_required: bool,
    /// Throttle of this method on this stage.
    pub throttle: Option<Rate>,
    /// Parameters that must be there; empty when no validator checks parameters.
    /// Ordered as AWS reports them.
    pub required: Box<[RequiredParameter]>,
    /// Models of request bodies, by media type; empty when no validator checks bodies.
    pub models: MediaTypes<Schema>,
    /// Response cache settings.
    pub cache: Option<MethodCache>,
    /// What answers.
    pub integration: Integration,
}

/// What answers a method.
#[derive(Debug)]
pub enum Integration {
    /// Answers by itself.
    Mock(MockIntegration),
    /// An HTTP back end, mapped (`HTTP`) or passed through (`HTTP_PROXY`).
    Http(Box<HttpIntegration>),
}

/// A parameter that must be present.
#[derive(Debug, Clone)]
pub struct RequiredParameter {
    /// Name as declared.
    pub name: Box<str>,
    /// Where it is looked for.
    pub location: ParameterLocation,
}

/// Location of a request parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterLocation {
    /// Header, by its well-known id ([`FieldName::Other`] for custom names).
    Header(FieldName),
    /// Query string.
    QueryString,
    /// Path.
    Path,
}

/// Caching of a method's responses.
#[derive(Debug)]
pub struct MethodCache {
    /// Time to live, 1 to 3600 s; a TTL of 0 compiles to no cache.
    pub ttl_seconds: u32,
    /// Start of every key: api, stage, verb and cache namespace, length-prefixed. No default.
    pub prefix: Box<[u8]>,
    /// Values that complete the key.
    pub parts: Box<[CacheKeyPart]>,
    /// Who may invalidate with `Cache-Control: max-age=0`.
    pub invalidation: InvalidationRule,
}

/// One value of a cache key.
#[derive(Debug)]
pub struct CacheKeyPart {
    /// What is read from the request.
    pub source: Source,
}

/// Answer to `Cache-Control: max-age=0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidationRule {
    /// Any client may.
    Anyone,
    /// Needs authorization; without it 403.
    Forbid,
    /// Needs authorization; without it ignored, with a Warning header.
    IgnoreAndWarn,
    /// Needs authorization; without it ignored.
    Ignore,
}
