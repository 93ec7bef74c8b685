//! A snapshot as one worker serves it: bound to buckets, caches, counters, pools and logs.
//!
//! Made once per publication; after it a request needs no look-up by name. What two snapshots share
//! is bound once: a publication costs a worker two pointers a stage, and what did change.

use std::rc::Rc;
use std::sync::Arc;

use ringway_cache::{BucketKey, Charge, Limit};

use ringway_core::link::StageCounters;
use ringway_core::snapshot::{
    Account, Integration, LogDestination, Method, MethodIx, Plan, PlanIx, Rate, Snapshot, Stage,
    StageIx,
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
    stages: Box<[Rc<AppliedStage>]>,
    /// As [`Snapshot::accounts`].
    accounts: Box<[Rc<AppliedAccount>]>,
    /// Standard error, for diagnostics.
    pub(crate) diagnostics: LogIx,
}

/// A stage with its long-lived state.
pub(crate) struct AppliedStage {
    /// The stage.
    pub(crate) stage: Arc<Stage>,
    /// Names the buckets of keys on this stage.
    pub(crate) name: BucketKey,
    /// This worker's counters.
    pub(crate) counters: Arc<StageCounters>,
    /// The response cache, shared by all workers.
    pub(crate) cache: Option<Arc<StageResponses>>,
    /// By [`MethodIx`].
    methods: Box<[AppliedMethod]>,
    /// Where its access log goes.
    pub(crate) log: Option<LogIx>,
    /// As [`Stage::canary`].
    canary: Option<Box<Self>>,
}

/// A method with its long-lived state.
pub(crate) struct AppliedMethod {
    /// Names the method's own bucket, and those of keys on this method.
    pub(crate) name: BucketKey,
    /// The method's own limit.
    pub(crate) throttle: Option<Limit>,
    /// Connections to its back end.
    pub(crate) pool: Option<Rc<Pool>>,
}

/// An account with its limits.
pub(crate) struct AppliedAccount {
    /// The account.
    pub(crate) account: Arc<Account>,
    /// Its bucket.
    pub(crate) throttle: Charge,
    /// By [`PlanIx`].
    plans: Box<[AppliedPlan]>,
}

/// A usage plan; the bucket of a key is below that of a stage or a method.
pub(crate) struct AppliedPlan {
    /// Names it.
    pub(crate) name: BucketKey,
    /// Of each key on each stage.
    pub(crate) throttle: Option<Limit>,
}

impl Applied {
    /// Binds a snapshot to this worker; what `last` has of it is taken from there.
    pub(crate) fn bind(worker: &Worker, snapshot: Arc<Snapshot>, last: Option<&Self>) -> Self {
        let mut known = Known(last.map_or(&[], |last| &last.stages));
        let stages = snapshot.stages.iter().map(|stage| match known.take(stage) {
            Some(bound) => Rc::clone(bound),
            None => Rc::new(bind_stage(worker, stage)),
        });
        let stages = stages.collect();
        let known = last.map_or(&[][..], |last| &last.accounts);
        let accounts = snapshot.accounts.iter().map(|account| {
            match known.iter().find(|known| Arc::ptr_eq(&known.account, account)) {
                Some(bound) => Rc::clone(bound),
                None => Rc::new(bind_account(account)),
            }
        });
        let accounts = accounts.collect();
        let diagnostics = worker.logs.destination(&Arc::new(LogDestination::Stderr));
        Self { snapshot, stages, accounts, diagnostics }
    }

    /// A stage.
    pub(crate) fn stage(&self, ix: StageIx) -> &AppliedStage {
        &self.stages[ix.0 as usize]
    }

    /// The account that owns a stage.
    pub(crate) fn account(&self, stage: StageIx) -> &AppliedAccount {
        &self.accounts[self.snapshot.usage(stage).account.0 as usize]
    }
}

impl AppliedStage {
    /// What serves the next request: its canary takes its share.
    pub(crate) fn chosen(&self, random: impl FnOnce() -> u32) -> &Self {
        match self.canary.as_deref().zip(self.stage.canary.as_ref()) {
            Some((bound, canary)) if canary.takes(random()) => bound,
            Some(_) | None => self,
        }
    }

    /// A method.
    pub(crate) fn method(&self, ix: MethodIx) -> (&Method, &AppliedMethod) {
        (self.stage.method(ix), &self.methods[ix.0 as usize])
    }
}

impl AppliedMethod {
    /// Binds the method of a test, which is of no stage in force.
    pub(crate) fn of_test(worker: &Worker, stage: &Stage, method: &Method) -> Self {
        bind_method(worker, stage, method)
    }
}

impl AppliedAccount {
    /// A usage plan of this account.
    pub(crate) fn plan(&self, ix: PlanIx) -> (&Plan, &AppliedPlan) {
        let at = usize::from(ix.0);
        (&self.account.plans[at], &self.plans[at])
    }
}

/// Stages of the last snapshot that were not passed yet; both snapshots have the same order.
struct Known<'a>(&'a [Rc<AppliedStage>]);

impl<'a> Known<'a> {
    /// The bound stage, when the last snapshot has this very one.
    fn take(&mut self, stage: &Arc<Stage>) -> Option<&'a Rc<AppliedStage>> {
        while let [first, rest @ ..] = self.0 {
            if Arc::ptr_eq(&first.stage, stage) {
                self.0 = rest;
                return Some(first);
            }
            // Names are compared only where something changed.
            let known = &first.stage;
            if (&known.api_id, &known.name) > (&stage.api_id, &stage.name) {
                return None;
            }
            self.0 = rest;
        }
        None
    }
}

fn bind_stage(worker: &Worker, stage: &Arc<Stage>) -> AppliedStage {
    let (api, name) = (&*stage.api_id, &*stage.name);
    let is_canary = stage.is_canary_request == Some(true);
    AppliedStage {
        name: BucketKey::new(&[b"stage", api.as_bytes(), name.as_bytes()]),
        counters: worker.process.counters.stage(worker.number, api, name, is_canary),
        canary: stage.canary.as_ref().map(|canary| Box::new(bind_stage(worker, &canary.stage))),
        cache: stage.cache.map(|cache| worker.process.cache(api, name, cache.capacity_bytes)),
        methods: stage.methods.iter().map(|method| bind_method(worker, stage, method)).collect(),
        log: stage.access_log.as_ref().map(|log| worker.logs.destination(&log.destination)),
        stage: Arc::clone(stage),
    }
}

fn bind_method(worker: &Worker, stage: &Stage, method: &Method) -> AppliedMethod {
    let name = BucketKey::new(&[
        b"method",
        stage.api_id.as_bytes(),
        stage.name.as_bytes(),
        method.resource_path.as_bytes(),
        method.http_method.as_bytes(),
    ]);
    let pool = match &method.integration {
        Integration::Http(http) => http.endpoint.as_ref().ok(),
        Integration::Mock(_) => None,
    };
    let pool = pool.map(|endpoint| worker.pools.of(endpoint, worker.clock.now()));
    AppliedMethod { name, throttle: method.throttle.map(limit), pool }
}

fn bind_account(account: &Arc<Account>) -> AppliedAccount {
    let owner = &account.owner;
    let key = BucketKey::new(&[b"account", owner.account_id.as_bytes(), owner.region.as_bytes()]);
    let plan = |plan: &Plan| AppliedPlan {
        name: BucketKey::new(&[b"plan", plan.id.as_bytes()]),
        throttle: plan.throttle.map(limit),
    };
    AppliedAccount {
        throttle: Charge { key, limit: limit(account.throttle) },
        plans: account.plans.iter().map(plan).collect(),
        account: Arc::clone(account),
    }
}

/// A rate and a burst, ready for use.
pub(crate) fn limit(rate: Rate) -> Limit {
    Limit::new(rate.rate_limit, rate.burst_limit)
}
