//! Texts.

use std::borrow::Cow;

use super::{Answer, Pattern, class_cast, null_pointer};
use crate::format;
use crate::limits::MADE_BYTES_MAX;
use crate::render::{ELEMENT_BYTES, Halt, Render};
use crate::text;
use crate::value::{List, ListKind, Text, Value};

/// A method of a text.
pub(super) fn call(
    render: &mut Render<'_, '_>,
    this: &Text,
    name: &str,
    arguments: &[Value],
    pattern: Option<&Result<Pattern, String>>,
) -> Answer {
    render.meter().read(this.len())?;
    let asked = match arguments {
        [] => plain(this, name),
        [Value::Text(other)] => with_text(this, name, other),
        _ => None,
    };
    if let Some(value) = asked {
        if let Value::Text(text) = &value {
            render.meter().make(text.len())?;
        }
        return Ok(Some(value));
    }
    match name {
        "replaceAll" | "replaceFirst" | "matches" | "split" => {
            searched(render, this, name, arguments, pattern)
        }
        "replace" => replace(render, this, arguments),
        "format" => formatted(render, arguments),
        "join" => joined(render, arguments),
        "valueOf" | "copyValueOf" => match arguments {
            [value] => match render.text_of(value)? {
                Some(text) => Ok(Some(Value::text(text))),
                None => Ok(Some(Value::text("null"))),
            },
            _ => Ok(None),
        },
        _ => counted(render, this, name, arguments),
    }
}

fn plain(this: &Text, name: &str) -> Option<Value> {
    Some(match name {
        "length" => Value::Int(text::length(this) as i32),
        "isEmpty" => Value::Bool(this.is_empty()),
        "isBlank" => Value::Bool(is_blank(this)),
        "trim" => Value::text(text::trim(this)),
        "strip" => Value::text(this.trim_matches(is_white)),
        "stripLeading" => Value::text(this.trim_start_matches(is_white)),
        "stripTrailing" => Value::text(this.trim_end_matches(is_white)),
        "toLowerCase" => Value::from(this.to_lowercase()),
        "toUpperCase" => Value::from(this.to_uppercase()),
        "intern" => Value::Text(this.clone()),
        "toCharArray" => {
            let units = this.encode_utf16().map(Value::Char).collect();
            Value::List(List::new(ListKind::Strings, units))
        }
        _ => return None,
    })
}

/// Java's white space, which is not that of Unicode: no-break spaces are none.
fn is_white(character: char) -> bool {
    let unbroken = matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}');
    matches!(character, '\u{1c}'..='\u{1f}') || (character.is_whitespace() && !unbroken)
}

pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(is_white)
}

fn with_text(this: &Text, name: &str, other: &Text) -> Option<Value> {
    let found = |at: Option<usize>| Value::Int(at.map_or(-1, |at| text::position(this, at) as i32));
    Some(match name {
        "contains" => Value::Bool(this.contains(&**other)),
        "startsWith" => Value::Bool(this.starts_with(&**other)),
        "endsWith" => Value::Bool(this.ends_with(&**other)),
        "equalsIgnoreCase" => Value::Bool(folded(this) == folded(other)),
        "contentEquals" => Value::Bool(this == other),
        "concat" => Value::from([&**this, &**other].concat()),
        "compareTo" => Value::Int(text::compare(this, other)),
        "compareToIgnoreCase" => Value::Int(text::compare(&folded(this), &folded(other))),
        "indexOf" => found(this.find(&**other)),
        "lastIndexOf" => found(this.rfind(&**other)),
        _ => return None,
    })
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Methods that take positions and counts.
fn counted(render: &mut Render<'_, '_>, this: &Text, name: &str, arguments: &[Value]) -> Answer {
    let outside = || Halt::fail(format!("StringIndexOutOfBoundsException in {name}"));
    let place = |at: i32| usize::try_from(at).map_err(|_| outside());
    let answer =
        match (name, arguments) {
            ("substring" | "subSequence", [Value::Int(begin), Value::Int(end)]) => {
                let part = text::slice(this, place(*begin)?, place(*end)?).ok_or_else(outside)?;
                render.meter().make(part.len())?;
                Value::Text(part)
            }
            ("substring", [Value::Int(begin)]) => {
                let length = text::length(this);
                let part = text::slice(this, place(*begin)?, length).ok_or_else(outside)?;
                render.meter().make(part.len())?;
                Value::Text(part)
            }
            ("charAt", [Value::Int(at)]) => {
                Value::Char(text::unit(this, place(*at)?).ok_or_else(outside)?)
            }
            ("codePointAt", [Value::Int(at)]) => {
                let at = place(*at)?;
                let unit = text::unit(this, at).ok_or_else(outside)?;
                let whole = this[text::byte_position(this, at)..].chars().next();
                let whole = whole.filter(|character| character.len_utf16() == 2);
                Value::Int(whole.map_or_else(|| i32::from(unit), |character| character as i32))
            }
            ("indexOf" | "lastIndexOf", [Value::Int(code)]) => {
                let code = u32::try_from(*code).ok().and_then(char::from_u32);
                let at = code.and_then(|code| match name {
                    "indexOf" => this.find(code),
                    _ => this.rfind(code),
                });
                Value::Int(at.map_or(-1, |at| text::position(this, at) as i32))
            }
            ("indexOf", [Value::Text(other), Value::Int(from)]) => {
                let from = text::byte_position(this, usize::try_from(*from).unwrap_or(0));
                let at = this[from..].find(&**other).map(|at| from + at);
                Value::Int(at.map_or(-1, |at| text::position(this, at) as i32))
            }
            ("lastIndexOf", [Value::Text(other), Value::Int(from)]) => {
                let last = usize::try_from(*from).ok().map(|from| {
                    let end = text::byte_position(this, from) + other.len();
                    let mut end = end.min(this.len());
                    while !this.is_char_boundary(end) {
                        end += 1;
                    }
                    this[..end].rfind(&**other)
                });
                Value::Int(last.flatten().map_or(-1, |at| text::position(this, at) as i32))
            }
            ("startsWith", [Value::Text(other), Value::Int(from)]) => {
                let from = usize::try_from(*from).ok().filter(|from| *from <= text::length(this));
                Value::Bool(from.is_some_and(|from| {
                    this[text::byte_position(this, from)..].starts_with(&**other)
                }))
            }
            ("repeat", [Value::Int(times)]) => {
                let times = usize::try_from(*times)
                    .map_err(|_| Halt::fail("IllegalArgumentException: count is negative"))?;
                let bytes = this.len().saturating_mul(times);
                render.meter().make(bytes.min(MADE_BYTES_MAX * 16))?;
                Value::from(this.repeat(times))
            }
            (_, []) => return Ok(None),
            (_, [Value::Null, ..]) if takes_text(name) => return Err(null_pointer()),
            ("compareTo", [_]) => return Err(class_cast(name)),
            _ => return Ok(None),
        };
    Ok(Some(answer))
}

fn takes_text(name: &str) -> bool {
    matches!(
        name,
        "contains"
            | "startsWith"
            | "endsWith"
            | "concat"
            | "compareTo"
            | "compareToIgnoreCase"
            | "indexOf"
            | "lastIndexOf"
            | "contentEquals"
    )
}

fn replace(render: &mut Render<'_, '_>, this: &Text, arguments: &[Value]) -> Answer {
    let (from, to): (Cow<'_, str>, Cow<'_, str>) = match arguments {
        [Value::Text(from), Value::Text(to)] => (Cow::Borrowed(from), Cow::Borrowed(to)),
        [Value::Char(from), Value::Char(to)] => {
            let text = |unit: &u16| Cow::Owned(text::from_unit(*unit).to_string());
            (text(from), text(to))
        }
        [Value::Null, Value::Text(_) | Value::Null] | [Value::Text(_), Value::Null] => {
            return Err(null_pointer());
        }
        _ => return Ok(None),
    };
    let times = if from.is_empty() { this.len() + 1 } else { this.matches(&*from).count() };
    render.meter().make(this.len() + times.saturating_mul(to.len()))?;
    Ok(Some(Value::from(this.replace(&*from, &to))))
}

/// Methods that take a regular expression.
fn searched(
    render: &mut Render<'_, '_>,
    this: &Text,
    name: &str,
    arguments: &[Value],
    pattern: Option<&Result<Pattern, String>>,
) -> Answer {
    let (source, rest) = match arguments {
        [Value::Text(source), rest @ ..] => (source, rest),
        [Value::Null, ..] => return Err(null_pointer()),
        _ => return Ok(None),
    };
    let fits = match (name, rest) {
        ("matches" | "split", []) => true,
        ("split", [limit]) => matches!(limit, Value::Int(_)),
        ("replaceAll" | "replaceFirst", [Value::Null]) => return Err(null_pointer()),
        ("replaceAll" | "replaceFirst", [with]) => matches!(with, Value::Text(_)),
        _ => false,
    };
    if !fits {
        return Ok(None);
    }
    let made;
    let pattern = match pattern {
        Some(pattern) => pattern,
        None => {
            // Compiling costs more than searching.
            render.meter().steps(500 + 50 * source.len() as u64)?;
            made = Pattern::new(source);
            &made
        }
    };
    let pattern = pattern.as_ref().map_err(|message| Halt::fail(message.clone()))?;
    let meter = render.meter();
    let value = match (name, rest) {
        ("matches", _) => Value::Bool(pattern.is_whole(this, meter)?),
        ("split", rest) => {
            let limit = match rest {
                [Value::Int(limit)] => *limit,
                _ => 0,
            };
            let parts = pattern.split(this, limit, meter)?;
            meter.make(parts.len() * ELEMENT_BYTES)?;
            Value::List(List::new(ListKind::Strings, parts))
        }
        (_, [Value::Text(with)]) => {
            Value::from(pattern.replace(this, with, name == "replaceAll", meter)?)
        }
        _ => Value::Null,
    };
    Ok(Some(value))
}

fn formatted(render: &mut Render<'_, '_>, arguments: &[Value]) -> Answer {
    let (template, values) = match arguments {
        [Value::Text(template), Value::List(list)] if list.kind() == ListKind::Strings => {
            (template, list.values())
        }
        [Value::Text(template), values @ ..] => (template, values.to_vec()),
        _ => return Ok(None),
    };
    let text = format::format(render, template, &values)?;
    render.meter().make(text.len())?;
    Ok(Some(Value::from(text)))
}

/// `String.join(delimiter, elements)`.
fn joined(render: &mut Render<'_, '_>, arguments: &[Value]) -> Answer {
    let (delimiter, values) = match arguments {
        [Value::Text(delimiter), Value::List(list)] => (delimiter, list.values()),
        [Value::Text(delimiter), values @ ..] => (delimiter, values.to_vec()),
        _ => return Ok(None),
    };
    let mut text = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(delimiter);
        }
        match value {
            Value::Text(part) => text.push_str(part),
            Value::Null => text.push_str("null"),
            _ => return Err(Halt::fail("ClassCastException: join takes texts")),
        }
        render.meter().make(delimiter.len() + 16)?;
    }
    Ok(Some(Value::from(text)))
}
