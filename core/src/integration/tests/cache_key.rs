//! Keys of different requests differ.

use proptest::prelude::*;

use super::super::write_cache_key;
use super::*;
use crate::snapshot::{CacheKeyPart, InvalidationRule, MethodCache};

fn cache(expressions: &[&str]) -> MethodCache {
    let part = |expression: &&str| CacheKeyPart { source: source(expression) };
    MethodCache {
        ttl_seconds: 300,
        prefix: b"prefix".as_slice().into(),
        parts: expressions.iter().map(part).collect(),
        invalidation: InvalidationRule::Anyone,
    }
}

fn key(cache: &MethodCache, request: &str) -> Vec<u8> {
    Fixture::new(request).with(|ctx| {
        let mut out = Vec::new();
        write_cache_key(cache, ctx, &mut out);
        assert!(out.starts_with(b"prefix"));
        out
    })
}

fn get(query: &str, fields: &str) -> String {
    format!("GET /dev/pets/7{query} HTTP/1.1\r\nHost: h\r\n{fields}\r\n")
}

#[test]
fn what_counts() {
    let cache = cache(&[
        "method.request.querystring.a",
        "method.request.querystring.b",
        "method.request.header.x-h",
        "context.identity.user",
    ]);
    let requests = [
        get("", ""),
        get("?a=", ""),
        get("?b=", ""),
        get("?a=1", ""),
        get("?b=1", ""),
        get("?a=1&b=1", ""),
        get("?a=1%26b=1", ""),
        get("?a=1,1", ""),
        get("?a=1&a=1", ""),
        get("?a=2&a=1", ""),
        get("", "X-H: 1\r\n"),
        get("", "X-H: \r\n"),
        get("", "X-H: 1\r\nX-H: 1\r\n"),
        get("?a=1", "X-H: 1\r\n"),
        get("", "").replace("GET", "HEAD"),
    ];
    for (at, request) in requests.iter().enumerate() {
        for other in &requests[..at] {
            assert_ne!(key(&cache, request), key(&cache, other), "{request} {other}");
        }
    }
}

#[test]
fn layout() {
    let cache = cache(&["method.request.querystring.a", "method.request.querystring.b", "'lit'"]);
    let expect = b"prefix\0\0\0\x03GET\
        \0\0\0\x02\0\0\0\x01x\0\0\0\x02yz\
        \0\0\0\0\
        \0\0\0\x01\0\0\0\x03lit";
    assert_eq!(key(&cache, &get("?a=x&a=yz", "")), expect);
}

#[test]
fn what_does_not_count() {
    let cache = cache(&["method.request.querystring.a", "method.request.header.x-h"]);
    let expect = key(&cache, &get("?a=1", "X-H: 1\r\n"));
    assert_eq!(key(&cache, &get("?z=9&a=1", "x-h: 1\r\nAccept: b\r\n")), expect);
    // A back end reads the same name.
    assert_eq!(key(&cache, &get("?%61=1", "X-H: 1\r\n")), expect);
}

proptest! {
    #[test]
    fn keys_are_equal_only_for_equal_values(
        one in prop::array::uniform3(prop::option::of("[\u{0}\u{1}ab,&=%]{0,3}")),
        other in prop::array::uniform3(prop::option::of("[\u{0}\u{1}ab,&=%]{0,3}")),
    ) {
        let cache = cache(&[
            "method.request.querystring.a",
            "method.request.header.x-h",
            "method.request.querystring.b",
        ]);
        let request = |[a, h, b]: &[Option<String>; 3]| {
            let encoded = |text: &str| -> String {
                text.bytes().map(|byte| format!("%{byte:02x}")).collect()
            };
            let mut query = String::from("?");
            for (name, value) in [("a", a), ("b", b)] {
                if let Some(value) = value {
                    query.push_str(&format!("{name}={}&", encoded(value)));
                }
            }
            let fields = h.as_ref().map(|h| format!("X-H: {}\r\n", encoded(h)));
            get(&query, &fields.unwrap_or_default())
        };
        let equal = key(&cache, &request(&one)) == key(&cache, &request(&other));
        prop_assert_eq!(equal, one == other);
    }

    /// A length before every part: moving bytes from one to the next changes the key.
    #[test]
    fn parts_do_not_flow_into_each_other(
        text in "[a-b]{0,6}",
        cut in 0_usize..=6,
        other in 0_usize..=6,
    ) {
        let cache = cache(&["method.request.querystring.a", "method.request.querystring.b"]);
        let split = |at: usize| {
            let (a, b) = text.split_at(at.min(text.len()));
            get(&format!("?a={a}&b={b}"), "")
        };
        let equal = key(&cache, &split(cut)) == key(&cache, &split(other));
        prop_assert_eq!(equal, cut.min(text.len()) == other.min(text.len()));
    }
}
