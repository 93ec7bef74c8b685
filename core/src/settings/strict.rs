//! Value tree to a type that knows all its keys, with the place of the first error.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::openapi::at::{At, write_key};
use crate::openapi::{ImportError, ImportErrorKind};

/// Reads a value that is at `at` in its document.
pub(super) fn read<T: DeserializeOwned>(value: &Value, at: &At<'_>) -> Result<T, ImportError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut path = at.to_string();
        for segment in error.path() {
            // Writing to a String cannot fail.
            let _ = match segment {
                Segment::Seq { index } => {
                    std::fmt::Write::write_fmt(&mut path, format_args!("[{index}]"))
                }
                Segment::Map { key } => write_key(&mut path, key),
                Segment::Enum { .. } | Segment::Unknown => Ok(()),
            };
        }
        let message = error.inner().to_string();
        // serde quotes the value it found: it could be the secret of a key.
        let message = match message.rsplit_once(", expected ") {
            Some((found, wanted)) if path.contains("apiKeys") && found.starts_with("invalid") => {
                format!("expected {wanted}")
            }
            _ => message.replace("unknown field", "unknown key"),
        };
        let message = message.replace("missing field", "there is no");
        ImportError::new(ImportErrorKind::Definition, path, message)
    })
}

/// An error at a place.
pub(super) fn error(at: &At<'_>, message: &str) -> ImportError {
    ImportError::new(ImportErrorKind::Definition, at.to_string(), message.into())
}
