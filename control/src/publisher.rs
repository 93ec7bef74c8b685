//! The only way a definition becomes what workers serve: compile, then swap one pointer.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ringway_core::compile::{Compilation, Compiler, Kept};
use ringway_core::definition::Definitions;
use ringway_core::error::CompileError;
use ringway_core::link::{Counters, Published};
use ringway_core::snapshot::{LogDestination, Snapshot};

use crate::access_log;
use crate::follower::{Follower, Publication};

/// Compiles definitions and puts them in force. What a publication does not change is neither
/// compiled nor checked again, and workers keep it too.
pub struct Publisher {
    published: Arc<Published>,
    /// One publication at a time.
    turn: Mutex<Turn>,
    follower: Follower,
}

/// What one publication leaves to the next.
#[derive(Default)]
struct Turn {
    compiler: Compiler,
    /// Log destinations in force, which could be written.
    writable: HashSet<Arc<LogDestination>>,
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("published", &self.published.generation()).finish()
    }
}

impl Publisher {
    /// Compiles the first generation, part of which `compiler` may know. `counters` say which
    /// generation workers serve.
    ///
    /// # Errors
    /// Everything that keeps the definitions from running.
    pub fn start(
        accounts: &[Definitions],
        compiler: Compiler,
        counters: Arc<Counters>,
    ) -> Result<Self, Vec<CompileError>> {
        let mut turn = Turn { compiler, writable: HashSet::new() };
        let Compilation { snapshot, kept } = turn.ready(accounts, 1)?;
        turn.compiler.keep(kept);
        Ok(Self {
            published: Arc::new(Published::new(Arc::new(snapshot))),
            turn: Mutex::new(turn),
            follower: Follower::start(counters),
        })
    }

    /// Where workers find what is in force.
    #[must_use]
    pub fn published(&self) -> &Arc<Published> {
        &self.published
    }

    /// Compiles the next generation.
    ///
    /// # Errors
    /// Everything that keeps the definitions from running; the generation in force stays.
    pub fn prepare(&self, accounts: &[Definitions]) -> Result<Prepared, Vec<CompileError>> {
        let started = Instant::now();
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = turn.ready(accounts, self.published.generation() + 1)?;
        let Compilation { snapshot, kept } = compiled;
        Ok(Prepared { started, snapshot: Arc::new(snapshot), kept })
    }

    /// Puts a generation in force; nothing can fail here.
    pub fn put_in_force(&self, prepared: Prepared) -> Arc<Snapshot> {
        let Prepared { started, snapshot, kept } = prepared;
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).compiler.keep(kept);
        let replaced = self.published.snapshot();
        self.published.publish(Arc::clone(&snapshot));
        self.follower.follow(Publication::new(started, snapshot.generation, replaced));
        snapshot
    }

    /// Compiles the next generation and puts it in force.
    ///
    /// # Errors
    /// Those of [`Self::prepare`].
    pub fn publish(&self, accounts: &[Definitions]) -> Result<Arc<Snapshot>, Vec<CompileError>> {
        self.prepare(accounts).map(|prepared| self.put_in_force(prepared))
    }
}

/// A generation that can run.
#[derive(Debug)]
pub struct Prepared {
    started: Instant,
    snapshot: Arc<Snapshot>,
    kept: Kept,
}

impl Turn {
    /// Compiles, and opens every new log file once: a snapshot that cannot log must not go into
    /// force.
    fn ready(
        &mut self,
        accounts: &[Definitions],
        generation: u64,
    ) -> Result<Compilation, Vec<CompileError>> {
        let compiled = self.compiler.prepare(accounts, generation)?;
        let (mut writable, mut errors) = (HashSet::new(), Vec::new());
        for stage in &compiled.snapshot.stages {
            let Some(log) = &stage.access_log else { continue };
            let destination = &log.destination;
            if writable.contains(destination) {
                continue;
            }
            if !self.writable.contains(destination)
                && let Err(error) = access_log::check(destination)
            {
                let path = destination_path(accounts, &stage.api_id, &stage.name);
                errors.push(CompileError::new(path, unwritable_message(destination, &error)));
                continue;
            }
            writable.insert(Arc::clone(destination));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.writable = writable;
        Ok(compiled)
    }
}

fn unwritable_message(destination: &LogDestination, error: &std::io::Error) -> String {
    format!("the access log {} cannot be written: {error}", access_log::name(destination))
}

/// The first stage's place is said for all that log there.
fn destination_path(accounts: &[Definitions], api: &str, stage: &str) -> String {
    let position = accounts.iter().enumerate().find_map(|(account, definitions)| {
        let at = definitions.apis.iter().position(|deployed| deployed.id == api)?;
        let mut stages = definitions.apis[at].stages.iter();
        let stage_at = stages.position(|entry| entry.stage.stage_name == stage)?;
        let account = if accounts.len() == 1 { String::new() } else { format!("[{account}]") };
        Some(format!("${account}.apis[{at}].stages[{stage_at}]"))
    });
    position.map_or_else(|| "$".into(), |at| format!("{at}.accessLogSettings.destinationArn"))
}

#[cfg(test)]
mod tests {
    use ringway_core::definition::{
        AccessLogSettings, DeployedApi, DeployedStage, Deployment, Stage,
    };
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
        let deployment = Deployment::from(import(DOCUMENT.as_bytes(), &options).unwrap());
        let deployed = |stage| DeployedStage {
            stage: Arc::new(stage),
            deployment: deployment.clone(),
            canary_deployment: None,
        };
        let stages = vec![deployed(dev), deployed(prod)];
        Definitions { apis: vec![DeployedApi { id: id.into(), stages }], ..Definitions::default() }
    }

    fn first(definitions: &Definitions) -> Result<Publisher, Vec<CompileError>> {
        Publisher::start(std::slice::from_ref(definitions), Compiler::default(), Arc::default())
    }

    #[test]
    fn each_publication_is_a_generation() {
        let publisher = first(&definitions("one", None)).unwrap();
        let published = publisher.published();
        assert_eq!(published.generation(), 1);
        let snapshot = publisher.publish(&[definitions("two", None)]).unwrap();
        assert_eq!((snapshot.generation, published.generation()), (2, 2));
        assert!(published.snapshot().apis.api("two").is_some());
    }

    #[test]
    fn what_cannot_run_changes_nothing() {
        let publisher = first(&definitions("one", None)).unwrap();
        let errors = publisher.publish(&[definitions("Not An Id", None)]).unwrap_err();
        assert!(!errors.is_empty());
        let published = publisher.published();
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
    #[test]
    fn a_log_in_force_is_not_opened_again() {
        let folder = std::env::temp_dir().join(format!("ringway-publisher-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let log = format!("file://{}/a.log", folder.display());
        let publisher = first(&definitions("one", Some(&log))).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        publisher.publish(&[definitions("one", Some(&log))]).unwrap();
        publisher.publish(&[definitions("one", None)]).unwrap();
        let errors = publisher.publish(&[definitions("one", Some(&log))]).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}
