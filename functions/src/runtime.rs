//! Runtimes: what is started for a function, and the bundled programs that speak the Runtime API
//! for Python and Node.js. It must not know processes.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio::process::Command;
use tokio::time::{Duration, timeout};

use crate::configuration::Configuration;

/// How long an interpreter may take to say where it is.
const INTERPRETER_MS: u64 = 10_000;

const PYTHON: (&str, &str) = ("bootstrap.py", include_str!("runtimes/bootstrap.py"));
const NODE: (&str, &str) = ("bootstrap.mjs", include_str!("runtimes/bootstrap.mjs"));

/// A family of runtimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// An executable `bootstrap` in the code.
    Provided,
    /// `python3.x`.
    Python,
    /// `nodejs{n}.x`.
    Node,
}

/// The family of an identifier; `None`: it is not supported.
pub(crate) fn family(identifier: &str) -> Option<Family> {
    let is_number =
        |text: &str| matches!(text.len(), 1..=3) && text.bytes().all(|byte| byte.is_ascii_digit());
    if matches!(identifier, "provided.al2" | "provided.al2023") {
        return Some(Family::Provided);
    }
    let python = identifier.strip_prefix("python3.").is_some_and(is_number);
    let node = identifier.strip_prefix("nodejs").and_then(|rest| rest.strip_suffix(".x"));
    match (python, node.is_some_and(is_number)) {
        (true, _) => Some(Family::Python),
        (false, true) => Some(Family::Node),
        (false, false) => None,
    }
}

/// Programs and their first arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
}

/// What this machine runs functions with.
#[derive(Debug)]
pub(crate) struct Runtimes {
    bundled: PathBuf,
    /// Where interpreters are, by runtime: one answer for each of a short list.
    found: Mutex<HashMap<Box<str>, PathBuf>>,
}

impl Runtimes {
    /// Writes the bundled programs where interpreters find them.
    pub(crate) fn install(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        for (name, text) in [PYTHON, NODE] {
            fs::write(folder.join(name), text)?;
        }
        Ok(Self { bundled: folder, found: Mutex::default() })
    }

    /// Where Python may keep what it compiled: not in the code.
    pub(crate) fn python_cache(&self) -> PathBuf {
        self.bundled.join("pycache")
    }

    /// What is started for the code in a folder; an error is said to who invokes it.
    pub(crate) async fn launch(
        &self,
        Configuration { runtime, handler, memory_size, .. }: &Configuration,
        code: &Path,
    ) -> Result<Launch, String> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        match family(runtime) {
            Some(Family::Provided) => {
                let program = code.join("bootstrap");
                let found = fs::metadata(&program).is_ok_and(|found| found.is_file());
                let missing =
                    || format!("Couldn't find valid bootstrap(s): [{}]", program.display());
                if found { Ok(Launch { program, arguments: Vec::new() }) } else { Err(missing()) }
            }
            Some(Family::Python) => {
                let program = self.interpreter(runtime, "python3", PYTHON_ASK).await?;
                // A client of AWS's own in the code is what the code was tried with.
                let arguments = if code.join("awslambdaric").is_dir() {
                    vec!["-m".into(), "awslambdaric".into(), handler.clone()]
                } else {
                    vec![text(self.bundled.join(PYTHON.0)), handler.clone()]
                };
                Ok(Launch { program, arguments })
            }
            Some(Family::Node) => {
                let program = self.interpreter("node", "nodejs", NODE_ASK).await?;
                let client = code.join("node_modules/aws-lambda-ric/bin/index.mjs");
                let script = if client.is_file() { client } else { self.bundled.join(NODE.0) };
                let heap = format!("--max-old-space-size={}", (*memory_size).max(128) * 9 / 10);
                Ok(Launch { program, arguments: vec![heap, text(script), handler.clone()] })
            }
            None => Err(format!("The runtime {runtime} is not supported")),
        }
    }

    /// Where an interpreter really is: what the path names may be a script that looks for it each
    /// time.
    async fn interpreter(&self, exact: &str, any: &str, ask: [&str; 2]) -> Result<PathBuf, String> {
        let known = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = known().get(exact) {
            return Ok(path.clone());
        }
        for name in [exact, any] {
            let asked = Command::new(name).args(ask).kill_on_drop(true).output();
            let answer = timeout(Duration::from_millis(INTERPRETER_MS), asked).await;
            if let Ok(Ok(output)) = answer
                && output.status.success()
                && let Ok(text) = String::from_utf8(output.stdout)
                && Path::new(text.trim()).is_absolute()
            {
                let path = PathBuf::from(text.trim());
                known().insert(exact.into(), path.clone());
                return Ok(path);
            }
        }
        Err(format!("there is neither {exact} nor {any} on this machine's PATH"))
    }
}

const PYTHON_ASK: [&str; 2] = ["-c", "import sys; print(sys.executable)"];
const NODE_ASK: [&str; 2] = ["-p", "process.execPath"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_runtimes() {
        let check =
            |identifier: &str, expect| assert_eq!(family(identifier), expect, "{identifier}");
        check("provided.al2023", Some(Family::Provided));
        check("provided.al2", Some(Family::Provided));
        check("python3.12", Some(Family::Python));
        check("nodejs22.x", Some(Family::Node));
        for other in ["provided", "python2.7", "python3.", "nodejs.x", "nodejs20", "java21", ""] {
            check(other, None);
        }
    }
}
