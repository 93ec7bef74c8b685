//! Where in a definition something is, and what was found wrong there.

use indexmap::IndexSet;

use crate::error::CompileError;
use crate::openapi::at::write_key;

/// A place in a definition, as a JSON path.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The API whose document this is; `None` in settings.
    api: Option<String>,
    path: String,
}

impl Place {
    /// The root of the settings.
    pub(super) fn settings() -> Self {
        Self { api: None, path: "$".into() }
    }

    /// The root of an API's document.
    pub(super) fn document(api_id: &str) -> Self {
        Self { api: Some(api_id.into()), path: "$".into() }
    }

    /// The member `name`.
    pub(super) fn key(&self, name: &str) -> Self {
        let mut place = self.clone();
        // Writing to a String cannot fail.
        let _ = write_key(&mut place.path, name);
        place
    }

    /// `[ix]`
    pub(super) fn at(&self, ix: usize) -> Self {
        Self { api: self.api.clone(), path: format!("{}[{ix}]", self.path) }
    }
}

/// Everything found wrong so far; the stages of one API report a fault of its document once.
#[derive(Debug, Default)]
pub(super) struct Report {
    errors: IndexSet<CompileError>,
    refused: usize,
}

impl Report {
    /// How often something was refused, repetitions included.
    pub(super) fn refused(&self) -> usize {
        self.refused
    }

    /// Adds an error.
    pub(super) fn refuse(&mut self, place: &Place, message: impl Into<String>) {
        self.refused += 1;
        self.errors.insert(CompileError {
            api: place.api.clone(),
            path: place.path.clone(),
            message: message.into(),
        });
    }

    /// Adds an error of the router, which knows only the document.
    pub(super) fn refuse_all(&mut self, errors: Vec<CompileError>, api_id: &str) {
        self.refused += errors.len();
        self.errors.extend(errors.into_iter().map(|error| error.in_api(api_id)));
    }

    /// The value, or its error at this place.
    pub(super) fn keep<T>(&mut self, place: &Place, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(message) => {
                self.refuse(place, message);
                None
            }
        }
    }

    /// The result of a compilation that looked at everything.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Vec<CompileError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors.into_iter().collect()) }
    }
}
