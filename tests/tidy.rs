//! The rules of the source tree, as a test.
//!
//! An exception is a line in the list below, with its reason; one that nothing needs any more fails
//! the test as a broken rule does.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use ringway_tests::tidy::{CHECKS, Finding, crates, limits_page, source};

/// A rule, the file it does not bind, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("columns", "core/src/error.rs", "a row of the table of gateway responses stays one line"),
    ("marker", "core/src/model_template.rs", "what AWS writes into a template for its reader"),
    ("sleep", "bench/src/driver.rs", "the timer itself is what that test tries"),
    ("sleep", "tests/e2e/idle.rs", "the pace of a client is what that test tries"),
    ("sleep", "tests/src/poll.rs", "the one pause between two questions, bounded"),
    ("tokio", "examples/lambda-petstore/quote/src/main.rs", "a function of users, not of Ringway"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

fn is_excepted(finding: &Finding) -> bool {
    EXCEPTIONS.iter().any(|(rule, path, _)| *rule == finding.rule && *path == finding.path)
}

fn findings() -> Vec<Finding> {
    let sources = source::tree(root());
    let folders = ["cache", "control", "core", "proxy", "ringway", "tests", "vtl"];
    for folder in folders {
        let found = sources.iter().any(|source| source.folder() == folder);
        assert!(found, "no sources found in {folder}: is the walk broken?");
    }
    sources.iter().flat_map(|source| CHECKS.iter().flat_map(|check| check(source))).collect()
}

#[test]
fn the_tree_keeps_its_rules() {
    let broken = findings().into_iter().filter(|finding| !is_excepted(finding));
    let lines = broken.map(|finding| finding.to_string()).collect::<Vec<_>>();
    assert!(lines.is_empty(), "{} broken rules:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let findings = findings();
    for (rule, path, reason) in EXCEPTIONS {
        let needed = findings.iter().any(|finding| finding.rule == *rule && finding.path == *path);
        assert!(needed, "the exception for {path} from {rule} ({reason}) is not needed any more");
        assert!(!reason.is_empty(), "an exception has a reason: {path} from {rule}");
    }
}

#[test]
fn crates_depend_downward_only() {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let wrong = crates::arrows(&metadata);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_limits_says_what_the_code_says() {
    let read = |file: &str| fs::read_to_string(root().join(file)).expect(file);
    let source = read("core/src/limits.rs") + &read("vtl/src/limits.rs");
    let (made, path) = (limits_page::page(&source), root().join("docs/limits.md"));
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &made).expect("docs can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == made, "docs/limits.md is stale: run with UPDATE_DOCS=1 to make it anew");
}

#[test]
fn the_page_of_compatibility_names_tests_that_exist() {
    let page = root().join("docs/compatibility.md");
    let page = fs::read_to_string(page).expect("docs has a page of compatibility");
    let named = page.split('`').filter_map(|word| word.split_once("::"));
    let named = named.collect::<Vec<_>>();
    assert!(named.len() > 10, "no tests found on the page: is this check broken?");
    for (module, test) in named {
        if module == "module" {
            continue; // the legend
        }
        let text = ["tests/e2e", "functions/tests/runner"]
            .map(|folder| root().join(folder).join(format!("{module}.rs")))
            .map(|path| fs::read_to_string(path).unwrap_or_default())
            .concat();
        let function = format!("#[test]\nfn {test}() {{");
        assert!(text.contains(&function), "docs/compatibility.md: there is no {module}::{test}");
    }
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions/README.md"];
    for document in documents {
        let path = root().join(document);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
        let folder = path.parent().expect("a file lies in a folder");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let target = folder.join(link.split('#').next().unwrap_or_default());
            assert!(target.exists(), "{document} links to {link}, which is not there");
        }
    }
}
