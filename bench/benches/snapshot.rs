//! Publishing: what every request pays to notice a new snapshot, what a worker pays to take it, and
//! compiling one.

use std::hint::black_box;
use std::sync::Arc;

use ringway_core::compile::compile;
use ringway_core::link::Published;
use ringway_core::snapshot::Snapshot;

use crate::api;
use crate::harness::Harness;

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("snapshot");
    let published = Published::new(Arc::new(api::pets()));
    let mut current = published.snapshot();
    group.bench("check, unchanged", || {
        if black_box(&published).generation() != current.generation {
            current = published.snapshot();
        }
    });

    let mut generation = published.generation();
    let next = || {
        generation += 1;
        Arc::new(republished(&published.snapshot(), generation))
    };
    // The old snapshot is handed out, so that freeing it is not measured.
    let refresh = |next: Arc<Snapshot>| {
        let expect = next.generation;
        published.publish(next);
        if published.generation() != current.generation {
            let old = std::mem::replace(&mut current, published.snapshot());
            assert_eq!(current.generation, expect);
            return Some(old);
        }
        None
    };
    group.bench_with("publish and take", next, refresh);

    for methods in [10, 1_000] {
        let definitions = api::definitions(methods);
        group.bench_slow(&format!("compile, {methods} methods"), || {
            compile(black_box(&definitions), 1)
        });
    }
}

/// The same stages under another generation, as after a change of something else.
fn republished(snapshot: &Snapshot, generation: u64) -> Snapshot {
    Snapshot {
        generation,
        stages: snapshot.stages.clone(),
        usage: snapshot.usage.clone(),
        apis: Default::default(),
        accounts: snapshot.accounts.clone(),
    }
}
