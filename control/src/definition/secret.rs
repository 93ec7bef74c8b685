//! Texts that only the data plane may read: private keys.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A secret text. The store keeps it; no log, error or answer shows it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
