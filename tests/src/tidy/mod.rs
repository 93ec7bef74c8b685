//! The checkers behind `tests/tidy.rs`: each takes text and returns findings.
//!
//! They read sources as text. They must not know which exceptions the tree has; that list is at the
//! top of `tests/tidy.rs`.

pub mod crates;
pub mod limits_page;
pub mod phases;
pub mod shape;
pub mod source;
pub mod words;

use std::fmt;

pub use source::Source;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, as exceptions call it.
    pub rule: &'static str,
    /// Relative to the root of the workspace.
    pub path: String,
    /// Counted from 1; 0 means the whole file.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    /// A finding in a source file.
    pub fn new(
        rule: &'static str,
        source: &Source,
        line: usize,
        message: impl Into<String>,
    ) -> Self {
        Self { rule, path: source.path.clone(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {} [{}]", self.path, self.line, self.message, self.rule)
    }
}

/// A checker of one file.
pub type Check = fn(&Source) -> Vec<Finding>;

/// Every checker that looks at one file at a time.
pub const CHECKS: &[Check] = &[
    shape::opens_with_its_purpose,
    shape::file_length,
    shape::function_length,
    shape::columns,
    shape::unsafe_is_explained,
    words::function_names,
    words::type_names,
    words::file_names,
    words::markers,
    words::test_attributes,
    words::sleeps_in_tests,
    crates::core_only_computes,
    crates::monoio_in_five_files,
    crates::tokio_stays_in_control,
    phases::only_the_pipeline_names_two_phases,
];

/// The findings of one checker on one piece of text, for the checkers' own tests.
#[cfg(test)]
fn lines_found(check: Check, path: &str, text: &str) -> Vec<usize> {
    check(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
}
