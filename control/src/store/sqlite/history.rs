//! What documents were before: read beside a running Ringway, without its lock.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::folder;
use super::refuse;
use crate::documents::{Key, Kind};
use crate::store::StoreError;

/// A revision of a document that is not in force any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its place.
    pub key: Key,
    /// Counts the changes of the document, from 1.
    pub revision: u64,
    /// When it was written: `2026-01-31T12:00:00.000Z`.
    pub written: String,
    /// When it was overwritten or removed.
    pub replaced: String,
    /// JSON.
    pub body: String,
}

/// Past revisions in the store of a data folder, the oldest first: of one kind, with one
/// identifier, or of all.
///
/// # Errors
/// The store cannot be read.
pub fn history(
    folder: &Path,
    kind: Option<Kind>,
    id: Option<&str>,
    each: &mut dyn FnMut(Past),
) -> Result<(), StoreError> {
    let file = folder::store_in(folder);
    if !file.exists() {
        return Err(StoreError::Failed(format!("there is no store at {}", file.display())));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&file, flags).map_err(refuse)?;
    let sql =
        "SELECT key, revision, strftime('%Y-%m-%dT%H:%M:%fZ', written_ms / 1000.0, 'unixepoch'),
            strftime('%Y-%m-%dT%H:%M:%fZ', replaced_ms / 1000.0, 'unixepoch'), body
        FROM history
        WHERE ?1 IS NULL OR kind = ?1 ORDER BY id";
    let mut statement = connection.prepare(sql).map_err(refuse)?;
    let mut rows = statement.query([kind.map(Kind::name)]).map_err(refuse)?;
    while let Some(row) = rows.next().map_err(refuse)? {
        let text: String = row.get(0).map_err(refuse)?;
        let Some(key) = Key::read(&text) else { continue };
        if id.is_some_and(|id| key.id() != id) {
            continue;
        }
        let past = || -> rusqlite::Result<Past> {
            let (revision, written, replaced) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Past { key, revision, written, replaced, body: row.get(4)? })
        };
        each(past().map_err(refuse)?);
    }
    Ok(())
}
