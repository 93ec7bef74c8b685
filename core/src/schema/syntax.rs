//! What keywords must look like: the reading of their values, and the texts where they are wrong.

use std::collections::BTreeSet;

use super::check::Kind;
use super::text::Shown;
use crate::json::{Json, Members};
use crate::pattern::Pattern;

type Read<T> = Result<T, String>;

pub(super) fn kind_name(value: &Json<'_>) -> &'static str {
    Kind::of(value).name()
}

fn incorrect<T>(value: &Json<'_>, expected: &str) -> Read<T> {
    let found = kind_name(value);
    Err(format!("value has incorrect type (found {found}, expected one of [{expected}])"))
}

pub(super) fn string<'v>(value: &'v Json<'_>) -> Read<&'v str> {
    value.as_str().map_or_else(|| incorrect(value, "string"), Ok)
}

pub(super) fn boolean(value: &Json<'_>) -> Read<bool> {
    match value {
        Json::Bool(value) => Ok(*value),
        _ => incorrect(value, "boolean"),
    }
}

pub(super) fn object<'v, 'a>(value: &'v Json<'a>) -> Read<&'v Members<'a>> {
    match value {
        Json::Object(members) => Ok(members),
        _ => incorrect(value, "object"),
    }
}

pub(super) fn array<'v, 'a>(value: &'v Json<'a>) -> Read<&'v [Json<'a>]> {
    match value {
        Json::Array(elements) => Ok(elements),
        _ => incorrect(value, "array"),
    }
}

/// An array that is not empty.
pub(super) fn some<'v, 'a>(value: &'v Json<'a>) -> Read<&'v [Json<'a>]> {
    match array(value)? {
        [] => Err("array must have at least one element".to_owned()),
        elements => Ok(elements),
    }
}

/// A number, and the text it is shown as.
pub(super) fn number(value: &Json<'_>) -> Read<Shown> {
    match value {
        Json::Number(number) => {
            Shown::of(number).map(Shown::bound).ok_or_else(|| "a number is out of range".to_owned())
        }
        _ => incorrect(value, "integer, number"),
    }
}

pub(super) fn divisor(value: &Json<'_>) -> Read<Shown> {
    let divisor = number(value)?;
    if !divisor.value.is_positive() {
        return Err("divisor must be strictly greater than zero".to_owned());
    }
    Ok(divisor)
}

pub(super) fn count(value: &Json<'_>) -> Read<usize> {
    match value {
        Json::Number(number) if number.is_integer() => match number.as_i64() {
            Some(negative) if negative < 0 => {
                Err("integer value must be strictly positive".to_owned())
            }
            Some(count @ 0..=0x7fff_ffff) => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
            _ => Err("integer value is too large".to_owned()),
        },
        _ => incorrect(value, "integer"),
    }
}

pub(super) fn pattern(value: &Json<'_>) -> Read<Pattern> {
    let text = string(value)?;
    Pattern::ecma(text).map_err(|reason| {
        format!("string \"{text}\" is not a valid ECMA 262 regular expression: {reason}")
    })
}

pub(super) fn member_pattern(name: &str) -> Read<Pattern> {
    Pattern::ecma(name).map_err(|reason| {
        format!("property name \"{name}\" is not a valid ECMA 262 regular expression: {reason}")
    })
}

/// An array of strings, not empty, no two the same; in the order of names.
pub(super) fn names(value: &Json<'_>) -> Read<BTreeSet<Box<str>>> {
    let mut names = BTreeSet::new();
    for (at, element) in some(value)?.iter().enumerate() {
        let Some(name) = element.as_str() else {
            let found = kind_name(element);
            return Err(format!(
                "array element at index {at} has incorrect type (expected one of [string] \
                 but found {found})"
            ));
        };
        if !names.insert(name.into()) {
            return Err("array must not contain duplicate elements".to_owned());
        }
    }
    Ok(names)
}

/// `type`: one or more; `number` includes `integer`.
pub(super) fn kinds(value: &Json<'_>) -> Read<BTreeSet<Kind>> {
    let mut kinds = BTreeSet::new();
    let one = std::slice::from_ref(value);
    let all = match value {
        Json::String(_) => one,
        Json::Array(_) => some(value)?,
        _ => return incorrect(value, "array, string"),
    };
    for (at, element) in all.iter().enumerate() {
        let Some(name) = element.as_str() else {
            let found = kind_name(element);
            return Err(format!(
                "array element at index {at} has incorrect type (expected one of [string] \
                 but found {found})"
            ));
        };
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| {
            format!(
                "\"{name}\" is not a valid primitive type (valid values are: [array, \
                 boolean, integer, null, \
                 number, object, string])"
            )
        })?;
        if !kinds.insert(kind) {
            return Err("array must not contain duplicate elements".to_owned());
        }
    }
    if kinds.contains(&Kind::Number) {
        kinds.insert(Kind::Integer);
    }
    Ok(kinds)
}
