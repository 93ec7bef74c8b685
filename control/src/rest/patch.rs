//! JSON Patch as AWS's Update* operations take it: one implementation, driven by a table of rules
//! for each resource (<https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html>).
//!
//! A definition is patched as JSON and read back, so that what comes out has its type.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::input::Input;
use crate::error::ManagementError;

/// What a patch operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Op {
    Add,
    Remove,
    Move,
    Test,
    Replace,
    Copy,
}

/// One patch operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PatchOperation {
    pub(crate) op: Option<Op>,
    pub(crate) path: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) from: Option<String>,
}

/// What may be patched at a path.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// `/description`, `/requestParameters/{}`: `{}` is one part, unescaped; `*` is every path.
    pub(crate) path: &'static str,
    /// What may be done there.
    pub(crate) ops: &'static [Op],
    /// What it changes.
    pub(crate) target: Target,
}

/// What an operation changes in the definition.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// The value at the same path; objects on the way are made. `remove` takes it away.
    Value(Parse),
    /// As [`Self::Value`], but `remove` and `replace` need it to be there.
    Present(Parse, fn() -> ManagementError),
    /// Something of its own; the parts are those that `{}` took.
    Own(fn(&mut Value, &PatchOperation, &[String]) -> Result<(), ManagementError>),
}

/// Reads the `value` of an operation.
pub(crate) type Parse = fn(&PatchOperation) -> Result<Value, ManagementError>;

/// How a resource words what it does not allow.
#[derive(Clone, Copy)]
pub(crate) enum Wording {
    /// `Invalid patch path /x`, `Invalid patch operation specified. Must be one of: [replace]`.
    Plain,
    /// `Invalid patch path /x`, for a wrong operation as well (aws-facts 114).
    Path,
    /// `Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/a, /b]`.
    Listed,
}

/// The table of a resource.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) rules: &'static [Rule],
    pub(crate) wording: Wording,
}

/// Only `replace`.
pub(crate) const REPLACE: &[Op] = &[Op::Replace];
/// What entries of maps take.
pub(crate) const ENTRY: &[Op] = &[Op::Add, Op::Remove, Op::Replace];
/// What optional members take.
pub(crate) const OPTIONAL: &[Op] = &[Op::Add, Op::Remove, Op::Replace];
/// Everything: which are allowed is said in words of their own.
pub(crate) const ANY: &[Op] = &[Op::Add, Op::Remove, Op::Move, Op::Test, Op::Replace, Op::Copy];

/// The patch operations of a call, in their order.
pub(crate) fn operations(input: &Input) -> Result<Vec<PatchOperation>, ManagementError> {
    let Some(list) = input.value("patchOperations") else { return Ok(Vec::new()) };
    serde_json::from_value(list.clone()).map_err(|_| ManagementError::internal())
}

/// The definition with all operations applied, or the first that cannot be.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(
    definition: &T,
    operations: &[PatchOperation],
    rules: Rules,
) -> Result<T, ManagementError> {
    let mut document = serde_json::to_value(definition).map_err(|_| ManagementError::internal())?;
    for operation in operations {
        rules.apply(&mut document, operation)?;
    }
    serde_json::from_value(document)
        .map_err(|error| ManagementError::bad_request(format!("Invalid patch value: {error}")))
}

impl Rules {
    fn apply(
        self,
        document: &mut Value,
        operation: &PatchOperation,
    ) -> Result<(), ManagementError> {
        let path = operation.path_text();
        let found = self.rules.iter().find_map(|rule| Some((rule, captures(rule.path, path)?)));
        let Some((rule, taken)) = found else { return Err(self.unknown_path(operation)) };
        if !operation.op.is_some_and(|op| rule.ops.contains(&op)) {
            return Err(self.unknown_op(operation, rule));
        }
        match rule.target {
            Target::Own(change) => change(document, operation, &taken),
            Target::Value(parse) => set(document, operation, parse, None),
            Target::Present(parse, missing) => set(document, operation, parse, Some(missing)),
        }
    }

    fn unknown_path(self, operation: &PatchOperation) -> ManagementError {
        match self.wording {
            Wording::Plain | Wording::Path => invalid_path(operation),
            Wording::Listed => self.listed(operation),
        }
    }

    fn unknown_op(self, operation: &PatchOperation, rule: &Rule) -> ManagementError {
        match self.wording {
            Wording::Plain => invalid_op(rule.ops),
            Wording::Path => invalid_path(operation),
            Wording::Listed => self.listed(operation),
        }
    }

    /// Two blanks behind "path" are AWS's (aws-facts 83).
    fn listed(self, operation: &PatchOperation) -> ManagementError {
        let (path, op) = (operation.path_text(), operation.op_name());
        let paths: Vec<&str> = self
            .rules
            .iter()
            .filter(|rule| operation.op.is_some_and(|op| rule.ops.contains(&op)))
            .map(|rule| rule.path)
            .collect();
        let hint = if paths.is_empty() {
            "Please choose supported operations".to_owned()
        } else {
            format!("Must be one of: [{}]", paths.join(", "))
        };
        let text = format!("Invalid patch path  '{path}' specified for op '{op}'. {hint}");
        ManagementError::bad_request(text)
    }
}

impl PatchOperation {
    /// The path; AWS prints a missing one as `null`.
    pub(crate) fn path_text(&self) -> &str {
        self.path.as_deref().unwrap_or("null")
    }

    /// The value; a missing one is empty.
    pub(crate) fn value_text(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }

    /// The operation's name.
    pub(crate) fn op_name(&self) -> &'static str {
        match self.op {
            Some(Op::Add) => "add",
            Some(Op::Remove) => "remove",
            Some(Op::Move) => "move",
            Some(Op::Test) => "test",
            Some(Op::Replace) => "replace",
            Some(Op::Copy) => "copy",
            None => "null",
        }
    }
}

/// `Invalid patch path …`.
pub(crate) fn invalid_path(operation: &PatchOperation) -> ManagementError {
    ManagementError::bad_request(format!("Invalid patch path {}", operation.path_text()))
}

/// `Invalid patch operation specified. …`.
pub(crate) fn invalid_op(ops: &[Op]) -> ManagementError {
    let names: Vec<&str> = ops
        .iter()
        .map(|op| PatchOperation { op: Some(*op), path: None, value: None, from: None }.op_name())
        .collect();
    let text = format!("Invalid patch operation specified. Must be one of: [{}]", names.join(", "));
    ManagementError::bad_request(text)
}

/// A text as it is.
pub(crate) fn text(operation: &PatchOperation) -> Result<Value, ManagementError> {
    Ok(operation.value_text().into())
}

/// A text; an empty one takes the member away.
pub(crate) fn optional_text(operation: &PatchOperation) -> Result<Value, ManagementError> {
    Ok(match operation.value_text() {
        "" => Value::Null,
        text => text.into(),
    })
}

/// `true`; every other text is false (aws-facts 56, 84, 246).
pub(crate) fn flag(operation: &PatchOperation) -> Result<Value, ManagementError> {
    Ok((operation.value_text() == "true").into())
}

/// A whole number.
pub(crate) fn integer(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let text = operation.value_text();
    text.parse::<i64>()
        .map(Value::from)
        .map_err(|_| ManagementError::bad_request(format!("Invalid integer value: {text}")))
}

/// A number.
pub(crate) fn number(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let text = operation.value_text();
    let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    let number = number.ok_or_else(|| format!("Invalid number value: {text}"));
    number.map(Value::Number).map_err(ManagementError::bad_request)
}

/// The parts of a path that `{}` takes; `None` when it does not fit.
fn captures(pattern: &str, path: &str) -> Option<Vec<String>> {
    if pattern == "*" {
        return Some(Vec::new());
    }
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut taken = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(taken),
            (Some("{}"), Some(part)) => taken.push(unescaped(part)),
            (Some(wanted), Some(part)) if wanted == part => {}
            _ => return None,
        }
    }
}

/// `~1` is a slash and `~0` a tilde (RFC 6901).
pub(crate) fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn set(
    document: &mut Value,
    operation: &PatchOperation,
    parse: Parse,
    missing: Option<fn() -> ManagementError>,
) -> Result<(), ManagementError> {
    let parts: Vec<String> = operation.path_text().split('/').skip(1).map(unescaped).collect();
    let Some((last, parents)) = parts.split_last() else { return Err(invalid_path(operation)) };
    let mut place = document;
    for part in parents {
        let members = place.as_object_mut().ok_or_else(|| invalid_path(operation))?;
        let next = members.entry(part.as_str()).or_insert(Value::Null);
        if next.is_null() {
            *next = Value::Object(Map::new());
        }
        place = next;
    }
    let members = place.as_object_mut().ok_or_else(|| invalid_path(operation))?;
    let there = members.contains_key(last);
    if let Some(missing) = missing
        && !there
        && matches!(operation.op, Some(Op::Remove | Op::Replace))
    {
        return Err(missing());
    }
    if operation.op == Some(Op::Remove) {
        members.shift_remove(last);
    } else {
        members.insert(last.clone(), parse(operation)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
