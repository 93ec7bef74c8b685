//! One commit: one transaction. What it replaces goes to the history, within bounds.

use ringway_core::limits::{HISTORY_ENTRIES_MAX, HISTORY_REVISIONS_MAX};
use rusqlite::{Connection, Statement, Transaction, TransactionBehavior};

use crate::documents::{Key, Kind};
use crate::store::{Change, Record};

/// Takes all changes or none.
pub(super) fn commit(
    connection: &mut Connection,
    changes: &[Change],
    now_ms: i64,
) -> rusqlite::Result<()> {
    let tx = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let mut writer = Writer::prepare(&tx)?;
    for change in changes {
        match change {
            Change::Put(record) => {
                if record.revision > 1 {
                    writer.keep(&record.key, now_ms)?;
                }
                writer.put(record, now_ms)?;
            }
            Change::Remove(key) => {
                writer.keep(key, now_ms)?;
                writer.remove.execute([key.as_str()])?;
            }
        }
    }
    writer.bound.execute([HISTORY_ENTRIES_MAX])?;
    drop(writer);
    tx.commit()
}

/// The statements of a commit, prepared once for all its changes.
struct Writer<'c> {
    put: Statement<'c>,
    remove: Statement<'c>,
    /// Copies a document to the history.
    keep: Statement<'c>,
    /// Forgets the oldest revisions of a document.
    forget: Statement<'c>,
    /// Forgets the oldest of everything.
    bound: Statement<'c>,
}

impl<'c> Writer<'c> {
    fn prepare(tx: &'c Transaction<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            put: tx.prepare(
                "INSERT INTO document (key, kind, sequence, revision, written_ms, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence,
                     revision = excluded.revision, written_ms = excluded.written_ms,
                     body = excluded.body",
            )?,
            remove: tx.prepare("DELETE FROM document WHERE key = ?1")?,
            keep: tx.prepare(
                "INSERT INTO history (key, kind, revision, written_ms, replaced_ms, body)
                 SELECT key, kind, revision, written_ms, ?2, body FROM document WHERE key = ?1",
            )?,
            // Identifiers, not revisions: a document made anew counts from 1 again.
            forget: tx.prepare(
                "DELETE FROM history WHERE key = ?1 AND id <= (
                     SELECT id FROM history WHERE key = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            )?,
            bound: tx
                .prepare("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?1")?,
        })
    }

    fn put(&mut self, record: &Record, now_ms: i64) -> rusqlite::Result<()> {
        let Record { key, sequence, revision, body } = record;
        let kind = key.kind().map_or("", Kind::name);
        self.put.execute((key.as_str(), kind, sequence, revision, now_ms, &**body)).map(drop)
    }

    fn keep(&mut self, key: &Key, now_ms: i64) -> rusqlite::Result<()> {
        if !key.kind().is_some_and(Kind::has_history) {
            return Ok(());
        }
        if self.keep.execute((key.as_str(), now_ms))? > 0 {
            self.forget.execute((key.as_str(), HISTORY_REVISIONS_MAX))?;
        }
        Ok(())
    }
}
