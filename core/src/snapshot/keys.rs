//! Accounts: their throttle, API keys and usage plans.

use std::collections::HashMap;
use std::sync::Arc;

use super::Rate;
use crate::definition::Owner;

/// Index of an account in [`super::Snapshot::accounts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountIx(pub u32);

/// One account in one region.
#[derive(Debug)]
pub struct Account {
    /// Which.
    pub owner: Owner,
    /// The throttle all its APIs share.
    pub throttle: Rate,
    /// Its keys; those of others admit nobody here.
    pub keys: Arc<ApiKeys>,
    /// Its usage plans.
    pub plans: Arc<[Plan]>,
}

/// Index of a key in [`ApiKeys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyIx(pub u32);

/// Index of a plan in [`Account::plans`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanIx(pub u16);

/// All keys of an account, found by the value a client sends.
///
/// The table hashes with a random seed; a value is never printed.
#[derive(Default)]
pub struct ApiKeys {
    pub(crate) by_value: HashMap<Box<[u8]>, KeyIx, ahash::RandomState>,
    pub(crate) entries: Vec<ApiKeyEntry>,
}

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKeys").field("keys", &self.entries.len()).finish_non_exhaustive()
    }
}

/// One key.
#[derive(Debug)]
pub struct ApiKeyEntry {
    /// `$context.identity.apiKeyId`.
    pub id: Box<str>,
    /// A disabled key is refused.
    pub enabled: bool,
    /// Plans it belongs to, at most ten (AWS); of one stage no two.
    pub plans: Box<[PlanIx]>,
}

impl ApiKeys {
    /// The key of this value.
    #[must_use]
    pub fn find(&self, value: &[u8]) -> Option<(KeyIx, &ApiKeyEntry)> {
        let ix = *self.by_value.get(value)?;
        Some((ix, &self.entries[ix.0 as usize]))
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// No key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// One usage plan.
#[derive(Debug)]
pub struct Plan {
    /// Identifier.
    pub id: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// Throttle of each key, on each stage apart.
    pub throttle: Option<Rate>,
}
