//! Runs an oracle, and compares what it says with what we say.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("core lies in the workspace")
}

/// A jar below `target/tools/oracles`, or where Debian has it.
pub(crate) fn jar(path: &str) -> PathBuf {
    let jar = root().join("target/tools/oracles").join(path);
    assert!(jar.exists(), "{} is missing: run `scripts/test tools`", jar.display());
    jar
}

/// Answers of a Java program in `tests/oracles`: one line for each line of input.
pub(crate) fn answers(program: &str, jars: &[PathBuf], lines: &[String]) -> Vec<String> {
    let class_path = jars.iter().map(|jar| jar.display().to_string()).collect::<Vec<_>>().join(":");
    let mut java = Command::new("java");
    java.args(["-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", &class_path]);
    batch(java, program, lines)
}

/// Answers of a Python program in `tests/oracles`.
pub(crate) fn python_answers(program: &str, lines: &[String]) -> Vec<String> {
    let python = root().join("target/tools/soap-venv/bin/python");
    assert!(python.exists(), "{} is missing: run `scripts/test tools`", python.display());
    batch(Command::new(python), program, lines)
}

fn batch(mut command: Command, program: &str, lines: &[String]) -> Vec<String> {
    let mut oracle = command
        .arg(root().join("tests/oracles").join(program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle runs: `scripts/test tools` installs it");
    let mut input = oracle.stdin.take().expect("a pipe");
    let text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
    // The oracle reads while it answers: both pipes must move.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = oracle.wait_with_output().expect("the oracle ends");
    writer.join().expect("the writer ends").expect("the oracle reads all of its input");
    assert!(output.status.success(), "{program} failed");
    let answers = String::from_utf8(output.stdout).expect("UTF-8");
    let answers = answers.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(answers.len(), lines.len(), "{program} answered another number of lines");
    answers
}

/// One case: what it is, what the oracle says, what we say.
pub(crate) struct Compared {
    pub(crate) case: String,
    pub(crate) oracle: String,
    pub(crate) ours: String,
    /// Why a difference is right, if it is.
    pub(crate) accepted: Option<&'static str>,
}

/// Fails if there are differences that are not accepted, or accepted ones that are none.
pub(crate) fn report(name: &str, least: usize, compared: &[Compared]) {
    let mut text = String::new();
    let mut wrong = 0;
    let mut accepted = std::collections::BTreeMap::<&str, usize>::new();
    for Compared { case, oracle, ours, accepted: reason } in compared {
        match (oracle == ours, reason) {
            (true, _) => {}
            (false, Some(reason)) => *accepted.entry(reason).or_default() += 1,
            (false, None) => {
                wrong += 1;
                if wrong <= 40 {
                    let _ = writeln!(text, "{case}\n  oracle {oracle}\n  ours   {ours}");
                }
            }
        }
    }
    let different = accepted.values().sum::<usize>();
    println!("{name}: {} cases, {different} differ for a reason", compared.len());
    for (reason, cases) in &accepted {
        println!("  {cases} {reason}");
    }
    assert!(compared.len() >= least, "{name}: only {} cases", compared.len());
    assert!(wrong == 0, "{name}: {wrong} of {} cases differ\n{text}", compared.len());
}
