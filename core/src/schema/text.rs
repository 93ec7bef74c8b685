//! Values as the library shows them, and as texts that equal values share.

use std::fmt::Write;

use crate::json::{Decimal, Escapes, Json, Number};

/// A number of a schema or an instance, and how it is printed: an integer as it is, another without
/// the zeros at its end.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) value: Decimal,
    pub(super) text: String,
}

impl Shown {
    pub(super) fn of(number: &Number<'_>) -> Option<Self> {
        let value = Decimal::parse(number.source())?;
        let text = if number.is_integer() {
            number.source().to_owned()
        } else {
            value.stripped().to_string()
        };
        Some(Self { value, text })
    }

    /// As a bound of a schema: without an exponent where 64 bits hold it.
    pub(super) fn bound(self) -> Self {
        let whole = self.value.as_i64().filter(|whole| {
            Decimal::parse(&whole.to_string()).is_some_and(|whole| whole == self.value)
        });
        Self { text: whole.map_or(self.text, |whole| whole.to_string()), ..self }
    }
}

/// Names as a JSON array.
pub(super) fn names<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let mut out = "[".to_owned();
    for (at, name) in names.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(name, &mut out);
    }
    out.push(']');
    out
}

pub(super) fn shown_value(value: &Json<'_>) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// JSON as Jackson writes it: numbers without zeros at their end.
pub(super) fn write(value: &Json<'_>, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => match Shown::of(number) {
            Some(shown) => out.push_str(&shown.text),
            None => out.push_str(number.source()),
        },
        Json::String(text) => write_string(text, out),
        Json::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    Json::String(text.into()).write(Escapes::Least, out);
}

/// A text that equal values share: numbers by value, members by name.
pub(super) fn canonical(value: &Json<'_>) -> String {
    let mut out = String::new();
    write_canonical(value, true, &mut out);
    out
}

/// The same with members in their order: among elements of an array, the library takes objects with
/// members in another order for different ones.
pub(super) fn canonical_in_order(value: &Json<'_>) -> String {
    let mut out = String::new();
    write_canonical(value, false, &mut out);
    out
}

fn write_canonical(value: &Json<'_>, sorted: bool, out: &mut String) {
    match value {
        Json::Number(number) => match Decimal::parse(number.source()) {
            Some(decimal) => {
                let _ = write!(out, "{}", decimal.stripped());
            }
            None => out.push_str(number.source()),
        },
        Json::Array(elements) => {
            out.push('[');
            for element in elements {
                write_canonical(element, sorted, out);
                out.push(',');
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut members = members.iter().collect::<Vec<_>>();
            if sorted {
                members.sort_by_key(|(name, _)| *name);
            }
            out.push('{');
            for (name, value) in members {
                write_string(name, out);
                write_canonical(value, sorted, out);
                out.push(',');
            }
            out.push('}');
        }
        Json::Null | Json::Bool(_) | Json::String(_) => write(value, out),
    }
}
