//! Lines for people. A closed pipe is no reason to stop serving, so failures to print are ignored.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

/// Text to standard output, as it is.
pub(crate) fn print(text: &str) {
    let mut out = stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A line to standard output.
pub(crate) fn say(line: impl Display) {
    print(&format!("{line}\n"));
}

/// A line to standard error.
pub(crate) fn complain(line: impl Display) {
    let _ = stderr().write_all(format!("{line}\n").as_bytes());
}

/// `1 route`, `2 routes`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
