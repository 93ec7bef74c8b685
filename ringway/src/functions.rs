//! The function runner as a part of this process: whether there is one, where, and who may call it.
//! Integrations of Lambda go to it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use ringway_control::plane::Plane;
use ringway_core::definition::Owner;
use ringway_core::iam::RequestSource;
use ringway_core::identity::{Credentials, Refusal, SecretAccessKey};
use ringway_functions::{Access, Runner, RunnerSettings, Users, random_credentials};

use crate::banner::reachable;
use crate::cli::Listening;
use crate::failure::Failure;

/// Who may call, and where functions are kept.
#[derive(Debug)]
pub(crate) enum Mode {
    /// Everybody on this machine; functions go with the process.
    Open,
    /// Users of the management plane.
    Signed {
        /// The users, as soon as there is a plane that knows them.
        users: Arc<Directory>,
        /// Where functions are kept, if they are.
        data: Option<PathBuf>,
    },
}

/// Users of a plane that is opened after the runner has its address.
#[derive(Debug, Default)]
pub(crate) struct Directory(OnceLock<Arc<Plane>>);

impl Directory {
    /// From now on they are known.
    pub(crate) fn open(&self, plane: &Arc<Plane>) {
        // There is one plane in a process.
        let _ = self.0.set(Arc::clone(plane));
    }
}

impl Users for Directory {
    fn secret(&self, access_key_id: &str) -> Option<SecretAccessKey> {
        self.0.get()?.secret(access_key_id)
    }

    fn allow(
        &self,
        access_key_id: &str,
        action: &str,
        resource: &str,
        source: RequestSource<'_>,
    ) -> Result<(), Refusal> {
        let plane = self.0.get().ok_or(Refusal::UnrecognizedClient)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        plane.allow(access_key_id, action, resource, source, now.as_secs())
    }
}

/// Starts a runner where `--lambda-addr` says, and leads Lambda there.
///
/// # Errors
/// Its address cannot be had, or answers other machines and asks nobody.
pub(crate) fn start(
    listening: &mut Listening,
    owner: &Owner,
    mode: Mode,
) -> Result<Option<Runner>, Failure> {
    let Some(address) = listening.lambda else { return Ok(None) };
    let (access, data, key) = match mode {
        Mode::Open if !address.ip().is_loopback() => {
            return Err(Failure::new(format!(
                "--lambda-addr {address}: this runner takes any credentials, so it must be on \
                 loopback, for example 127.0.0.1:{}",
                address.port()
            )));
        }
        Mode::Open => (Access::Open, None, None),
        Mode::Signed { users, data } => {
            let key = random_credentials();
            let keys = vec![key.clone()];
            (Access::Signed { keys, users: Some(users) }, data, Some(key))
        }
    };
    let log = Box::new(io::stderr());
    let (region, account_id) = (owner.region.to_string(), owner.account_id.to_string());
    let settings =
        RunnerSettings { region, account_id, data, ..RunnerSettings::new(address, access, log) };
    let runner = Runner::start(settings)
        .map_err(|error| Failure::new(format!("{error} (--lambda-addr)")))?;
    lead(listening, &runner, key).map_err(Failure::new)?;
    Ok(Some(runner))
}

fn lead(
    listening: &mut Listening,
    runner: &Runner,
    key: Option<Credentials>,
) -> Result<(), String> {
    let url = format!("http://{}", reachable(runner.address()));
    listening.lambda = Some(runner.address());
    match key {
        Some(key) => listening.endpoints.insert_with("lambda", &url, key),
        None => listening.endpoints.insert_unsigned("lambda", &url),
    }
}
