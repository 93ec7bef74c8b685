//! `equals` and `hashCode`, as far as templates see them.

use std::hash::{Hash, Hasher};

use indexmap::Equivalent;

use super::Value;
use crate::limits::PRINT_DEPTH_MAX;

/// Comparisons that one `equals` may make.
const COMPARISONS_MAX: u32 = 10_000;

/// What is left of the comparisons.
pub(crate) struct Budget(u32);

impl Budget {
    pub(crate) fn used(&self) -> u64 {
        u64::from(COMPARISONS_MAX - self.0) / 4
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(COMPARISONS_MAX)
    }
}

/// `left.equals(right)`; two values that are too large to compare are not equal.
pub(crate) fn equals(left: &Value, right: &Value, budget: &mut Budget) -> bool {
    equals_at(left, right, budget, 0)
}

fn equals_at(left: &Value, right: &Value, budget: &mut Budget, depth: usize) -> bool {
    if budget.0 == 0 || depth > PRINT_DEPTH_MAX {
        return false;
    }
    budget.0 -= 1;
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Long(left), Value::Long(right)) => left == right,
        (Value::Big(left), Value::Big(right)) => left == right,
        (Value::Double(left), Value::Double(right)) => bits(*left) == bits(*right),
        (Value::Char(left), Value::Char(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            if left.is(right) {
                return true;
            }
            // Arrays and the values of a map are only equal to themselves.
            let lists = |list: &super::List| {
                matches!(list.kind(), super::ListKind::Array | super::ListKind::Json)
            };
            let sets = |list: &super::List| {
                matches!(list.kind(), super::ListKind::Keys | super::ListKind::Entries)
            };
            let (many, others) = (left.values(), right.values());
            if many.len() != others.len() {
                return false;
            }
            if lists(left) && lists(right) {
                let mut pairs = many.iter().zip(&others);
                return pairs.all(|(left, right)| equals_at(left, right, budget, depth + 1));
            }
            let mut each = many.iter();
            sets(left)
                && sets(right)
                && each.all(|value| {
                    others.iter().any(|other| equals_at(value, other, budget, depth + 1))
                })
        }
        (Value::Map(left), Value::Map(right)) => {
            left.is(right)
                || (left.len() == right.len()
                    && (0..left.len()).all(|at| {
                        let Some((key, value)) = left.entry(at) else { return false };
                        let other = right.of(&key);
                        other.is_some_and(|other| equals_at(&value, &other, budget, depth + 1))
                    }))
        }
        (Value::Entry(left), Value::Entry(right)) => {
            equals_at(&left.0, &right.0, budget, depth + 1)
                && equals_at(&left.1, &right.1, budget, depth + 1)
        }
        (Value::Scope(left), Value::Scope(right)) => std::rc::Rc::ptr_eq(&left.0, &right.0),
        (Value::Block(left), Value::Block(right)) => left == right,
        (Value::Host(left), Value::Host(right)) => left == right,
        _ => false,
    }
}

/// `hashCode`; None for what has none that can be told.
pub(crate) fn hash_code(value: &Value, budget: &mut Budget) -> Option<i32> {
    hash_at(value, budget, 0)
}

fn hash_at(value: &Value, budget: &mut Budget, depth: usize) -> Option<i32> {
    budget.0 = budget.0.checked_sub(1)?;
    if depth > PRINT_DEPTH_MAX {
        return None;
    }
    let hash_code = |value: &Value, budget: &mut Budget| hash_at(value, budget, depth + 1);
    let halves = |bits: u64| (bits ^ (bits >> 32)) as i32;
    Some(match value {
        Value::Null => 0,
        Value::Bool(true) => 1231,
        Value::Bool(false) => 1237,
        Value::Int(number) => *number,
        Value::Long(number) => halves(*number as u64),
        Value::Double(number) => halves(bits(*number)),
        Value::Char(unit) => i32::from(*unit),
        Value::Text(text) => crate::text::hash(text),
        Value::List(list) => {
            let mut hash = 1i32;
            for value in list.values() {
                hash = hash.wrapping_mul(31).wrapping_add(hash_code(&value, budget)?);
            }
            hash
        }
        Value::Map(map) => {
            let mut hash = 0i32;
            let mut at = 0;
            while let Some((key, value)) = map.entry(at) {
                let entry = hash_code(&key, budget)? ^ hash_code(&value, budget)?;
                hash = hash.wrapping_add(entry);
                at += 1;
            }
            hash
        }
        Value::Entry(entry) => hash_code(&entry.0, budget)? ^ hash_code(&entry.1, budget)?,
        Value::Big(_) | Value::Scope(_) | Value::Block(_) | Value::Host(_) => return None,
    })
}

/// Java's `doubleToLongBits`: all that are no number are one.
fn bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        equals(self, other, &mut Budget::default())
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Text(text) => Name(text).hash(state),
            Self::Int(number) => number.hash(state),
            Self::Long(number) => number.hash(state),
            Self::Big(number) => number.hash(state),
            Self::Bool(value) => value.hash(state),
            Self::Double(number) => bits(*number).hash(state),
            Self::Char(unit) => unit.hash(state),
            // Containers as keys are rare, and their contents may change.
            _ => 0u8.hash(state),
        }
    }
}

/// A text as a key, without making a value of it.
pub(super) struct Name<'t>(pub(super) &'t str);

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Equivalent<Value> for Name<'_> {
    fn equivalent(&self, key: &Value) -> bool {
        matches!(key, Value::Text(text) if text == self.0)
    }
}
