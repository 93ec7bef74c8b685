//! Notices changes of code folders, so that the next invocation runs what is there now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use ringway_core::limits::FUNCTION_CHANGE_MS;

use crate::log::Log;
use crate::registry::Registry;

/// Paths of one burst that are kept; beyond it the folders say enough.
const PATHS_MAX: usize = 1_024;

/// The folders that are watched.
pub(crate) struct Watch {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    log: Log,
}

impl Watch {
    /// Watches nothing yet. Without a watcher everything works but the noticing.
    pub(crate) fn start(registry: Arc<Registry>, log: Log) -> Self {
        // Unbounded as the kernel's queue is bounded, and this one is emptied at once.
        let (changed, changes) = channel();
        let spawned = thread::Builder::new()
            .name("function-code".into())
            .spawn(move || renew(&registry, &changes));
        let watcher = notify::recommended_watcher(move |event| tell(event, &changed));
        let watcher = watcher.ok().filter(|_| spawned.is_ok());
        Self { watcher, folders: BTreeSet::new(), log }
    }

    /// Watches these folders and no others.
    pub(crate) fn follow(&mut self, folders: BTreeSet<PathBuf>) {
        let complain = |folder: &Path, why: &str| {
            let folder = folder.to_string_lossy();
            self.log.line(&[
                b"ringway: changes of code in ",
                folder.as_bytes(),
                b" will not be noticed: ",
                why.as_bytes(),
            ]);
        };
        let Some(watcher) = &mut self.watcher else {
            return folders.iter().for_each(|folder| complain(folder, "there is no watcher"));
        };
        for gone in self.folders.difference(&folders) {
            // It may be gone from the disk too.
            let _ = watcher.unwatch(gone);
        }
        for new in folders.difference(&self.folders) {
            if let Err(error) = watcher.watch(new, RecursiveMode::Recursive) {
                complain(new, &error.to_string());
            }
        }
        self.folders = folders;
    }

    /// Watches nothing any more; its thread ends.
    pub(crate) fn stop(&mut self) {
        self.watcher = None;
    }
}

fn tell(event: notify::Result<notify::Event>, changed: &Sender<PathBuf>) {
    let Ok(event) = event else { return };
    let is_change = match event.kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) | EventKind::Any | EventKind::Other => false,
    };
    if is_change {
        for path in event.paths.into_iter().filter(|path| counts(path)) {
            // The runner is gone when this fails.
            let _ = changed.send(path);
        }
    }
}

/// What an interpreter or an editor puts beside the code is no change of it.
fn counts(path: &Path) -> bool {
    !path.iter().any(|part| part == "__pycache__")
        && !path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp")
        })
}

fn renew(registry: &Registry, changes: &Receiver<PathBuf>) {
    while let Ok(first) = changes.recv() {
        let mut burst = BTreeSet::from([first]);
        // An editor writes several times, a build many files: all of that is one change.
        loop {
            match changes.recv_timeout(Duration::from_millis(FUNCTION_CHANGE_MS)) {
                Ok(path) if burst.len() < PATHS_MAX => drop(burst.insert(path)),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        registry.renew(&burst);
    }
}
