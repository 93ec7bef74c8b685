//! Whether a filter holds: operands to values, and the operators over them.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::cursor::unescape;
use super::evaluate::{Evaluation, Stop};
use super::filter::{Filter, Operand, Operator};
use super::path::Path;
use crate::json::{Decimal, Json, Number};
use crate::pattern::Pattern;

/// A tree of the document, or one that was made.
enum Tree<'v> {
    Borrowed(&'v Json<'v>),
    Owned(Json<'v>),
}

impl Tree<'_> {
    fn json(&self) -> &Json<'_> {
        match self {
            Self::Borrowed(json) => json,
            Self::Owned(json) => json,
        }
    }
}

/// What an operand stands for.
enum Value<'v> {
    /// A path that leads nowhere: equal to nothing, not even itself.
    Undefined,
    Null,
    Bool(bool),
    Number(Cow<'v, Decimal>),
    String(Cow<'v, str>),
    /// A list or a map; `bool`: written in the filter.
    Json(Tree<'v>, bool),
    Pattern(&'v Pattern),
    /// A string of a list that reads as a path or as JSON: equal to nothing.
    Opaque,
}

impl Filter {
    /// Whether the filter holds for a value.
    pub(super) fn holds<'d>(
        &self,
        item: &Json<'d>,
        evaluation: &Evaluation<'_, 'd>,
    ) -> Result<bool, Stop> {
        evaluation.step()?;
        match self {
            Self::Or(all) => {
                for filter in all {
                    if filter.holds(item, evaluation)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::And(all) => {
                for filter in all {
                    if !filter.holds(item, evaluation)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Not(filter) => Ok(!filter.holds(item, evaluation)?),
            // Jayway begins at the value here even where the path begins with `$`.
            Self::Exists(path, exists) => Ok(evaluation.exists(path, item)? == *exists),
            Self::Compare(left, operator, right) => {
                let left = left.value(item, evaluation)?;
                let right = right.value(item, evaluation)?;
                operator.holds(&left, &right)
            }
        }
    }
}

impl Operand {
    fn value<'v, 'd>(
        &'v self,
        item: &'v Json<'d>,
        evaluation: &Evaluation<'v, 'd>,
    ) -> Result<Value<'v>, Stop> {
        Ok(match self {
            Self::Path(path) => match path_value(path, item, evaluation) {
                Ok(Cow::Borrowed(found)) => of_path(found)?,
                Ok(Cow::Owned(found)) => of_own(found)?,
                Err(Stop::Missing) => Value::Undefined,
                Err(stop) => return Err(stop),
            },
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(Cow::Borrowed(number)),
            Self::String(text) => Value::String(Cow::Borrowed(text)),
            Self::Json(json) => Value::Json(Tree::Borrowed(json), true),
            Self::Pattern(pattern) => Value::Pattern(pattern),
        })
    }
}

fn path_value<'v, 'd>(
    path: &Path,
    item: &'v Json<'d>,
    evaluation: &Evaluation<'v, 'd>,
) -> Result<Cow<'v, Json<'d>>, Stop> {
    evaluation.value(path, if path.is_root { evaluation.root } else { item })
}

fn number(number: &Number<'_>) -> Result<Decimal, Stop> {
    number.decimal().ok_or(Stop::Failed("a number is not finite"))
}

fn of_path<'v, 'd>(found: &'v Json<'d>) -> Result<Value<'v>, Stop> {
    Ok(match found {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(found) => Value::Number(Cow::Owned(number(found)?)),
        Json::String(text) => Value::String(Cow::Borrowed(text)),
        Json::Array(_) | Json::Object(_) => Value::Json(Tree::Borrowed(found), false),
    })
}

fn of_own(found: Json<'_>) -> Result<Value<'_>, Stop> {
    Ok(match found {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(found) => Value::Number(Cow::Owned(number(&found)?)),
        Json::String(text) => Value::String(text),
        Json::Array(_) | Json::Object(_) => Value::Json(Tree::Owned(found), false),
    })
}

/// An element of a list on either side of `in` and its kin.
fn of_element<'v>(element: &'v Json<'v>) -> Result<Value<'v>, Stop> {
    Ok(match element {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(found) => Value::Number(Cow::Owned(number(found)?)),
        Json::String(text) if reads_as_path_or_json(text) => Value::Opaque,
        Json::String(text) => Value::String(unquoted(text)?),
        Json::Array(_) | Json::Object(_) => {
            return Err(Stop::Failed("a list inside a list cannot be compared"));
        }
    })
}

fn reads_as_path_or_json(text: &str) -> bool {
    let text = text.trim();
    match (text.chars().next(), text.chars().last()) {
        (Some('$' | '@'), _) => super::JsonPath::compile(text).is_ok(),
        (Some('['), Some(']')) | (Some('{'), Some('}')) if text.len() > 1 => {
            Json::parse_lenient(text).is_ok()
        }
        _ => false,
    }
}

/// Jayway takes quotes and escapes of a string in a list for those of a literal.
fn unquoted(text: &str) -> Result<Cow<'_, str>, Stop> {
    let quoted = ['\'', '"']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote).and_then(|rest| rest.strip_suffix(*quote)));
    let long = text.encode_utf16().nth(1).is_some();
    match quoted.unwrap_or(text) {
        _ if !long => Ok(Cow::Borrowed(text)),
        inner if inner.contains('\\') => {
            unescape(inner).map(Cow::Owned).ok_or(Stop::Failed("no such escape"))
        }
        inner => Ok(Cow::Borrowed(inner)),
    }
}

type List<'v> = Vec<Value<'v>>;

impl Value<'_> {
    /// `equals` of Java's nodes: a number and a string compare as the left one's kind.
    fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(left), Value::Bool(right)) => left == right,
            (Self::Number(left), Value::Number(right)) => left == right,
            (Self::Number(left), Value::String(right)) => {
                Decimal::parse(right).is_some_and(|right| **left == right)
            }
            (Self::String(left), Value::String(right)) => left == right,
            (Self::String(left), Value::Number(right)) => **left == right.to_string(),
            (Self::Json(left, false), Value::Json(right, _)) => same(left.json(), right.json()),
            (
                Self::Undefined
                | Self::Null
                | Self::Bool(_)
                | Self::Number(_)
                | Self::String(_)
                | Self::Json(..)
                | Self::Pattern(_)
                | Self::Opaque,
                _,
            ) => false,
        }
    }

    /// The elements, if this is a list; `None`: it is a map.
    fn elements(&self) -> Result<Option<List<'_>>, Stop> {
        match self {
            Self::Json(json, _) => match json.json() {
                Json::Array(elements) => {
                    elements.iter().map(of_element).collect::<Result<_, _>>().map(Some)
                }
                _ => Ok(None),
            },
            _ => Err(Stop::Invalid),
        }
    }

    /// What a regular expression is matched with.
    fn input(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Undefined | Self::Null | Self::Json(..) | Self::Pattern(_) | Self::Opaque => {
                Cow::Borrowed("")
            }
        }
    }
}

/// `List.equals` and `Map.equals` of Java: numbers of another class are not equal.
fn same(left: &Json<'_>, right: &Json<'_>) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.java_text() == right.java_text(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.get(name.as_ref()).is_some_and(|other| same(value, other))
                })
        }
        (Json::Null, Json::Null) => true,
        (Json::Bool(left), Json::Bool(right)) => left == right,
        (Json::String(left), Json::String(right)) => left == right,
        _ => false,
    }
}

fn holds_any(list: &[Value<'_>], value: &Value<'_>) -> bool {
    list.iter().any(|element| value.equals(element))
}

impl Operator {
    fn holds<'v>(self, left: &Value<'v>, right: &Value<'v>) -> Result<bool, Stop> {
        Ok(match self {
            Self::Equal => left.equals(right),
            Self::NotEqual => !left.equals(right),
            Self::SameTypeEqual => is_same_kind(left, right) && left.equals(right),
            Self::NotSameTypeEqual => !(is_same_kind(left, right) && left.equals(right)),
            Self::Less => order(left, right).is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
            Self::Greater => order(left, right).is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
            Self::Matches => matches(left, right)?,
            Self::In => right.elements()?.is_some_and(|list| holds_any(&list, left)),
            Self::NotIn => !right.elements()?.is_some_and(|list| holds_any(&list, left)),
            Self::Contains => contains(left, right)?,
            Self::Size => has_size(left, right),
            Self::Exists => exists(left, right)?,
            Self::Empty => is_empty(left, right)?,
            Self::SubsetOf => compare_lists(left, right, |left, right| {
                left.iter().all(|value| holds_any(right, value))
            })?,
            Self::AnyOf => compare_lists(left, right, |left, right| {
                left.iter().any(|value| holds_any(right, value))
            })?,
            Self::NoneOf => compare_lists(left, right, |left, right| {
                !left.iter().any(|value| holds_any(right, value))
            })?,
            Self::Never => return Err(Stop::Invalid),
        })
    }
}

fn is_same_kind<'v>(left: &Value<'v>, right: &Value<'v>) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    let by_unit = |left: &str, right: &str| left.encode_utf16().cmp(right.encode_utf16());
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => Some(by_unit(left, right)),
        _ => None,
    }
}

fn matches<'v>(left: &Value<'v>, right: &Value<'v>) -> Result<bool, Stop> {
    let (pattern, value) = match (left, right) {
        (Value::Pattern(_), Value::Pattern(_)) => return Ok(false),
        (Value::Pattern(pattern), value) | (value, Value::Pattern(pattern)) => (pattern, value),
        _ => return Ok(false),
    };
    let is_match =
        |value: &Value<'_>| pattern.is_match(&value.input()).map_err(|_| Stop::TooExpensive);
    if let Value::Json(..) = value
        && let Some(elements) = value.elements()?
    {
        for element in &elements {
            if is_match(element)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    is_match(value)
}

fn contains(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(left.contains(&**right)),
        // The list is asked for the value on the right, whose kind decides.
        (Value::Json(..), _) => Ok(left.elements()?.is_some_and(|list| holds_any(&list, right))),
        _ => Ok(false),
    }
}

fn has_size(left: &Value<'_>, right: &Value<'_>) -> bool {
    let Value::Number(expected) = right else { return false };
    let size = match left {
        Value::String(text) => i64::try_from(text.encode_utf16().count()).ok(),
        Value::Json(json, _) => match json.json() {
            Json::Array(elements) => i64::try_from(elements.len()).ok(),
            _ => Some(-1),
        },
        _ => None,
    };
    size.is_some() && size == expected.as_i64()
}

fn exists(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        (Value::Bool(_), _) | (_, Value::Bool(_)) => Err(Stop::Invalid),
        _ => Err(Stop::Failed("`exists` takes true or false")),
    }
}

fn is_empty(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    let empty = match left {
        Value::String(text) => text.is_empty(),
        Value::Json(json, _) => match json.json() {
            Json::Array(elements) => elements.is_empty(),
            // Jayway's cast fails here.
            _ => return Err(Stop::Failed("`empty` of a map")),
        },
        _ => return Ok(false),
    };
    match right {
        Value::Bool(expected) => Ok(empty == *expected),
        _ => Err(Stop::Invalid),
    }
}

fn compare_lists(
    left: &Value<'_>,
    right: &Value<'_>,
    holds: impl Fn(&[Value<'_>], &[Value<'_>]) -> bool,
) -> Result<bool, Stop> {
    let Some(right) = right.elements()? else { return Ok(false) };
    let Some(left) = left.elements()? else { return Ok(false) };
    Ok(holds(&left, &right))
}
