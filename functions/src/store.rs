//! Where functions are kept: a folder for each, with its code by SHA-256 and one file that says the
//! rest. A change is there whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::configuration::Configuration;
use crate::error::LambdaError;
use crate::function::{Alias, Function, Policy};
use crate::name::{LATEST, is_name};
use crate::package::{Digest, sync, unpack, write_whole};
use crate::version::{Code, Pool, Version};

const FILE: &str = "function.json";
/// Where what is removed goes first; no function has this name.
const GONE: &str = ".gone";

/// The folder of all functions.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// Numbers of packages that are being unpacked.
    numbers: AtomicU64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    latest: VersionRecord,
    versions: BTreeMap<u64, VersionRecord>,
    last_version: u64,
    aliases: BTreeMap<String, Alias>,
    policies: BTreeMap<String, Policy>,
    reserved: Option<u32>,
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct VersionRecord {
    configuration: Configuration,
    /// Name of its folder.
    code: String,
    sha256: String,
    bytes: u64,
    modified: String,
    revision: String,
    description: String,
}

impl VersionRecord {
    fn of(version: &Version) -> Self {
        let Code { folder, sha256, bytes } = &version.code;
        let code = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self {
            configuration: version.configuration.clone(),
            code,
            sha256: sha256.clone(),
            bytes: *bytes,
            modified: version.modified.clone(),
            revision: version.revision.clone(),
            description: version.description.clone(),
        }
    }

    fn version(self, folder: &Path, name: &str, number: &str) -> Arc<Version> {
        let code = Code { folder: folder.join(self.code), sha256: self.sha256, bytes: self.bytes };
        Arc::new(Version {
            name: name.into(),
            number: number.into(),
            configuration: self.configuration,
            code,
            modified: self.modified,
            revision: self.revision,
            description: self.description,
            pool: Pool::default(),
        })
    }
}

impl Store {
    /// Opens a folder, and makes it where there is none.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        discard(&folder.join(GONE))?;
        Ok(Self { folder, numbers: AtomicU64::new(0) })
    }

    /// Unpacks code for a function.
    pub(crate) fn unpack(&self, name: &str, package: &[u8]) -> Result<Code, LambdaError> {
        let digest = Digest::of(package);
        let own = self.folder.join(name);
        let folder = own.join(digest.hex());
        if !folder.exists() {
            // Under a name of its own until it is whole: others may unpack the same.
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            let beside = own.join(format!("{}.{number}", digest.hex()));
            unpack(package, &beside)?;
            if let Err(error) = fs::rename(&beside, &folder) {
                // What cannot be removed goes at the next start.
                let _ = fs::remove_dir_all(&beside);
                if !folder.exists() {
                    return Err(LambdaError::service(error.to_string()));
                }
            }
        }
        Ok(Code { folder, sha256: digest.base64(), bytes: package.len() as u64 })
    }

    /// Keeps what a function has become.
    pub(crate) fn write(&self, function: &Function) -> io::Result<()> {
        let versions = function.versions.iter();
        let record = Record {
            latest: VersionRecord::of(&function.latest),
            versions: versions.map(|(at, version)| (*at, VersionRecord::of(version))).collect(),
            last_version: function.last_version,
            aliases: function.aliases.clone(),
            policies: function.policies.clone(),
            reserved: function.reserved,
            tags: function.tags.clone(),
        };
        let folder = self.folder.join(&*function.name);
        fs::create_dir_all(&folder)?;
        write_whole(&folder.join(FILE), &serde_json::to_vec(&record)?)
    }

    /// Removes a function: from here on it is not there, its code goes after.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        let gone = self.folder.join(GONE);
        discard(&gone)?;
        // All of it at once: nobody takes what is left of its code for the whole of it.
        fs::rename(self.folder.join(name), &gone)?;
        sync(&self.folder)?;
        // What is left is removed before the next one.
        let _ = discard(&gone);
        Ok(())
    }

    /// Reads all functions; code that none of them has is removed.
    ///
    /// # Errors
    /// A function that cannot be read, by its file: nothing is served in place of it.
    pub(crate) fn read(&self) -> io::Result<Vec<Function>> {
        let mut functions = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !entry.file_type()?.is_dir() || !is_name(&name) {
                continue;
            }
            let file = entry.path().join(FILE);
            if !file.exists() {
                // Removed, or never quite there.
                fs::remove_dir_all(entry.path())?;
                continue;
            }
            let named = |error: io::Error| {
                io::Error::new(error.kind(), format!("{}: {error}", file.display()))
            };
            let text = fs::read(&file).map_err(named)?;
            let record = serde_json::from_slice(&text).map_err(|error| named(error.into()))?;
            let function = restored(&entry.path(), &name, record);
            clean(&entry.path(), &function)?;
            functions.push(function);
        }
        Ok(functions)
    }
}

fn discard(folder: &Path) -> io::Result<()> {
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

fn restored(folder: &Path, name: &str, record: Record) -> Function {
    let versions = record.versions.into_iter();
    let version =
        |(at, version): (u64, VersionRecord)| (at, version.version(folder, name, &at.to_string()));
    Function {
        name: name.into(),
        latest: record.latest.version(folder, name, LATEST),
        versions: versions.map(version).collect(),
        last_version: record.last_version,
        aliases: record.aliases,
        policies: record.policies,
        reserved: record.reserved,
        tags: record.tags,
        is_declared: false,
        in_flight: Default::default(),
    }
}

/// Removes folders of code that no version has.
fn clean(folder: &Path, function: &Function) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_used = function.all_versions().any(|it| it.code.folder == entry.path());
        if entry.file_type()?.is_dir() && !is_used {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
