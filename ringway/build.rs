//! Finds out which revision this is built from: what `--version` says, and what a benchmark's
//! result carries.

use std::path::Path;
use std::process::Command;

/// The folders whose code ends up in the binary.
const SOURCES: [&str; 5] = ["cache", "control", "core", "proxy", "ringway"];

fn main() {
    // Without a repository, as in a source archive, nobody knows.
    let revision = git(&["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]);
    println!("cargo::rustc-env=RINGWAY_REVISION={}", revision.as_deref().unwrap_or("unknown"));
    // A commit, a checkout, and an edit that makes the tree dirty.
    let moved =
        ["HEAD", "logs/HEAD"].iter().filter_map(|file| git(&["rev-parse", "--git-path", file]));
    let sources = SOURCES.iter().map(|folder| format!("../{folder}"));
    // Cargo takes a file that is not there for one that always changes.
    for path in moved.chain(sources).filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
