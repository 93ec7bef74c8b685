//! Liveness and readiness.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Admin;

/// Whether requests should be sent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readiness {
    /// Every worker serves the generation in force.
    Ready,
    /// No worker runs yet.
    Starting,
    /// A worker still serves an older generation.
    Behind,
    /// The process is going down.
    Draining,
}

impl Readiness {
    const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Starting => "starting",
            Self::Behind => "behind",
            Self::Draining => "draining",
        }
    }

    fn of(generation: u64, workers: &[u64], draining: bool) -> Self {
        if draining {
            Self::Draining
        } else if workers.is_empty() || workers.contains(&0) {
            Self::Starting
        } else if workers.iter().any(|serving| *serving != generation) {
            Self::Behind
        } else {
            Self::Ready
        }
    }
}

/// 200 as long as this thread answers.
pub(super) async fn live() -> Response {
    body(StatusCode::OK, &json!({ "status": "live" }))
}

/// 200 when every worker serves the generation in force, else 503 with the reason.
pub(super) async fn ready(State(admin): State<Arc<Admin>>) -> Response {
    // Workers first: a publication between the two reads must not look like one that arrived.
    let workers: Vec<u64> =
        admin.counters.workers().iter().map(|worker| worker.generation.value()).collect();
    let generation = admin.published.generation();
    let readiness = Readiness::of(generation, &workers, admin.draining.load(Ordering::Relaxed));
    let status = match readiness {
        Readiness::Ready => StatusCode::OK,
        Readiness::Starting | Readiness::Behind | Readiness::Draining => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    let report =
        json!({ "status": readiness.name(), "generation": generation, "workers": workers });
    body(status, &report)
}

fn body(status: StatusCode, report: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], report.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_needs_every_worker_on_the_generation_in_force() {
        let check = |generation, workers: &[u64], draining, expect| {
            assert_eq!(Readiness::of(generation, workers, draining), expect, "{workers:?}");
        };
        check(1, &[], false, Readiness::Starting);
        check(1, &[1, 0], false, Readiness::Starting);
        check(2, &[2, 1], false, Readiness::Behind);
        check(2, &[2, 2], false, Readiness::Ready);
        check(2, &[2, 2], true, Readiness::Draining);
    }
}
