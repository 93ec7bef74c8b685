//! Rendering, head writing and the proof of a signature allocate nothing once their buffers have
//! their capacity.

// The only way to see allocations is to be the allocator.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::{IpAddr, Ipv6Addr};

use ringway_core::context::{
    Client, Context, Forwarded, Outcome, RequestFacts, Template, TemplateKind,
};
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::http::{FieldName, Fields, parse_request, parse_response};
use ringway_core::identity::SecretAccessKey;
use ringway_core::integration::{
    BodyLength, Connection, Delivery, Own, ResponseBody, write_cache_key, write_gateway_response,
    write_mapped_fields, write_own_fields, write_proxied_fields, write_request_head,
};
use ringway_core::mapping::{BodyUse, ResponseSource, Source};
use ringway_core::sigv4::{Claim, PathRule, Payload, Request, Rules, Scratch, SigningKey};
use ringway_core::snapshot::{
    CacheKeyPart, ContentHandling, Conversion, Endpoint, HttpIntegration, HttpKind,
    InvalidationRule, MappedHeader, MappedQuery, MediaTypes, MethodCache, Origin, Passthrough,
    ResponseRule, Scheme, TransferMode, UpstreamMethod, UriPart,
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // A thread that ends may allocate after its locals are gone; nobody counts there.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const REQUEST: &[u8] = b"GET /pets/a?q=%C3%A9+x&q=2&r=1 HTTP/1.1\r\nHost: a.example:8080\r\n\
    User-Agent: \"quoted\" \xff\r\nAccept: text/html, application/xml;q=0.9\r\nX-Tag: a/b c\r\n\
    X-Tag: d\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: now\r\nX-A: 1\r\nX-A: 2\r\n\
    Connection: close\r\nContent-Length: 3\r\n\r\n";
const DELIVERY: Delivery<'_> =
    Delivery { connection: Connection::KeepAlive, date: b"Sat, 10 Oct 2020 13:55:36 GMT" };

fn source(expression: &str) -> Source {
    Source::parse(expression, &["petId".into()], &[]).expect(expression)
}

fn integration() -> HttpIntegration {
    let parameter = |expression| UriPart::Parameter {
        placeholder: b"{p}".as_slice().into(),
        source: source(expression),
    };
    let header = |name: &str, expression| MappedHeader {
        name: name.into(),
        field: FieldName::of(name.as_bytes()),
        source: source(expression),
    };
    let query =
        |name: &str, expression| MappedQuery { name: name.into(), source: source(expression) };
    HttpIntegration {
        kind: HttpKind::Proxy,
        signing: None,
        endpoint: Ok(endpoint()),
        method: UpstreamMethod::Client,
        path: [
            UriPart::Literal(b"/".as_slice().into()),
            parameter("method.request.path.petId"),
            parameter("method.request.header.x-tag"),
        ]
        .into(),
        query: [UriPart::Literal(b"k=".as_slice().into()), parameter("context.requestId")].into(),
        mapped_query: [
            query("q", "method.request.querystring.q"),
            query("t", "method.request.multivalueheader.x-tag"),
        ]
        .into(),
        mapped_headers: [
            header("X-Query", "method.request.multivaluequerystring.q"),
            header("User-Agent", "context.identity.sourceIp"),
            header("X-None", "method.request.header.none"),
        ]
        .into(),
        body_use: BodyUse::None,
        content_handling: ContentHandling::Always(Conversion::Pass),
        forbidden_header: false,
        content_type: None,
        constant_head: b"X-Amzn-Apigateway-Api-Id: a\r\n".as_slice().into(),
        templates: MediaTypes(Box::default()),
        passthrough: Passthrough::Pass,
        responses: None,
        timeout_ms: 29_000,
        transfer: TransferMode::Buffered,
    }
}

fn endpoint() -> Endpoint {
    Endpoint {
        scheme: Scheme::Http,
        host: "b.example".into(),
        port: 80,
        authority: "b.example".into(),
        insecure_skip_verification: false,
        origin: Origin::Definition,
    }
}

/// Calls with the context of a finished request.
fn with_context<R>(call: impl FnOnce(&Context<'_>) -> R) -> R {
    let mut fields = Fields::new();
    let (head, _) = parse_request(REQUEST, &mut fields).expect("valid").expect("complete");
    let error = GatewayError::new(ResponseType::IntegrationTimeout, "too \"slow\"");
    call(&Context {
        request: &RequestFacts {
            request_id: b"00000000-0000-4000-8000-000000000000",
            extended_request_id: b"AbCdEfGhIjKlMnO=",
            received_unix_ms: 1_602_338_136_123,
            source_ip: IpAddr::V6(Ipv6Addr::LOCALHOST),
            forwarded: Some(Forwarded { scheme: Scheme::Https, port: 443 }),
            trace_id: b"Root=1-5f81d1a8-0123456789abcdef01234567",
            head: Some(&head),
            resource_path_sent: b"/pets/a",
            path_parameters: &[b"a"],
        },
        stage: None,
        method: None,
        client: Some(Client { api_key: b"key", api_key_id: "id", plan_id: "plan" }),
        body: None,
        error: Some(&error),
        outcome: Some(Outcome {
            status: 504,
            response_bytes: 3,
            latency_us: 2_000,
            integration_latency_us: Some(1_000),
            integration_status: None,
            function_status: None,
            integration_request_id: None,
        }),
    })
}

/// Allocations of a call that appends to a buffer with capacity.
fn allocations(call: impl Fn(&mut Vec<u8>)) -> u64 {
    let mut out = Vec::with_capacity(16 * 1024);
    let before = ALLOCATIONS.get();
    call(&mut out);
    let after = ALLOCATIONS.get();
    assert!(!out.is_empty());
    after - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|out| out.extend(vec![1, 2, 3])), 1);
    assert_eq!(allocations(|out| out.resize(20_000, 0)), 1);
}

#[test]
fn templates() {
    let format = "$context.requestId $context.path \"$context.identity.userAgent\" \
        $context.identity.sourceIp $context.requestTime $context.requestTimeEpoch \
        $context.error.messageString $context.integration.error $context.identity.user \
        $context.domainPrefix $context.status $context.responseLatency $context.xrayTraceId";
    for kind in [TemplateKind::AccessLog, TemplateKind::GatewayResponse] {
        let template = Template::parse(format, kind, &[]).expect("a format");
        with_context(|ctx| assert_eq!(allocations(|out| template.render(ctx, out)), 0));
    }
}

#[test]
fn calls_of_back_ends() {
    let (integration, endpoint) = (integration(), endpoint());
    with_context(|ctx| {
        let count = allocations(|out| {
            let body = BodyLength::Length(3);
            write_request_head(&integration, &endpoint, ctx, body, out).expect("a head");
        });
        assert_eq!(count, 0);
    });
}

#[test]
fn answers() {
    let mut fields = Fields::new();
    let (parsed, _) =
        parse_response(RESPONSE, &mut fields, false).expect("valid").expect("complete");
    let upstream = parsed.view(RESPONSE, &fields);
    let header = |name: &str, expression| {
        let source = ResponseSource::parse(expression, &[]).expect(expression);
        (name.into(), FieldName::of(name.as_bytes()), source)
    };
    let rule = ResponseRule {
        status: 200,
        headers: [
            header("X-All", "integration.response.multivalueheader.X-A"),
            header("X-Id", "context.requestId"),
        ]
        .into(),
        templates: MediaTypes(Box::default()),
        body_use: BodyUse::None,
        content_handling: ContentHandling::Always(Conversion::Pass),
    };
    let error = GatewayError::new(ResponseType::Throttled, "test");
    with_context(|ctx| {
        let own = Own { delivery: DELIVERY, traced: true };
        let proxied = allocations(|out| {
            write_own_fields(200, ctx, BodyLength::Length(3), own, out);
            write_proxied_fields(&upstream, out);
        });
        let mapped = allocations(|out| {
            let body = ResponseBody { content_type: "application/json", template: None };
            write_mapped_fields(&rule, ctx, Some(&upstream), &body, out).expect("fields");
        });
        let refused = allocations(|out| {
            write_gateway_response(None, &error, ctx, DELIVERY, out);
        });
        assert_eq!((proxied, mapped, refused), (0, 0, 0));
    });
}

#[test]
fn cache_keys() {
    let part = |expression| CacheKeyPart { source: source(expression) };
    let cache = MethodCache {
        ttl_seconds: 300,
        prefix: b"prefix".as_slice().into(),
        parts: [part("method.request.querystring.q"), part("context.identity.sourceIp")].into(),
        invalidation: InvalidationRule::Anyone,
    };
    with_context(|ctx| assert_eq!(allocations(|out| write_cache_key(&cache, ctx, out)), 0));
}

/// `get-vanilla-query-order-key-case` of AWS's signing test suite.
#[test]
fn signatures() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/\
        aws4_request, SignedHeaders=host;x-amz-date, \
        Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
    let headers = [
        (&b"Host"[..], &b"example.amazonaws.com"[..]),
        (b"X-Amz-Date", b"20150830T123600Z"),
        (b"Authorization", authorization.as_bytes()),
    ];
    let request = Request {
        method: b"GET",
        path: b"/",
        query: b"Param2=value2&Param1=value1",
        headers: headers.iter().copied(),
    };
    let rules = Rules { service: "service", path: PathRule::Normalized, unsigned_payload: false };
    let secret = SecretAccessKey::parse("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let scope = Claim::parse(&request).expect("a claim");
    let key = SigningKey::derive(&secret.expect("a secret"), scope.scope());
    let mut scratch = Scratch::default();
    let mut prove = || {
        let before = ALLOCATIONS.get();
        let claim = Claim::parse(&request).expect("a claim");
        let proven =
            claim.verify(&request, Payload::Body(b""), &key, &rules, 1_440_938_160, &mut scratch);
        assert!(proven.is_ok());
        ALLOCATIONS.get() - before
    };
    assert!(prove() > 0, "the buffers are empty at first");
    assert_eq!(prove(), 0);
}
