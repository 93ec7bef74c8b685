//! One thing that is wrong with a file.

use std::fmt;

/// Where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// File, or flag.
    pub(crate) origin: String,
    /// Line and column, from 1.
    pub(crate) position: Option<(u32, u32)>,
    /// JSON path; empty when the whole file is meant.
    pub(crate) path: String,
    /// One sentence.
    pub(crate) message: String,
}

impl Problem {
    /// A problem with the whole of something.
    pub(crate) fn whole(origin: impl Into<String>, message: impl Into<String>) -> Self {
        let (origin, message) = (origin.into(), message.into());
        Self { origin, position: None, path: String::new(), message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        write!(f, ": {}", self.message)
    }
}
