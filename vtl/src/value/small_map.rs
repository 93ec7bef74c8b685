//! A map that keeps the order in which keys came, made for few entries: those of one object of a
//! JSON text, mostly.

use std::hash::Hash;

use indexmap::{Equivalent, IndexMap};

/// Up to so many entries keys are compared one after another, which is faster than to hash them,
/// and needs no second table.
const FEW_MAX: usize = 12;

type Many<K, V> = IndexMap<K, V, ahash::RandomState>;

/// A map in the order in which keys came.
#[derive(Debug, Clone)]
pub struct SmallMap<K, V>(Entries<K, V>);

#[derive(Debug, Clone)]
enum Entries<K, V> {
    Few(Vec<(K, V)>),
    /// Found by hashes, which nobody outside can choose.
    Many(Box<Many<K, V>>),
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self(Entries::Few(Vec::new()))
    }
}

impl<K, V> SmallMap<K, V> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        match &self.0 {
            Entries::Few(few) => few.len(),
            Entries::Many(many) => many.len(),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry at a position.
    pub fn entry_at(&self, at: usize) -> Option<(&K, &V)> {
        match &self.0 {
            Entries::Few(few) => few.get(at).map(|(key, value)| (key, value)),
            Entries::Many(many) => many.get_index(at),
        }
    }

    /// The entries, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (few, many) = match &self.0 {
            Entries::Few(few) => (Some(few.iter()), None),
            Entries::Many(many) => (None, Some(many.iter())),
        };
        let few = few.into_iter().flatten().map(|(key, value)| (key, value));
        few.chain(many.into_iter().flatten())
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Hash + Eq, V> SmallMap<K, V> {
    /// An empty map with room for some entries.
    pub fn with_capacity(entries: usize) -> Self {
        Self(if entries <= FEW_MAX {
            Entries::Few(Vec::with_capacity(entries))
        } else {
            Entries::Many(Box::new(Many::with_capacity_and_hasher(entries, Default::default())))
        })
    }

    /// A map of entries whose keys are known to differ.
    pub fn from_distinct(entries: impl ExactSizeIterator<Item = (K, V)>) -> Self {
        if entries.len() <= FEW_MAX {
            Self(Entries::Few(entries.collect()))
        } else {
            entries.collect()
        }
    }

    /// The value of a key, and the key as it came.
    pub fn entry_of<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<(&K, &V)> {
        match &self.0 {
            Entries::Few(few) => {
                let entry = few.iter().find(|(own, _)| key.equivalent(own));
                entry.map(|(key, value)| (key, value))
            }
            Entries::Many(many) => many.get_key_value(key),
        }
    }

    /// The value of a key.
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.entry_of(key).map(|(_, value)| value)
    }

    /// Whether there is an entry of this key.
    pub fn contains_key<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> bool {
        self.get(key).is_some()
    }

    /// Puts a value under a key, behind the others unless the key is there, and says what was
    /// there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match &mut self.0 {
            Entries::Few(few) => {
                if let Some((_, own)) = few.iter_mut().find(|(own, _)| *own == key) {
                    return Some(std::mem::replace(own, value));
                }
                if few.len() < FEW_MAX {
                    few.push((key, value));
                    return None;
                }
                let mut many: Many<K, V> = std::mem::take(few).into_iter().collect();
                many.insert(key, value);
                self.0 = Entries::Many(Box::new(many));
                None
            }
            Entries::Many(many) => many.insert(key, value),
        }
    }

    /// The place of a key's value, which is `empty` when the key is new: what is filled in place is
    /// not moved.
    pub fn place(&mut self, key: K, empty: V) -> &mut V {
        if let Entries::Few(few) = &mut self.0
            && few.len() == FEW_MAX
        {
            self.0 = Entries::Many(Box::new(std::mem::take(few).into_iter().collect()));
        }
        match &mut self.0 {
            Entries::Few(few) => {
                let at = few.iter().position(|(own, _)| *own == key).unwrap_or_else(|| {
                    few.push((key, empty));
                    few.len() - 1
                });
                &mut few[at].1
            }
            Entries::Many(many) => many.entry(key).or_insert(empty),
        }
    }

    /// Takes an entry away; those behind it move up.
    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<V> {
        match &mut self.0 {
            Entries::Few(few) => {
                let at = few.iter().position(|(own, _)| key.equivalent(own))?;
                Some(few.remove(at).1)
            }
            Entries::Many(many) => many.shift_remove(key),
        }
    }
}

/// The order of the entries does not matter.
impl<K: Hash + Eq, V: PartialEq> PartialEq for SmallMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, value)| other.get(key).is_some_and(|other| value == other))
    }
}

impl<K: Hash + Eq, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut map = Self::with_capacity(entries.size_hint().0);
        map.extend(entries);
        map
    }
}

impl<K: Hash + Eq, V> Extend<(K, V)> for SmallMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Chain<
        std::vec::IntoIter<(K, V)>,
        std::iter::Flatten<std::option::IntoIter<Many<K, V>>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        let (few, many) = match self.0 {
            Entries::Few(few) => (few, None),
            Entries::Many(many) => (Vec::new(), Some(*many)),
        };
        few.into_iter().chain(many.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use proptest::prelude::*;

    use super::SmallMap;

    proptest! {
        #[test]
        fn it_is_a_map_in_the_order_of_coming(
            changes in prop::collection::vec((0u8..30, any::<bool>()), 0..80),
        ) {
            let (mut map, mut model) = (SmallMap::default(), IndexMap::new());
            for (turn, (key, removes)) in changes.into_iter().enumerate() {
                if removes {
                    prop_assert_eq!(map.remove(&key), model.shift_remove(&key));
                } else if turn % 2 == 0 {
                    prop_assert_eq!(map.place(key, turn), model.entry(key).or_insert(turn));
                } else {
                    prop_assert_eq!(map.insert(key, turn), model.insert(key, turn));
                }
                prop_assert_eq!(map.len(), model.len());
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert!(map.iter().eq(model.iter()));
                prop_assert_eq!(map.entry_at(3), model.get_index(3));
            }
            prop_assert!(map.into_iter().eq(model));
        }
    }
}
