//! Bytes out: the head of an HTTP_PROXY call, and an access-log record.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use ringway_core::integration::{BodyLength, write_request_head};
use ringway_core::snapshot::Integration;

use crate::api;
use crate::requests::{BROWSER, CURL};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("render");
    let snapshot = api::pets();
    let mut out = Vec::with_capacity(4096);
    for (name, request) in [("curl", CURL), ("browser", BROWSER)] {
        api::with_context(&snapshot, request, |ctx| {
            let Some(Integration::Http(http)) = ctx.method.map(|method| &method.integration) else {
                panic!("the pet store has a back end");
            };
            let endpoint = http.endpoint.as_ref().expect("its address is known");
            group.throughput(Throughput::Bytes(request.len() as u64));
            group.bench_function(format!("upstream request head, {name}"), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    let (http, ctx) = (black_box(http), black_box(ctx));
                    let written =
                        write_request_head(http, endpoint, ctx, BodyLength::None, &mut out);
                    assert!(written.is_ok());
                    black_box(&out);
                });
            });
        });
    }
    api::with_context(&snapshot, BROWSER, |ctx| {
        let log = ctx.stage.and_then(|stage| stage.access_log.as_ref());
        let format = &log.expect("the stage has a log").format;
        format.render(ctx, &mut out);
        group.throughput(Throughput::Elements(1));
        group.bench_function("access log, JSON", |bencher| {
            bencher.iter(|| {
                out.clear();
                black_box(format).render(black_box(ctx), &mut out);
                black_box(&out);
            });
        });
    });
    group.finish();
}
