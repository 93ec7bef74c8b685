//! What the store keeps, what it refuses, and what a full disk does to it.

mod refusals;
mod size;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ringway_core::limits::HISTORY_REVISIONS_MAX;

use super::*;
use crate::documents::{Kind, Scope};

/// A folder of one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringway-store-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&path));
        Self(path)
    }

    fn file(&self, suffix: &str) -> PathBuf {
        self.0.join(format!("store.sqlite{suffix}"))
    }

    fn open(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn key(kind: Kind, id: &str) -> Key {
    Key::new(&Scope::new("000000000000", "us-east-1"), kind, "api", id)
}

fn put(kind: Kind, id: &str, revision: u64, body: &str) -> Change {
    Change::Put(Record { key: key(kind, id), sequence: 1, revision, body: body.into() })
}

fn loaded(store: &mut SqliteStore) -> Vec<(String, u64, String)> {
    let mut found = Vec::new();
    let mut each = |record: Record| {
        found.push((record.key.id().to_owned(), record.revision, (*record.body).to_owned()));
    };
    store.load(&mut each).unwrap();
    found.sort();
    found
}

fn past(folder: &Path, kind: Option<Kind>) -> Vec<(String, u64, String)> {
    let mut found = Vec::new();
    let mut each = |past: Past| found.push((past.key.id().to_owned(), past.revision, past.body));
    history(folder, kind, None, &mut each).unwrap();
    found
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_was_committed_is_there_again() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    assert!(loaded(&mut store).is_empty());
    let first = [put(Kind::Model, "a", 1, "{}"), put(Kind::DeployedApi, "d", 1, "whole")];
    store.commit(&first).unwrap();
    store.commit(&[put(Kind::Model, "a", 2, "é")]).unwrap();
    store.commit(&[put(Kind::Model, "b", 1, "{}"), put(Kind::Model, "c", 1, "{}")]).unwrap();
    store.commit(&[Change::Remove(key(Kind::Model, "b"))]).unwrap();
    drop(store);
    let mut store = scratch.open().unwrap();
    let expect = [("a", 2, "é"), ("c", 1, "{}"), ("d", 1, "")];
    assert_eq!(loaded(&mut store), expect.map(|(id, n, body)| (id.into(), n, body.into())));
    assert_eq!(store.read(&key(Kind::DeployedApi, "d")).unwrap().as_deref(), Some("whole"));
    assert_eq!(store.read(&key(Kind::DeployedApi, "x")).unwrap(), None);
}

#[test]
fn files_are_private() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    store.commit(&[put(Kind::ApiKey, "k", 1, "secret")]).unwrap();
    assert_eq!(mode(&scratch.0), 0o700);
    for entry in fs::read_dir(&scratch.0).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    drop(store);
    fs::set_permissions(scratch.file(""), PermissionsExt::from_mode(0o644)).unwrap();
    drop(scratch.open().unwrap());
    assert_eq!(mode(&scratch.file("")), 0o600);
}

#[test]
fn a_folder_is_held_by_one_at_a_time() {
    let scratch = Scratch::new();
    let store = scratch.open().unwrap();
    let refused = scratch.open().unwrap_err().to_string();
    let expect = format!("is in use by process {}", std::process::id());
    assert!(refused.contains(&expect), "{refused}");
    drop(store);
    scratch.open().unwrap();
}

#[test]
fn old_revisions_are_kept_but_not_of_secrets_or_copies() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    for kind in [Kind::Model, Kind::ApiKey, Kind::AccessKey, Kind::ClientCertificate] {
        store.commit(&[put(kind, "a", 1, "one")]).unwrap();
        store.commit(&[put(kind, "a", 2, "two")]).unwrap();
        store.commit(&[Change::Remove(key(kind, "a"))]).unwrap();
    }
    store.commit(&[put(Kind::DeployedApi, "d", 1, "whole")]).unwrap();
    store.commit(&[Change::Remove(key(Kind::DeployedApi, "d"))]).unwrap();
    let expect = [("a".to_owned(), 1, "one".to_owned()), ("a".to_owned(), 2, "two".to_owned())];
    assert_eq!(past(&scratch.0, None), expect);
    assert_eq!(past(&scratch.0, Some(Kind::Stage)), []);
}

#[test]
fn the_history_of_a_document_is_bounded() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    let last = u64::from(HISTORY_REVISIONS_MAX) + 5;
    for revision in 1..=last {
        store.commit(&[put(Kind::Model, "a", revision, "{}")]).unwrap();
    }
    let kept: Vec<_> = past(&scratch.0, Some(Kind::Model)).into_iter().map(|it| it.1).collect();
    assert_eq!(kept, (5..last).collect::<Vec<_>>());
}

/// Nothing of a deleted secret is left in the file or its log once that is written back.
#[test]
fn a_removed_secret_is_gone_from_the_disk() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    loaded(&mut store);
    let secret = "only-here-0123456789";
    store.commit(&[put(Kind::ApiKey, "k", 1, secret)]).unwrap();
    store.commit(&[Change::Remove(key(Kind::ApiKey, "k"))]).unwrap();
    drop(store);
    assert!(!scratch.file("-wal").exists(), "the log is written back when a store is closed");
    let bytes = fs::read(scratch.file("")).unwrap();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
}
