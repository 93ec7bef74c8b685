//! `$input`: values of JSON as a template has them, and the request's parameters.

use ringway_vtl::{List, ListKind, Map, Value};

use crate::context::Context;
use crate::http::{FieldName, rules};
use crate::json::{Json, Number};
use crate::mapping::percent::{decoded, decoded_path};
use crate::mapping::query;

/// A value of JSON: objects are maps, arrays print as JSON (aws-facts 200). `left` counts the
/// values that may still be made.
pub(super) fn value(json: &Json<'_>, left: &mut usize) -> Result<Value, String> {
    let mut value = Value::Null;
    fill(&mut value, json, left)?;
    Ok(value)
}

/// An array of JSON.
pub(super) fn list<'j, 'd: 'j>(
    elements: impl ExactSizeIterator<Item = &'j Json<'d>>,
    left: &mut usize,
) -> Result<Value, String> {
    let mut values = vec![Value::Null; elements.len()];
    for (place, json) in values.iter_mut().zip(elements) {
        fill(place, json, left)?;
    }
    Ok(Value::List(List::new(ListKind::Json, values)))
}

/// Makes a value in its place, which costs less than to return it.
fn fill(place: &mut Value, json: &Json<'_>, left: &mut usize) -> Result<(), String> {
    *left = left.checked_sub(1).ok_or("the template makes too many values of JSON")?;
    *place = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number_value(number),
        Json::String(text) => Value::text(text),
        Json::Array(elements) => list(elements.iter(), left)?,
        Json::Object(members) => {
            let mut entries = Vec::with_capacity(members.len());
            for (name, json) in members.iter() {
                entries.push((Value::text(name), Value::Null));
                if let Some((_, place)) = entries.last_mut() {
                    fill(place, json, left)?;
                }
            }
            Map::from_distinct(entries).into()
        }
    };
    Ok(())
}

fn number_value(number: &Number<'_>) -> Value {
    let text = number.source();
    // Almost all are short, and 128 bits take several times as long to read.
    if let Ok(integer) = text.parse::<i64>() {
        return Value::integer(integer.into());
    }
    match text.parse() {
        Ok(integer) => Value::integer(integer),
        Err(_) => Value::Double(number.as_f64()),
    }
}

/// `$input.params(name)`: of the path, else of the query, else of the headers; the last of several
/// values, and the empty text for none (aws-facts 132, 160).
pub(super) fn parameter(ctx: &Context<'_>, name: &str) -> Value {
    let in_path = || {
        let at = ctx.method?.path_parameters.iter().position(|known| **known == *name)?;
        ctx.request.path_parameters.get(at).map(|sent| text(decoded_path(sent)))
    };
    let in_query = || {
        let sent = query::values(ctx.request.head?.query()?, name).next_back()?;
        Some(text(decoded(sent)))
    };
    let in_headers = || {
        let head = ctx.request.head?;
        let value = match FieldName::of(name.as_bytes()) {
            FieldName::Other => head.custom(name),
            field if rules::seen_by_templates(field) => head.field(field),
            _ => None,
        };
        value.map(|value| text(value.iter().copied()))
    };
    in_path().or_else(in_query).or_else(in_headers).unwrap_or_else(|| Value::text(""))
}

/// `$input.params()`: the maps `path`, `querystring` and `header` (aws-facts 211).
pub(super) fn parameters(ctx: &Context<'_>) -> Map {
    let (path, querystring, header) = (Map::new(), Map::new(), Map::new());
    let names = ctx.method.map_or(&[][..], |method| &method.path_parameters);
    for (name, sent) in names.iter().zip(ctx.request.path_parameters) {
        path.insert(&**name, text(decoded_path(sent)));
    }
    if let Some(head) = ctx.request.head {
        for parameter in query::parameters(head.query().unwrap_or_default()) {
            let (name, value) = query::name_and_value(parameter);
            querystring.insert(text(decoded(name)), text(decoded(value)));
        }
        for line in head.fields().filter(|line| rules::seen_by_templates(line.name())) {
            let name = text(line.text().iter().copied());
            header.insert(name, text(line.value().iter().copied()));
        }
    }
    Map::from_iter([("path", path), ("querystring", querystring), ("header", header)])
}

fn text(bytes: impl Iterator<Item = u8>) -> Value {
    let bytes: Vec<u8> = bytes.collect();
    Value::text(String::from_utf8_lossy(&bytes))
}
