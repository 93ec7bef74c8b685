//! The forwarding tables against the lists in AWS's recordings (aws-facts 131 to 137).

use super::super::FieldName;
use super::super::rules::{
    MappedRequestField, ResponseField, forwarded_to_upstream, hop_by_hop, mapped_request,
    mapped_response, proxied_response,
};

/// Applies `rule` to each of the names, which stand as in the recordings.
#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(rule: impl Fn(FieldName) -> T, names: &str, expect: T) {
    for name in names.split(", ") {
        assert_eq!(rule(FieldName::of(name.as_bytes())), expect, "{name}");
    }
}

#[test]
fn proxied_requests() {
    check(
        forwarded_to_upstream,
        "Accept, Accept-Charset, Accept-Encoding, Age, Authorization, Content-Type, Date, Pragma, \
         Range, Referer, User-Agent, Warn, X-Custom, X-Api-Key, Cookie, Cache-Control",
        true,
    );
    check(
        forwarded_to_upstream,
        "Connection, Content-Encoding, Content-MD5, Expect, Max-Forwards, Proxy-Authenticate, \
         Server, TE, Trailer, Transfer-Encoding, Upgrade, Via, WWW-Authenticate, Host, \
         Content-Length, X-Amzn-Trace-Id, X-Amzn-Apigateway-Api-Id, Keep-Alive",
        false,
    );
}

#[test]
fn mapped_requests() {
    check(
        mapped_request,
        "Accept, Accept-Charset, Accept-Encoding, Age, Authorization, Content-Encoding, \
         Content-MD5, Content-Type, Date, Host, Max-Forwards, Pragma, Range, Referer, Server, \
         Trailer, Upgrade, User-Agent, Warn, WWW-Authenticate, X-Custom",
        MappedRequestField::Send,
    );
    check(
        mapped_request,
        "Connection, Expect, Proxy-Authenticate, TE, Via",
        MappedRequestField::Drop,
    );
    check(mapped_request, "Content-Length, Transfer-Encoding", MappedRequestField::Fail);
}

#[test]
fn mapped_responses() {
    check(
        mapped_response,
        "Accept, Accept-Charset, Accept-Encoding, Age, Content-Encoding, Content-Type, Pragma, \
         Range, Referer, TE, Via, Warn, X-Custom",
        ResponseField::Keep,
    );
    check(
        mapped_response,
        "Authorization, Connection, Content-Length, Content-MD5, Date, Expect, Host, \
         Max-Forwards, Proxy-Authenticate, Server, Trailer, Upgrade, User-Agent, \
         WWW-Authenticate, x-amzn-RequestId",
        ResponseField::Remap,
    );
    check(mapped_response, "Transfer-Encoding", ResponseField::Drop);
}

#[test]
fn proxied_responses() {
    check(
        proxied_response,
        "Connection, Content-Length, Date, Server, x-amzn-RequestId",
        ResponseField::Remap,
    );
    check(proxied_response, "Transfer-Encoding, Via, Keep-Alive", ResponseField::Drop);
    check(
        proxied_response,
        "Content-Type, Set-Cookie, X-Amzn-Trace-Id, WWW-Authenticate, Cache-Control",
        ResponseField::Keep,
    );
}

#[test]
fn nothing_for_one_hop_passes() {
    for &(name, text) in FieldName::KNOWN.iter().filter(|(name, _)| hop_by_hop(*name)) {
        assert!(!forwarded_to_upstream(name), "{text}");
        // AWS passes a back end's TE on; it means nothing in a response.
        let kept = proxied_response(name) == ResponseField::Keep;
        assert_eq!(kept, name == FieldName::Te, "{text}");
    }
}
