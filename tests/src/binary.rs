//! Where the binaries under test lie, built first when they are missing or stale.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

static GATEWAY: OnceLock<PathBuf> = OnceLock::new();
static BENCH: OnceLock<PathBuf> = OnceLock::new();

/// A binary of the workspace.
struct Package {
    name: &'static str,
    /// The folders whose sources end up in it.
    folders: &'static [&'static str],
}

const RINGWAY: Package =
    Package { name: "ringway", folders: &["vtl", "core", "cache", "proxy", "control", "ringway"] };
const RINGWAY_BENCH: Package = Package { name: "ringway-bench", folders: &["bench"] };

/// The gateway of the profile this test was built with; `RINGWAY_BIN` names another.
pub fn path() -> &'static Path {
    GATEWAY.get_or_init(|| match env::var_os("RINGWAY_BIN") {
        Some(given) => PathBuf::from(given),
        None => built(&RINGWAY),
    })
}

/// The benchmark of the same profile.
pub(crate) fn bench() -> &'static Path {
    BENCH.get_or_init(|| built(&RINGWAY_BENCH))
}

fn built(package: &Package) -> PathBuf {
    let own = env::current_exe().expect("a running test has a path");
    // target/{profile}/deps/{test}
    let profile = own.ancestors().nth(2).expect("a test lies in target/{profile}/deps");
    let binary = profile.join(package.name);
    if is_stale(&binary, package) {
        build(package.name, profile);
    }
    assert!(binary.exists(), "cargo built no {}", binary.display());
    binary
}

fn build(package: &str, profile: &Path) {
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", package, "--profile", name])
        .current_dir(root())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "cargo build --package {package} failed");
}

fn is_stale(binary: &Path, package: &Package) -> bool {
    let Ok(built) = fs::metadata(binary).and_then(|found| found.modified()) else { return true };
    package.folders.iter().any(|name| newest(&root().join(name).join("src")) > Some(built))
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
