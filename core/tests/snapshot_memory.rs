//! Guard: what a route and a stage take in a snapshot, and what compiling one allocates.

// The only way to see allocations is to be the allocator.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use ringway_core::compile::compile;
use ringway_core::definition::{
    Definitions, DeployedApi, DeployedStage, Integration, IntegrationResponse, IntegrationType,
    Method, Resource, RestApi, Stage,
};

thread_local! {
    static LIVE_BYTES: Cell<i64> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

fn count(bytes: i64) {
    // A thread that ends may allocate after its locals are gone; nobody counts there.
    let _ = LIVE_BYTES.try_with(|live| live.set(live.get() + bytes));
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + i64::from(bytes > 0)));
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn response(status: &str, pattern: Option<&str>, body: Option<&str>) -> IntegrationResponse {
    let template = body.map(|body| ("application/json".into(), Some(body.into())));
    IntegrationResponse {
        status_code: status.into(),
        selection_pattern: pattern.map(Into::into),
        response_templates: template.into_iter().collect(),
        ..IntegrationResponse::default()
    }
}

fn integration(kind: IntegrationType, route: usize) -> Integration {
    let mock = kind == IntegrationType::Mock;
    let request = mock.then(|| ("application/json".into(), Some("{\"statusCode\": 200}".into())));
    let path = ("integration.request.path.id".into(), "method.request.path.id".into());
    Integration {
        integration_type: kind,
        uri: (!mock).then(|| format!("http://127.0.0.1:9000/backend/{route}/{{id}}")),
        request_parameters: [path].into(),
        request_templates: request.into_iter().collect(),
        integration_responses: [
            ("200".into(), response("200", None, Some("{\"ok\":true}"))),
            ("404".into(), response("404", Some("4\\d{2}"), None)),
        ]
        .into(),
        ..Integration::default()
    }
}

/// `stages` APIs of `routes` routes each.
fn definitions(kind: IntegrationType, stages: usize, routes: usize) -> Definitions {
    let resource = |route: usize| Resource {
        id: format!("r{route:05}"),
        path: format!("/service-{route}/{{id}}"),
        methods: [(
            "GET".into(),
            Method { integration: Some(integration(kind, route)), ..Method::default() },
        )]
        .into(),
        ..Resource::default()
    };
    let api = |ix: usize| {
        let api = RestApi { resources: (0..routes).map(resource).collect(), ..RestApi::default() };
        let stage = Stage { stage_name: "prod".into(), ..Stage::default() };
        let stages = vec![DeployedStage {
            stage: Arc::new(stage),
            deployment: api.into(),
            canary_deployment: None,
        }];
        DeployedApi { id: format!("api{ix}"), stages }
    };
    Definitions { apis: (0..stages).map(api).collect(), ..Definitions::default() }
}

/// Bytes a snapshot keeps, and allocations of compiling it.
fn compiled(kind: IntegrationType, stages: usize, routes: usize) -> (i64, i64) {
    let definitions = definitions(kind, stages, routes);
    let (bytes, allocations) = (LIVE_BYTES.get(), ALLOCATIONS.get());
    let snapshot = compile(&definitions, 1).expect("valid definitions");
    let found = (LIVE_BYTES.get() - bytes, ALLOCATIONS.get() - allocations);
    drop(snapshot);
    found
}

/// What one more of something costs.
fn difference((bytes, allocations): (i64, i64), less: (i64, i64), n: i64) -> (i64, i64) {
    ((bytes - less.0) / n, (allocations - less.1) / n)
}

#[test]
fn a_route_is_small() {
    for (kind, bytes_max, allocations_max) in [
        (IntegrationType::Mock, 900, 25),
        (IntegrationType::HttpProxy, 900, 25),
        (IntegrationType::Http, 1_100, 35),
    ] {
        // Powers of two apart, so that tables are equally full.
        let (few, many) = (compiled(kind, 1, 64), compiled(kind, 1, 256));
        let (bytes, allocations) = difference(many, few, 192);
        assert!(bytes <= bytes_max, "{kind:?}: {bytes} bytes a route");
        assert!(allocations <= allocations_max, "{kind:?}: {allocations} allocations a route");
    }
}

#[test]
fn a_stage_is_small() {
    // AWS's gateway responses and the pattern are there once.
    let (few, many) =
        (compiled(IntegrationType::Http, 16, 1), compiled(IntegrationType::Http, 64, 1));
    let (bytes, _) = difference(many, few, 48);
    assert!(bytes <= 3_000, "{bytes} bytes a stage of one route");
}
