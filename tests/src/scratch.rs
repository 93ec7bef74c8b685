//! A directory of one test, removed when the test ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A fresh directory under the system's temporary directory.
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes the directory.
    #[expect(clippy::new_without_default, reason = "making a directory is not a default")]
    pub fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringway-tests-{}-{number}", process::id());
        let path = std::env::temp_dir().join(name);
        // A crashed run with the same process id may have left one behind.
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).expect("the temporary directory is writable");
        Self { path }
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path a file of this name has, whether it exists or not.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file whole and returns its path. Readers see the old or the new contents, never a
    /// half: that is how editors save.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        let fresh = self.join(&format!("{name}.new"));
        fs::write(&fresh, contents).expect("a scratch file is writable");
        fs::rename(&fresh, &path).expect("a scratch file can be replaced");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
    }
}
