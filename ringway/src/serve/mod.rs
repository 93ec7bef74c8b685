//! `ringway serve`: what was kept is served, what is changed is kept, until SIGTERM or SIGINT.

mod administrator;
mod banner;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use ringway_control::access::Access;
use ringway_control::audit;
use ringway_control::documents::Kind;
use ringway_control::plane::{OpenError, Plane};
use ringway_control::settings::Settings;
use ringway_control::store::{MemoryStore, SqliteStore, Store};
use ringway_core::definition::{Definitions, Owner};
use ringway_core::error::CompileError;
use ringway_core::link::Counters;
use ringway_core::snapshot::LogDestination;
use ringway_functions::Runner;

use crate::cli::{Keep, Serve};
use crate::failure::Failure;
use crate::functions::{self, Mode};
use crate::output;
use crate::process::{self, EVENTS_MAX, Process, Reset, on_signals};
use crate::watch::{self, Event};
use banner::{Banner, Kept};

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Whatever keeps it from starting.
pub(crate) fn run(serve: &Serve) -> Result<(), Failure> {
    let (sender, events) = sync_channel(EVENTS_MAX);
    on_signals(sender)?;
    let (process, runner) = start(serve)?;
    while watch::next(&events) != Event::Stop {}
    process.finish();
    // After the requests that wait for its functions.
    drop(runner);
    Ok(())
}

/// Starts everything and prints the banner. Everything that can fail fails before it is printed.
fn start(serve: &Serve) -> Result<(Process, Option<Runner>), Failure> {
    let serve = serve.clone().complete(|name| env::var(name).ok()).map_err(Failure::new)?;
    let mut listening = serve.listen().resolve(|name| env::var(name).ok()).map_err(Failure::new)?;
    let (store, kept, reset) = open_store(serve.keep().map_err(Failure::new)?)?;
    let owner = Owner { account_id: serve.account_id().into(), region: serve.region().into() };
    let users = Arc::<functions::Directory>::default();
    let data = kept.folder().map(|folder| folder.join("functions"));
    let mode = Mode::Signed { users: Arc::clone(&users), data };
    let runner = functions::start(&mut listening, &owner, mode)?;
    let settings = Settings {
        account_id: serve.account_id().into(),
        region: serve.region().into(),
        log_folder: serve.log_dir().map(log_folder).transpose()?,
        host_suffix: listening.host_suffixes.first().cloned().unwrap_or_default(),
        endpoints: Arc::new(listening.endpoints.clone()),
    };
    let counters = Arc::<Counters>::default();
    let files = Definitions::default();
    let plane = Plane::open(store, Access::Signed, settings, files, Arc::clone(&counters));
    let audit = serve.listen().audit_log().or_else(|| default_audit_log(kept.folder()));
    let plane = plane.map_err(unopened)?.with_audit(process::audit(audit.as_ref())?);
    let made = administrator::ensure(&plane, kept.folder(), |name| env::var(name).ok())?;
    let plane = Arc::new(plane);
    users.open(&plane);
    let process = Process::start(&listening, &plane, counters, reset)?;
    let uncredited = process::uncredited(&process, &plane.published().snapshot());
    let notices = process::exposure(&process).into_iter().chain(uncredited);
    let banner = Banner {
        process: &process,
        workers: listening.workers,
        functions: runner.as_ref().map(|runner| (runner.address(), runner.count())),
        kept,
        settings: plane.settings(),
        apis: plane.count(Kind::RestApi),
        stages: plane.count(Kind::Stage),
        made: made.as_ref(),
        notices: notices.collect(),
    };
    output::print(&banner.to_string());
    Ok((process, runner))
}

/// Beside the store.
fn default_audit_log(folder: Option<&Path>) -> Option<LogDestination> {
    let file = folder?.join(audit::FILE);
    Some(LogDestination::File(file.to_string_lossy().into()))
}

fn open_store(keep: Keep) -> Result<(Box<dyn Store>, Kept, Reset), Failure> {
    match keep {
        Keep::Nowhere => Ok((Box::<MemoryStore>::default(), Kept::InMemory, Reset::Offered)),
        Keep::Folder(folder) => {
            let store = SqliteStore::open(&folder);
            let store = store.map_err(|error| Failure::new(error.to_string()))?;
            let folder = folder.canonicalize().unwrap_or(folder);
            let kept = if store.is_new() { Kept::InNew(folder) } else { Kept::In(folder) };
            Ok((Box::new(store), kept, Reset::Absent))
        }
    }
}

/// The folder of the log groups; made where there is none.
fn log_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let made = std::fs::create_dir_all(folder).and_then(|()| folder.canonicalize());
    made.map_err(|error| Failure::new(format!("--log-dir {}: {error}", folder.display())))
}

fn unopened(error: OpenError) -> Failure {
    match error {
        OpenError::Store(error) => Failure::new(error.to_string()),
        OpenError::Definitions(errors) => {
            let texts = errors.iter().map(CompileError::to_string);
            Failure::new(texts.collect::<Vec<_>>().join("; "))
        }
    }
}
