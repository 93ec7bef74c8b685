//! A snapshot as one worker serves it: bound to buckets, caches, counters, pools and logs.
//!
//! Made once per publication; after it a request needs no look-up by name.

use std::rc::Rc;
use std::sync::Arc;

use ringway_cache::{BucketKey, Charge, Limit};

use ringway_core::link::StageCounters;
use ringway_core::snapshot::{
    Integration, LogDestination, Method, MethodIx, Rate, Snapshot, Stage, StageIx, StagePlan,
};

use crate::logs::LogIx;
use crate::process::StageResponses;
use crate::upstream::Pool;
use crate::worker::Worker;

/// The snapshot in force on a worker.
pub(crate) struct Applied {
    /// The snapshot.
    pub(crate) snapshot: Arc<Snapshot>,
    /// By [`StageIx`].
    pub(crate) stages: Box<[AppliedStage]>,
    /// The account's bucket.
    pub(crate) account: Charge,
    /// Standard error, for diagnostics.
    pub(crate) diagnostics: LogIx,
}

/// A stage with its long-lived state.
pub(crate) struct AppliedStage {
    /// The stage.
    pub(crate) stage: Arc<Stage>,
    /// This worker's counters.
    pub(crate) counters: Arc<StageCounters>,
    /// The response cache, shared by all workers.
    pub(crate) cache: Option<Arc<StageResponses>>,
    /// By [`MethodIx`].
    pub(crate) methods: Box<[AppliedMethod]>,
    /// As [`Stage::plans`].
    pub(crate) plans: Box<[AppliedPlan]>,
    /// Where its access log goes.
    pub(crate) log: Option<LogIx>,
}

/// A method with its long-lived state.
pub(crate) struct AppliedMethod {
    /// The method's own bucket.
    pub(crate) throttle: Option<Charge>,
    /// Connections to its back end.
    pub(crate) pool: Option<Rc<Pool>>,
}

/// A plan's limits on a stage; a key's bucket is `key.and(api key)`.
pub(crate) struct AppliedPlan {
    /// Of each key.
    pub(crate) throttle: Option<(BucketKey, Limit)>,
    /// Of each key on one method.
    pub(crate) methods: Box<[(MethodIx, BucketKey, Limit)]>,
}

impl Applied {
    /// Binds a snapshot to this worker.
    pub(crate) fn bind(worker: &Worker, snapshot: Arc<Snapshot>) -> Self {
        let stages = snapshot.stages.iter().map(|stage| bind_stage(worker, stage)).collect();
        let account = Charge { key: BucketKey::new(&[b"account"]), limit: limit(snapshot.account) };
        let diagnostics = worker.logs.destination(&Arc::new(LogDestination::Stderr));
        Self { snapshot, stages, account, diagnostics }
    }

    /// A stage.
    pub(crate) fn stage(&self, ix: StageIx) -> &AppliedStage {
        &self.stages[ix.0 as usize]
    }
}

impl AppliedStage {
    /// A method.
    pub(crate) fn method(&self, ix: MethodIx) -> (&Method, &AppliedMethod) {
        (self.stage.method(ix), &self.methods[ix.0 as usize])
    }
}

fn bind_stage(worker: &Worker, stage: &Arc<Stage>) -> AppliedStage {
    let (api, name) = (&*stage.api_id, &*stage.name);
    AppliedStage {
        counters: worker.process.counters.stage(worker.number, api, name),
        cache: stage.cache.map(|cache| worker.process.cache(api, name, cache.capacity_bytes)),
        methods: stage.methods.iter().map(|method| bind_method(worker, stage, method)).collect(),
        plans: stage.plans.iter().map(|plan| bind_plan(stage, plan)).collect(),
        log: stage.access_log.as_ref().map(|log| worker.logs.destination(&log.destination)),
        stage: Arc::clone(stage),
    }
}

fn bind_method(worker: &Worker, stage: &Stage, method: &Method) -> AppliedMethod {
    let throttle = method.throttle.map(|rate| Charge {
        key: BucketKey::new(&[
            b"method",
            stage.api_id.as_bytes(),
            stage.name.as_bytes(),
            method.resource_path.as_bytes(),
            method.http_method.as_bytes(),
        ]),
        limit: limit(rate),
    });
    let pool = match &method.integration {
        Integration::Http(http) => http.endpoint.as_ref().ok(),
        Integration::Mock(_) => None,
    };
    let pool = pool.map(|endpoint| worker.pools.of(endpoint, worker.clock.now()));
    AppliedMethod { throttle, pool }
}

fn bind_plan(stage: &Stage, plan: &StagePlan) -> AppliedPlan {
    let key = |kind: &[u8], method: &[u8]| {
        let (api, name) = (stage.api_id.as_bytes(), stage.name.as_bytes());
        BucketKey::new(&[kind, plan.plan_id.as_bytes(), api, name, method])
    };
    let methods = plan.methods.iter().map(|(ix, rate)| {
        let method = stage.method(*ix);
        let name = format!("{}/{}", method.resource_path, method.http_method);
        (*ix, key(b"plan-method", name.as_bytes()), limit(*rate))
    });
    AppliedPlan {
        throttle: plan.throttle.map(|rate| (key(b"plan", b""), limit(rate))),
        methods: methods.collect(),
    }
}

fn limit(rate: Rate) -> Limit {
    Limit::new(rate.rate_limit, rate.burst_limit)
}
