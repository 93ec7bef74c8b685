//! A function with all that belongs to it. It does not change: a change makes another one, which
//! takes its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::concurrency::InFlight;
use crate::error::LambdaError;
use crate::name::{LATEST, Owner};
use crate::version::Version;

/// A function.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: Box<str>,
    pub(crate) latest: Arc<Version>,
    pub(crate) versions: BTreeMap<u64, Arc<Version>>,
    /// The last number that was given away.
    pub(crate) last_version: u64,
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// By qualifier; the function's own under nothing.
    pub(crate) policies: BTreeMap<String, Policy>,
    pub(crate) reserved: Option<u32>,
    pub(crate) tags: BTreeMap<String, String>,
    /// It is that of a settings file, and changed there alone.
    pub(crate) is_declared: bool,
    pub(crate) in_flight: InFlight,
}

/// A name for a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) revision: String,
}

/// A resource policy: statements as they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) statements: Vec<serde_json::Value>,
    pub(crate) revision: String,
}

impl Function {
    /// The version that a qualifier leads to.
    pub(crate) fn version(
        &self,
        owner: &Owner,
        qualifier: Option<&str>,
    ) -> Result<&Arc<Version>, LambdaError> {
        let qualifier = match qualifier {
            None | Some(LATEST) => return Ok(&self.latest),
            Some(qualifier) => qualifier,
        };
        let number = match self.aliases.get(qualifier) {
            Some(alias) => alias.version.as_str(),
            None => qualifier,
        };
        if number == LATEST {
            return Ok(&self.latest);
        }
        let found = number.parse().ok().and_then(|number: u64| self.versions.get(&number));
        found.ok_or_else(|| not_found(owner, &self.name, Some(qualifier)))
    }

    /// All versions.
    pub(crate) fn all_versions(&self) -> impl Iterator<Item = &Arc<Version>> {
        std::iter::once(&self.latest).chain(self.versions.values())
    }
}

/// AWS's words for a function, version or alias that is not there.
pub(crate) fn not_found(owner: &Owner, name: &str, qualifier: Option<&str>) -> LambdaError {
    LambdaError::not_found(format!("Function not found: {}", owner.arn(name, qualifier)))
}
