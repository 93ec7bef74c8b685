//! What a client's head becomes: the head of a call, and the key of a cached answer.

use ringway_core::http::{
    FieldName, Fields, Framing, HeadError, RequestHead, Version, parse_request,
};
use ringway_core::integration::{BodyLength, write_cache_key, write_request_head};
use ringway_core::mapping::{BodyUse, Source};
use ringway_core::snapshot::{
    CacheKeyPart, ContentHandling, Conversion, Endpoint, HttpIntegration, HttpKind,
    InvalidationRule, MappedHeader, MappedQuery, MediaTypes, MethodCache, Origin, Passthrough,
    Scheme, TransferMode, UpstreamMethod, UriPart,
};

use crate::context::{PATH_PARAMETER, with_context};

/// Any request head: the head of its call is one HTTP/1.1 request of the integration's own path,
/// `Host` and framing.
pub fn upstream_head(bytes: &[u8]) {
    let mut fields = Fields::new();
    let Ok(Some((head, _))) = parse_request(bytes, &mut fields) else { return };
    let bodies = [BodyLength::None, BodyLength::Length(7), BodyLength::Chunked];
    for integration in [plain(true), plain(false), mapped(true), mapped(false)] {
        for body in bodies {
            let mut out = b"before".to_vec();
            let written = with_context(bytes, |ctx| {
                write_request_head(&integration, &endpoint(), ctx, body, &mut out)
            });
            match written {
                Ok(()) => check_call(&integration, &head, body, &out[6..]),
                Err(_) => assert_eq!(out, b"before"),
            }
        }
    }
}

fn check_call(integration: &HttpIntegration, head: &RequestHead<'_>, body: BodyLength, out: &[u8]) {
    let mut fields = Fields::new();
    let (call, length) = match parse_request(out, &mut fields) {
        Ok(parsed) => parsed.expect("a complete head"),
        // Fields are added to the client's, and escapes are longer than what they stand for.
        Err(HeadError::TooLarge) => return,
        Err(error) => panic!("{error:?}: {}", out.escape_ascii()),
    };
    assert_eq!(length, out.len(), "more than one head: {}", out.escape_ascii());
    assert_eq!((call.method(), call.version()), (integration.method.of(head), Version::Http11));
    assert!(call.path().starts_with(b"/base/"), "{}", out.escape_ascii());
    assert_eq!(call.values("host").count(), 1);
    let expect = match body {
        BodyLength::None if matches!(call.method(), "POST" | "PUT" | "PATCH") => Framing::Length(0),
        BodyLength::None => Framing::None,
        BodyLength::Length(length) => Framing::Length(length),
        BodyLength::Chunked => Framing::Chunked,
    };
    assert_eq!(call.framing(), expect, "{}", out.escape_ascii());
    assert!(!call.expects_continue());
    assert!(call.keep_alive());
    let own = integration.mapped_headers.iter().map(|mapped| mapped.field);
    assert!(own.chain([FieldName::Upgrade]).all(|field| {
        field == FieldName::Other || call.fields().filter(|line| line.name() == field).count() <= 1
    }));
}

/// Two request heads with a NUL between: their keys are the same only when all that counts is.
pub fn cache_key(bytes: &[u8]) {
    let mut halves = bytes.splitn(2, |&byte| byte == 0);
    let (first, second) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    if let (Some(first), Some(second)) = (key(first), key(second)) {
        assert_eq!(first.0 == second.0, first.1 == second.1, "{first:?} {second:?}");
    }
}

/// The key of a head, and what went into it by another way.
fn key(bytes: &[u8]) -> Option<(Vec<u8>, Vec<Vec<Vec<u8>>>)> {
    let expressions =
        ["header.x-h", "querystring.a", "multivaluequerystring.b c", "header.Accept", "path.petId"];
    let part = |name: &&str| CacheKeyPart { source: source(&format!("method.request.{name}")) };
    let cache = MethodCache {
        ttl_seconds: 300,
        prefix: b"prefix".as_slice().into(),
        parts: expressions.iter().map(part).collect(),
        invalidation: InvalidationRule::Anyone,
    };
    let mut fields = Fields::new();
    let (head, _) = parse_request(bytes, &mut fields).ok().flatten()?;
    let mut out = Vec::new();
    with_context(bytes, |ctx| write_cache_key(&cache, ctx, &mut out));
    let values = |name: &str| head.values(name).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let path = head.path().strip_prefix(b"/dev").unwrap_or(head.path());
    let parameter = path.strip_prefix(b"/pets/").unwrap_or_default().to_vec();
    let counts = vec![
        vec![head.method().as_bytes().to_vec()],
        values("x-h"),
        query_values(&head, b"a"),
        query_values(&head, b"b c"),
        values("accept"),
        vec![parameter],
    ];
    let read = read_key(out.strip_prefix(b"prefix").expect("the prefix"), expressions.len());
    assert_eq!(read, counts);
    Some((out, counts))
}

/// Reads a key back: verb, then for each part the number of values and the values.
fn read_key(mut rest: &[u8], parts: usize) -> Vec<Vec<Vec<u8>>> {
    let number = |rest: &mut &[u8]| {
        let (four, after) = rest.split_first_chunk().expect("a number");
        *rest = after;
        u32::from_be_bytes(*four) as usize
    };
    let value = |rest: &mut &[u8]| {
        let (value, after) = {
            let length = number(rest);
            rest.split_at(length)
        };
        *rest = after;
        value.to_vec()
    };
    let mut read = vec![vec![value(&mut rest)]];
    for _ in 0..parts {
        let count = number(&mut rest);
        read.push((0..count).map(|_| value(&mut rest)).collect());
    }
    assert!(rest.is_empty(), "more than the parts");
    read
}

/// Values as sent of the parameters whose decoded name is this one.
fn query_values(head: &RequestHead<'_>, name: &[u8]) -> Vec<Vec<u8>> {
    let pairs = head.query().unwrap_or_default().split(|&byte| byte == b'&');
    pairs
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let equals = pair.iter().position(|&byte| byte == b'=');
            (&pair[..equals.unwrap_or(pair.len())], equals.map_or(&b""[..], |at| &pair[at + 1..]))
        })
        .filter(|(sent, _)| decoded(sent) == name)
        .map(|(_, value)| value.to_vec())
        .collect()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let escape = text.get(at + 1..at + 3).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let byte = escape.and_then(|two| std::str::from_utf8(two).ok());
        let byte = byte.and_then(|two| u8::from_str_radix(two, 16).ok());
        let (byte, length) = match (text[at], byte) {
            (b'%', Some(byte)) => (byte, 3),
            (b'+', _) => (b' ', 1),
            (other, _) => (other, 1),
        };
        out.push(byte);
        at += length;
    }
    out
}

fn source(expression: &str) -> Source {
    Source::parse(expression, &[PATH_PARAMETER.into()], &[]).expect("a valid expression")
}

fn endpoint() -> Endpoint {
    Endpoint {
        scheme: Scheme::Http,
        host: "b.example".into(),
        port: 9000,
        authority: "b.example:9000".into(),
        insecure_skip_verification: false,
        origin: Origin::Definition,
    }
}

fn plain(proxy: bool) -> HttpIntegration {
    HttpIntegration {
        kind: if proxy { HttpKind::Proxy } else { HttpKind::Mapped },
        signing: None,
        endpoint: Ok(endpoint()),
        method: UpstreamMethod::Client,
        path: [UriPart::Literal(b"/base/".as_slice().into())].into(),
        query: Box::default(),
        mapped_query: Box::default(),
        mapped_headers: Box::default(),
        body_use: BodyUse::None,
        content_handling: ContentHandling::Always(Conversion::Pass),
        forbidden_header: false,
        content_type: None,
        constant_head: b"X-Amzn-Apigateway-Api-Id: a1b2c3d4e5\r\n".as_slice().into(),
        templates: MediaTypes(Box::default()),
        passthrough: Passthrough::Pass,
        responses: None,
        timeout_ms: 29_000,
        transfer: TransferMode::Buffered,
    }
}

/// Every source everywhere.
fn mapped(proxy: bool) -> HttpIntegration {
    let sources = [
        "method.request.header.x-h",
        "method.request.multivalueheader.Accept",
        "method.request.querystring.a",
        "method.request.multivaluequerystring.a",
        "method.request.path.petId",
        "context.identity.userAgent",
        "context.path",
        "context.error.message",
    ];
    let part = |(text, expression): (&str, &str)| {
        let placeholder = b"{p}".as_slice().into();
        let literal = UriPart::Literal(text.as_bytes().into());
        [literal, UriPart::Parameter { placeholder, source: source(expression) }]
    };
    let path = ["/base/", "-", "/", "/", "/", "/", "/", "/"].into_iter().zip(sources);
    let query = ["q=", "&r=", "&s=", "&t=", "&u=", "&v=", "&w=", "&x="].into_iter().zip(sources);
    let names = ["a", "b%20c", "d", "e", "f", "g", "h", "i"].into_iter().zip(sources);
    // Not the error's message: it has a line end, so every call would be refused.
    let headers = ["X-H", "Accept", "x-q", "X-All", "X-Path", "User-Agent", "X-P"];
    let header = |(name, expression): (&str, &str)| MappedHeader {
        name: name.into(),
        field: FieldName::of(name.as_bytes()),
        source: source(expression),
    };
    HttpIntegration {
        path: path.flat_map(part).collect(),
        query: query.flat_map(part).collect(),
        mapped_query: names
            .map(|(name, expression)| MappedQuery { name: name.into(), source: source(expression) })
            .collect(),
        mapped_headers: headers.into_iter().zip(sources).map(header).collect(),
        ..plain(proxy)
    }
}
