//! Deployment packages: zip files, unpacked into a folder, and nothing of them outside of it.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ringway_core::limits::{
    FUNCTION_CODE_BYTES_MAX, FUNCTION_CODE_DEPTH_MAX, FUNCTION_CODE_FILES_MAX,
    FUNCTION_ZIP_BYTES_MAX,
};
use zip::ZipArchive;

use crate::error::LambdaError;

/// Longest name of an entry, bytes.
const NAME_BYTES_MAX: usize = 1_024;
/// Kinds of files in the mode of an entry.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// SHA-256 of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// Of its bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        let mut own = [0; 32];
        own.copy_from_slice(digest.as_ref());
        Self(own)
    }

    /// `CodeSha256`.
    pub(crate) fn base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Name of its folder.
    pub(crate) fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Unpacks a package into a folder that is not there yet; when it fails, nothing is left.
pub(crate) fn unpack(package: &[u8], folder: &Path) -> Result<(), LambdaError> {
    if package.len() > FUNCTION_ZIP_BYTES_MAX {
        return Err(LambdaError::invalid_parameter(format!(
            "Zipped size must be smaller than {FUNCTION_ZIP_BYTES_MAX} bytes"
        )));
    }
    let unpacked = write_entries(package, folder);
    if unpacked.is_err() {
        // What cannot be removed is an unused folder.
        let _ = fs::remove_dir_all(folder);
    }
    unpacked
}

fn write_entries(package: &[u8], folder: &Path) -> Result<(), LambdaError> {
    let invalid = |_| {
        LambdaError::invalid_parameter(
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        )
    };
    let mut archive = ZipArchive::new(Cursor::new(package)).map_err(invalid)?;
    if archive.len() > FUNCTION_CODE_FILES_MAX {
        return Err(LambdaError::invalid_parameter(format!(
            "The package has more than {FUNCTION_CODE_FILES_MAX} entries"
        )));
    }
    fs::create_dir_all(folder).map_err(|error| disk(&error))?;
    let (mut names, mut left) = (Names::default(), FUNCTION_CODE_BYTES_MAX);
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(invalid)?;
        let name = std::str::from_utf8(entry.name_raw())
            .map_err(|_| refused("?", "its name is not UTF-8"))?
            .to_owned();
        let kind = kind(&name, entry.unix_mode()).map_err(|why| refused(&name, why))?;
        let path = inside(&name).map_err(|why| refused(&name, why))?;
        names.add(&path, kind).map_err(|why| refused(&name, why))?;
        let target = folder.join(&path);
        match kind {
            Kind::Folder => fs::create_dir_all(&target).map_err(|error| disk(&error))?,
            Kind::File => {
                let mode = entry.unix_mode().unwrap_or(0o644) & 0o755 | 0o600;
                left -= copy(&mut entry, &target, mode, left)?;
            }
        }
    }
    sync(folder).map_err(|error| disk(&error))
}

/// Writes an entry, and not more than `left` bytes: what its head says of its size may be wrong.
fn copy(entry: &mut impl Read, target: &Path, mode: u32, left: u64) -> Result<u64, LambdaError> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(|error| disk(&error))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(target);
    let mut file = file.map_err(|error| disk(&error))?;
    let copied = io::copy(&mut entry.take(left + 1), &mut file).map_err(|_| {
        LambdaError::invalid_parameter(
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        )
    })?;
    if copied > left {
        return Err(LambdaError::invalid_parameter(format!(
            "Unzipped size must be smaller than {FUNCTION_CODE_BYTES_MAX} bytes"
        )));
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
        .and_then(|()| file.sync_all())
        .map_err(|error| disk(&error))?;
    Ok(copied)
}

/// What was done in a folder is on the disk.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn disk(error: &io::Error) -> LambdaError {
    LambdaError::service(format!("The package cannot be stored: {error}"))
}

fn refused(name: &str, why: &str) -> LambdaError {
    let shown: String = name.chars().take(128).collect();
    LambdaError::invalid_parameter(format!("The package is refused: entry '{shown}': {why}"))
}

/// What an entry becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

fn kind(name: &str, mode: Option<u32>) -> Result<Kind, &'static str> {
    match mode.map_or(0, |mode| mode & KIND) {
        FOLDER => Ok(Kind::Folder),
        0 | REGULAR if name.ends_with('/') => Ok(Kind::Folder),
        0 | REGULAR => Ok(Kind::File),
        _ => Err("only files and folders are taken: no links, no devices"),
    }
}

/// The path below the folder.
fn inside(name: &str) -> Result<PathBuf, &'static str> {
    if name.len() > NAME_BYTES_MAX {
        return Err("its name is too long");
    }
    if name.contains(['\\', '\0']) {
        return Err("its name has a backslash or a NUL");
    }
    if name.starts_with('/') {
        return Err("its path is absolute");
    }
    let parts: Vec<&str> =
        name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err("its path leads out of the package");
    }
    if parts.len() > FUNCTION_CODE_DEPTH_MAX {
        return Err("its path is too deep");
    }
    if parts.is_empty() && !name.ends_with('/') {
        return Err("it has no name");
    }
    Ok(parts.iter().collect())
}

/// Paths that are taken. Two that differ in case alone are one on other machines, so neither may
/// hide behind the other.
#[derive(Debug, Default)]
struct Names {
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Names {
    fn add(&mut self, path: &Path, kind: Kind) -> Result<(), &'static str> {
        let folded = path.to_string_lossy().to_lowercase();
        for (at, _) in folded.match_indices('/') {
            if self.files.contains(&folded[..at]) {
                return Err("a file is its folder");
            }
            self.folders.insert(folded[..at].to_owned());
        }
        if self.files.contains(&folded) {
            return Err("it is there twice");
        }
        match kind {
            Kind::Folder => {
                self.folders.insert(folded);
            }
            Kind::File if self.folders.contains(&folded) => return Err("a folder has its name"),
            Kind::File => {
                self.files.insert(folded);
            }
        }
        Ok(())
    }
}

/// Writes a file so that it is there whole, or as it was.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), sync)
}

#[cfg(test)]
mod tests;
