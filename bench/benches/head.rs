//! Parsing heads, of clients and of upstreams.

use std::hint::black_box;

use criterion::Throughput;
use ringway_core::http::{Fields, parse_request_head, parse_response};

use crate::harness::Harness;
use crate::requests::{BROWSER, CURL, RESPONSE};

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("head");
    let mut fields = Fields::with_full_capacity();
    for (name, head) in [("request, curl", CURL), ("request, browser", BROWSER)] {
        group.throughput(Throughput::Bytes(head.len() as u64));
        group.bench(name, || {
            let parsed = parse_request_head(black_box(head.as_bytes()), &mut fields);
            assert!(matches!(&parsed, Ok(Some(parsed)) if parsed.length() == head.len()));
            parsed
        });
    }
    group.throughput(Throughput::Bytes(RESPONSE.len() as u64));
    group.bench("response", || {
        let parsed = parse_response(black_box(RESPONSE.as_bytes()), &mut fields, false);
        assert!(matches!(&parsed, Ok(Some((_, length))) if *length == RESPONSE.len()));
        parsed
    });
}
