//! Collects what is wrong with a document, and reads members of the types they must have.
//!
//! A member that is `null` counts as absent, as for AWS's parser.

use serde_json::{Map, Value};

use super::at::At;
use super::error::{ImportError, ImportErrorKind};
use crate::limits::IMPORT_PROBLEMS_MAX;

/// An object of a document.
pub(crate) type Object = Map<String, Value>;

/// Errors and warnings of one import; both bounded.
#[derive(Default)]
pub(crate) struct Problems {
    errors: Vec<ImportError>,
    warnings: Vec<String>,
    dropped_warnings: usize,
}

impl Problems {
    /// The definition cannot become an API.
    pub(crate) fn error(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.push(ImportErrorKind::Definition, at, message.into());
    }

    /// The document cannot be imported at all.
    pub(crate) fn document(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.push(ImportErrorKind::Document, at, message.into());
    }

    /// An integration of the wrong shape.
    pub(crate) fn integration(&mut self, at: &At<'_>, resource: &str) {
        let message = format!(
            "Unable to parse API definition because of a malformed integration at path {resource}."
        );
        self.push(ImportErrorKind::Integration, at, message);
    }

    fn push(&mut self, kind: ImportErrorKind, at: &At<'_>, message: String) {
        if self.errors.len() < IMPORT_PROBLEMS_MAX {
            self.errors.push(ImportError::new(kind, at.to_string(), message));
        }
    }

    /// Something was ignored; the API works without it.
    pub(crate) fn warn(&mut self, message: impl Into<String>) {
        if self.warnings.len() < IMPORT_PROBLEMS_MAX {
            self.warnings.push(message.into());
        } else {
            self.dropped_warnings += 1;
        }
    }

    /// No use to go on: enough is wrong already.
    pub(crate) fn full(&self) -> bool {
        self.errors.len() >= IMPORT_PROBLEMS_MAX
    }

    /// The warnings when there was no error; `strict` turns warnings into an error.
    pub(crate) fn finish(mut self, strict: bool) -> Result<Vec<String>, ImportError> {
        if self.dropped_warnings > 0 {
            self.warnings.push(format!("{} more warnings", self.dropped_warnings));
        }
        if self.errors.is_empty() && strict {
            let warning = |text: &String| {
                ImportError::new(ImportErrorKind::Warnings, "$".into(), text.clone())
            };
            self.errors = self.warnings.iter().map(warning).collect();
        }
        let mut errors = self.errors.into_iter();
        match errors.next() {
            None => Ok(self.warnings),
            Some(first) => Err(ImportError { others: errors.collect(), ..first }),
        }
    }

    fn wrong_type(&mut self, at: &At<'_>, key: &str, wanted: &str) {
        self.error(&at.key(key), format!("attribute {key} is not of type `{wanted}`"));
    }

    /// The object `key`, or nothing.
    pub(crate) fn object<'d>(
        &mut self,
        of: &'d Object,
        key: &str,
        at: &At<'_>,
    ) -> Option<&'d Object> {
        let value = present(of, key)?;
        let object = value.as_object();
        if object.is_none() {
            self.wrong_type(at, key, "object");
        }
        object
    }

    /// The array `key`, or nothing.
    pub(crate) fn array<'d>(
        &mut self,
        of: &'d Object,
        key: &str,
        at: &At<'_>,
    ) -> Option<&'d [Value]> {
        let value = present(of, key)?;
        let array = value.as_array();
        if array.is_none() {
            self.wrong_type(at, key, "array");
        }
        array.map(Vec::as_slice)
    }

    /// The text `key`, or nothing. Numbers count as their text, as in `version: 1`.
    pub(crate) fn text(&mut self, of: &Object, key: &str, at: &At<'_>) -> Option<String> {
        let value = present(of, key)?;
        let text = scalar_text(value);
        if text.is_none() {
            self.wrong_type(at, key, "string");
        }
        text
    }

    /// The truth value `key`, or nothing; `"true"` counts.
    pub(crate) fn boolean(&mut self, of: &Object, key: &str, at: &At<'_>) -> Option<bool> {
        let value = present(of, key)?;
        let truth = match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if truth.is_none() {
            self.wrong_type(at, key, "boolean");
        }
        truth
    }

    /// The texts of the array `key`; nothing when it is absent.
    pub(crate) fn texts(&mut self, of: &Object, key: &str, at: &At<'_>) -> Option<Vec<String>> {
        let array = self.array(of, key, at)?;
        let at = at.key(key);
        let mut texts = Vec::with_capacity(array.len());
        for (index, value) in array.iter().enumerate() {
            match scalar_text(value) {
                Some(text) => texts.push(text),
                None => self.error(&at.index(index), "element is not of type `string`"),
            }
        }
        Some(texts)
    }
}

/// A member that is there and not `null`.
pub(crate) fn present<'d>(of: &'d Object, key: &str) -> Option<&'d Value> {
    of.get(key).filter(|value| !value.is_null())
}

/// Text, or the text of a number.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
