//! What all environments of a runner share: interpreters, the log, who they belong to, and the list
//! of those that run.

use std::collections::HashMap;
use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ringway_core::limits::FUNCTION_CONCURRENCY_MAX;

use crate::concurrency::Concurrency;
use crate::environment::{Environment, Running};
use crate::invocation::Invocation;
use crate::log::Log;
use crate::name::Owner;
use crate::runtime::{Family, Runtimes, family};
use crate::version::Version;
use crate::words;

/// The shared part.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) owner: Owner,
    pub(crate) runtimes: Runtimes,
    pub(crate) log: Log,
    pub(crate) concurrency: Concurrency,
    numbers: AtomicU64,
    environments: Mutex<HashMap<u64, Arc<Environment>>>,
}

impl Host {
    /// Of a runner that has no environments yet.
    pub(crate) fn new(owner: Owner, runtimes: Runtimes, log: Log) -> Self {
        let (concurrency, environments) = (Concurrency::default(), Mutex::default());
        Self { owner, runtimes, log, concurrency, numbers: AtomicU64::new(1), environments }
    }

    fn environments(&self) -> MutexGuard<'_, HashMap<u64, Arc<Environment>>> {
        self.environments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a new environment.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn add(&self, environment: Arc<Environment>) {
        self.environments().insert(environment.id, environment);
    }

    pub(crate) fn remove(&self, id: u64) {
        self.environments().remove(&id);
    }

    /// Those that run.
    pub(crate) fn running(&self) -> Vec<Arc<Environment>> {
        self.environments().values().cloned().collect()
    }

    /// Makes room for one more process: executions are fewer than processes may be, so one that
    /// is full of processes has one that waits.
    pub(crate) fn make_room(&self) {
        let all = self.running();
        if all.len() < FUNCTION_CONCURRENCY_MAX as usize {
            return;
        }
        let oldest = all.iter().filter_map(|it| Some((it.version.pool.oldest()?, it)));
        if let Some((_, environment)) = oldest.min_by_key(|(since, _): &(Instant, _)| *since) {
            environment.version.pool.retire_oldest();
        }
    }

    /// The environment of a process: AWS's variables, those of the function, and none of ours but
    /// the path (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>).
    pub(crate) fn variables(
        &self,
        version: &Version,
        runtime_api: &str,
        log_stream: &str,
    ) -> Vec<(String, String)> {
        let configuration = &version.configuration;
        let code = version.code.folder.to_string_lossy();
        let family = family(&configuration.runtime);
        let path = env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".into());
        let memory = configuration.memory_size.to_string();
        let group = format!("/aws/lambda/{}", version.name);
        let execution = format!("AWS_Lambda_{}", configuration.runtime);
        let cache = self.runtimes.python_cache();
        let mut variables: Vec<(&str, &str)> = vec![
            ("PATH", &path),
            ("LANG", "en_US.UTF-8"),
            ("TZ", ":UTC"),
            ("_HANDLER", &configuration.handler),
            ("AWS_REGION", &self.owner.region),
            ("AWS_DEFAULT_REGION", &self.owner.region),
            ("AWS_LAMBDA_FUNCTION_NAME", &version.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", &version.number),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
            ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
            ("AWS_LAMBDA_RUNTIME_API", runtime_api),
            ("LAMBDA_TASK_ROOT", &code),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ];
        let cache = cache.to_string_lossy();
        match family {
            Some(Family::Python) => variables.extend([
                ("AWS_EXECUTION_ENV", &*execution),
                ("PYTHONUNBUFFERED", "1"),
                // What Python compiled counts for the second it was made in: too long for code that
                // changes, and code that does not is no place to write into.
                if version.code.sha256.is_empty() {
                    ("PYTHONDONTWRITEBYTECODE", "1")
                } else {
                    ("PYTHONPYCACHEPREFIX", &*cache)
                },
            ]),
            Some(Family::Node) => variables.push(("AWS_EXECUTION_ENV", &execution)),
            // AWS sets it for its own runtimes alone.
            Some(Family::Provided) | None => {}
        }
        let own = configuration.environment.iter().map(|(name, value)| (&**name, &**value));
        variables.extend(own);
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// A process has taken an invocation.
    pub(crate) fn started(&self, version: &Version, invocation: &Invocation) {
        let line =
            format!("START RequestId: {} Version: {}", invocation.request_id, version.number);
        self.told(version, invocation, &line);
    }

    /// A process has an invocation no more.
    pub(crate) fn finished(&self, environment: &Environment, running: Running) -> Invocation {
        let Running { invocation, started } = running;
        let version = &environment.version;
        let id = &invocation.request_id;
        self.told(version, &invocation, &format!("END RequestId: {id}"));
        // It costs a look into /proc: only where it is read.
        let used = invocation.tail.as_ref().and_then(|_| environment.memory_mb());
        let memory = version.configuration.memory_size;
        self.told(version, &invocation, &words::report(id, started.elapsed(), memory, used));
        invocation
    }

    fn told(&self, version: &Version, invocation: &Invocation, line: &str) {
        if let Some(tail) = &invocation.tail {
            tail.line(line.as_bytes());
        }
        self.log.line(&[b"[", version.name.as_bytes(), b"] ", line.as_bytes()]);
    }
}
