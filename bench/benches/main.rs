//! Micro-benchmarks of what a request touches, one module a subject:
//! `cargo bench -p ringway-bench -- route`; and the guard that counts their instructions:
//! `cargo bench -p ringway-bench --profile guard -- --guard`.
//!
//! One binary, because the release profile optimises across all crates and does it for each binary
//! anew. Inputs are what clients and customers send (`requests`, `api`), go through the compiler as
//! in production, and every result is looked at or returned, so that nothing can be left out.

use std::process::ExitCode;
use std::time::Duration;

use criterion::Criterion;

use harness::Harness;

/// The allocator of the `ringway` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod api;
mod bucket;
mod cache;
mod guard;
mod harness;
mod head;
mod render;
mod requests;
mod route;
mod snapshot;
mod template;

fn main() -> ExitCode {
    let given = |flag: &str| std::env::args().any(|argument| argument == flag);
    if given("--guard") {
        return guard::run(given("--record"));
    }
    let mut harness = if given("--count") {
        Harness::Counted(Vec::new())
    } else {
        Harness::Timed(Box::new(criterion()))
    };
    all(&mut harness);
    match harness {
        Harness::Counted(counted) => guard::print(&counted),
        Harness::Timed(criterion) => criterion.final_summary(),
    }
    ExitCode::SUCCESS
}

/// Short on purpose: everything together takes about a minute.
fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args()
}

fn all(harness: &mut Harness) {
    head::bench(harness);
    route::bench(harness);
    bucket::bench(harness);
    cache::bench(harness);
    snapshot::bench(harness);
    render::bench(harness);
    template::bench(harness);
}
