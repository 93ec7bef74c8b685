//! Constraints of shapes: required, enumerated and patterned members, and AWS's sentences about
//! those that are broken (aws-facts 14 to 16).

use indexmap::IndexMap;
use regex::Regex;
use serde_json::{Map, Value};

use super::model::{Location, MODEL, Member, Shape};
use crate::error::ManagementError;

/// Every broken constraint, those of the body first.
pub(super) fn broken(
    operation: &str,
    members: &IndexMap<String, Member>,
    required: &[String],
    input: &Map<String, Value>,
) -> Vec<String> {
    let mut first = operation.chars();
    let lower = first.next().map(|letter| letter.to_ascii_lowercase());
    let prefix: String = lower.into_iter().chain(first).chain("Input".chars()).collect();
    let mut broken = Vec::new();
    let is_body = |member: &Member| member.location == Location::Body;
    for body in [true, false] {
        for (name, member) in members.iter().filter(|(_, member)| is_body(member) == body) {
            let path = if body { format!("{prefix}.{name}") } else { name.clone() };
            match input.get(name) {
                Some(value) => check(value, MODEL.shape(&member.shape), &path, &mut broken),
                // A payload is not among the members; the operation says what it misses there.
                None if required.contains(name) && !is_blob(member) => broken.push(format!(
                    "Value null at '{path}' failed to satisfy constraint: Member must not be null"
                )),
                None => {}
            }
        }
    }
    broken
}

fn is_blob(member: &Member) -> bool {
    matches!(MODEL.shape(&member.shape), Shape::Blob)
}

/// One error for all of them.
pub(super) fn error(broken: &[String]) -> ManagementError {
    let errors = if broken.len() == 1 { "error" } else { "errors" };
    let text = format!("{} validation {errors} detected: {}", broken.len(), broken.join("; "));
    ManagementError::validation(text)
}

fn check(value: &Value, shape: &Shape, path: &str, broken: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Structure { members, required, .. }, Value::Object(given)) => {
            for (name, member) in members {
                let path = format!("{path}.{name}");
                match given.get(name) {
                    Some(value) => check(value, MODEL.shape(&member.shape), &path, broken),
                    None if required.contains(name) => broken.push(format!(
                        "Value null at '{path}' failed to satisfy constraint: Member must not be \
                         null"
                    )),
                    None => {}
                }
            }
        }
        (Shape::List { member }, Value::Array(values)) => list(values, member, path, broken),
        (Shape::Map { value: shape }, Value::Object(given)) => {
            for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
                check(value, MODEL.shape(shape), &format!("{path}.{name}.member"), broken);
            }
        }
        (Shape::String { .. }, Value::String(text)) => {
            if let Some(rule) = scalar(shape, text) {
                broken.push(format!(
                    "Value '{text}' at '{path}' failed to satisfy constraint: {rule}"
                ));
            }
        }
        _ => {}
    }
}

/// Scalars of a list are reported once for the list, structures one by one and counted from 1.
fn list(values: &[Value], member: &str, path: &str, broken: &mut Vec<String>) {
    let shape = MODEL.shape(member);
    let rule = values.iter().filter_map(Value::as_str).find_map(|text| scalar(shape, text));
    if let Some(rule) = rule {
        let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        broken.push(format!(
            "Value '[{}]' at '{path}' failed to satisfy constraint: Member must satisfy \
             constraint: [{rule}]",
            texts.join(", ")
        ));
        return;
    }
    for (at, value) in values.iter().enumerate() {
        check(value, shape, &format!("{path}.{}.member", at + 1), broken);
    }
}

/// The rule that a text breaks.
fn scalar(shape: &Shape, text: &str) -> Option<String> {
    let Shape::String { values, pattern } = shape else { return None };
    if !values.is_empty() && !values.iter().any(|value| value == text) {
        return Some(format!("Member must satisfy enum value set: [{}]", values.join(", ")));
    }
    let pattern = pattern.as_deref()?;
    // Patterns are two, short, and of our own model.
    let whole = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    (!whole.is_match(text))
        .then(|| format!("Member must satisfy regular expression pattern: {pattern}"))
}
