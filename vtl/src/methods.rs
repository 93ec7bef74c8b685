//! What values can do: the properties and methods of Java's types that templates use.
//!
//! `None` is what Velocity makes of a method that is not there: no value. An error is what Java
//! throws: it ends the rendering. What is not written here does not exist; in particular there is
//! no `class` and nothing static beyond numbers and texts.

mod list;
mod map;
mod numbers;
mod pattern;
mod string;

pub(crate) use pattern::Pattern;

use crate::render::{Halt, Render, counted_from_end};
use crate::value::{Budget, Value, equals, hash_code};

/// What a method gives: None when there is no such method.
pub(crate) type Answer = Result<Option<Value>, Halt>;

/// A property of a value that is not the embedder's.
pub(crate) fn property(value: &Value, name: &str) -> Value {
    match value {
        Value::Map(map) => map.get(name).unwrap_or_default(),
        Value::Scope(scope) => map::scope_property(scope, name),
        Value::Entry(entry) => match name {
            "key" | "Key" => entry.0.clone(),
            "value" | "Value" => entry.1.clone(),
            _ => Value::Null,
        },
        Value::List(list) if is(name, "empty") && list.kind() != crate::ListKind::Strings => {
            Value::Bool(list.is_empty())
        }
        Value::Text(text) if is(name, "empty") => Value::Bool(text.is_empty()),
        Value::Text(text) if is(name, "blank") => Value::Bool(string::is_blank(text)),
        Value::Double(number) if is(name, "naN") => Value::Bool(number.is_nan()),
        Value::Double(number) if is(name, "infinite") => Value::Bool(number.is_infinite()),
        _ => Value::Null,
    }
}

impl<'p> Render<'p, '_> {
    /// `value[index]`, which is `value.get(index)`.
    pub(crate) fn index(&mut self, value: &Value, index: Value) -> Result<Value, Halt> {
        if let Value::Host(object) = value {
            return self.env_call(*object, "get", &[index]);
        }
        let index = counted_from_end(value, index)?;
        self.call_method(value, "get", &[index], None)
    }

    /// Calls a method of any value.
    pub(crate) fn call_method(
        &mut self,
        value: &Value,
        name: &str,
        arguments: &[Value],
        pattern: Option<&'p Result<Pattern, String>>,
    ) -> Result<Value, Halt> {
        if let Value::Host(object) = value {
            return self.env_call(*object, name, arguments);
        }
        self.meter().step()?;
        match self.answer(value, name, arguments, pattern)? {
            Some(value) => Ok(value),
            // Velocity takes a method without parameters for any arguments, and then it fails.
            None if !arguments.is_empty() && self.answer(value, name, &[], None)?.is_some() => {
                Err(Halt::fail(format!("{name}: wrong number of arguments")))
            }
            None => Ok(Value::Null),
        }
    }

    fn answer(
        &mut self,
        value: &Value,
        name: &str,
        arguments: &[Value],
        pattern: Option<&'p Result<Pattern, String>>,
    ) -> Answer {
        match (name, arguments) {
            ("equals", [other]) => {
                let mut budget = Budget::default();
                let same = equals(value, other, &mut budget);
                self.meter().steps(budget.used())?;
                return Ok(Some(Value::Bool(same)));
            }
            ("toString", []) => {
                return Ok(Some(match self.text_of(value)? {
                    Some(text) => Value::text(text),
                    None => Value::Null,
                }));
            }
            ("hashCode", []) => {
                let mut budget = Budget::default();
                let hash = hash_code(value, &mut budget);
                self.meter().steps(budget.used())?;
                return Ok(hash.map(Value::Int));
            }
            _ => {}
        }
        match value {
            Value::Text(text) => string::call(self, text, name, arguments, pattern),
            Value::List(list) => list::call(self, value, list, name, arguments),
            Value::Map(map) => map::call(self, value, map, name, arguments),
            Value::Scope(scope) => match map::scope_call(scope, name, arguments) {
                None => map::call(self, value, &scope.0.storage, name, arguments),
                found => Ok(found),
            },
            Value::Entry(entry) => Ok(match (name, arguments) {
                ("getKey", []) => Some(entry.0.clone()),
                ("getValue", []) => Some(entry.1.clone()),
                _ => None,
            }),
            Value::Int(_) | Value::Long(_) | Value::Big(_) | Value::Double(_) => {
                numbers::call(value, name, arguments)
            }
            Value::Bool(_) | Value::Char(_) => numbers::call_small(value, name, arguments),
            Value::Null | Value::Block(_) | Value::Host(_) => Ok(None),
        }
    }
}

/// Whether a property is meant: its first letter may be large or small.
fn is(name: &str, property: &str) -> bool {
    name.len() == property.len()
        && name[1..] == property[1..]
        && name[..1].eq_ignore_ascii_case(&property[..1])
}

/// `compareTo` of another type.
fn class_cast(name: &str) -> Halt {
    Halt::fail(format!("ClassCastException in {name}"))
}

/// A null where Java needs an object.
fn null_pointer() -> Halt {
    Halt::fail("NullPointerException")
}
