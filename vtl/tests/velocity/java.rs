//! The JVM with Apache Velocity 1.7.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

/// Debian's, by the names of their files.
const JARS: [&str; 6] =
    ["velocity", "commons-collections3", "commons-lang", "json-smart", "accessors-smart", "asm"];

/// Starts the oracle; fails, and says what is missing, when it is not installed.
fn oracle(arguments: &[&str], input: &str) -> String {
    let jars = JARS.map(|jar| format!("/usr/share/java/{jar}.jar"));
    for jar in &jars {
        assert!(
            Path::new(jar).exists(),
            "{jar} is missing: `./scripts/test tools` installs Velocity and what it needs"
        );
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/VelocityOracle.java");
    let mut child = Command::new("java")
        .args(["-Xshare:auto", "-XX:+UseSerialGC", "-Xmx512m", "-cp", &jars.join(":")])
        .arg(source)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is no java: `./scripts/test tools` installs it");
    let mut stdin = child.stdin.take().expect("is piped");
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()));
        child.wait_with_output().expect("java answers")
    });
    assert!(output.status.success(), "the oracle failed: {}", output.status);
    String::from_utf8(output.stdout).expect("the oracle writes UTF-8")
}

/// What Velocity makes of the templates, or why it fails.
pub(crate) fn render_all<'t>(
    templates: impl Iterator<Item = &'t str>,
    context: &Value,
) -> Vec<Result<String, String>> {
    let mut input = String::new();
    let mut count = 0;
    for template in templates {
        input += &json!({"template": template, "context": context}).to_string();
        input.push('\n');
        count += 1;
    }
    let output = oracle(&[], &input);
    let answers = output.lines().map(|line| {
        let answer: Value = serde_json::from_str(line).expect("the oracle writes JSON");
        match answer["ok"].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(answer["error"].to_string()),
        }
    });
    let answers = answers.collect::<Vec<_>>();
    assert_eq!(answers.len(), count, "the oracle answers each template");
    answers
}
