//! Identifiers: AWS makes random ones, an import makes the same ones every time unless it is
//! given randomness.
//!
//! Buckets, caches and pools outlive a re-import and are keyed by identifiers, so an identifier
//! depends on a scope (the API, or a seed) and the name of the thing only. Knows nothing of
//! documents.

use std::collections::HashSet;

/// Length of identifiers of APIs and resources, characters, as AWS makes them.
pub(crate) const LONG: usize = 10;
/// Length of identifiers of authorizers, models, validators, deployments.
pub(crate) const SHORT: usize = 6;

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// `length` lower-case letters and digits that depend on the parts alone, on every machine.
pub(crate) fn stable(parts: &[&str], length: usize) -> String {
    let mut rest = mix(parts);
    let mut id = String::with_capacity(length);
    for at in 0..length {
        if at > 0 && at % 12 == 0 {
            rest = avalanche(rest ^ at as u64);
        }
        id.push(char::from(ALPHABET[(rest % 36) as usize]));
        rest /= 36;
    }
    id
}

/// FNV-1a with a separator no UTF-8 text contains, then a finaliser.
fn mix(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain(std::iter::once(0xff)) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    avalanche(hash)
}

/// The finaliser of splitmix64: every input bit reaches every output bit.
const fn avalanche(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Where the identifiers of what an import makes come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IdSource {
    /// The same things get the same identifiers every time.
    #[default]
    Stable,
    /// Identifiers nobody can tell beforehand, as AWS makes them; the caller brings a seed that it
    /// uses once.
    Random(u128),
}

impl IdSource {
    /// What the identifiers inside an API depend on.
    pub(crate) fn scope(self, api: &str) -> String {
        match self {
            Self::Stable => api.to_owned(),
            Self::Random(seed) => format!("{seed:032x}"),
        }
    }

    /// The identifier of an API that was given none.
    pub(crate) fn api(self, title: &str) -> String {
        match self {
            Self::Stable => stable(&["api", title], LONG),
            Self::Random(seed) => stable(&["api", &format!("{seed:032x}")], LONG),
        }
    }
}

/// The identifier itself, or one made of it when something else has it already.
pub(crate) fn distinct(id: &str, length: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let mut new = id.to_owned();
    let mut attempt = 0_u32;
    while is_taken(&new) {
        attempt += 1;
        new = stable(&[id, &attempt.to_string()], length);
    }
    new
}

/// Hands out identifiers of one API, none twice.
pub(crate) struct Ids {
    scope: String,
    taken: HashSet<String>,
}

impl Ids {
    pub(crate) fn new(scope: &str) -> Self {
        Self { scope: scope.to_owned(), taken: HashSet::new() }
    }

    /// An identifier that something has already.
    pub(crate) fn reserve(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }

    /// The identifier of the `kind` called `name`.
    pub(crate) fn take(&mut self, kind: &str, name: &str, length: usize) -> String {
        let mut id = stable(&[&self.scope, kind, name], length);
        let mut attempt = 0_u32;
        while !self.taken.insert(id.clone()) {
            attempt += 1;
            id = stable(&[&self.scope, kind, name, &attempt.to_string()], length);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_over_time() {
        // Written down: a change would empty every cache and bucket of a running installation.
        assert_eq!(stable(&["PetStore"], LONG), "7oxtomxkzh");
        assert_eq!(stable(&["a", "bc"], LONG).len(), LONG);
        assert_ne!(stable(&["a", "bc"], LONG), stable(&["ab", "c"], LONG));
    }

    #[test]
    fn never_twice() {
        let mut ids = Ids::new("api");
        let first = ids.take("model", "Pet", 1);
        for n in 0..30 {
            assert_ne!(ids.take("model", &n.to_string(), 1), first);
        }
    }
}
