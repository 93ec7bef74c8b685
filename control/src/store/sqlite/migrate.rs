//! From an older schema to today's, one step at a time. A schema once released stays in this list.

use std::fs;
use std::io;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::folder::{self, Folder};
use super::refuse;
use crate::store::StoreError;

/// A step to `version` from the one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Migration {
    /// The schema version it leads to.
    pub(super) version: u32,
    /// Statements, run in one transaction.
    pub(super) sql: &'static str,
}

/// All steps, in order.
pub(super) const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, sql: include_str!("schema/1.sql") }];

/// The Ringway that writes.
const RINGWAY: &str = env!("CARGO_PKG_VERSION");

/// The schema version that a list of steps ends at.
pub(super) fn newest(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |last| last.version)
}

/// The schema version of a store: in its header, where every tool shows it.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a store to the end of the list; before an old store is changed it is copied.
pub(super) fn migrate(
    connection: &mut Connection,
    folder: &Folder,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let found = version(connection).map_err(refuse)?;
    let newest = newest(migrations);
    if found > newest {
        return Err(newer(connection, found, newest));
    }
    if found < newest && found > 0 {
        copy(connection, folder, found)?;
    }
    for step in migrations.iter().filter(|step| step.version > found) {
        apply(connection, step).map_err(|error| unmigrated(found, step.version, &error))?;
    }
    Ok(())
}

fn apply(connection: &mut Connection, step: &Migration) -> rusqlite::Result<()> {
    let tx = Transaction::new(connection, TransactionBehavior::Immediate)?;
    tx.execute_batch(step.sql)?;
    tx.pragma_update(None, "user_version", step.version)?;
    let meta = "INSERT INTO meta (name, value) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(meta, ("schema", step.version.to_string()))?;
    tx.execute(meta, ("ringway", RINGWAY))?;
    tx.commit()
}

/// `store.sqlite.v1.bak`: the store as it was, whole.
fn copy(connection: &Connection, folder: &Folder, version: u32) -> Result<(), StoreError> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .map_err(super::failed)?;
    let (kept, fresh) = (folder.beside(&format!(".v{version}.bak")), folder.beside(".bak.new"));
    let copied = || -> io::Result<()> {
        let mut to = folder::private(&fresh)?;
        io::copy(&mut fs::File::open(folder.store())?, &mut to)?;
        to.sync_all()?;
        fs::rename(&fresh, &kept)?;
        folder.sync()
    };
    copied().map_err(|error| folder::failed("keep a copy of the store as", &kept, &error))
}

fn newer(connection: &Connection, found: u32, newest: u32) -> StoreError {
    let sql = "SELECT value FROM meta WHERE name = 'ringway'";
    let writer = connection.query_row(sql, [], |row| row.get::<_, String>(0));
    let writer = writer.map_or_else(|_| "a newer Ringway".into(), |it| format!("Ringway {it}"));
    StoreError::Refused(format!(
        "the store has schema version {found}, written by {writer}; this Ringway {RINGWAY} knows \
         versions up to {newest}; nothing was changed"
    ))
}

fn unmigrated(from: u32, to: u32, error: &rusqlite::Error) -> StoreError {
    let text = format!("the store of schema version {from} cannot be brought to {to}: {error}");
    match super::failed_kind(error) {
        super::Kind::Full => StoreError::Full(text),
        super::Kind::Damaged | super::Kind::Other => StoreError::Refused(text),
    }
}
