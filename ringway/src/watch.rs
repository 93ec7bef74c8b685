//! Tells when files may have changed: watches their folders, so that editors which replace a file
//! and links which are pointed elsewhere are seen too. Reads nothing.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

/// Quiet time after the last sign of a change before it is looked at.
const DEBOUNCE: Duration = Duration::from_millis(100);
/// A file that never comes to rest is looked at nevertheless.
const DEBOUNCE_MAX: Duration = Duration::from_secs(2);

/// What wakes the main thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A watched file may have changed.
    Changed,
    /// SIGTERM or SIGINT.
    Stop,
}

/// The next thing to do: waits for it, and for a change to come to rest.
pub(crate) fn next(events: &Receiver<Event>) -> Event {
    let mut changed: Option<Instant> = None;
    loop {
        let event = match changed {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(first) if first.elapsed() > DEBOUNCE_MAX => return Event::Changed,
            Some(_) => events.recv_timeout(DEBOUNCE),
        };
        match event {
            Ok(Event::Changed) => {
                changed.get_or_insert_with(Instant::now);
            }
            Err(RecvTimeoutError::Timeout) => return Event::Changed,
            // Nobody is left who could wake this thread for anything.
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Event::Stop,
        }
    }
}

/// Names of the watched files.
type Names = Arc<Mutex<BTreeSet<OsString>>>;

/// Watches the folders of some files.
#[derive(Debug)]
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    names: Names,
}

impl Watch {
    /// Watches `files` and sends [`Event::Changed`] when one may have changed.
    ///
    /// # Errors
    /// When the kernel grants no watch.
    pub(crate) fn start<'a>(
        files: impl IntoIterator<Item = &'a Path>,
        events: SyncSender<Event>,
    ) -> notify::Result<Self> {
        let names = Names::default();
        let seen = Arc::clone(&names);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let names = seen.lock().unwrap_or_else(PoisonError::into_inner);
            if event.map_or(true, |event| concerns(&event, &names)) {
                // A full channel already holds a change that has not been looked at.
                let _ = events.try_send(Event::Changed);
            }
        })?;
        let mut watch = Self { watcher, folders: BTreeSet::new(), names };
        watch.follow(files)?;
        Ok(watch)
    }

    /// Watches these files from now on, and no others.
    ///
    /// # Errors
    /// When the kernel grants no watch.
    pub(crate) fn follow<'a>(
        &mut self,
        files: impl IntoIterator<Item = &'a Path>,
    ) -> notify::Result<()> {
        let (mut folders, mut names) = (BTreeSet::new(), BTreeSet::new());
        for file in files {
            // A link is watched at both ends: either may change.
            for file in [Some(file.to_owned()), file.canonicalize().ok()].into_iter().flatten() {
                names.extend(file.file_name().map(ToOwned::to_owned));
                folders.insert(folder(&file));
            }
        }
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
        for gone in self.folders.difference(&folders) {
            // A folder that was removed has lost its watch already.
            let _ = self.watcher.unwatch(gone);
        }
        for new in folders.difference(&self.folders) {
            self.watcher.watch(new, RecursiveMode::NonRecursive)?;
        }
        self.folders = folders;
        Ok(())
    }
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Writing concerns us only when it is our file, so that a log in the same folder does not wake
/// us; a creation, renaming or removal always, because it may be a link on the way to our file.
fn concerns(event: &notify::Event, names: &BTreeSet<OsString>) -> bool {
    let ours =
        || event.paths.iter().any(|path| path.file_name().is_some_and(|name| names.contains(name)));
    match event.kind {
        _ if event.need_rescan() => true,
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
            true
        }
        EventKind::Modify(_) | EventKind::Access(AccessKind::Close(AccessMode::Write)) => ours(),
        EventKind::Access(_) | EventKind::Any | EventKind::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::scratch::Scratch;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn watched(files: &[&Path]) -> (Watch, Receiver<Event>) {
        let (sender, events) = sync_channel(16);
        (Watch::start(files.iter().copied(), sender).unwrap(), events)
    }

    fn seen(events: &Receiver<Event>) {
        assert_eq!(events.recv_timeout(PATIENCE), Ok(Event::Changed));
        while events.try_recv().is_ok() {}
    }

    #[test]
    fn writing_and_replacing_are_seen() {
        let scratch = Scratch::new();
        let file = scratch.write("api.yaml", "one");
        let (_watch, events) = watched(&[&file]);
        scratch.write("api.yaml", "two");
        seen(&events);
        let saved = scratch.write("api.yaml~", "three");
        fs::rename(saved, &file).unwrap();
        seen(&events);
    }

    #[test]
    fn a_link_pointed_elsewhere_is_seen() {
        let scratch = Scratch::new();
        scratch.write("one/api.yaml", "one");
        scratch.write("two/api.yaml", "two");
        let link = scratch.path().join("current");
        std::os::unix::fs::symlink("one", &link).unwrap();
        let file = scratch.path().join("api.yaml");
        std::os::unix::fs::symlink("current/api.yaml", &file).unwrap();
        let (_watch, events) = watched(&[&file]);
        let swapped = scratch.path().join("swapped");
        std::os::unix::fs::symlink("two", &swapped).unwrap();
        fs::rename(&swapped, &link).unwrap();
        seen(&events);
    }

    #[test]
    fn other_files_that_are_written_and_files_that_are_read_are_not_seen() {
        let names = BTreeSet::from([OsString::from("api.yaml")]);
        let check = |kind, path: &str, expect| {
            let event = notify::Event::new(kind).add_path(path.into());
            assert_eq!(concerns(&event, &names), expect, "{event:?}");
        };
        let wrote = EventKind::Modify(ModifyKind::Data(notify::event::DataChange::Any));
        check(wrote, "/a/api.yaml", true);
        check(wrote, "/a/access.log", false);
        check(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/a/api.yaml", false);
        check(EventKind::Access(AccessKind::Close(AccessMode::Read)), "/a/api.yaml", false);
        check(EventKind::Create(notify::event::CreateKind::File), "/a/..data", true);
    }

    #[test]
    fn the_set_of_files_may_change() {
        let scratch = Scratch::new();
        let (one, two) = (scratch.write("one/a", ""), scratch.write("two/b", ""));
        let (mut watch, events) = watched(&[&one]);
        watch.follow([two.as_path()]).unwrap();
        scratch.write("two/b", "x");
        seen(&events);
        assert_eq!(watch.folders.len(), 1);
    }

    #[test]
    fn changes_come_to_rest_and_a_stop_comes_first() {
        let (sender, events) = sync_channel(16);
        sender.send(Event::Changed).unwrap();
        sender.send(Event::Changed).unwrap();
        assert_eq!(next(&events), Event::Changed);
        sender.send(Event::Changed).unwrap();
        sender.send(Event::Stop).unwrap();
        assert_eq!(next(&events), Event::Stop);
        drop(sender);
        assert_eq!(next(&events), Event::Stop);
    }
}
