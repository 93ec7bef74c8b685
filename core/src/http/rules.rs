//! What happens to a field on its way through the gateway, by its name (aws-facts 131 to 139).
//!
//! Every table names every well-known field: a new one has to be decided here before it compiles.
//! A field that `Connection` lists is hop-by-hop as well; the head knows that, not this module.

use super::FieldName;

/// Put before the name of a response field that is [`ResponseField::Remap`].
pub const REMAPPED_PREFIX: &str = "x-amzn-Remapped-";

/// What happens to an explicitly mapped request field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappedRequestField {
    /// Reaches the back end.
    Send,
    /// Silently left out.
    Drop,
    /// The call fails with 500, whatever the value.
    Fail,
}

/// What happens to a response field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseField {
    /// Sent under its own name.
    Keep,
    /// Sent with [`REMAPPED_PREFIX`] before its name.
    Remap,
    /// Not sent.
    Drop,
}

/// Fields that concern one connection only (RFC 9110 section 7.6.1).
#[must_use]
pub const fn hop_by_hop(name: FieldName) -> bool {
    matches!(
        name,
        FieldName::Connection
            | FieldName::KeepAlive
            | FieldName::ProxyConnection
            | FieldName::Te
            | FieldName::TransferEncoding
            | FieldName::Upgrade
    )
}

/// Whether HTTP_PROXY passes a client's field on (aws-facts 131). Fields that the gateway sets
/// itself (`Host`, framing, its own `X-Amzn-…`) are not passed either.
#[must_use]
pub const fn forwarded_to_upstream(name: FieldName) -> bool {
    match name {
        FieldName::Connection
        | FieldName::ContentEncoding
        | FieldName::ContentMd5
        | FieldName::Expect
        | FieldName::MaxForwards
        | FieldName::ProxyAuthenticate
        | FieldName::Server
        | FieldName::Te
        | FieldName::Trailer
        | FieldName::TransferEncoding
        | FieldName::Upgrade
        | FieldName::Via
        | FieldName::WwwAuthenticate => false,
        // Not recorded: meant for this hop alone.
        FieldName::KeepAlive | FieldName::ProxyAuthorization | FieldName::ProxyConnection => false,
        // The gateway's own.
        FieldName::ContentLength
        | FieldName::Host
        | FieldName::XAmznApigatewayApiId
        | FieldName::XAmznTraceId => false,
        FieldName::Accept
        | FieldName::AcceptCharset
        | FieldName::AcceptEncoding
        | FieldName::Age
        | FieldName::Authorization
        | FieldName::CacheControl
        | FieldName::ContentType
        | FieldName::Date
        | FieldName::Other
        | FieldName::Pragma
        | FieldName::Range
        | FieldName::Referer
        | FieldName::UserAgent
        | FieldName::Warn
        | FieldName::XAmzApigwId
        | FieldName::XAmznErrorType
        | FieldName::XAmznRequestId
        | FieldName::XApiKey => true,
    }
}

/// Whether `$input.params()` and its like see a client's field (aws-facts 132).
#[must_use]
pub const fn seen_by_templates(name: FieldName) -> bool {
    match name {
        FieldName::Connection
        | FieldName::ContentLength
        | FieldName::ContentMd5
        | FieldName::Expect
        | FieldName::MaxForwards
        | FieldName::ProxyAuthenticate
        | FieldName::Server
        | FieldName::Te
        | FieldName::Trailer
        | FieldName::TransferEncoding
        | FieldName::Upgrade
        | FieldName::WwwAuthenticate => false,
        // Not recorded: meant for this hop alone.
        FieldName::KeepAlive | FieldName::ProxyAuthorization | FieldName::ProxyConnection => false,
        FieldName::Accept
        | FieldName::AcceptCharset
        | FieldName::AcceptEncoding
        | FieldName::Age
        | FieldName::Authorization
        | FieldName::CacheControl
        | FieldName::ContentEncoding
        | FieldName::ContentType
        | FieldName::Date
        | FieldName::Host
        | FieldName::Other
        | FieldName::Pragma
        | FieldName::Range
        | FieldName::Referer
        | FieldName::UserAgent
        | FieldName::Via
        | FieldName::Warn
        | FieldName::XAmzApigwId
        | FieldName::XAmznApigatewayApiId
        | FieldName::XAmznErrorType
        | FieldName::XAmznRequestId
        | FieldName::XAmznTraceId
        | FieldName::XApiKey => true,
    }
}

/// What happens to `integration.request.header.<name>` (aws-facts 133, 134).
#[must_use]
pub const fn mapped_request(name: FieldName) -> MappedRequestField {
    match name {
        FieldName::ContentLength | FieldName::TransferEncoding => MappedRequestField::Fail,
        FieldName::Connection
        | FieldName::Expect
        | FieldName::ProxyAuthenticate
        | FieldName::Te
        | FieldName::Via => MappedRequestField::Drop,
        // Not recorded: meant for this hop alone, or already set by the gateway.
        FieldName::KeepAlive
        | FieldName::ProxyConnection
        | FieldName::XAmznApigatewayApiId
        | FieldName::XAmznTraceId => MappedRequestField::Drop,
        FieldName::Accept
        | FieldName::AcceptCharset
        | FieldName::AcceptEncoding
        | FieldName::Age
        | FieldName::Authorization
        | FieldName::CacheControl
        | FieldName::ContentEncoding
        | FieldName::ContentMd5
        | FieldName::ContentType
        | FieldName::Date
        | FieldName::Host
        | FieldName::MaxForwards
        | FieldName::Other
        | FieldName::Pragma
        | FieldName::ProxyAuthorization
        | FieldName::Range
        | FieldName::Referer
        | FieldName::Server
        | FieldName::Trailer
        | FieldName::Upgrade
        | FieldName::UserAgent
        | FieldName::Warn
        | FieldName::WwwAuthenticate
        | FieldName::XAmzApigwId
        | FieldName::XAmznErrorType
        | FieldName::XAmznRequestId
        | FieldName::XApiKey => MappedRequestField::Send,
    }
}

/// What happens to `method.response.header.<name>` of a non-proxy integration (aws-facts 136,
/// 138, 139).
#[must_use]
pub const fn mapped_response(name: FieldName) -> ResponseField {
    match name {
        FieldName::TransferEncoding => ResponseField::Drop,
        // Not recorded: meant for one hop, or written by the gateway itself.
        FieldName::KeepAlive | FieldName::ProxyConnection | FieldName::XAmznTraceId => {
            ResponseField::Drop
        }
        FieldName::Authorization
        | FieldName::Connection
        | FieldName::ContentLength
        | FieldName::ContentMd5
        | FieldName::Date
        | FieldName::Expect
        | FieldName::Host
        | FieldName::MaxForwards
        | FieldName::ProxyAuthenticate
        | FieldName::Server
        | FieldName::Trailer
        | FieldName::Upgrade
        | FieldName::UserAgent
        | FieldName::WwwAuthenticate => ResponseField::Remap,
        // The gateway's own always win (138); remapped as the proxy does (137).
        FieldName::XAmzApigwId | FieldName::XAmznRequestId => ResponseField::Remap,
        FieldName::Accept
        | FieldName::AcceptCharset
        | FieldName::AcceptEncoding
        | FieldName::Age
        | FieldName::CacheControl
        | FieldName::ContentEncoding
        | FieldName::ContentType
        | FieldName::Other
        | FieldName::Pragma
        | FieldName::ProxyAuthorization
        | FieldName::Range
        | FieldName::Referer
        | FieldName::Te
        | FieldName::Via
        | FieldName::Warn
        | FieldName::XAmznApigatewayApiId
        | FieldName::XAmznErrorType
        | FieldName::XApiKey => ResponseField::Keep,
    }
}

/// What happens to a back end's field under HTTP_PROXY (aws-facts 126, 137, 138).
#[must_use]
pub const fn proxied_response(name: FieldName) -> ResponseField {
    match name {
        FieldName::Connection
        | FieldName::ContentLength
        | FieldName::Date
        | FieldName::Server
        | FieldName::XAmznRequestId => ResponseField::Remap,
        // Not recorded: a second gateway behind this one; ours must stay the only one.
        FieldName::XAmzApigwId => ResponseField::Remap,
        FieldName::TransferEncoding | FieldName::Via => ResponseField::Drop,
        // Not recorded: meant for one hop, or announcing trailers that are dropped.
        FieldName::KeepAlive
        | FieldName::ProxyConnection
        | FieldName::Trailer
        | FieldName::Upgrade => ResponseField::Drop,
        FieldName::Accept
        | FieldName::AcceptCharset
        | FieldName::AcceptEncoding
        | FieldName::Age
        | FieldName::Authorization
        | FieldName::CacheControl
        | FieldName::ContentEncoding
        | FieldName::ContentMd5
        | FieldName::ContentType
        | FieldName::Expect
        | FieldName::Host
        | FieldName::MaxForwards
        | FieldName::Other
        | FieldName::Pragma
        | FieldName::ProxyAuthenticate
        | FieldName::ProxyAuthorization
        | FieldName::Range
        | FieldName::Referer
        | FieldName::Te
        | FieldName::UserAgent
        | FieldName::Warn
        | FieldName::WwwAuthenticate
        | FieldName::XAmznApigatewayApiId
        | FieldName::XAmznErrorType
        | FieldName::XAmznTraceId
        | FieldName::XApiKey => ResponseField::Keep,
    }
}
