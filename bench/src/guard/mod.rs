//! Guards: counts of a program's work, held against recorded ones. Counting does not depend on how
//! busy the machine is, so a guard may fail a build where a timing may not.
//!
//! Knows baselines and verdicts, and how to count system calls; instructions are counted by the
//! micro-benchmarks (`bench/benches/guard.rs`).

mod baseline;
mod strace;
mod system_calls;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use baseline::{Baseline, Comparison, Finding};
pub use system_calls::{Plan, measure as system_calls};

/// Exit code of a guard that could not compare: neither a pass nor a failure.
const NOT_COMPARED: u8 = 3;

/// What was counted, and with what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Versions and the like; figures under others are not compared.
    pub with: BTreeMap<String, String>,
    /// Figures by name.
    pub figures: BTreeMap<String, f64>,
}

/// One guard and its file.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    /// Its name; the file is `perf/guards/NAME.toml`.
    pub name: &'static str,
    /// What a figure says, for the file's head.
    pub about: &'static str,
    /// The command that counts; with `--record` after it, it records.
    pub command: &'static str,
    /// How much above the recorded figure still passes: a share of it, and so much on top.
    pub allowed: (f64, f64),
    /// Of `Measured::with`, what must be as recorded.
    pub same: &'static [&'static str],
}

/// Instructions of the micro-benchmarks.
pub const INSTRUCTIONS: Guard = Guard {
    name: "instructions",
    about: "Instructions of one run of each micro-benchmark, under callgrind.",
    command: "cargo bench -p ringway-bench --bench micro --profile guard -- --guard",
    allowed: (0.03, 2.0),
    // Another compiler makes other code. Valgrind's version is told, and does not matter.
    same: &["architecture", "rustc"],
};

/// System calls of the gateway.
pub const SYSTEM_CALLS: Guard = Guard {
    name: "system-calls",
    about: "System calls of the gateway's worker per request, all of them and those by name.",
    command: "cargo run -p ringway-bench -- guard",
    allowed: (0.10, 0.25),
    same: &["io_uring"],
};

impl Guard {
    /// Its file in the source tree.
    pub fn file(&self) -> PathBuf {
        let guards = Path::new(env!("CARGO_MANIFEST_DIR")).join("../perf/guards");
        guards.join(self.name).with_extension("toml")
    }

    /// Records what was measured, or holds it against the recorded; prints the verdict.
    pub fn conclude(&self, measured: io::Result<Measured>, record: bool) -> ExitCode {
        match measured.and_then(|measured| self.judge(&measured, record)) {
            Ok(code) => code,
            Err(error) => {
                eprintln!("{}: {error}", self.name);
                ExitCode::FAILURE
            }
        }
    }

    fn judge(&self, measured: &Measured, record: bool) -> io::Result<ExitCode> {
        let file = self.file();
        if record {
            let allowed = Baseline::read(&file).map_or(self.allowed, |old| old.allowed());
            fs::create_dir_all(file.with_file_name(""))?;
            fs::write(&file, self.head() + &Baseline::new(measured, allowed).text()?)?;
            println!("{}: recorded {} figures in {file:?}", self.name, measured.figures.len());
            return Ok(ExitCode::SUCCESS);
        }
        match Baseline::read(&file)?.compare(measured, self.same) {
            Comparison::Different(why) => {
                eprintln!("{}: NOT COMPARED: {why}", self.name);
                eprintln!("after looking at what changed, record anew: {} --record", self.command);
                Ok(ExitCode::from(NOT_COMPARED))
            }
            Comparison::Findings(findings) => Ok(self.tell(&findings)),
        }
    }

    fn tell(&self, findings: &[Finding]) -> ExitCode {
        findings.iter().for_each(|finding| println!("{finding}"));
        let failed = findings.iter().filter(|finding| finding.fails()).count();
        let better = findings.iter().filter(|finding| finding.is_better()).count();
        if failed + better > 0 {
            println!("if that is meant, record it: {} --record", self.command);
        }
        if failed > 0 {
            eprintln!("{}: {failed} of {} figures fail", self.name, findings.len());
            return ExitCode::FAILURE;
        }
        println!("{}: {} figures as recorded", self.name, findings.len());
        ExitCode::SUCCESS
    }

    fn head(&self) -> String {
        let (about, command) = (self.about, self.command);
        format!("# {about}\n# Recorded by: {command} --record\n\n")
    }
}
