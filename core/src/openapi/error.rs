//! What is wrong with a document, where, and in AWS's words.

use std::fmt;

/// How AWS words an [`ImportError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportErrorKind {
    /// Not a document at all: unparsable, too large, unknown version. AWS says
    /// `Invalid OpenAPI input.` (aws-facts 271).
    Document,
    /// An integration of the wrong shape; AWS reports it alone.
    Integration,
    /// The body of ImportDocumentationParts is no document (aws-facts 87).
    Documentation,
    /// A document that cannot become an API; AWS lists these.
    Definition,
    /// Only warnings, and the caller asked for none (`failonwarnings`).
    Warnings,
}

/// A document or settings file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// How AWS words it.
    pub kind: ImportErrorKind,
    /// JSON path: `$.paths['/pets'].get.parameters[0]`; `$` for the whole document.
    pub path: String,
    /// One sentence; AWS's own where AWS has one.
    pub message: String,
    /// Line and column of [`Self::path`] or of the syntax error, from 1.
    pub line: Option<(u32, u32)>,
    /// Further problems of the same document, in its order.
    pub others: Vec<Self>,
}

impl ImportError {
    pub(crate) fn new(kind: ImportErrorKind, path: String, message: String) -> Self {
        Self { kind, path, message, line: None, others: Vec::new() }
    }

    /// A document that is none.
    pub(crate) fn document(message: impl Into<String>, line: Option<(u32, u32)>) -> Self {
        let kind = ImportErrorKind::Document;
        Self { line, ..Self::new(kind, "$".into(), message.into()) }
    }

    /// This problem and the further ones.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.others)
    }

    /// The `message` of AWS's `BadRequestException` for this document.
    #[must_use]
    pub fn aws_message(&self) -> String {
        if self.all().any(|e| e.kind == ImportErrorKind::Document) {
            return "Invalid OpenAPI input.".into();
        }
        if self.kind == ImportErrorKind::Documentation {
            return "Unable to build importer with provided input.".into();
        }
        if let Some(alone) = self.all().find(|e| e.kind == ImportErrorKind::Integration) {
            return alone.message.clone();
        }
        let mut text = String::from(match self.kind {
            ImportErrorKind::Warnings => "Warnings found during import:",
            _ => "Errors found during import:",
        });
        for problem in self.all() {
            text.push_str("\n\t");
            text.push_str(&problem.message);
        }
        text
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.all().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            if let Some((line, column)) = problem.line {
                write!(f, "{line}:{column}: ")?;
            }
            write!(f, "{}: {}", problem.path, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ImportError {}
