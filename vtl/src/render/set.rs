//! `#set`: variables, properties and elements.

use super::expression::ENTRY_BYTES;
use super::{Halt, Outcome, Render};
use crate::program::{Set, Step};
use crate::value::Value;

impl<'p> Render<'p, '_> {
    /// Null sets nothing.
    pub(super) fn set(&mut self, set: &'p Set) -> Outcome {
        let value = self.value(&set.value).map_err(|halt| halt.at(set.place, &set.literal, ""))?;
        if value.is_null() {
            return Ok(());
        }
        let Some((last, steps)) = set.steps.split_last() else {
            self.put(set.slot, value);
            return Ok(());
        };
        let mut target = self.variable(set.slot)?;
        for step in steps {
            if target.is_null() {
                return Ok(());
            }
            target = self
                .step(&target, step)
                .map_err(|halt| halt.at(set.place, &set.literal, target.type_name()))?;
        }
        if target.is_null() {
            return Ok(());
        }
        let outcome = match last {
            Step::Property(name) => self.put_into(&target, Value::text(name), value),
            // A call is set as a property of its name would be.
            Step::Method(method) => self.put_into(&target, Value::text(&method.name), value),
            Step::Index(index) => {
                let index = self.value(index)?;
                self.set_element(&target, index, value)
            }
        };
        outcome.map_err(|halt| halt.at(set.place, &set.literal, target.type_name()))
    }

    /// Puts into a map; anything else has nothing to set.
    pub(super) fn put_into(&mut self, target: &Value, key: Value, value: Value) -> Outcome {
        let map = match target {
            Value::Map(map) => map,
            Value::Scope(scope) => &scope.0.storage,
            _ => return Ok(()),
        };
        self.meter.make(ENTRY_BYTES)?;
        self.changes(target, &value)?;
        map.insert(key, value);
        Ok(())
    }

    fn set_element(&mut self, target: &Value, index: Value, value: Value) -> Outcome {
        let index = counted_from_end(target, index)?;
        match target {
            Value::List(list) if list.kind().is_indexed() => {
                let Value::Int(at) = index else { return Ok(()) };
                self.changes(target, &value)?;
                let placed = usize::try_from(at).ok().and_then(|at| list.replace(at, value));
                placed.map(drop).ok_or_else(|| out_of_bounds(at, list.len()))
            }
            _ => self.put_into(target, index, value),
        }
    }

    /// Remembers a container that another one is put into.
    pub(crate) fn changes(&mut self, target: &Value, value: &Value) -> Outcome {
        if matches!(value, Value::List(_) | Value::Map(_) | Value::Entry(_) | Value::Scope(_)) {
            self.meter.make(size_of::<Value>())?;
            self.changed.push(target.clone());
        }
        Ok(())
    }
}

pub(crate) fn out_of_bounds(at: i32, length: usize) -> Halt {
    Halt::fail(format!("Index {at} out of bounds for length {length}"))
}

/// A negative index counts from the end.
pub(crate) fn counted_from_end(target: &Value, index: Value) -> Result<Value, Halt> {
    let Value::Int(at @ ..0) = index else { return Ok(index) };
    let size = match target {
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Scope(scope) => scope.0.storage.len(),
        _ => return Err(Halt::fail("a negative index needs a value that has a size")),
    };
    Ok(Value::Int(size as i32 + at))
}
