//! At start: all stored stages, read one by one, parsed and compiled on several threads. A copy of
//! an API is let go as soon as it is compiled, so that they are never in memory together.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use ringway_core::compile::Compiler;
use ringway_core::definition::{DeployedStage, Deployment};
use ringway_core::limits::{START_STAGES_WAITING_MAX, START_THREADS_MAX};

use super::{cannot_run, convert, owner};
use crate::definition::{self as kept, Stage};
use crate::documents::{self, Key, Kind, Scope, State};
use crate::error::ManagementError;
use crate::settings::Settings;

/// A stage that runs: whose it is, its API and name.
pub(super) type Compiled = (Scope, (String, String), DeployedStage);

/// A stage as the store has it.
struct Stored {
    key: Key,
    stage: Stage,
    deployment: Arc<str>,
    canary: Option<Arc<str>>,
}

/// Compiles every stage of the store. One that cannot run any more is left out and said: the others
/// serve on.
pub(super) fn compile(state: &mut State, settings: &Settings) -> (Compiler, Vec<Compiled>) {
    let (sender, receiver) = sync_channel(START_STAGES_WAITING_MAX);
    let receiver = Arc::new(Mutex::new(receiver));
    let threads = thread::available_parallelism().map_or(1, usize::from).min(START_THREADS_MAX);
    let done = thread::scope(|scope| {
        // None but the threads hold the receiver: without them, sending ends.
        let workers: Vec<_> = std::iter::repeat_n(receiver, threads)
            .map(|receiver| scope.spawn(move || compile_all(&receiver, settings)))
            .collect();
        read(state, sender);
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|done| done.unwrap_or_else(|panic| resume_unwind(panic))).collect::<Vec<_>>()
    });
    let (compilers, stages): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let mut compiler = Compiler::new(Arc::clone(&settings.endpoints));
    compiler.join(compilers);
    (compiler, stages.into_iter().flatten().collect())
}

/// Hands out what the store has.
fn read(state: &mut State, to: SyncSender<Stored>) {
    let keys: Vec<Key> = state.all(Kind::Stage).map(|(key, _)| key.clone()).collect();
    for key in keys {
        match stored(state, &key) {
            // Nobody takes them any more when all have panicked, which joining them says.
            Ok(stage) => drop(to.send(stage)),
            Err(error) => leave_out(&key, &error),
        }
    }
}

fn stored(state: &mut State, key: &Key) -> Result<Stored, ManagementError> {
    let entry = state.entry(key).ok_or_else(ManagementError::internal)?;
    let stage: Stage = documents::read(&entry.body)?;
    let (scope, api) = (key.scope(), key.parent());
    let mut copy = |id: &str| {
        let missing = || ManagementError::bad_request(format!("there is no deployment {id}"));
        state.cold(&Key::new(&scope, Kind::DeployedApi, api, id))?.ok_or_else(missing)
    };
    let deployment = copy(&stage.deployment_id)?;
    let canary = stage.canary_settings.as_ref().map(|canary| copy(&canary.deployment_id));
    Ok(Stored { key: key.clone(), deployment, canary: canary.transpose()?, stage })
}

/// Compiles until nothing is left.
fn compile_all(from: &Mutex<Receiver<Stored>>, settings: &Settings) -> (Compiler, Vec<Compiled>) {
    let mut compiler = Compiler::new(Arc::clone(&settings.endpoints));
    let mut stages = Vec::new();
    loop {
        let next = from.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(stored) = next else { return (compiler, stages) };
        match compile_one(&mut compiler, &stored, settings) {
            Ok(stage) => {
                let Stored { key, .. } = stored;
                let name = (key.parent().to_owned(), key.id().to_owned());
                stages.push((key.scope(), name, stage));
            }
            Err(error) => leave_out(&stored.key, &error),
        }
    }
}

fn compile_one(
    compiler: &mut Compiler,
    stored: &Stored,
    settings: &Settings,
) -> Result<DeployedStage, ManagementError> {
    let copy = |text: &Arc<str>| documents::read::<kept::DeployedApi>(text).map(|copy| copy.0);
    let canary = stored.canary.as_ref().map(copy).transpose()?;
    let mut stage = convert::deployed(&stored.stage, copy(&stored.deployment)?, canary, settings);
    let compiled = compiler.compile_ahead(&owner(&stored.key.scope()), stored.key.parent(), &stage);
    compiled.map_err(|errors| cannot_run(&errors))?;
    forget_copies(&mut stage);
    Ok(stage)
}

/// Of a stage that is compiled.
pub(super) fn forget_copies(stage: &mut DeployedStage) {
    stage.deployment = Deployment::AsCompiled;
    if let Some(canary) = &mut stage.canary_deployment {
        *canary = Deployment::AsCompiled;
    }
}

fn leave_out(key: &Key, error: &ManagementError) {
    let (api, name, text) = (key.parent(), key.id(), &error.message);
    eprintln!("ringway: stage {name} of API {api} is not served: {text}");
}
