//! The data folder: made, locked against a second process, its files named. It must not know what
//! is in them.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Instant;

use ringway_core::limits::STORE_LOCK_MS;

use crate::store::StoreError;

/// Nobody else's business: the store has secrets in it.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
/// Name of the store within the folder.
const STORE: &str = "store.sqlite";

/// A data folder that is this process's alone while it is held.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    // The lock goes with the descriptor, also when the process is killed.
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| failed("make the data folder", path, &error);
        // A folder that was there keeps its mode: it may be shared with other things.
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(failed)?;
        let lock = lock(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The store, whether it exists or not.
    pub(super) fn store(&self) -> PathBuf {
        store_in(&self.path)
    }

    /// The store under another name.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        self.path.join(format!("{STORE}{suffix}"))
    }

    /// Makes the names of new files survive a loss of power.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

/// The store of a data folder.
pub(super) fn store_in(folder: &Path) -> PathBuf {
    folder.join(STORE)
}

/// An empty file that only its owner reads; one that is there is emptied.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(FILE_MODE).open(path)?;
    restrict(path)?;
    Ok(file)
}

/// Takes everybody else's rights to a file.
pub(super) fn restrict(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, PermissionsExt::from_mode(FILE_MODE))
}

/// What could not be done with which file, and why.
pub(super) fn failed(what: &str, path: &Path, error: &io::Error) -> StoreError {
    let text = format!("cannot {what} {}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(text),
        _ => StoreError::Failed(text),
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("lock");
    let failed = |error| failed("open", &path, &error);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(FILE_MODE);
    let mut file = options.open(&path).map_err(failed)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            // A process that was killed just now holds it until the kernel has taken it apart.
            Err(TryLockError::WouldBlock) if started.elapsed().as_millis() < STORE_LOCK_MS => {
                pause();
            }
            Err(TryLockError::WouldBlock) => return Err(in_use(folder, &mut file)),
        }
    }
    let holder = std::process::id().to_string();
    // Only for the message to a second process: a full disk must not keep this one from reading.
    drop(file.set_len(0).and_then(|()| file.write_all(holder.as_bytes())));
    Ok(file)
}

#[allow(clippy::disallowed_methods)] // nothing is served yet, and no runtime is there
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(5));
}

fn in_use(folder: &Path, lock: &mut File) -> StoreError {
    let mut holder = String::new();
    let read = lock.rewind().and_then(|()| lock.take(20).read_to_string(&mut holder));
    let by = match (read, holder.trim().parse::<u32>()) {
        (Ok(_), Ok(process)) => format!("process {process}"),
        _ => "another process".into(),
    };
    let folder = folder.display();
    StoreError::Refused(format!("the data folder {folder} is in use by {by}: one at a time"))
}
