//! `ringway-bench` as a user starts it, for a second, and the result it writes.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::binary;
use crate::scratch::Scratch;

/// What it wrote with `--json`; whatever its exit code, which speaks of figures.
///
/// # Panics
/// When it writes no result, with what it printed.
pub fn result(arguments: &str) -> Value {
    let scratch = Scratch::new();
    let json = scratch.path().join("result.json");
    let output = Command::new(binary::bench())
        .args(arguments.split_whitespace())
        .arg("--gateway")
        .arg(binary::path())
        .arg("--json")
        .arg(&json)
        .output()
        .expect("the benchmark starts");
    let text = fs::read_to_string(&json).unwrap_or_else(|_| {
        let printed = [output.stdout, output.stderr].concat();
        panic!("no result; it printed:\n{}", String::from_utf8_lossy(&printed))
    });
    serde_json::from_str(&text).expect("the result is JSON")
}
