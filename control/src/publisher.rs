//! The only way a definition becomes what workers serve: compile, then swap one pointer.

use std::sync::{Arc, Mutex, PoisonError};

use ringway_core::compile::compile;
use ringway_core::definition::Definitions;
use ringway_core::error::CompileError;
use ringway_core::link::Published;
use ringway_core::snapshot::{LogDestination, Snapshot};

use crate::access_log;

/// One publication at a time: two must not compile the same generation.
static TURN: Mutex<()> = Mutex::new(());

/// Compiles the first generation.
///
/// # Errors
/// Everything that keeps the definitions from running.
pub fn first(definitions: &Definitions) -> Result<Published, Vec<CompileError>> {
    ready(definitions, 1).map(|snapshot| Published::new(Arc::new(snapshot)))
}

/// Compiles the next generation and puts it in force; nothing can fail after that.
///
/// # Errors
/// Everything that keeps the definitions from running; the generation in force stays.
pub fn publish(
    definitions: &Definitions,
    published: &Published,
) -> Result<Arc<Snapshot>, Vec<CompileError>> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let snapshot = Arc::new(ready(definitions, published.generation() + 1)?);
    published.publish(Arc::clone(&snapshot));
    Ok(snapshot)
}

/// Compiles, and opens every log file once: a snapshot that cannot log must not go into force.
fn ready(definitions: &Definitions, generation: u64) -> Result<Snapshot, Vec<CompileError>> {
    let snapshot = compile(definitions, generation)?;
    let errors = unwritable(definitions, &snapshot);
    if errors.is_empty() { Ok(snapshot) } else { Err(errors) }
}

fn unwritable(definitions: &Definitions, snapshot: &Snapshot) -> Vec<CompileError> {
    let stages = snapshot.stages.iter();
    let logs = stages.filter_map(|stage| Some((stage, &stage.access_log.as_ref()?.destination)));
    logs.filter_map(|(stage, destination)| {
        let error = access_log::check(destination).err()?;
        let path = destination_path(definitions, &stage.api_id, &stage.name);
        Some(CompileError::new(path, unwritable_message(destination, &error)))
    })
    .collect()
}

fn unwritable_message(destination: &LogDestination, error: &std::io::Error) -> String {
    format!("the access log {} cannot be written: {error}", access_log::name(destination))
}

fn destination_path(definitions: &Definitions, api: &str, stage: &str) -> String {
    let position = definitions.apis.iter().enumerate().find_map(|(at, deployed)| {
        let stages = &deployed.stages;
        let stage_at = stages.iter().position(|entry| entry.stage.stage_name == stage)?;
        (deployed.id == api).then_some((at, stage_at))
    });
    match position {
        Some((api, stage)) => {
            format!("$.apis[{api}].stages[{stage}].accessLogSettings.destinationArn")
        }
        None => "$".into(),
    }
}

#[cfg(test)]
mod tests {
    use ringway_core::definition::{AccessLogSettings, DeployedApi, DeployedStage, Stage};
    use ringway_core::openapi::{ImportOptions, import};

    use super::*;

    const DOCUMENT: &str = r#"{
        "openapi": "3.0.1", "info": {"title": "t", "version": "1"},
        "paths": {"/": {"get": {"responses": {}, "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
            "responses": {"default": {"statusCode": "200"}}
        }}}}
    }"#;

    /// One API; its stage `prod` logs to `destination`.
    fn definitions(id: &str, destination: Option<&str>) -> Definitions {
        let access_log_settings = destination.map(|destination| AccessLogSettings {
            destination_arn: destination.into(),
            format: "$context.requestId".into(),
        });
        let prod = Stage { stage_name: "prod".into(), access_log_settings, ..Stage::default() };
        let dev = Stage { stage_name: "dev".into(), ..Stage::default() };
        let options = ImportOptions { api_id: Some(id.into()), ..ImportOptions::default() };
        let deployment = Arc::new(import(DOCUMENT.as_bytes(), &options).unwrap());
        let deployed = |stage| DeployedStage { stage, deployment: Arc::clone(&deployment) };
        let stages = vec![deployed(dev), deployed(prod)];
        Definitions { apis: vec![DeployedApi { id: id.into(), stages }], ..Definitions::default() }
    }

    #[test]
    fn each_publication_is_a_generation() {
        let published = first(&definitions("one", None)).unwrap();
        assert_eq!(published.generation(), 1);
        let snapshot = publish(&definitions("two", None), &published).unwrap();
        assert_eq!((snapshot.generation, published.generation()), (2, 2));
        assert!(published.snapshot().apis.api("two").is_some());
    }

    #[test]
    fn what_cannot_run_changes_nothing() {
        let published = first(&definitions("one", None)).unwrap();
        let errors = publish(&definitions("Not An Id", None), &published).unwrap_err();
        assert!(!errors.is_empty());
        assert_eq!(published.generation(), 1);
        assert!(published.snapshot().apis.api("one").is_some());
    }

    #[test]
    fn a_log_that_cannot_be_written_is_an_error_with_its_place() {
        let errors = first(&definitions("one", Some("file:///nonexistent/a.log"))).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let expect = "$.apis[0].stages[1].accessLogSettings.destinationArn";
        assert_eq!(errors[0].path, expect);
        assert!(errors[0].message.contains("the folder /nonexistent does not exist"), "{errors:?}");
        first(&definitions("one", Some("stdout:"))).unwrap();
    }
}
