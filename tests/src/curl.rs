//! Real curl as the client.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::scratch::Scratch;

/// What curl got.
#[derive(Debug)]
pub struct Answer {
    /// curl's exit code; 0 is success whatever the HTTP status.
    pub exit: i32,
    /// The final HTTP status; 0 when there was none.
    pub status: u16,
    /// The version curl spoke: `1.1`, `2`, …
    pub version: String,
    /// Every response head, interim ones included, as text.
    pub heads: String,
    /// The body as text; bytes that are none are replaced.
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// What curl complained of.
    pub stderr: String,
}

/// Runs curl with these arguments, quietly and bounded in time.
///
/// # Panics
/// When curl is not installed.
pub fn curl(arguments: &[&str]) -> Answer {
    let scratch = Scratch::new();
    let (heads, body) = (scratch.join("heads"), scratch.join("body"));
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "60", "--noproxy", "*"])
        .args(["--write-out", "%{http_code} %{http_version}"])
        .arg("--dump-header")
        .arg(&heads)
        .arg("--output")
        .arg(&body)
        .args(arguments)
        .output()
        .expect("curl is installed (scripts/test tools)");
    let summary = text(&output.stdout);
    let bytes = read(&body);
    let (status, version) = summary.split_once(' ').unwrap_or(("0", ""));
    Answer {
        exit: output.status.code().unwrap_or(-1),
        status: status.parse().unwrap_or(0),
        version: version.to_owned(),
        heads: text(&read(&heads)),
        body: text(&bytes),
        bytes,
        stderr: text(&output.stderr),
    }
}

/// curl makes no file when nothing came.
fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
