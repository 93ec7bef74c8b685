//! Bytes out: the head of an HTTP_PROXY call, an access-log record, a mapping template.

use std::hint::black_box;

use criterion::Throughput;
use ringway_core::context::Context;
use ringway_core::http::write::http_date;
use ringway_core::http::{Fields, parse_response};
use ringway_core::integration::{
    BodyLength, Connection, Delivery, Own, write_own_fields, write_proxied_fields,
    write_request_head,
};
use ringway_core::mapping::Body;
use ringway_core::snapshot::{Integration, Snapshot};
use ringway_core::template::{MappingTemplate, Overrides};

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
    mapping_template(&mut group, &snapshot);
}

/// Twenty lines that take an order apart.
const TEMPLATE: &str = r#"#set($order = $input.path('$'))
#set($total = 0)
{
  "id": "$order.id",
  "stage": "$context.stage",
  "customer": {
    "name": "$util.escapeJavaScript($order.customer.name)",
    "city": "$order.customer.address.city",
    "vip": #if($order.customer.vip)true#{else}false#end
  },
  "lines": [
#foreach($line in $order.lines)
#set($total = $total + $line.count * $line.price)
    {"sku": "$line.sku", "count": $line.count}#if($foreach.hasNext),#end
#end
  ],
  "total": $total,
  "note": $input.json('$.note'),
  "via": "$input.params('User-Agent')"
}
"#;

/// About a kilobyte of JSON through [`TEMPLATE`].
fn mapping_template(group: &mut Group<'_>, snapshot: &Snapshot) {
    let line = |n: u32| format!(r#"{{"sku":"SKU-{n:06}","count":{n},"price":{}}}"#, n * 5);
    let lines: Vec<String> = (1..=8).map(line).collect();
    let address = r#"{"city":"Gent","street":"Veldstraat 1","zip":"9000","country":"BE"}"#;
    let customer = format!(r#"{{"name":"A \"B\" C","vip":true,"address":{address}}}"#);
    let text = format!(
        r#"{{"id":"o-1","note":"{}","customer":{customer},"lines":[{}]}}"#,
        "x".repeat(450),
        lines.join(",")
    );
    let template = MappingTemplate::parse(TEMPLATE).expect("a template");
    let whole = MappingTemplate::parse("$input.path('$').id").expect("a template");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench("body of a template, 1 KB, read", || {
        black_box(Body::new(black_box(&text), template.body_use()));
    });
    api::with_context(snapshot, CURL, |ctx| {
        let mut out = String::with_capacity(4096);
        let body = Body::new(&text, template.body_use());
        let ctx = Context { body: Some(&body), ..*ctx };
        group.bench("mapping template, one value of 1 KB that was read", || {
            out.clear();
            whole.render(&ctx, &Overrides::default(), &mut out).expect("a text");
            black_box(&out);
        });
        group.bench("mapping template, 20 lines, 1 KB that was read", || {
            out.clear();
            template.render(&ctx, &Overrides::default(), &mut out).expect("a text");
            black_box(&out);
        });
    });
    api::with_context(snapshot, CURL, |ctx| {
        let mut out = String::with_capacity(4096);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench("mapping template, 20 lines, 1 KB", || {
            out.clear();
            let body = Body::new(black_box(&text), template.body_use());
            let ctx = Context { body: Some(&body), ..*ctx };
            template.render(&ctx, &Overrides::default(), &mut out).expect("a text");
            black_box(&out);
        });
    });
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
