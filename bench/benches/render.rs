//! Bytes out: the head of an HTTP_PROXY call, an access-log record.

use std::hint::black_box;

use criterion::Throughput;
use ringway_core::http::write::http_date;
use ringway_core::http::{Fields, parse_response};
use ringway_core::integration::{
    BodyLength, Connection, Delivery, Own, write_own_fields, write_proxied_fields,
    write_request_head,
};
use ringway_core::snapshot::{Integration, Snapshot};

use crate::api;
use crate::harness::{Group, Harness};
use crate::requests::{BROWSER, CURL, RESPONSE};

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("render");
    let snapshot = api::pets();
    let mut out = Vec::with_capacity(4096);
    for (name, request) in [("curl", CURL), ("browser", BROWSER)] {
        api::with_context(&snapshot, request, |ctx| {
            let Some(Integration::Http(http)) = ctx.method.map(|method| &method.integration) else {
                panic!("the pet store has a back end");
            };
            let endpoint = http.endpoint.as_ref().expect("its address is known");
            group.throughput(Throughput::Bytes(request.len() as u64));
            group.bench(&format!("upstream request head, {name}"), || {
                out.clear();
                let (http, ctx) = (black_box(http), black_box(ctx));
                let written = write_request_head(http, endpoint, ctx, BodyLength::None, &mut out);
                assert!(written.is_ok());
                black_box(&out);
            });
        });
    }
    api::with_context(&snapshot, BROWSER, |ctx| {
        let log = ctx.stage.and_then(|stage| stage.access_log.as_ref());
        let format = &log.expect("the stage has a log").format;
        format.render(ctx, &mut out);
        group.throughput(Throughput::Elements(1));
        group.bench("access log, JSON", || {
            out.clear();
            black_box(format).render(black_box(ctx), &mut out);
            black_box(&out);
        });
    });
    response_head(&mut group, &snapshot, &mut out);
}

/// The head of an answer to a client: our own fields, and those of the back end.
fn response_head(group: &mut Group<'_>, snapshot: &Snapshot, out: &mut Vec<u8>) {
    let mut fields = Fields::new();
    let parsed = parse_response(RESPONSE.as_bytes(), &mut fields, false);
    let (head, _) = parsed.expect("a valid head").expect("a complete head");
    let upstream = head.view(RESPONSE.as_bytes(), &fields);
    let date = http_date(1_602_338_136);
    let delivery = Delivery { connection: Connection::KeepAlive, date: &date };
    let own = Own { delivery, traced: false };
    api::with_context(snapshot, CURL, |ctx| {
        group.throughput(Throughput::Elements(1));
        group.bench("client response head", || {
            out.clear();
            write_own_fields(200, black_box(ctx), BodyLength::Length(1024), own, out);
            write_proxied_fields(black_box(&upstream), out);
            black_box(&out);
        });
    });
}
