//! Opening: what is there is looked at before anything is written.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use ringway_core::limits::{STORE_BUSY_MS, STORE_CHECK_BYTES_MAX};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::folder::{self, Folder};
use super::migrate::{self, Migration};
use super::{SqliteStore, damaged, failed, refuse};
use crate::store::StoreError;

/// First bytes of every SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Length of the header of a SQLite file.
const HEADER_BYTES: usize = 100;
/// `application_id` in the header: "Ring".
const APPLICATION: u64 = u32::from_be_bytes(*b"Ring") as u64;
/// Where it is, and where the size of pages (two bytes) and their number are.
const APPLICATION_AT: usize = 68;
const PAGE_BYTES_AT: usize = 16;
const PAGES_AT: usize = 28;

/// Opens the store of a folder and brings it to the end of the list of migrations.
pub(super) fn open(folder: &Path, migrations: &[Migration]) -> Result<SqliteStore, StoreError> {
    let folder = Folder::open(folder)?;
    let file = folder.store();
    let is_new = !file.try_exists().map_err(|error| folder::failed("look at", &file, &error))?;
    if is_new {
        create(&folder, migrations)?;
    }
    let (header, bytes) = header(&file).map_err(|error| folder::failed("read", &file, &error))?;
    look_at(&header, bytes, &folder.beside("-wal")).map_err(|error| at(&file, error))?;
    folder::restrict(&file).map_err(|error| folder::failed("protect", &file, &error))?;
    let mut connection = connect(&file)?;
    whole(&connection, bytes)
        .and_then(|()| migrate::migrate(&mut connection, &folder, migrations))
        .and_then(|()| durable(&connection).map_err(failed))
        .map_err(|error| at(&file, error))?;
    Ok(SqliteStore { connection, is_new, _folder: folder })
}

/// Makes the store under another name first: a half-made one is never taken for one that lost its
/// contents.
fn create(folder: &Folder, migrations: &[Migration]) -> Result<(), StoreError> {
    let (file, log) = (folder.store(), folder.beside("-wal"));
    if log.exists() {
        let log = log.display();
        let file = file.display();
        return Err(StoreError::Refused(format!(
            "{log} is there, but not the {file} it belongs to"
        )));
    }
    let fresh = folder.beside(".new");
    let failed_at = |error| folder::failed("make the store", &fresh, &error);
    drop(fs::remove_file(folder.beside(".new-journal")));
    folder::private(&fresh).map_err(failed_at)?;
    let mut connection = connect(&fresh)?;
    connection.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
    migrate::migrate(&mut connection, folder, migrations)?;
    connection.close().map_err(|(_, error)| failed(error))?;
    let named = || {
        File::open(&fresh)?.sync_all()?;
        fs::rename(&fresh, &file)?;
        folder.sync()
    };
    named().map_err(failed_at)
}

/// A connection that leaves the log of an earlier process alone when it is closed.
pub(super) fn connect(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(refuse)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .and_then(|_| connection.busy_timeout(Duration::from_millis(STORE_BUSY_MS)))
        .and_then(|()| connection.pragma_update(None, "cell_size_check", true))
        .and_then(|()| connection.pragma_update(None, "trusted_schema", false))
        .and_then(|()| connection.pragma_update(None, "temp_store", "MEMORY"))
        // What was deleted is gone, secrets above all.
        .and_then(|()| connection.pragma_update(None, "secure_delete", true))
        .map_err(refuse)?;
    Ok(connection)
}

/// An acknowledged commit is in the log, and the log on the disk.
fn durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let sql = "PRAGMA journal_mode = WAL";
    let mode: String = connection.query_row(sql, [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::InvalidParameterName(format!("journal_mode is {mode}")));
    }
    Ok(())
}

/// The header of a file, and the file's length.
fn header(file: &Path) -> io::Result<(Vec<u8>, u64)> {
    let (file, mut header) = (File::open(file)?, Vec::with_capacity(HEADER_BYTES));
    let bytes = file.metadata()?.len();
    file.take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    Ok((header, bytes))
}

/// What can be told before SQLite touches the file (<https://www.sqlite.org/fileformat.html>).
fn look_at(header: &[u8], bytes: u64, log: &Path) -> Result<(), StoreError> {
    if header.len() < HEADER_BYTES || !header.starts_with(MAGIC) {
        return Err(damaged("it does not begin as one"));
    }
    let number =
        |at: usize| header[at..at + 4].iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    if number(APPLICATION_AT) != APPLICATION {
        return Err(StoreError::Refused("this is the file of another program".into()));
    }
    let page_bytes = number(PAGE_BYTES_AT) >> 16;
    let whole = number(PAGES_AT) * page_bytes;
    // Pages that are still in the log may be missing in the file.
    let logged = fs::metadata(log).is_ok_and(|log| log.len() > 0);
    if bytes < whole && !logged {
        return Err(damaged(format!("{bytes} of {whole} bytes are left")));
    }
    Ok(())
}

/// Looks for damage. Reading all pages of a large store would take longer than starting may:
/// loading reads what is needed of them.
fn whole(connection: &Connection, bytes: u64) -> Result<(), StoreError> {
    if bytes > STORE_CHECK_BYTES_MAX {
        return Ok(());
    }
    let sql = "PRAGMA quick_check(1)";
    match connection.query_row(sql, [], |row| row.get::<_, String>(0)).map_err(refuse)?.as_str() {
        "ok" => Ok(()),
        problem => Err(damaged(problem)),
    }
}

/// The error with the file it is about.
fn at(file: &Path, error: StoreError) -> StoreError {
    let with = |text: String| format!("{}: {text}", file.display());
    match error {
        StoreError::Full(text) => StoreError::Full(with(text)),
        StoreError::Refused(text) => StoreError::Refused(with(text)),
        StoreError::Failed(text) => StoreError::Failed(with(text)),
    }
}
