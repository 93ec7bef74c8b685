//! Stores that are not opened, and stores of earlier versions, which are.

use super::migrate::Migration;
use super::*;

const FIXTURE: &str = include_str!("../schema/1-fixture.sql");
/// A step that a later version may take.
const LATER: Migration =
    Migration { version: 2, sql: "ALTER TABLE document ADD COLUMN note TEXT NOT NULL DEFAULT 'x'" };
const BROKEN: Migration = Migration {
    version: 2,
    sql: "ALTER TABLE document ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1)",
};

fn with(later: Migration) -> Vec<Migration> {
    migrate::MIGRATIONS.iter().copied().chain([later]).collect()
}

/// The store of the fixture.
fn fixture() -> Scratch {
    let scratch = Scratch::new();
    fs::create_dir_all(&scratch.0).unwrap();
    Connection::open(scratch.file("")).unwrap().execute_batch(FIXTURE).unwrap();
    scratch
}

fn expect() -> Vec<(String, u64, String)> {
    vec![("Pet".into(), 2, r#"{"name":"Pet"}"#.into()), ("d1".into(), 1, String::new())]
}

#[test]
fn a_store_of_version_1_is_read() {
    let scratch = fixture();
    let mut store = scratch.open().unwrap();
    assert_eq!(loaded(&mut store), expect());
    let whole = store.read(&key(Kind::DeployedApi, "d1")).unwrap();
    assert_eq!(whole.as_deref(), Some(r#"{"whole":true}"#));
    store.commit(&[put(Kind::Model, "Pet", 3, "{}")]).unwrap();
    let revisions: Vec<_> = past(&scratch.0, None).into_iter().map(|it| it.1).collect();
    assert_eq!(revisions, [1, 2]);
}

/// What is made today and what the fixture says are the same.
#[test]
fn the_fixture_is_what_this_version_makes() {
    let shape = |scratch: &Scratch| {
        let connection = Connection::open(scratch.file("")).unwrap();
        let mut columns = connection
            .prepare(
                "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema m
                 JOIN pragma_table_info(m.name) c ORDER BY m.name, c.cid",
            )
            .unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            Ok((texts, row.get::<_, i64>(3)?, row.get::<_, i64>(4)?))
        };
        columns.query_map([], row).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    let fresh = Scratch::new();
    drop(fresh.open().unwrap());
    assert_eq!(migrate::newest(migrate::MIGRATIONS), 1, "a new version has a fixture of its own");
    assert_eq!(shape(&fresh), shape(&fixture()));
}

#[test]
fn an_older_store_is_copied_then_migrated() {
    let scratch = fixture();
    let mut store = open::open(&scratch.0, &with(LATER)).unwrap();
    assert_eq!(migrate::version(&store.connection).unwrap(), 2);
    assert_eq!(loaded(&mut store), expect());
    let note = "SELECT note FROM document WHERE kind = 'model'";
    let note: String = store.connection.query_row(note, [], |row| row.get(0)).unwrap();
    assert_eq!(note, "x");
    drop(store);
    assert_eq!(mode(&scratch.file(".v1.bak")), 0o600);
    fs::rename(scratch.file(".v1.bak"), scratch.file("")).unwrap();
    assert_eq!(loaded(&mut scratch.open().unwrap()), expect());
}

#[test]
fn changes_that_are_only_in_the_log_are_in_the_copy() {
    let scratch = fixture();
    let mut store = scratch.open().unwrap();
    store.commit(&[put(Kind::Model, "Toy", 1, "{}")]).unwrap();
    // Not loaded, so its log is not written back.
    drop(store);
    assert!(scratch.file("-wal").exists());
    drop(open::open(&scratch.0, &with(LATER)).unwrap());
    let copy = Connection::open(scratch.file(".v1.bak")).unwrap();
    let count = "SELECT count(*) FROM document";
    assert_eq!(copy.query_row(count, [], |row| row.get::<_, u64>(0)).unwrap(), 3);
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let scratch = fixture();
    let error = open::open(&scratch.0, &with(BROKEN)).unwrap_err();
    let StoreError::Refused(text) = error else { panic!("{error:?}") };
    assert!(text.contains("schema version 1 cannot be brought to 2"), "{text}");
    assert_eq!(loaded(&mut scratch.open().unwrap()), expect());
}

#[test]
fn a_newer_store_is_refused_by_both_versions() {
    let scratch = fixture();
    let newer = "PRAGMA user_version = 7; UPDATE meta SET value = '9.9.9' WHERE name = 'ringway'";
    Connection::open(scratch.file("")).unwrap().execute_batch(newer).unwrap();
    untouched(&scratch, &["version 7", "Ringway 9.9.9", "up to 1"]);
}

/// It is refused with these words, and stays as it is.
#[track_caller]
fn untouched(scratch: &Scratch, words: &[&str]) {
    let before = fs::read(scratch.file("")).unwrap();
    let opened = scratch.open().and_then(|mut store| store.load(&mut |_| {}));
    let error = opened.unwrap_err();
    let StoreError::Refused(text) = &error else { panic!("{error:?}") };
    for word in words.iter().chain(&["store.sqlite"]) {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
    assert!(fs::read(scratch.file("")).unwrap() == before, "the store was changed: {text}");
}

/// A store of some pages, closed in order.
fn filled() -> (Scratch, Vec<u8>) {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    loaded(&mut store);
    let body = "{}".repeat(700);
    let changes: Vec<_> = (0..200).map(|id| put(Kind::Model, &id.to_string(), 1, &body)).collect();
    store.commit(&changes).unwrap();
    drop(store);
    let bytes = fs::read(scratch.file("")).unwrap();
    (scratch, bytes)
}

#[test]
fn a_damaged_store_is_refused_and_left_as_it_is() {
    let check = |damage: &dyn Fn(&mut Vec<u8>), word: &str| {
        let (scratch, mut bytes) = filled();
        damage(&mut bytes);
        fs::write(scratch.file(""), &bytes).unwrap();
        untouched(&scratch, &[word]);
    };
    check(&|bytes| bytes.fill(b'?'), "damaged");
    check(&|bytes| bytes.clear(), "damaged");
    check(&|bytes| bytes.truncate(50), "damaged");
    check(&|bytes| bytes.truncate(bytes.len() / 2), "damaged");
    check(&|bytes| bytes.truncate(bytes.len() - 1), "damaged");
    // A page in the middle, another at the end.
    check(&|bytes| bytes[10 * 4_096..11 * 4_096].fill(0xa5), "damaged");
    check(&|bytes| bytes.iter_mut().rev().take(4_096).for_each(|byte| *byte = 0), "damaged");
    // Of another program.
    check(&|bytes| bytes[68..72].fill(0), "another program");
}

#[test]
fn a_document_of_an_unknown_kind_is_refused() {
    let scratch = fixture();
    let sql = "UPDATE document SET key = replace(key, 'model', 'novel')";
    Connection::open(scratch.file("")).unwrap().execute_batch(sql).unwrap();
    let error = scratch.open().unwrap().load(&mut |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    assert!(error.to_string().contains("novel/000000000000/us-east-1/api/Pet"), "{error}");
}

#[test]
fn a_log_without_its_store_is_refused() {
    let scratch = fixture();
    let mut store = scratch.open().unwrap();
    store.commit(&[put(Kind::Model, "Toy", 1, "{}")]).unwrap();
    drop(store);
    fs::remove_file(scratch.file("")).unwrap();
    let error = scratch.open().unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    assert!(!scratch.file("").exists());
}

/// A start that was cut short leaves no half store.
#[test]
fn a_store_half_made_is_made_again() {
    let scratch = Scratch::new();
    fs::create_dir_all(&scratch.0).unwrap();
    fs::write(scratch.file(".new"), "half").unwrap();
    fs::write(scratch.file(".new-journal"), "half").unwrap();
    assert!(loaded(&mut scratch.open().unwrap()).is_empty());
    assert!(!scratch.file(".new").exists());
}
