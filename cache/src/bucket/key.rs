//! The name of a bucket as 64 bits.
//!
//! Must not know what the parts mean: the caller passes names (plan, stage, method), never
//! positions in a snapshot, so that publishing a configuration keeps every bucket.

use ahash::RandomState;

/// Fixed, so that two snapshots of one process name the same bucket alike. The names hashed are
/// the operator's (identifiers of plans, stages, methods), not a client's, so that a secret seed
/// would protect against nobody.
const HASHER: RandomState = RandomState::with_seeds(
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7344,
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
);

/// Names one bucket of [`super::Buckets`].
///
/// Equal parts give equal keys for as long as the process lives; keys are not stable across
/// processes and must not be stored. Two names that collide (2⁻⁶⁴ per pair) share one bucket, which
/// can refuse too much but never admit too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BucketKey(u64);

impl BucketKey {
    /// Hashes `parts`, each prefixed by its length, so that `["ab", "c"]` and `["a", "bc"]` differ.
    /// Meant for publishing; a request combines ready keys with [`Self::and`].
    #[must_use]
    pub fn new(parts: &[&[u8]]) -> Self {
        // `Hash` of a slice writes the length first, of the list as of each part.
        Self::from_hash(HASHER.hash_one(parts))
    }

    /// The key of a bucket below this one: a plan's key and a method's, a stage's and a client's.
    /// Takes a few nanoseconds and allocates nothing. Order matters: `a.and(b)` is not `b.and(a)`.
    #[must_use]
    pub fn and(self, more: u64) -> Self {
        Self::from_hash(HASHER.hash_one((self.0, more)))
    }

    /// The 64 bits, to be given to [`Self::and`] of another key. Never zero.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Zero marks an empty slot of the table.
    fn from_hash(hash: u64) -> Self {
        Self(hash.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::BucketKey;

    #[test]
    fn parts_do_not_run_together() {
        let keys = [
            BucketKey::new(&[b"ab", b"c"]),
            BucketKey::new(&[b"a", b"bc"]),
            BucketKey::new(&[b"abc"]),
            BucketKey::new(&[b"abc", b""]),
            BucketKey::new(&[]),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{at}");
        }
    }

    #[test]
    fn equal_names_give_equal_keys_and_combining_keeps_order() {
        let plan = BucketKey::new(&[b"plan", b"gold"]);
        let method = BucketKey::new(&[b"method", b"GET", b"/pets"]);
        assert_eq!(plan, BucketKey::new(&[b"plan", b"gold"]));
        assert_eq!(plan.and(method.bits()), plan.and(method.bits()));
        assert_ne!(plan.and(method.bits()), method.and(plan.bits()));
        assert_ne!(plan.and(method.bits()), plan);
    }
}
