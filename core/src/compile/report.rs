//! Where in a definition something is, and what was found wrong there.

use std::fmt::Write;

use indexmap::IndexSet;

use crate::error::CompileError;
use crate::openapi::at::write_key;

/// The deepest place, e.g. `$[0].apis[0].stages[0].canarySettings.stageVariableOverrides.x`.
const DEPTH_MAX: usize = 10;

/// A place in a definition, a JSON path once it is refused. It is named far more often than that,
/// so naming it copies a few pointers and writes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'n> {
    /// The API whose document this is; `None` in settings.
    api: Option<&'n str>,
    steps: [Step<'n>; DEPTH_MAX],
    depth: usize,
}

#[derive(Debug, Clone, Copy)]
enum Step<'n> {
    Key(&'n str),
    At(usize),
}

impl<'n> Place<'n> {
    /// The root of the settings.
    pub(super) fn settings() -> Self {
        Self { api: None, steps: [Step::At(0); DEPTH_MAX], depth: 0 }
    }

    /// The root of an API's document.
    pub(super) fn document(api_id: &'n str) -> Self {
        Self { api: Some(api_id), ..Self::settings() }
    }

    /// The member `name`.
    pub(super) fn key(&self, name: &'n str) -> Self {
        self.step(Step::Key(name))
    }

    /// `[ix]`
    pub(super) fn at(&self, ix: usize) -> Self {
        self.step(Step::At(ix))
    }

    fn step(mut self, step: Step<'n>) -> Self {
        // A place too deep for this is that of what it is in.
        if let Some(next) = self.steps.get_mut(self.depth) {
            *next = step;
            self.depth += 1;
        }
        self
    }

    fn path(&self) -> String {
        let mut path = String::from("$");
        for step in &self.steps[..self.depth] {
            // Writing to a String cannot fail.
            let _ = match step {
                Step::Key(name) => write_key(&mut path, name),
                Step::At(ix) => write!(path, "[{ix}]"),
            };
        }
        path
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
    pub(super) fn refuse(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.refused += 1;
        self.errors.insert(CompileError {
            api: place.api.map(Into::into),
            path: place.path(),
            message: message.into(),
        });
    }

    /// Adds an error of the router, which knows only the document.
    pub(super) fn refuse_all(&mut self, errors: Vec<CompileError>, api_id: &str) {
        self.refused += errors.len();
        self.errors.extend(errors.into_iter().map(|error| error.in_api(api_id)));
    }

    /// The value, or its error at this place.
    pub(super) fn keep<T>(&mut self, place: &Place<'_>, result: Result<T, String>) -> Option<T> {
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
