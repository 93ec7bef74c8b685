//! Lists, arrays, and the sets and collections that maps give.

use super::{Answer, null_pointer};
use crate::render::{ELEMENT_BYTES, Halt, Render, out_of_bounds};
use crate::value::{Budget, List, ListKind, Value, equals};

/// A method of a list.
pub(super) fn call(
    render: &mut Render<'_, '_>,
    this: &Value,
    list: &List,
    name: &str,
    arguments: &[Value],
) -> Answer {
    let kind = list.kind();
    let answer = match (name, arguments) {
        ("size", []) => Value::Int(list.len() as i32),
        ("isEmpty", []) => Value::Bool(list.is_empty()),
        ("contains", [value]) => Value::Bool(find(render, list, value, false)?.is_some()),
        ("containsAll", [Value::List(others)]) => {
            let mut all = true;
            for value in others.values() {
                all = all && find(render, list, &value, false)?.is_some();
            }
            Value::Bool(all)
        }
        ("iterator" | "toArray" | "stream", []) => {
            render.meter().make(list.len() * ELEMENT_BYTES)?;
            Value::List(List::new(ListKind::Values, list.values()))
        }
        ("add" | "addAll" | "remove" | "removeAll" | "retainAll" | "clear", _)
            if !kind.is_indexed() =>
        {
            return Err(Halt::fail(
                "UnsupportedOperationException: a view of a map is not changed",
            ));
        }
        _ if kind.is_indexed() => return indexed(render, this, list, name, arguments),
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn indexed(
    render: &mut Render<'_, '_>,
    this: &Value,
    list: &List,
    name: &str,
    arguments: &[Value],
) -> Answer {
    let answer = match (name, arguments) {
        ("get", [Value::Int(at)]) => element(list, *at)?,
        ("set", [Value::Int(at), value]) => {
            render.changes(this, value)?;
            let before = usize::try_from(*at).ok().and_then(|at| list.replace(at, value.clone()));
            before.ok_or_else(|| out_of_bounds(*at, list.len()))?
        }
        ("indexOf", [value]) => position(find(render, list, value, false)?),
        ("lastIndexOf", [value]) => position(find(render, list, value, true)?),
        ("subList", [Value::Int(from), Value::Int(to)]) => {
            let (from, to) = (*from, *to);
            let values = list.values();
            let part = usize::try_from(from).ok().zip(usize::try_from(to).ok());
            let part = part.and_then(|(from, to)| values.get(from..to));
            let part = part.ok_or_else(|| out_of_bounds(to, values.len()))?;
            render.meter().make(part.len() * ELEMENT_BYTES)?;
            Value::List(List::new(ListKind::Array, part.to_vec()))
        }
        ("toJSONString", []) if list.kind() == ListKind::Json => match render.text_of(this)? {
            Some(text) => Value::text(text),
            None => Value::Null,
        },
        // The length of an array never changes.
        _ if list.kind() == ListKind::Strings => return Ok(None),
        _ => return resized(render, this, list, name, arguments),
    };
    Ok(Some(answer))
}

fn resized(
    render: &mut Render<'_, '_>,
    this: &Value,
    list: &List,
    name: &str,
    arguments: &[Value],
) -> Answer {
    let answer = match (name, arguments) {
        ("add", [value]) => {
            render.meter().make(ELEMENT_BYTES)?;
            render.changes(this, value)?;
            list.push(value.clone());
            Value::Bool(true)
        }
        ("add", [Value::Int(at), value]) => {
            render.meter().make(ELEMENT_BYTES)?;
            render.meter().read(list.len() * ELEMENT_BYTES)?;
            render.changes(this, value)?;
            let at = usize::try_from(*at).ok().filter(|at| *at <= list.len());
            let at = at.ok_or_else(|| Halt::fail("IndexOutOfBoundsException"))?;
            list.change(|values| values.insert(at, value.clone()));
            Value::text("")
        }
        ("addAll", [Value::List(others)]) => {
            let others = others.values();
            render.meter().make(others.len() * ELEMENT_BYTES)?;
            for value in &others {
                render.changes(this, value)?;
            }
            let any = !others.is_empty();
            list.change(|values| values.extend(others));
            Value::Bool(any)
        }
        ("addAll", [Value::Null]) => return Err(null_pointer()),
        ("clear", []) => {
            let before = list.change(std::mem::take);
            drop(List::new(ListKind::Array, before));
            Value::text("")
        }
        ("clone", []) => {
            render.meter().make(list.len() * ELEMENT_BYTES)?;
            Value::List(List::new(list.kind(), list.values()))
        }
        _ => return reduced(render, list, name, arguments),
    };
    Ok(Some(answer))
}

fn reduced(render: &mut Render<'_, '_>, list: &List, name: &str, arguments: &[Value]) -> Answer {
    let answer = match (name, arguments) {
        ("remove", [Value::Int(at)]) => {
            let before = element(list, *at)?;
            render.meter().read(list.len() * ELEMENT_BYTES)?;
            list.change(|values| values.remove(*at as usize));
            before
        }
        ("remove", [value]) => match find(render, list, value, false)? {
            Some(at) => {
                list.change(|values| values.remove(at));
                Value::Bool(true)
            }
            None => Value::Bool(false),
        },
        ("removeAll" | "retainAll", [Value::List(others)]) => {
            let keep = name == "retainAll";
            let mut kept = Vec::new();
            for value in list.values() {
                if find(render, others, &value, false)?.is_some() == keep {
                    kept.push(value);
                }
            }
            let changed = kept.len() != list.len();
            list.change(|values| *values = kept);
            Value::Bool(changed)
        }
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn element(list: &List, at: i32) -> Result<Value, Halt> {
    let found = usize::try_from(at).ok().and_then(|at| list.get(at));
    found.ok_or_else(|| out_of_bounds(at, list.len()))
}

fn position(found: Option<usize>) -> Value {
    Value::Int(found.map_or(-1, |at| at as i32))
}

/// Where a value is, from the start or from the end.
fn find(
    render: &mut Render<'_, '_>,
    list: &List,
    value: &Value,
    from_end: bool,
) -> Result<Option<usize>, Halt> {
    let count = list.len();
    for turn in 0..count {
        let at = if from_end { count - 1 - turn } else { turn };
        if turn % 8 == 0 {
            render.meter().step()?;
        }
        let Some(element) = list.get(at) else { return Ok(None) };
        let mut budget = Budget::default();
        if equals(&element, value, &mut budget) {
            return Ok(Some(at));
        }
        render.meter().steps(budget.used())?;
    }
    Ok(None)
}
