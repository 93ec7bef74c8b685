//! The input of an operation: its members by name, put together from path, query, headers and body,
//! and held against their shapes.
//!
//! Types first (`SerializationException`), then all constraints at once (`ValidationException`,
//! counted and joined): aws-facts 14 to 18. What a value means is the operation's business.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::constraint;
use super::model::{Location, MODEL, Member, Shape};
use super::route::Route;
use super::wire::Request;
use crate::error::ManagementError;

/// Members by AWS's names. A member that was not sent, or was sent as null, is absent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    members: Map<String, Value>,
    /// The body of operations that take one as it is.
    payload: Vec<u8>,
}

impl Input {
    /// Reads and checks the input of a route's operation.
    pub(super) fn read(route: &Route, request: &Request<'_>) -> Result<Self, ManagementError> {
        let operation = route.operation;
        let Shape::Structure { members, payload, required } = MODEL.shape(&operation.input) else {
            return Err(ManagementError::internal());
        };
        let mut input = Self::default();
        let takes_body = members
            .iter()
            .any(|(name, m)| m.location == Location::Body && Some(name) != payload.as_ref());
        let body = if takes_body { body(request.body)? } else { Map::new() };
        for (name, member) in members {
            let value = if Some(name) == payload.as_ref() {
                input.payload = request.body.to_vec();
                None
            } else {
                found(name, member, route, request, &body)?
            };
            if let Some(value) = value {
                input.members.insert(name.clone(), value);
            }
        }
        let broken = constraint::broken(&operation.name, members, required, &input.members);
        if broken.is_empty() { Ok(input) } else { Err(constraint::error(&broken)) }
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    /// A text that the shape requires.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// A boolean.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.members.get(name)?.as_bool()
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.members.get(name)?.as_i64()
    }

    /// Any member.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Entries of a map of texts; absent: none. A null is kept out.
    pub(crate) fn texts(&self, name: &str) -> IndexMap<String, String> {
        let entries = self.members.get(name).and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    }

    /// A list of texts; absent: `None`.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let values = self.members.get(name)?.as_array()?;
        Some(values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
    }

    /// The raw body of an import.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// All members, for the audit log.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }
}

/// The body as a JSON object; an empty one has no members.
fn body(bytes: &[u8]) -> Result<Map<String, Value>, ManagementError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    // serde_json refuses nesting deeper than 128.
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(ManagementError::serialization("Unexpected value type in payload")),
        Err(_) => Err(ManagementError::serialization("Unable to parse the request body as JSON")),
    }
}

fn found(
    name: &str,
    member: &Member,
    route: &Route,
    request: &Request<'_>,
    body: &Map<String, Value>,
) -> Result<Option<Value>, ManagementError> {
    let wire = member.wire_name(name);
    let shape = MODEL.shape(&member.shape);
    let text = match member.location {
        Location::Body => {
            return match body.get(wire) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => typed(value, shape).map(Some),
            };
        }
        Location::Uri => route.labels.get(wire).cloned(),
        Location::Header => request.header(wire).map(str::to_owned),
        Location::QueryString => return Ok(queried(wire, shape, request.query)),
    };
    Ok(text.map(Value::from))
}

/// A member of the query: maps take every parameter, lists every one of their name.
fn queried(wire: &str, shape: &Shape, query: &[(String, String)]) -> Option<Value> {
    let mut named = query.iter().filter(|(key, _)| key == wire).map(|(_, value)| value.as_str());
    match shape {
        Shape::Map { .. } => {
            let all = query.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
            Some(Value::Object(all.collect()))
        }
        Shape::List { .. } => {
            let values: Vec<Value> =
                named.flat_map(|value| value.split(',')).map(Value::from).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        Shape::Boolean => named.next().map(|value| Value::from(value.eq_ignore_ascii_case("true"))),
        Shape::Integer | Shape::Long => named.next()?.parse::<i64>().ok().map(Value::from),
        _ => named.next().map(Value::from),
    }
}

/// A copy of a body value that has the type its shape asks for; members nobody knows are dropped,
/// as AWS does.
fn typed(value: &Value, shape: &Shape) -> Result<Value, ManagementError> {
    match (shape, value) {
        (Shape::Structure { members, .. }, Value::Object(given)) => {
            let mut kept = Map::new();
            for (name, member) in members {
                match given.get(member.wire_name(name)) {
                    None | Some(Value::Null) => {}
                    Some(value) => {
                        kept.insert(name.clone(), typed(value, MODEL.shape(&member.shape))?);
                    }
                }
            }
            Ok(Value::Object(kept))
        }
        (Shape::Map { value: shape }, Value::Object(given)) => {
            let shape = MODEL.shape(shape);
            let entry = |(key, value): (&String, &Value)| {
                let value = if value.is_null() { Value::Null } else { typed(value, shape)? };
                Ok((key.clone(), value))
            };
            given.iter().map(entry).collect::<Result<_, _>>().map(Value::Object)
        }
        (Shape::List { member }, Value::Array(given)) => {
            let shape = MODEL.shape(member);
            let values = given.iter().filter(|value| !value.is_null());
            values.map(|value| typed(value, shape)).collect::<Result<_, _>>().map(Value::Array)
        }
        (Shape::String { .. } | Shape::Blob, Value::String(_))
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::Double | Shape::Timestamp, Value::Number(_)) => Ok(value.clone()),
        (Shape::Integer | Shape::Long, Value::Number(number)) => match number.as_i64() {
            Some(whole) => Ok(whole.into()),
            None => Ok(number.as_f64().map(|n| n as i64).unwrap_or_default().into()),
        },
        (shape, value) => Err(ManagementError::serialization(mismatch(shape, value))),
    }
}

/// AWS's words, its grammar included.
fn mismatch(shape: &Shape, value: &Value) -> String {
    let class = match value {
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(_) => "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => return "Start of list found where not expected".into(),
        Value::Object(_) | Value::Null => {
            return "Start of structure or map found where not expected.".into();
        }
    };
    let wanted = match shape {
        Shape::String { .. } => "String",
        Shape::Boolean => "Boolean",
        Shape::Integer => "Integer",
        Shape::Long => "Long",
        Shape::Double => "Double",
        Shape::Timestamp => "Timestamp",
        Shape::Blob => "Blob",
        Shape::Structure { .. } | Shape::List { .. } | Shape::Map { .. } => {
            return "Unexpected field type".into();
        }
    };
    format!("class {class} can not be converted to an {wanted}")
}

#[cfg(test)]
impl Input {
    /// An input of these members, for tests of operations.
    pub(crate) fn of(members: Value) -> Self {
        let Value::Object(members) = members else { panic!("an object") };
        Self { members, payload: Vec::new() }
    }
}
