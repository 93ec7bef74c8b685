//! Elements by a path of names, whatever their prefixes, and the text of an element.

use ringway_vtl::{Map, Value};

use super::characters::{is_name, shown};
use super::{ATTRIBUTE, Allowance, CONTENT};
use crate::limits::{XML_DEPTH_MAX, XML_PATH_STEPS_MAX};

/// Maps and lists inside each other that are elements inside each other: each may be in a list of
/// its name, or in a map of its own in a list.
const VALUE_DEPTH_MAX: usize = 3 * XML_DEPTH_MAX;

/// The elements that a path leads to from a value, in the order of the document.
///
/// A path is names with `/` between them, each one level down: `Envelope/Body/*`. `name` is an
/// element of that name with any prefix or none, `p:name` one that is written so, `*` any element;
/// `@name` at the end is an attribute.
///
/// # Errors
/// It is no path, or leads past more than is allowed.
pub fn find(value: &Value, path: &str, allowance: &mut Allowance) -> Result<Vec<Value>, String> {
    let steps = path.split('/').collect::<Vec<_>>();
    if steps.len() > XML_PATH_STEPS_MAX {
        return Err(format!("a path has at most {XML_PATH_STEPS_MAX} steps"));
    }
    let last = steps.len() - 1;
    let is_step = |(at, step): (usize, &&str)| match step.strip_prefix(ATTRIBUTE) {
        Some(name) => at == last && is_name(name),
        None => *step == "*" || is_name(step),
    };
    if !steps.iter().enumerate().all(is_step) {
        return Err(format!("{} is no path to elements", shown(path)));
    }
    let mut found = vec![value.clone()];
    for step in steps {
        let mut search = Search { step, allowance, found: Vec::new() };
        found.iter().try_for_each(|value| search.below(value))?;
        found = search.found;
    }
    Ok(found)
}

/// One step of a path. Everything it looks at is counted.
struct Search<'s> {
    step: &'s str,
    allowance: &'s mut Allowance,
    found: Vec<Value>,
}

impl Search<'_> {
    /// From an element, or from each of a list.
    fn below(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::Map(map) => self.below_element(map),
            Value::List(list) => list.iter().try_for_each(|value| {
                self.allowance.take_node()?;
                if let Value::Map(map) = value { self.below_element(&map) } else { Ok(()) }
            }),
            _ => Ok(()),
        }
    }

    fn below_element(&mut self, map: &Map) -> Result<(), String> {
        match map.get(CONTENT) {
            Some(Value::List(content)) if !self.step.starts_with(ATTRIBUTE) => {
                for piece in content.iter() {
                    self.allowance.take_node()?;
                    if let Value::Map(elements) = piece {
                        self.entries(&elements)?;
                    }
                }
                Ok(())
            }
            _ => self.entries(map),
        }
    }

    fn entries(&mut self, map: &Map) -> Result<(), String> {
        for (key, value) in map.iter() {
            self.allowance.take_node()?;
            if !key.as_text().is_some_and(|key| matches(key, self.step)) {
                continue;
            }
            match value {
                Value::List(list) => {
                    for value in list.iter() {
                        self.allowance.take_node()?;
                        self.found.push(value);
                    }
                }
                value => self.found.push(value),
            }
        }
        Ok(())
    }
}

fn matches(key: &str, step: &str) -> bool {
    match (key.strip_prefix(ATTRIBUTE), step.strip_prefix(ATTRIBUTE)) {
        (Some(key), Some(step)) => {
            key == step || (local(key) == step && !key.starts_with("xmlns:"))
        }
        (None, None) => (step == "*" || key == step || local(key) == step) && !key.starts_with('#'),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// The text of an element, with that of the elements in it; `""` for null.
///
/// # Errors
/// It is no element, or more than is allowed.
pub fn text_of(value: &Value, allowance: &mut Allowance) -> Result<String, String> {
    let mut out = String::new();
    match value {
        Value::List(list) => return Err(format!("a list of {}, not one element", list.len())),
        value => append_text(value, VALUE_DEPTH_MAX, allowance, &mut out)?,
    }
    Ok(out)
}

fn append_text(
    value: &Value,
    depth: usize,
    allowance: &mut Allowance,
    out: &mut String,
) -> Result<(), String> {
    if depth == 0 {
        return Err(format!("more than {XML_DEPTH_MAX} elements inside each other"));
    }
    allowance.take_node()?;
    match value {
        Value::Null => Ok(()),
        Value::List(list) => {
            list.iter().try_for_each(|value| append_text(&value, depth - 1, allowance, out))
        }
        Value::Map(map) => match map.get(CONTENT) {
            Some(content) => append_text(&content, depth - 1, allowance, out),
            None => map.iter().try_for_each(|(key, value)| {
                allowance.take_node()?;
                let is_inside = key.as_text().is_some_and(|key| !key.starts_with(ATTRIBUTE));
                if is_inside { append_text(&value, depth - 1, allowance, out) } else { Ok(()) }
            }),
        },
        value => {
            let text = value.plain_text();
            let text = text.ok_or_else(|| format!("a {} is no element", value.type_name()))?;
            allowance.take_bytes(text.len())?;
            out.push_str(&text);
            Ok(())
        }
    }
}
