//! Guard: instructions of every micro-benchmark, counted by callgrind, held against
//! perf/guards/instructions.toml.
//!
//! The benchmark runs itself under valgrind, which writes a file of counts each time the counting
//! window of the harness ends; the k-th file belongs to the k-th name on the child's stdout.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use ringway_bench::guard::{INSTRUCTIONS, Measured};

/// Runs the guard and says how it ended.
pub(crate) fn run(record: bool) -> ExitCode {
    INSTRUCTIONS.conclude(measure(), record)
}

/// Names and runs, as the child writes them.
pub(crate) fn print(counted: &[(String, u64)]) {
    for (name, runs) in counted {
        println!("{runs} {name}");
    }
}

fn measure() -> io::Result<Measured> {
    let with = BTreeMap::from([
        ("architecture".to_owned(), std::env::consts::ARCH.to_owned()),
        ("rustc".to_owned(), version("rustc")?),
        ("valgrind".to_owned(), version("valgrind")?),
    ]);
    let folder = std::env::temp_dir().join(format!("ringway-guard-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let figures = count(&folder);
    // What cannot be removed is left in the temporary folder.
    let _ = fs::remove_dir_all(&folder);
    Ok(Measured { with, figures: figures? })
}

fn version(program: &str) -> io::Result<String> {
    let output = Command::new(program).arg("--version").output().map_err(|error| {
        io::Error::new(error.kind(), format!("{program} does not run ({error}): install it"))
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Instructions of one run each, by name.
fn count(folder: &Path) -> io::Result<BTreeMap<String, f64>> {
    let out = folder.join("counts");
    let window = "micro::harness::counting_window";
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--zero-before={window}"))
        .arg(format!("--dump-after={window}"))
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe()?)
        .arg("--count")
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("valgrind ended with {}: {said}", output.status)));
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let mut figures = BTreeMap::new();
    for (k, line) in names.lines().enumerate() {
        let file = folder.join(format!("counts.{}", k + 1));
        let unreadable = || io::Error::other(format!("no count in {}", file.display()));
        let (runs, name) = line.split_once(' ').ok_or_else(unreadable)?;
        let runs: f64 = runs.parse().map_err(io::Error::other)?;
        let instructions = total(&fs::read_to_string(&file)?).ok_or_else(unreadable)?;
        figures.insert(name.to_owned(), instructions as f64 / runs);
    }
    Ok(figures)
}

/// The total of a file that callgrind wrote when the window ended.
fn total(text: &str) -> Option<u64> {
    let after = |start: &str| text.lines().find_map(|line| line.strip_prefix(start));
    after("desc: Trigger: --dump-after=")?;
    after("totals: ").or_else(|| after("summary: "))?.trim().parse().ok()
}
