//! Why a rendering ends.

use std::fmt;

use crate::program::Place;

/// Why a template could not be rendered, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError {
    /// Counted from 1; 0 when no place is to blame.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// The source of the reference or the directive; may be empty.
    pub reference: String,
    /// The type of the value that it was about; may be empty.
    pub value_type: &'static str,
    /// What went wrong.
    pub message: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.message)?;
        if !self.reference.is_empty() {
            write!(formatter, ", in {}", self.reference)?;
        }
        if !self.value_type.is_empty() {
            write!(formatter, " on a value of type {}", self.value_type)?;
        }
        write!(formatter, " at line {}, column {}", self.line, self.column)
    }
}

impl std::error::Error for RenderError {}

/// What ends a block early.
#[derive(Debug)]
pub(crate) enum Halt {
    /// `#break`: ends the nearest loop, macro, block or text.
    Break,
    /// `#break($foreach.parent)`: ends that loop.
    BreakLoop(u32),
    /// `#stop`
    Stop,
    Fail(Box<RenderError>),
}

/// Of what writes.
pub(crate) type Outcome = Result<(), Halt>;

impl Halt {
    #[cold]
    pub(crate) fn fail(message: impl Into<String>) -> Self {
        Self::Fail(Box::new(RenderError {
            line: 0,
            column: 0,
            reference: String::new(),
            value_type: "",
            message: message.into(),
        }))
    }

    /// Says where, unless it is known.
    #[cold]
    pub(super) fn at(mut self, place: Place, reference: &str, value_type: &'static str) -> Self {
        if let Self::Fail(error) = &mut self
            && error.line == 0
        {
            (error.line, error.column) = (place.line, place.column);
            reference.clone_into(&mut error.reference);
            error.value_type = value_type;
        }
        self
    }
}
