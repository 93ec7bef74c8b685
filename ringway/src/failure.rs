//! Why a command ended with exit code 1.

use std::fmt;

use crate::source::Problem;

/// What goes to standard error before the process ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// One chain of causes in one line.
    Start(String),
    /// What is wrong in the files, each with its place.
    Source(Vec<Problem>),
}

impl Failure {
    /// A failure in one line.
    pub(crate) fn new(chain: impl Into<String>) -> Self {
        Self::Start(chain.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(chain) => write!(f, "ringway: {chain}"),
            Self::Source(problems) => {
                for (at, problem) in problems.iter().enumerate() {
                    let end = if at == 0 { "" } else { "\n" };
                    write!(f, "{end}{problem}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Failure {}
