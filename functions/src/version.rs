//! A version of a function: code, configuration, and the environments that wait for work. It does
//! not change; what changes becomes another one.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ringway_core::limits::FUNCTION_WAIT_MS;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::configuration::Configuration;
use crate::environment::Environment;

/// Code where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) folder: PathBuf,
    /// SHA-256 of the package, base 64; empty for a folder that changes.
    pub(crate) sha256: String,
    /// Bytes of the package.
    pub(crate) bytes: u64,
}

/// A version.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) name: Box<str>,
    /// `$LATEST`, or a number.
    pub(crate) number: Box<str>,
    pub(crate) configuration: Configuration,
    pub(crate) code: Code,
    /// `LastModified`.
    pub(crate) modified: String,
    pub(crate) revision: String,
    pub(crate) description: String,
    pub(crate) pool: Pool,
}

/// Environments that wait; the last one used is the first one taken, so that the others get old.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Idle>);

#[derive(Debug, Default)]
struct Idle {
    environments: Vec<Arc<Environment>>,
    /// Invocations that would rather have one of those that are busy now than a new one.
    waiting: VecDeque<oneshot::Sender<Arc<Environment>>>,
    /// All environments of the version, busy ones too.
    count: usize,
    is_closed: bool,
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that was used last, or of busy ones the first that comes free within a moment: where
    /// functions are fast that is sooner than a new one is ready, and fewer share the machine.
    pub(crate) async fn take(&self) -> Option<Arc<Environment>> {
        let mut comes = {
            let mut idle = self.lock();
            let free = idle.environments.pop();
            if free.is_some() || idle.count == 0 {
                return free;
            }
            let (sender, comes) = oneshot::channel();
            idle.waiting.push_back(sender);
            comes
        };
        if let Ok(came) = timeout(Duration::from_millis(FUNCTION_WAIT_MS), &mut comes).await {
            return came.ok();
        }
        // It may have come in this very moment.
        comes.close();
        comes.try_recv().ok()
    }

    /// Keeps one, or hands it to who waits; `false`: the version is not in use any more.
    pub(crate) fn put(&self, mut environment: Arc<Environment>) -> bool {
        let mut idle = self.lock();
        if idle.is_closed {
            return false;
        }
        while let Some(waiting) = idle.waiting.pop_front() {
            match waiting.send(environment) {
                Ok(()) => return true,
                // It waits no more.
                Err(back) => environment = back,
            }
        }
        idle.environments.push(environment);
        true
    }

    /// There is one more.
    pub(crate) fn add(&self) {
        self.lock().count += 1;
    }

    /// It is gone.
    pub(crate) fn forget(&self, id: u64) {
        let mut idle = self.lock();
        idle.count -= 1;
        idle.environments.retain(|environment| environment.id != id);
    }

    /// Ends those that wait; the others end after what they do.
    pub(crate) fn close(&self) {
        let ended = {
            let mut idle = self.lock();
            idle.is_closed = true;
            idle.waiting.clear();
            std::mem::take(&mut idle.environments)
        };
        ended.iter().for_each(|environment| environment.kill());
    }

    /// Ends those that have waited so long.
    pub(crate) fn retire(&self, idle: Duration, now: Instant) {
        let is_old = |environment: &Arc<Environment>| {
            let since = environment.idle_since();
            since.is_some_and(|since| now.saturating_duration_since(since) >= idle)
        };
        let old: Vec<_> = self.lock().environments.extract_if(.., |it| is_old(it)).collect();
        old.iter().for_each(|environment| environment.kill());
    }

    /// Since when its oldest one has waited.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        self.lock().environments.first().and_then(|environment| environment.idle_since())
    }

    /// Ends its oldest one.
    pub(crate) fn retire_oldest(&self) {
        let oldest = {
            let mut idle = self.lock();
            if idle.environments.is_empty() { None } else { Some(idle.environments.remove(0)) }
        };
        if let Some(environment) = oldest {
            environment.kill();
        }
    }
}
