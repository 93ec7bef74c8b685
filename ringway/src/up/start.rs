//! From a file to a served definition, and the banner that tells of it.

use std::sync::Arc;

use ringway_control::access::Access;
use ringway_control::plane::{OpenError, Plane};
use ringway_control::settings::Settings;
use ringway_control::store::MemoryStore;
use ringway_core::definition::Definitions;
use ringway_core::link::Counters;

use super::notices;
use crate::banner::Banner;
use crate::cli::{Listening, Up};
use crate::failure::Failure;
use crate::functions::{self, Mode};
use crate::output;
use crate::process::{self, Process, Reset};
use crate::reload::Reload;
use crate::source::{self, Files};

/// The running parts.
pub(super) struct Running {
    pub(super) plane: Arc<Plane>,
    pub(super) reload: Reload,
    pub(super) process: Process,
}

/// Starts everything and prints the banner. Everything that can fail fails before it is printed.
///
/// # Errors
/// The first thing that cannot be had: a flag, a file, a certificate, an address.
pub(super) fn start(up: &Up) -> Result<Running, Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let (files, loaded) = source::load(&up.file, &up.stage);
    let loaded = loaded.map_err(Failure::Source)?;
    let flags = up.listen.clone();
    let flags = if loaded.functions.is_empty() { flags } else { flags.with_functions() };
    let mut listening = flags.resolve(variable).map_err(Failure::new)?;
    let runner = functions::start(&mut listening, &loaded.definitions.owner, Mode::Open)?;
    if let Some(runner) = &runner {
        let declared = runner.declare(&loaded.functions, &files.folder());
        declared.map_err(|error| Failure::Source(vec![files.function_problem(error)]))?;
    }
    let counters = Arc::<Counters>::default();
    let audit = process::audit(up.listen.audit_log().as_ref())?;
    let plane = open(&listening, loaded.definitions.clone(), Arc::clone(&counters), &files)?;
    let plane = Arc::new(plane.with_audit(audit));
    let process = Process::start(&listening, &plane, counters, Reset::Absent)?;

    let snapshot = plane.published().snapshot();
    let mut notices = notices::collect(&loaded, &process, &snapshot);
    if runner.is_none() && !loaded.functions.is_empty() {
        notices
            .push("the functions of the file do not run: --lambda-endpoint leads elsewhere".into());
    }
    let banner = Banner {
        driver: process.proxy.driver(),
        fallback: process.proxy.fallback(),
        workers: listening.workers,
        http: process.proxy.http_addr(),
        https: process.proxy.https_addr(),
        self_signed: listening.https.is_some_and(|https| https.files.is_none()),
        admin: process.admin_addr,
        functions: runner.as_ref().map(|runner| (runner.address(), runner.count())),
        host_suffixes: &listening.host_suffixes,
        definitions: &loaded.definitions,
        snapshot: &snapshot,
        notices: &notices,
    };
    output::print(&format!("{banner}\n"));
    let reload = Reload::new(up.file.clone(), up.stage.clone(), files, loaded, runner);
    Ok(Running { plane, reload, process })
}

/// The management plane of a developer: it keeps nothing and believes everybody.
fn open(
    listening: &Listening,
    definitions: Definitions,
    counters: Arc<Counters>,
    files: &Files,
) -> Result<Plane, Failure> {
    let settings = Settings {
        account_id: definitions.owner.account_id.to_string(),
        region: definitions.owner.region.to_string(),
        log_folder: None,
        host_suffix: listening.host_suffixes.first().cloned().unwrap_or_default(),
        endpoints: Arc::new(listening.endpoints.clone()),
    };
    let store = Box::<MemoryStore>::default();
    let plane = Plane::open(store, Access::Open, settings, definitions, counters);
    plane.map_err(|error| match error {
        OpenError::Store(error) => Failure::new(error.to_string()),
        OpenError::Definitions(errors) => Failure::Source(files.located(errors)),
    })
}
