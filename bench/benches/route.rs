//! Path and verb to method, in APIs of 10, 100 and 1,000 methods.

use std::hint::black_box;

use ringway_core::compile::compile;
use ringway_core::router::{PathRanges, Router};

use crate::api;
use crate::harness::Harness;

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("route");
    for methods in [10, 100, 1_000] {
        let snapshot = compile(&api::definitions(methods), 1).expect("the API compiles");
        let router = &snapshot.stages[0].router;
        let kinds = ["items", "items/42", "files/css/site.css", "orders/42"];
        for (kind, path) in ["static", "param", "greedy", "miss"].into_iter().zip(kinds) {
            // All services in turn, so that neither cache nor branch predictor knows the path.
            let paths: Vec<_> = (0..methods / 3).map(|n| format!("/service-{n}/{path}")).collect();
            check(router, &paths, kind != "miss");
            let mut turn = paths.iter().cycle();
            group.bench(&format!("{methods} methods, {kind}"), || {
                let mut params = PathRanges::default();
                let path = turn.next().map_or("", |path| path);
                let found = router.find(black_box(path.as_bytes()), "GET", &mut params);
                (found, params.len())
            });
        }
    }
}

fn check(router: &Router, paths: &[String], known: bool) {
    for path in paths {
        let found = router.find(path.as_bytes(), "GET", &mut PathRanges::default());
        assert_eq!(found.is_some(), known, "{path}");
    }
}
