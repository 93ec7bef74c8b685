//! Guard: a warm request allocates nothing, and one that fills the cache next to nothing.
//!
//! The gateway runs in this process; client and upstream are std sockets with fixed buffers, so
//! that
//! every allocation counted during the warm phase is the gateway's.
#![allow(unsafe_code)] // a counting global allocator
#![allow(clippy::disallowed_methods)] // a client that blocks its own thread only
#![allow(clippy::unwrap_used)] // a guard that meets what it does not expect stops there

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ringway_core::compile::{Compiler, ServiceEndpoints};
use ringway_core::definition::{Definitions, Integration, IntegrationType, Method};
use ringway_core::definition::{
    DeployedApi, DeployedStage, MethodSetting, Resource, RestApi, Stage,
};
use ringway_core::link::{Counters, LogSink, Published};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: forwards to the system allocator, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
    Content-Length: 15\r\nServer: x\r\n\r\n{\"hello\":\"you\"}";

/// A function's, whose body is the same.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
    Content-Length: 69\r\n\r\n{\"statusCode\":200,\"headers\":{\"X-A\":\"1\"},\
    \"body\":\"{\\\"hello\\\":\\\"you\\\"}\"}";

fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while matches!(stream.read(&mut buffer), Ok(1..)) {
                    let invoked = buffer.starts_with(b"POST /2015-03-31/functions/");
                    stream.write_all(if invoked { ANSWER } else { RESPONSE }).unwrap();
                }
            });
        }
    });
    address
}

const FUNCTION: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
    arn:aws:lambda:us-east-1:000000000000:function:guard/invocations";

fn method(verb: &str, uri: String) -> Method {
    let integration = Integration {
        integration_type: IntegrationType::HttpProxy,
        http_method: Some("GET".into()),
        uri: Some(uri),
        ..Integration::default()
    };
    Method { http_method: verb.into(), integration: Some(integration), ..Method::default() }
}

fn definitions(upstream: SocketAddr) -> Definitions {
    let root = Resource { id: "root".into(), path: "/".into(), ..Resource::default() };
    let child = |name: &str| Resource {
        id: name.into(),
        parent_id: Some("root".into()),
        path_part: Some(name.into()),
        path: format!("/{name}"),
        methods: [("GET".to_owned(), method("GET", format!("http://{upstream}/{name}")))].into(),
    };
    // Each query is a key of its own.
    let mut missed = child("missed");
    for method in missed.methods.values_mut() {
        let parameter = "method.request.querystring.id".to_owned();
        method.request_parameters.insert(parameter.clone(), false);
        if let Some(integration) = &mut method.integration {
            integration.cache_key_parameters.push(parameter);
        }
    }
    let mut function = child("function");
    for method in function.methods.values_mut() {
        if let Some(integration) = &mut method.integration {
            integration.integration_type = IntegrationType::AwsProxy;
            integration.http_method = Some("POST".into());
            integration.uri = Some(FUNCTION.into());
        }
    }
    let api = RestApi {
        id: "guard".into(),
        name: "guard".into(),
        resources: vec![root, child("proxied"), child("cached"), missed, function],
        ..RestApi::default()
    };
    let throttle = MethodSetting {
        throttling_rate_limit: 1e6,
        throttling_burst_limit: 1_000_000,
        ..MethodSetting::default()
    };
    let cached = MethodSetting { caching_enabled: true, ..throttle.clone() };
    let stage = Stage {
        stage_name: "s".into(),
        cache_cluster_enabled: true,
        cache_cluster_size: Some("0.5".into()),
        method_settings: [
            ("proxied/GET".into(), throttle),
            ("cached/GET".into(), cached.clone()),
            ("missed/GET".into(), cached),
        ]
        .into(),
        ..Stage::default()
    };
    let stages = vec![DeployedStage {
        stage: Arc::new(stage),
        deployment: api.into(),
        canary_deployment: None,
    }];
    let apis = vec![DeployedApi { id: "guard".into(), stages }];
    Definitions { apis, ..Definitions::default() }
}

/// A request with a query of its own.
fn request(client: &mut TcpStream, path: &str, number: u64, buffer: &mut [u8]) {
    // Fixed pieces: formatting would allocate.
    client.write_all(b"GET /s/").unwrap();
    client.write_all(path.as_bytes()).unwrap();
    let mut query = *b"?id=00000";
    let mut rest = number;
    for digit in query[4..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    client.write_all(&query).unwrap();
    client.write_all(b" HTTP/1.1\r\nHost: localhost\r\nUser-Agent: guard\r\n\r\n").unwrap();
    let mut filled = 0;
    loop {
        let read = client.read(&mut buffer[filled..]).unwrap();
        assert_ne!(read, 0, "the gateway closed the connection");
        filled += read;
        if buffer[..filled].ends_with(b"{\"hello\":\"you\"}") {
            break;
        }
    }
    assert!(buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&buffer[..filled]));
}

/// Requests before counting.
const WARM_UP: u64 = 100;

/// Allocations during `n` requests on one warm connection.
fn allocations(client: &mut TcpStream, path: &str, n: u64) -> u64 {
    let mut buffer = [0; 4096];
    for number in 0..WARM_UP {
        request(client, path, number, &mut buffer);
    }
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for number in WARM_UP..WARM_UP + n {
        request(client, path, number, &mut buffer);
    }
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

#[test]
fn warm_requests_allocate_nothing() {
    let upstream = upstream();
    let mut endpoints = ServiceEndpoints::default();
    endpoints.insert_unsigned("lambda", &format!("http://{upstream}")).unwrap();
    let compiler = Compiler::new(Arc::new(endpoints));
    let snapshot = compiler.prepare(&[definitions(upstream)], 1).unwrap().snapshot;
    let (log, _batches) = LogSink::channel();
    let config = ringway_proxy::Config {
        http: Some("127.0.0.1:0".parse().unwrap()),
        https: None,
        workers: 1,
        drain_deadline: Duration::from_secs(1),
        host_suffixes: vec!["localhost".into()],
        published: Arc::new(Published::new(Arc::new(snapshot))),
        commands: Arc::default(),
        counters: Arc::new(Counters::default()),
        log,
        outbound: ringway_proxy::Outbound::default(),
        trim: || {},
    };
    let gateway = ringway_proxy::start(config).unwrap();
    let mut client = TcpStream::connect(gateway.http_addr().unwrap()).unwrap();
    client.set_nodelay(true).unwrap();
    const REQUESTS: u64 = 1_000;
    // A chore of the worker (a flush, a date) may fall into the run; a request may not.
    const CHORES: u64 = REQUESTS / 100;
    // A miss takes memory for the response that is kept, and for its key while it is in flight. Now
    // and then a table of one of the cache's shards grows.
    const MISSED: u64 = 2 * REQUESTS;
    const TABLES: u64 = REQUESTS / 5;
    for (path, allowed) in [
        ("proxied", 0..CHORES),
        ("function", 0..CHORES),
        ("cached", 0..CHORES),
        ("missed", MISSED..MISSED + TABLES),
    ] {
        let counted = allocations(&mut client, path, REQUESTS);
        assert!(allowed.contains(&counted), "{path}: {counted} allocations, not {allowed:?}");
    }
    drop(client);
    assert_eq!(gateway.drain(), 0);
}
