//! `ringway serve --data`: what it keeps, and which folders it does not take.

use std::fs;
use std::path::{Path, PathBuf};

use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::scratch::Scratch;
use serde_json::{Value, json};

/// A data folder with one API in it, and the API's identifier.
fn kept() -> (Scratch, PathBuf, String) {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let mut gateway = Launch::data(&folder).start();
    let api = gateway.manage("POST", "/restapis", &json!({"name": "kept"}), 201);
    gateway.terminate();
    assert_eq!(gateway.wait().code(), Some(0));
    (scratch, folder, api["id"].as_str().expect("an API has an identifier").to_owned())
}

fn apis(gateway: &Gateway) -> Vec<String> {
    let answer = gateway.manage("GET", "/restapis", &Value::Null, 200);
    let items = answer["item"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|api| api["id"].as_str().expect("an API has an identifier").to_owned())
        .collect()
}

/// Exit code 1, one line that says these words, and every byte of the store where it was.
#[track_caller]
fn refused_and_untouched(folder: &Path, words: &[&str]) {
    let store = folder.join("store.sqlite");
    let before = fs::read(&store).expect("there is a store");
    let refusal = Launch::data(folder).fail();
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    assert_eq!(refusal.stderr.lines().count(), 1, "{refusal:?}");
    for word in words.iter().chain(&["ringway: ", "store.sqlite"]) {
        assert!(refusal.stderr.contains(word), "{word:?} is not in {refusal:?}");
    }
    let after = fs::read(&store).expect("there is a store");
    assert!(after == before, "the store was changed");
}

#[test]
fn what_was_made_is_there_after_a_restart() {
    let (_scratch, folder, api) = kept();
    let gateway = Launch::data(&folder).start();
    assert_eq!(apis(&gateway), [api]);
    assert!(gateway.stdout().contains("serving  1 API, 0 stages"), "{}", gateway.stdout());
}

#[test]
fn a_data_folder_in_use_is_refused() {
    let (_scratch, folder, api) = kept();
    let first = Launch::data(&folder).start();
    let refusal = Launch::data(&folder).fail();
    assert_eq!(refusal.code, Some(1));
    let expect = format!("is in use by process {}", first.id());
    assert!(refusal.stderr.contains(&expect), "{refusal:?}");
    assert_eq!(apis(&first), [api]);
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let (_scratch, folder, api) = kept();
    let store = folder.join("store.sqlite");
    let good = fs::read(&store).unwrap();
    drop(fs::remove_file(folder.join("store.sqlite-wal")));
    // PRAGMA user_version lies here, with the highest byte first.
    let mut newer = good;
    newer[60..64].copy_from_slice(&7_u32.to_be_bytes());
    fs::write(&store, &newer).unwrap();
    refused_and_untouched(&folder, &["schema version 7", "versions up to 1"]);
    newer[60..64].copy_from_slice(&1_u32.to_be_bytes());
    fs::write(&store, &newer).unwrap();
    drop(api);
    Launch::data(&folder).start();
}

#[test]
fn a_damaged_store_is_refused_and_left_as_it_is() {
    let (_scratch, folder, _) = kept();
    let store = folder.join("store.sqlite");
    let good = fs::read(&store).unwrap();
    drop(fs::remove_file(folder.join("store.sqlite-wal")));
    for broken in [&b"garbage"[..], b"", &good[..good.len() / 2], &vec![0x5a; good.len()]] {
        fs::write(&store, broken).unwrap();
        refused_and_untouched(&folder, &["damaged"]);
    }
}

/// Beside the running process, and without a secret in it.
#[test]
fn past_revisions_are_shown() {
    let (_scratch, folder, api) = kept();
    let gateway = Launch::data(&folder).start();
    let change = json!({"op": "replace", "path": "/name", "value": "renamed"});
    let body = json!({"patchOperations": [change]});
    gateway.manage("PATCH", &format!("/restapis/{api}"), &body, 200);
    let history = |more: &[&str]| {
        let data = folder.to_str().unwrap();
        let arguments = [&["store", "history", "--data", data][..], more].concat();
        let output = gateway.command(&arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let expect = format!(" 000000000000 us-east-1 rest-api {api} 1");
    let printed = history(&["--kind", "rest-api", "--id", &api]);
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(printed.starts_with("20") && printed.trim_end().ends_with(&expect), "{printed}");
    assert!(history(&["--body"]).contains(r#""kept""#));
    assert_eq!(history(&["--kind", "stage"]), "");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let scratch = Scratch::new();
    let file = scratch.write("file", "");
    let refusal = Launch::data(&file.join("data")).fail();
    assert_eq!(refusal.code, Some(1));
    assert!(refusal.stderr.contains("file/data"), "{refusal:?}");
}
