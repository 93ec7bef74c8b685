//! The compiler, driven by data: definitions in JSON, and what becomes of them.

#![allow(clippy::unwrap_used, reason = "a test that meets nothing must fail")]

mod aws;
mod canary;
mod http;
mod incremental;
mod methods;
mod plans;
mod stages;

use std::sync::Arc;

use serde_json::{Value, json};

use super::compile;
use crate::definition::{Definitions, DeployedApi, DeployedStage, RestApi};
use crate::error::CompileError;
use crate::snapshot::{HttpIntegration, Integration, Method, MockIntegration, Snapshot, Stage};

/// An API with a stage, from their JSON; the stage is called `prod`.
fn deployed(api: Value, mut stage: Value) -> Definitions {
    stage["stageName"] = json!("prod");
    let deployment: RestApi = serde_json::from_value(api).unwrap();
    let stage = Arc::new(serde_json::from_value(stage).unwrap());
    let stages = vec![DeployedStage { stage, deployment: deployment.into(), ..Default::default() }];
    let apis = vec![DeployedApi { id: "api1".into(), stages }];
    Definitions { apis, ..Definitions::default() }
}

/// An API with these methods: `{"/pets/{petId}": {"GET": {…}}}`.
fn api(paths: Value) -> Value {
    let resources = paths.as_object().unwrap().iter().enumerate();
    let resources = resources.map(|(ix, (path, methods))| {
        json!({"id": format!("r{ix}"), "path": path, "resourceMethods": methods})
    });
    json!({"name": "pets", "resources": resources.collect::<Vec<_>>()})
}

/// A method with nothing but a MOCK integration.
fn mock() -> Value {
    json!({"methodIntegration": {
        "type": "MOCK",
        "requestTemplates": {"application/json": "{ statusCode: 200 }"},
        "integrationResponses": {"200": {"statusCode": "200"}},
    }})
}

/// A method with this integration.
fn integrated(integration: Value) -> Value {
    json!({"methodIntegration": integration})
}

fn accepted(definitions: &Definitions) -> Snapshot {
    match compile(definitions, 7) {
        Ok(snapshot) => snapshot,
        Err(errors) => panic!("refused: {errors:#?}"),
    }
}

fn refused(definitions: &Definitions) -> Vec<CompileError> {
    match compile(definitions, 7) {
        Ok(_) => panic!("accepted"),
        Err(errors) => errors,
    }
}

/// The only error, as `path: message`, must be this; `…` at the end stands for anything.
fn check_refused(definitions: &Definitions, expected: &str) {
    let errors = refused(definitions);
    let [error] = errors.as_slice() else { panic!("{errors:#?}") };
    let found = format!("{}: {}", error.path, error.message);
    match expected.strip_suffix('…') {
        Some(start) => assert!(found.starts_with(start), "{found}"),
        None => assert_eq!(found, expected),
    }
    assert_eq!(error.api.is_none(), ["$.a", "$.u"].iter().any(|start| found.starts_with(start)));
}

/// The only stage of definitions that are accepted.
fn stage_of(definitions: &Definitions) -> Arc<Stage> {
    let snapshot = accepted(definitions);
    assert_eq!(snapshot.stages.len(), 1);
    Arc::clone(&snapshot.stages[0])
}

fn method<'s>(stage: &'s Stage, verb: &str, path: &str) -> &'s Method {
    let mut methods = stage.methods.iter();
    methods.find(|m| *m.http_method == *verb && *m.resource_path == *path).unwrap()
}

fn http(method: &Method) -> &HttpIntegration {
    match &method.integration {
        Integration::Http(http) => http,
        Integration::Mock(_) => panic!("MOCK"),
    }
}

fn mocked(method: &Method) -> &MockIntegration {
    match &method.integration {
        Integration::Mock(mock) => mock,
        Integration::Http(_) => panic!("HTTP"),
    }
}
