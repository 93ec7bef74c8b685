//! Where the `ringway` binary under test lies, built first when it is missing or stale.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

static BINARY: OnceLock<PathBuf> = OnceLock::new();

/// The crates whose sources end up in the binary.
const CRATES: [&str; 5] = ["core", "cache", "proxy", "control", "ringway"];

/// The binary of the profile this test was built with; `RINGWAY_BIN` names another.
pub(crate) fn path() -> &'static Path {
    BINARY.get_or_init(|| match env::var_os("RINGWAY_BIN") {
        Some(given) => PathBuf::from(given),
        None => built(),
    })
}

fn built() -> PathBuf {
    let own = env::current_exe().expect("a running test has a path");
    // target/{profile}/deps/{test}
    let profile = own.ancestors().nth(2).expect("a test lies in target/{profile}/deps");
    let binary = profile.join("ringway");
    if is_stale(&binary) {
        build(profile);
    }
    assert!(binary.exists(), "cargo built no {}", binary.display());
    binary
}

fn build(profile: &Path) {
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "ringway", "--profile", name])
        .current_dir(root())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "cargo build --package ringway failed");
}

fn is_stale(binary: &Path) -> bool {
    let Ok(built) = fs::metadata(binary).and_then(|found| found.modified()) else { return true };
    CRATES.iter().any(|name| newest(&root().join(name).join("src")) > Some(built))
}

fn newest(directory: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(directory).ok()?;
    entries
        .flatten()
        .filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                newest(&entry.path())
            } else {
                entry.metadata().ok()?.modified().ok()
            }
        })
        .max()
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}
