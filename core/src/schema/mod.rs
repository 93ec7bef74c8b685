//! Models: JSON Schema draft 4, compiled, and validation in the words AWS prints.
//!
//! The texts, their order and what counts as valid are those of `com.github.fge`'s
//! json-schema-validator, held against it by `core/tests/oracles`. Nothing is ever loaded: a `$ref`
//! leads into the same model or to another model of the same API. Which method has which model is
//! not known here.

mod check;
mod compile;
mod email;
mod format;
mod keyword;
mod reference;
mod syntax;
mod text;
mod uri;

use std::sync::Arc;

use ahash::AHashMap;
use indexmap::IndexMap;

use crate::json::Json;

use check::Node;

/// The models of an API.
#[derive(Debug, Clone)]
pub struct Schemas {
    nodes: Arc<[Node]>,
    by_name: AHashMap<Box<str>, usize>,
}

/// One model, ready to validate.
#[derive(Debug, Clone)]
pub struct Schema {
    nodes: Arc<[Node]>,
    root: usize,
}

/// Why a model is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// Name of the model.
    pub model: String,
    /// JSON pointer into it.
    pub pointer: String,
    /// One sentence.
    pub message: String,
}

impl Schemas {
    /// Compiles all models: names to schema texts.
    ///
    /// # Errors
    /// The first that is no schema of draft 4, refers to what does not exist, or to itself alone.
    pub fn compile(models: &IndexMap<String, String>) -> Result<Self, SchemaError> {
        compile::compile(models)
    }

    /// The model of this name.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<Schema> {
        let root = *self.by_name.get(name)?;
        Some(Schema { nodes: Arc::clone(&self.nodes), root })
    }
}

impl Schema {
    /// Whether the instance is valid; if not, appends why: at most
    /// [`SCHEMA_ERRORS_MAX`](crate::limits::SCHEMA_ERRORS_MAX) sentences.
    pub fn validate(&self, instance: &Json<'_>, errors: &mut Vec<String>) -> bool {
        check::validate(&self.nodes, self.root, instance, errors)
    }
}

#[cfg(test)]
mod tests;
