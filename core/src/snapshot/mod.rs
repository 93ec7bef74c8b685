//! The snapshot: all live stages compiled; immutable, indexed, free of serde and of choices.
//!
//! Made only by [`crate::compile`]. A request touches ids and slices of it. What outlives it
//! (buckets, caches, pools, counters) is keyed by AWS names and belongs to workers or shards.

mod integration;
mod keys;
mod method;
mod payload;
mod signing;
mod stage;

use std::sync::Arc;

pub use integration::{
    Endpoint, FunctionProxy, HttpIntegration, HttpKind, InvalidEndpoint, MappedHeader, MappedQuery,
    MediaTypes, MockIntegration, Origin, Passthrough, RequestTemplate, ResponseRule,
    ResponseSelector, Scheme, TransferMode, UpstreamMethod, UriPart,
};
pub use keys::{Account, AccountIx, ApiKeyEntry, ApiKeys, KeyIx, Plan, PlanIx};
pub use method::{
    CacheKeyPart, Integration, InvalidationRule, Method, MethodCache, ParameterLocation, Rate,
    RequiredParameter,
};
pub use payload::{BinaryMediaTypes, ContentHandling, Conversion, PayloadKind};
pub use signing::{Principal, Signing};
pub use stage::{
    AccessLog, Canary, GatewayResponse, LogDestination, Stage, StageCache, StagePlan, StageUsage,
};

/// Index of a stage in [`Snapshot::stages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageIx(pub u32);

/// Index of a method in [`Stage::methods`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MethodIx(pub u32);

/// Everything the data plane needs, resolved.
///
/// Two snapshots share what is the same in both: a stage that did not change is the same [`Arc`].
#[derive(Debug)]
pub struct Snapshot {
    /// Counts publications, from 1.
    pub generation: u64,
    /// Live stages, ordered by (API id, stage name).
    pub stages: Box<[Arc<Stage>]>,
    /// Who may call them, by [`StageIx`].
    pub usage: Box<[StageUsage]>,
    /// Stages of each API.
    pub apis: ApiTable,
    /// Accounts that own stages.
    pub accounts: Box<[Arc<Account>]>,
}

/// Finds a stage by API and stage name.
#[derive(Debug, Default)]
pub struct ApiTable {
    pub(crate) by_id: std::collections::HashMap<Box<[u8]>, ApiEntry, ahash::RandomState>,
}

/// One API of the table.
#[derive(Debug)]
pub struct ApiEntry {
    /// Identifier.
    pub id: Box<str>,
    /// Sorted by stage name.
    pub stages: Box<[(Box<str>, StageIx)]>,
}

impl ApiTable {
    /// The API with this id; ids are case-sensitive.
    #[must_use]
    pub fn api(&self, id: impl AsRef<[u8]>) -> Option<&ApiEntry> {
        self.by_id.get(id.as_ref())
    }

    /// The only API, when there is exactly one.
    #[must_use]
    pub fn sole(&self) -> Option<&ApiEntry> {
        (self.by_id.len() == 1).then(|| self.by_id.values().next()).flatten()
    }

    /// Number of APIs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// No API at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

impl ApiEntry {
    /// The stage of this name.
    #[must_use]
    pub fn stage(&self, name: impl AsRef<[u8]>) -> Option<StageIx> {
        let at =
            self.stages.binary_search_by(|(stage, _)| stage.as_bytes().cmp(name.as_ref())).ok()?;
        Some(self.stages[at].1)
    }
}

impl Snapshot {
    /// A stage of this snapshot.
    ///
    /// # Panics
    /// When the index comes from another snapshot.
    #[must_use]
    pub fn stage(&self, ix: StageIx) -> &Arc<Stage> {
        &self.stages[ix.0 as usize]
    }

    /// Who may call a stage.
    ///
    /// # Panics
    /// When the index comes from another snapshot.
    #[must_use]
    pub fn usage(&self, ix: StageIx) -> &StageUsage {
        &self.usage[ix.0 as usize]
    }

    /// The account that owns a stage.
    ///
    /// # Panics
    /// When the index comes from another snapshot.
    #[must_use]
    pub fn account(&self, stage: StageIx) -> &Arc<Account> {
        &self.accounts[self.usage(stage).account.0 as usize]
    }
}
