//! Maps, and the state of loops.

use std::rc::Rc;

use super::{Answer, is, null_pointer};
use crate::render::{ELEMENT_BYTES, ENTRY_BYTES, Render};
use crate::value::{ListKind, LoopScope, Map, Scope, Value};

/// A method of a map.
pub(super) fn call(
    render: &mut Render<'_, '_>,
    this: &Value,
    map: &Map,
    name: &str,
    arguments: &[Value],
) -> Answer {
    let answer = match (name, arguments) {
        ("get", [key]) => map.of(key).unwrap_or_default(),
        ("getOrDefault", [key, default]) => map.of(key).unwrap_or_else(|| default.clone()),
        ("put", [key, value]) => {
            render.meter().make(ENTRY_BYTES)?;
            render.changes(this, value)?;
            render.changes(this, key)?;
            map.insert(key.clone(), value.clone()).unwrap_or_default()
        }
        ("putIfAbsent", [key, value]) => match map.of(key) {
            Some(before) if !before.is_null() => before,
            _ => {
                render.meter().make(ENTRY_BYTES)?;
                render.changes(this, value)?;
                map.insert(key.clone(), value.clone()).unwrap_or_default()
            }
        },
        ("putAll", [Value::Map(others)]) => {
            let mut at = 0;
            while let Some((key, value)) = others.entry(at) {
                render.meter().make(ENTRY_BYTES)?;
                render.changes(this, &value)?;
                map.insert(key, value);
                at += 1;
            }
            Value::text("")
        }
        ("putAll", [Value::Null]) => return Err(null_pointer()),
        ("containsKey", [key]) => Value::Bool(map.of(key).is_some()),
        ("containsValue", [value]) => {
            let values = listed(render, map, ListKind::Values)?;
            return super::list::call(
                render,
                &values,
                as_list(&values),
                "contains",
                std::slice::from_ref(value),
            );
        }
        ("keySet", []) => listed(render, map, ListKind::Keys)?,
        ("values", []) => listed(render, map, ListKind::Values)?,
        ("entrySet", []) => listed(render, map, ListKind::Entries)?,
        ("size", []) => Value::Int(map.len() as i32),
        ("isEmpty", []) => Value::Bool(map.is_empty()),
        ("remove", [key]) => {
            render.meter().read(map.len() * ENTRY_BYTES)?;
            map.remove(key).unwrap_or_default()
        }
        ("clear", []) => {
            map.clear();
            Value::text("")
        }
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn listed(
    render: &mut Render<'_, '_>,
    map: &Map,
    kind: ListKind,
) -> Result<Value, crate::render::Halt> {
    let bytes = if kind == ListKind::Entries { ENTRY_BYTES } else { ELEMENT_BYTES };
    render.meter().make(map.len() * bytes)?;
    Ok(Value::List(map.list(kind)))
}

fn as_list(value: &Value) -> &crate::value::List {
    match value {
        Value::List(list) => list,
        _ => unreachable!("listed() makes lists"),
    }
}

/// `$foreach.index` and its sisters; anything else is in its map.
pub(super) fn scope_property(scope: &LoopScope, name: &str) -> Value {
    for (property, method) in [
        ("index", "getIndex"),
        ("count", "getCount"),
        ("hasNext", "getHasNext"),
        ("first", "getFirst"),
        ("last", "getLast"),
        ("parent", "getParent"),
        ("topmost", "getTopmost"),
        ("replaced", "getReplaced"),
    ] {
        if is(name, property) {
            return scope_call(scope, method, &[]).unwrap_or_default();
        }
    }
    stored(&scope.0, name)
}

/// What was put into the map of the loop or of one around it.
fn stored(scope: &Scope, name: &str) -> Value {
    let mut next = Some(scope);
    while let Some(scope) = next {
        if let Some(value) = scope.storage.get(name) {
            return value;
        }
        next = scope.parent.as_ref().map(|parent| &*parent.0);
    }
    Value::Null
}

fn topmost(scope: &Rc<Scope>) -> &Rc<Scope> {
    let mut outermost = scope;
    while let Some(parent) = &outermost.parent {
        outermost = &parent.0;
    }
    outermost
}

/// The methods of a loop's state beyond those of a map.
pub(super) fn scope_call(
    LoopScope(scope): &LoopScope,
    name: &str,
    arguments: &[Value],
) -> Option<Value> {
    Some(match (name, arguments) {
        ("getIndex", []) => Value::Int(scope.index.get()),
        ("getCount", []) => Value::Int(scope.index.get() + 1),
        ("hasNext" | "getHasNext", []) => Value::Bool(scope.has_next.get()),
        ("isFirst" | "getFirst", []) => Value::Bool(scope.index.get() < 1),
        ("isLast" | "getLast", []) => Value::Bool(!scope.has_next.get()),
        ("getParent", []) => scope.parent.clone().map_or(Value::Null, Value::Scope),
        ("getTopmost", []) => Value::Scope(LoopScope(topmost(scope).clone())),
        ("getReplaced", []) => topmost(scope).replaced.clone(),
        ("get", [Value::Text(name)]) => stored(scope, name),
        _ => return None,
    })
}
