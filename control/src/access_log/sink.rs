//! One open destination: appends whole batches, and follows its file when that is moved away.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use ringway_core::limits::ACCESS_LOG_REOPEN_MS;
use ringway_core::snapshot::LogDestination;

/// An open destination.
#[derive(Debug)]
pub(crate) struct Sink {
    file: File,
    /// Where the file lies; `None` for a standard stream.
    place: Option<Place>,
    /// The last write stopped inside a line.
    torn: bool,
    written: Instant,
}

#[derive(Debug)]
struct Place {
    path: Box<Path>,
    readers: Readers,
    identity: Identity,
    looked: Instant,
}

/// Who may read a file that is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Readers {
    /// Whoever the umask lets.
    Umask,
    /// The owner.
    Owner,
}

/// Device and inode.
type Identity = (u64, u64);

impl Sink {
    pub(crate) fn open(
        destination: &LogDestination,
        readers: Readers,
        now: Instant,
    ) -> io::Result<Self> {
        // The standard streams are duplicated: Rust's own are locked while a slow reader blocks
        // a write, and would block whoever prints.
        let (file, place) = match destination {
            LogDestination::Stdout => (duplicate(&io::stdout())?, None),
            LogDestination::Stderr => (duplicate(&io::stderr())?, None),
            LogDestination::File(path) => {
                let path = Path::new(&**path);
                let (file, identity) = append_to(path, readers)?;
                (file, Some(Place { path: path.into(), readers, identity, looked: now }))
            }
        };
        Ok(Self { file, place, torn: false, written: now })
    }

    /// When something was last written, or the sink was opened.
    pub(super) const fn written(&self) -> Instant {
        self.written
    }

    /// Appends a batch whole. After a write that stopped half-way the next one starts a new line.
    pub(crate) fn write(&mut self, batch: &[u8], now: Instant) -> io::Result<()> {
        self.follow(now);
        self.written = now;
        if self.torn {
            write_all(&mut self.file, b"\n").map_err(|(_, error)| error)?;
            self.torn = false;
        }
        write_all(&mut self.file, batch).map_err(|(written, error)| {
            self.torn = written > 0 && batch[written - 1] != b'\n';
            error
        })
    }

    /// Opens the file anew when another one, or none, lies at its path. When that fails the old
    /// file is kept: records in a moved file are better than none.
    fn follow(&mut self, now: Instant) {
        let Some(place) = &mut self.place else { return };
        if now.duration_since(place.looked) < Duration::from_millis(ACCESS_LOG_REOPEN_MS) {
            return;
        }
        place.looked = now;
        if std::fs::metadata(&place.path).is_ok_and(|found| identity(&found) == place.identity) {
            return;
        }
        if let Ok((file, identity)) = append_to(&place.path, place.readers) {
            self.file = file;
            self.torn = false;
            place.identity = identity;
        }
    }
}

fn append_to(path: &Path, readers: Readers) -> io::Result<(File, Identity)> {
    let mode = match readers {
        Readers::Umask => 0o666,
        Readers::Owner => 0o600,
    };
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(mode).open(path).map_err(|error| {
        let parent = path.parent().filter(|parent| !parent.is_dir());
        match parent.filter(|_| error.kind() == ErrorKind::NotFound) {
            Some(parent) => {
                let message = format!("the folder {} does not exist", parent.display());
                io::Error::new(ErrorKind::NotFound, message)
            }
            None => error,
        }
    })?;
    let identity = identity(&file.metadata()?);
    Ok((file, identity))
}

fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}

fn duplicate(stream: &impl AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

/// As [`Write::write_all`], but says how much was written before it failed.
fn write_all(out: &mut impl Write, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
    let mut written = 0;
    while written < bytes.len() {
        match out.write(&bytes[written..]) {
            Ok(0) => return Err((written, ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err((written, error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes this many bytes, then is full.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            let count = bytes.len().min(self.0);
            self.0 -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_failed_write_says_how_far_it_came() {
        assert!(write_all(&mut Full(5), b"12345").is_ok());
        let (written, error) = write_all(&mut Full(3), b"12345").unwrap_err();
        assert_eq!((written, error.kind()), (3, ErrorKind::StorageFull));
    }
}
