//! OpenAPI documents with `x-amazon-apigateway-*` extensions to definitions, as ImportRestApi and
//! PutRestApi do, and back, as GetExport does
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>).
//!
//! Swagger 2.0, OpenAPI 3.0 and 3.1, in JSON or YAML, within bounds of size, depth and expansion.
//! A document imports completely or not at all. Nothing here reads files or compiles.

pub(crate) mod at;
mod check;
pub(crate) mod document;
mod documentation;
mod error;
mod export;
mod extensions;
pub(crate) mod ids;
mod import;
mod integration;
mod json;
mod locate;
mod locate_json;
mod locate_yaml;
mod merge;
mod models;
mod operation;
mod parameters;
mod problems;
mod refs;
mod resources;
mod responses;
pub mod sdk_types;
mod security;
mod servers;

pub use check::{
    NO_PROXY_FOR_SERVICE, check_integration, check_integration_response, mapping_error,
};
pub use documentation::{ImportedDocumentation, import_documentation_parts};
pub use error::{ImportError, ImportErrorKind};
pub use export::{Accepts, Documentation, ExportOptions, ExportType, Exported, Extensions, export};
pub use ids::IdSource;
pub use locate::locate;
pub use merge::merge;
pub use resources::check_child;

use crate::definition::RestApi;

/// What becomes of `basePath` and of the path of the first server
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BasePath {
    /// Nothing.
    #[default]
    Ignore,
    /// It comes before every path.
    Prepend,
    /// Its first part is dropped, the rest comes before every path.
    Split,
}

impl BasePath {
    /// What the `basepath` parameter says.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ignore" => Some(Self::Ignore),
            "prepend" => Some(Self::Prepend),
            "split" => Some(Self::Split),
            _ => None,
        }
    }
}

/// What an import does to what is there: the `mode` of PutRestApi and ImportDocumentationParts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PutMode {
    /// What the document does not mention stays.
    #[default]
    Merge,
    /// Only what the document says is there afterwards.
    Overwrite,
}

impl PutMode {
    /// What the `mode` parameter says.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "merge" => Some(Self::Merge),
            "overwrite" => Some(Self::Overwrite),
            _ => None,
        }
    }
}

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The identifier of the API; else one that `ids` makes.
    pub api_id: Option<String>,
    /// Where identifiers come from.
    pub ids: IdSource,
    /// AWS's `basepath` parameter.
    pub base_path: BasePath,
    /// AWS's `failonwarnings`.
    pub fail_on_warnings: bool,
    /// AWS's `ignore=documentation`.
    pub ignore_documentation: bool,
    /// AWS's `endpointConfigurationTypes`; what the document says when empty.
    pub endpoint_types: Vec<String>,
}

/// The API a document describes. The same document and options give the same identifiers.
///
/// # Errors
/// Every problem of the document, up to 100, with JSON path and line;
/// [`ImportError::aws_message`] is what AWS answers.
pub fn import(text: &[u8], options: &ImportOptions) -> Result<RestApi, ImportError> {
    let document = document::parse(text, document::Bounds::DEFINITION)?;
    import::run(&document, options).map_err(|error| with_lines(error, text))
}

/// Adds the line to problems that have none; each costs one pass over the text, so a large document
/// gets fewer of them.
pub(crate) fn with_lines(mut error: ImportError, text: &[u8]) -> ImportError {
    const SCANNED_BYTES_MAX: usize = 32 * 1024 * 1024;
    let passes = SCANNED_BYTES_MAX / text.len().max(1);
    let text = String::from_utf8_lossy(text);
    error.line = error.line.or_else(|| locate(&text, &error.path));
    for other in error.others.iter_mut().take(passes) {
        other.line = other.line.or_else(|| locate(&text, &other.path));
    }
    error
}
