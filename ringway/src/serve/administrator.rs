//! The first user of a process that asks who calls: its key is given, or made and shown once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ringway_control::documents::Kind;
use ringway_control::plane::Plane;
use ringway_control::users::Credentials;

use crate::failure::Failure;

const ID: &str = "RINGWAY_ADMIN_ACCESS_KEY_ID";
const SECRET: &str = "RINGWAY_ADMIN_SECRET_ACCESS_KEY";
/// Name of the file in the data folder.
const FILE: &str = "admin-credentials";

/// Makes sure that somebody may manage. A key that was made is returned, to be shown this once.
///
/// # Errors
/// Half a key is given, or one that is none; the key cannot be kept.
pub(super) fn ensure(
    plane: &Plane,
    folder: Option<&Path>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Credentials>, Failure> {
    let file = folder.map(|folder| folder.join(FILE));
    match given(variable)? {
        Some(credentials) => {
            if set(plane, &credentials)? {
                // What lies there is not the administrator's key any more.
                file.map_or(Ok(()), |file| removed(&file))?;
            }
            Ok(None)
        }
        None if plane.count(Kind::AccessKey) > 0 => Ok(None),
        None => {
            let made = Credentials::random().map_err(|error| Failure::new(error.message))?;
            // In this order: a key that counts is never one that nobody knows.
            file.map_or(Ok(()), |file| write(&file, &made))?;
            set(plane, &made)?;
            Ok(Some(made))
        }
    }
}

fn given(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Credentials>, Failure> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    match (set(ID), set(SECRET)) {
        (None, None) => Ok(None),
        (Some(id), Some(secret)) => match Credentials::parse(&id, &secret) {
            Some(credentials) => Ok(Some(credentials)),
            None => Err(Failure::new(format!(
                "{ID} and {SECRET} are no access key: expected 16 to 128 letters, digits and \
                 underscores, and 1 to 128 visible characters"
            ))),
        },
        (Some(_), None) => Err(Failure::new(format!("{ID} needs {SECRET}"))),
        (None, Some(_)) => Err(Failure::new(format!("{SECRET} needs {ID}"))),
    }
}

fn set(plane: &Plane, credentials: &Credentials) -> Result<bool, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    plane.set_administrator(credentials, now).map_err(|error| {
        Failure::new(format!("cannot set the administrator's access key: {}", error.message))
    })
}

/// Written under another name first, so that what lies there is always whole.
fn write(file: &Path, credentials: &Credentials) -> Result<(), Failure> {
    let written = || {
        let fresh = PathBuf::from(format!("{}.new", file.display()));
        let mut options = OpenOptions::new();
        let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        // A file that was there keeps its mode when it is opened.
        out.set_permissions(PermissionsExt::from_mode(0o600))?;
        out.write_all(credentials.profile("default").as_bytes())?;
        out.sync_all()?;
        fs::rename(&fresh, file)
    };
    written().map_err(|error| failed("write", file, &error))
}

fn removed(file: &Path) -> Result<(), Failure> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed("remove", file, &error))
        }
        _ => Ok(()),
    }
}

fn failed(what: &str, file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot {what} {}: {error}", file.display()))
}
