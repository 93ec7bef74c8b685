//! From a document to a snapshot: what of the conformance set runs, and why the rest does not yet.
#![allow(clippy::disallowed_methods)] // a test reads its documents from files

use std::sync::Arc;

use ringway_core::compile::compile;
use ringway_core::definition::{Definitions, DeployedApi, DeployedStage, Stage};
use ringway_core::error::CompileError;
use ringway_core::openapi::{ImportOptions, import, locate};
use ringway_core::snapshot::Snapshot;

fn document(file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/files");
    std::fs::read_to_string(format!("{folder}/{file}")).expect(file)
}

fn compiled(text: &str) -> Result<Snapshot, Vec<CompileError>> {
    let api = import(text.as_bytes(), &ImportOptions::default()).expect("import");
    let stage = Stage { stage_name: "dev".into(), ..Stage::default() };
    let stages = vec![DeployedStage {
        stage: Arc::new(stage),
        deployment: api.into(),
        canary_deployment: None,
    }];
    let apis = vec![DeployedApi { id: "api".into(), stages }];
    compile(&Definitions { apis, ..Definitions::default() }, 1)
}

/// Each error as `line: message`; the line is that of the error's path in the document.
fn check(file: &str, expected: &[&str]) {
    let text = document(file);
    let found: Vec<String> = match compiled(&text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| located(&text, error)).collect(),
    };
    assert_eq!(found, expected, "{file}");
}

fn located(text: &str, error: &CompileError) -> String {
    assert_eq!(error.api.as_deref(), Some("api"));
    let (line, _) = locate(text, &error.path).expect(&error.path);
    format!("{line}: {}", error.message)
}

#[test]
fn documents_that_run() {
    check("pets.json", &[]);
    check("openapi.spec.stage-variables.json", &[]);
    check("openapi-method-int.spec.yaml", &[]);
    check("openapi-mock.json", &[]);
    check("swagger-mock-cors.json", &[]);
    check("openapi.spec.circular-ref-with-request-body.json", &[]);
}

#[test]
fn documents_that_need_what_is_not_there_yet() {
    check("openapi.spec.pulumi.json", &["70: CUSTOM authorization is not yet supported"]);
    check(
        "moto/test_api.json",
        &["10: No integration defined for method", "27: No integration defined for method"],
    );
}
