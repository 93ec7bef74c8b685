//! The store of one machine: a SQLite file in the data folder, held by one process at a time.
//!
//! It must not know what a document means, except which kinds stay in it until they are asked for
//! and which are secret. What it cannot vouch for it refuses and leaves as it is.

mod commit;
mod folder;
mod history;
mod migrate;
mod open;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use self::folder::Folder;
use super::{Change, Record, Store, StoreError};
use crate::documents::{Key, Kind as DocumentKind};
pub use history::{Past, history};

/// Documents in `store.sqlite` of a data folder.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    is_new: bool,
    // Behind the connection: the lock is given back last.
    _folder: Folder,
}

impl SqliteStore {
    /// Opens the store of a data folder; makes both where there is nothing yet.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when another process holds it, when a newer Ringway wrote it, and
    /// when it is damaged; it is left as it is then.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        open::open(folder, migrate::MIGRATIONS)
    }

    /// Whether a folder has a store.
    #[must_use]
    pub fn exists(folder: &Path) -> bool {
        folder::store_in(folder).exists()
    }

    /// Whether there was none until now.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }
}

impl Store for SqliteStore {
    fn load(&mut self, each: &mut dyn FnMut(Record)) -> Result<(), StoreError> {
        let count = "SELECT count(*) FROM document";
        let indexed: u64 =
            self.connection.query_row(count, [], |row| row.get(0)).map_err(refuse)?;
        let mut loaded = 0;
        let mut statement = self.connection.prepare(&load_sql()).map_err(refuse)?;
        let mut rows = statement.query([]).map_err(refuse)?;
        while let Some(row) = rows.next().map_err(refuse)? {
            each(record(row)?);
            loaded += 1;
        }
        // The count comes from the index of keys, the records from the table.
        if loaded != indexed {
            return Err(damaged(format!("it has {loaded} documents and an index of {indexed}")));
        }
        drop(rows);
        drop(statement);
        // It is whole: from now on its log may be written into it when it is closed.
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
            .map(drop)
            .map_err(failed)
    }

    fn read(&mut self, key: &Key) -> Result<Option<Arc<str>>, StoreError> {
        let sql = "SELECT body FROM document WHERE key = ?1";
        let body = self.connection.query_row(sql, [key.as_str()], |row| row.get(0));
        body.optional().map_err(failed)
    }

    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        commit::commit(&mut self.connection, changes, now_ms()).map_err(failed)
    }
}

/// Every document; the bodies of cold ones are not even read.
fn load_sql() -> String {
    let cold = DocumentKind::ALL.iter().filter(|kind| kind.is_cold());
    let cold: Vec<_> = cold.map(|kind| format!("'{}'", kind.name())).collect();
    let cold = cold.join(", ");
    format!(
        "SELECT key, sequence, revision, CASE WHEN kind IN ({cold}) THEN '' ELSE body END
         FROM document"
    )
}

fn record(row: &rusqlite::Row<'_>) -> Result<Record, StoreError> {
    let text = row.get_ref(0).map_err(refuse)?.as_str().map_err(|error| refuse(error.into()))?;
    let key = Key::read(text).ok_or_else(|| {
        let text = text.replace('\n', "/");
        StoreError::Refused(format!("the store has a document this Ringway does not know: {text}"))
    })?;
    let body = row.get_ref(3).map_err(refuse)?.as_str().map_err(|error| refuse(error.into()))?;
    let (sequence, revision) = (row.get(1).map_err(refuse)?, row.get(2).map_err(refuse)?);
    Ok(Record { key, sequence, revision, body: body.into() })
}

/// What an error of SQLite means to its caller.
enum Kind {
    Full,
    Damaged,
    Other,
}

fn failed_kind(error: &rusqlite::Error) -> Kind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Kind::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Damaged,
        _ => Kind::Other,
    }
}

/// An error at work.
fn failed(error: rusqlite::Error) -> StoreError {
    match failed_kind(&error) {
        Kind::Full => StoreError::Full(format!("no space is left for the store: {error}")),
        Kind::Damaged | Kind::Other => StoreError::Failed(error.to_string()),
    }
}

/// An error while the store is looked at: it may be damaged, or the machine may.
fn refuse(error: rusqlite::Error) -> StoreError {
    match (failed_kind(&error), &error) {
        (Kind::Full, _) => failed(error),
        (Kind::Damaged, _)
        | (
            _,
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::IntegralValueOutOfRange(..),
        )
        | (_, rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::Utf8Error(..)) => {
            damaged(error.to_string())
        }
        (Kind::Other, _) => StoreError::Failed(format!("cannot read the store: {error}")),
    }
}

fn damaged(how: impl std::fmt::Display) -> StoreError {
    StoreError::Refused(format!("the store is damaged and was left as it is: {how}"))
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
