//! A full disk, and a large store.

use std::process::Command;
use std::time::Instant;

use ringway_core::limits::STORE_CHECK_BYTES_MAX;

use super::*;

/// Fills what room there is, sees reads go on, makes room, and sees commits go on.
fn fill(store: &mut SqliteStore, make_room: impl FnOnce(&mut SqliteStore)) {
    let body = "x".repeat(100_000);
    store.commit(&[put(Kind::Model, "kept", 1, "here")]).unwrap();
    let refused = (0..1_000).find_map(|at| {
        let id = at.to_string();
        let pair = [put(Kind::Model, &id, 1, &body), put(Kind::Model, &format!("{id}-"), 1, &body)];
        store.commit(&pair).err().map(|error| (at, error))
    });
    let (at, error) = refused.expect("the disk gets full");
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert_eq!(store.read(&key(Kind::Model, "kept")).unwrap().as_deref(), Some("here"));
    let whole = loaded(store);
    assert_eq!(whole.len(), 1 + 2 * at, "both of a pair or none");
    make_room(store);
    store.commit(&[put(Kind::Model, "after", 1, &body)]).unwrap();
    assert_eq!(loaded(store).len(), whole.len() + 1);
}

#[test]
fn a_store_without_room_says_so_and_goes_on_when_there_is_some() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    let pages = |store: &SqliteStore, most: u32| {
        let set = format!("PRAGMA max_page_count = {most}");
        store.connection.query_row(&set, [], |_| Ok(())).unwrap();
    };
    pages(&store, 500);
    fill(&mut store, |store| pages(store, 1_000_000));
}

/// The same on a real file system; only root may mount one.
#[test]
fn a_full_disk_says_so_and_commits_go_on_when_it_has_room() {
    let scratch = Scratch::new();
    fs::create_dir_all(&scratch.0).unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=4m", "ringway-full"])
        .arg(&scratch.0)
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        return;
    }
    let filler = scratch.0.join("filler");
    fs::write(&filler, vec![1; 1_000_000]).unwrap();
    let mut store = scratch.open().unwrap();
    fill(&mut store, |_| fs::remove_file(&filler).unwrap());
    drop(store);
    let mut store = scratch.open().unwrap();
    assert!(loaded(&mut store).iter().any(|(id, ..)| id == "after"));
    drop(store);
    let unmount = Command::new("umount").arg(&scratch.0).status().unwrap();
    assert!(unmount.success());
}

/// A thousand APIs of a hundred resources, each deployed once.
#[test]
fn a_large_store_opens_at_once() {
    let scratch = Scratch::new();
    let mut store = scratch.open().unwrap();
    let apis = if cfg!(debug_assertions) { 100 } else { 1_000 };
    let (small, large) = ("r".repeat(1_000), "d".repeat(100_000));
    let scope = Scope::new("000000000000", "us-east-1");
    for api in 0..apis {
        let api = format!("{:010x}", api * 7_919 % 65_536);
        let record = |kind, id: &str, body: &str| {
            let key = Key::new(&scope, kind, &api, id);
            Change::Put(Record { key, sequence: 1, revision: 1, body: body.into() })
        };
        let mut changes = vec![record(Kind::DeployedApi, "d", &large)];
        changes.extend((0..100).map(|id| record(Kind::Resource, &id.to_string(), &small)));
        store.commit(&changes).unwrap();
    }
    drop(store);
    let started = Instant::now();
    let state = crate::documents::State::open(Box::new(scratch.open().unwrap())).unwrap();
    let took = started.elapsed();
    assert_eq!(state.all(Kind::Resource).count(), apis * 100);
    let bytes = fs::metadata(scratch.file("")).unwrap().len();
    assert!(cfg!(debug_assertions) || bytes > STORE_CHECK_BYTES_MAX);
    println!("{} MB opened in {took:?}", bytes / 1_000_000);
    // The aim is half a second; a loaded machine is no bug.
    assert!(took.as_secs() < 5, "{took:?}");
}
