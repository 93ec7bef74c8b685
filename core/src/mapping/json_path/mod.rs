//! JSONPath in the dialect of Jayway, which is what AWS runs.
//!
//! A path is compiled once and evaluated over many trees. Where Jayway does something odd (a
//! chained function without arguments, a scan for an index, `last()` of one element), so does this:
//! the results are held against the library itself, `tests/oracles/JsonPathBatch.java`. What a
//! template does with a result is not known here.

mod compare;
mod cursor;
mod evaluate;
mod filter;
mod function;
mod path;

use std::borrow::Cow;

use crate::json::Json;
use crate::limits::JSON_PATH_BYTES_MAX;

use evaluate::{Evaluation, Stop};
use path::Path;

/// A compiled path.
#[derive(Debug, Clone)]
pub struct JsonPath {
    path: Path,
}

/// Why a path is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPathError {
    /// Characters before the place.
    pub position: usize,
    /// One sentence without the place.
    pub message: String,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'t, 'd> {
    /// The path is definite (it can lead to one place only), and there is nothing.
    Nothing,
    /// The value a definite path leads to.
    Value(Cow<'t, Json<'d>>),
    /// The values an indefinite path leads to: none, one or more.
    List(Vec<Cow<'t, Json<'d>>>),
}

/// Why an evaluation ends without a result where Jayway throws, or because of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonPathFailure {
    /// One sentence.
    Failed(&'static str),
    /// [`JSON_PATH_STEPS_MAX`](crate::limits::JSON_PATH_STEPS_MAX) or another bound was reached.
    TooExpensive,
}

impl JsonPath {
    /// Compiles a path. Without `$` at its start it begins at the root all the same.
    ///
    /// # Errors
    /// Where and why it is none.
    pub fn compile(text: &str) -> Result<Self, JsonPathError> {
        if text.len() > JSON_PATH_BYTES_MAX {
            let message = format!("a path is longer than {JSON_PATH_BYTES_MAX} bytes");
            return Err(JsonPathError { position: 0, message });
        }
        Ok(Self { path: Path::compile(text)? })
    }

    /// Whether the path leads to one place at most.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        self.path.definite
    }

    /// Evaluates the path. Functions yield values of their own; all else is borrowed from the tree.
    ///
    /// # Errors
    /// A function or a filter that cannot be applied, or a bound.
    pub fn evaluate<'t, 'd>(&self, root: &'t Json<'d>) -> Result<Found<'t, 'd>, JsonPathFailure> {
        let evaluation = Evaluation::new(root);
        let mut found = Vec::new();
        match evaluation.walk(&self.path.steps, root, &mut found) {
            Ok(()) => Ok(if !self.path.definite {
                Found::List(found)
            } else if let Some(last) = found.pop() {
                Found::Value(last)
            } else {
                Found::Nothing
            }),
            Err(Stop::Missing) => Ok(Found::Nothing),
            Err(Stop::Invalid) => {
                Err(JsonPathFailure::Failed("a filter is applied to no list or map"))
            }
            Err(Stop::OutOfBounds) => Err(JsonPathFailure::Failed("an index is out of bounds")),
            Err(Stop::Failed(message)) => Err(JsonPathFailure::Failed(message)),
            Err(Stop::TooExpensive) => Err(JsonPathFailure::TooExpensive),
        }
    }
}

impl<'d> Found<'_, 'd> {
    /// The result as one value: a list for an indefinite path, `None` for nothing.
    #[must_use]
    pub fn into_json(self) -> Option<Json<'d>> {
        match self {
            Self::Nothing => None,
            Self::Value(value) => Some(value.into_owned()),
            Self::List(values) => {
                Some(Json::Array(values.into_iter().map(Cow::into_owned).collect()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
