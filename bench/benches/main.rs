//! Micro-benchmarks of what a request touches, one module a subject:
//! `cargo bench -p ringway-bench -- route`.
//!
//! One binary, because the release profile optimises across all crates and does it for each binary
//! anew. Inputs are what clients and customers send (`requests`, `api`), go through the compiler as
//! in production, and every result is looked at or returned, so that nothing can be left out.

use std::time::Duration;

use criterion::{Criterion, criterion_main};

mod api;
mod bucket;
mod cache;
mod head;
mod render;
mod requests;
mod route;
mod snapshot;

criterion_main!(all);

/// Short on purpose: everything together takes about a minute.
fn all() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    head::bench(&mut criterion);
    route::bench(&mut criterion);
    bucket::bench(&mut criterion);
    cache::bench(&mut criterion);
    snapshot::bench(&mut criterion);
    render::bench(&mut criterion);
    criterion.final_summary();
}
