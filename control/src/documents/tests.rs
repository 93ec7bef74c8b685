//! Transactions over a store in memory.

use serde::{Deserialize, Serialize};

use super::*;
use crate::store::{Change, MemoryStore, Record, Store, StoreError};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Model(String);

impl Document for Model {
    const KIND: Kind = Kind::Model;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Copied(String);

impl Document for Copied {
    const KIND: Kind = Kind::DeployedApi;
}

/// A store that takes nothing.
struct Full;

impl Store for Full {
    fn load(&mut self, _each: &mut dyn FnMut(Record)) -> Result<(), StoreError> {
        Ok(())
    }
    fn read(&mut self, _key: &Key) -> Result<Option<std::sync::Arc<str>>, StoreError> {
        Ok(None)
    }
    fn commit(&mut self, _changes: &[Change]) -> Result<(), StoreError> {
        Err(StoreError::Full("no room".into()))
    }
}

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn names(state: &mut State) -> Vec<String> {
    let transaction = Transaction::new(state, scope());
    transaction.list::<Model>("api").unwrap().into_iter().map(|model| model.0).collect()
}

#[test]
fn lists_follow_the_order_of_creation() {
    let mut state = State::open(Box::<MemoryStore>::default()).unwrap();
    let mut transaction = Transaction::new(&mut state, scope());
    for id in ["c", "a", "b"] {
        transaction.put("api", id, &Model(id.into())).unwrap();
    }
    transaction.put("api", "c", &Model("again".into())).unwrap();
    transaction.put("other", "x", &Model("x".into())).unwrap();
    assert_eq!(transaction.commit().unwrap().keys.len(), 4);
    assert_eq!(names(&mut state), ["again", "a", "b"]);
}

#[test]
fn what_is_not_committed_leaves_nothing() {
    let mut state = State::open(Box::<MemoryStore>::default()).unwrap();
    let mut transaction = Transaction::new(&mut state, scope());
    transaction.put("api", "a", &Model("a".into())).unwrap();
    transaction.commit().unwrap();
    let mut transaction = Transaction::new(&mut state, scope());
    transaction.put("api", "a", &Model("changed".into())).unwrap();
    transaction.put("api", "a", &Model("twice".into())).unwrap();
    transaction.put("api", "b", &Model("b".into())).unwrap();
    assert!(transaction.remove(Kind::Model, "api", "a"));
    drop(transaction);
    assert_eq!(names(&mut state), ["a"]);
}

#[test]
fn what_the_store_does_not_take_is_not_there() {
    let mut state = State::open(Box::new(Full)).unwrap();
    let mut transaction = Transaction::new(&mut state, scope());
    transaction.put("api", "a", &Model("a".into())).unwrap();
    let refused = transaction.commit().unwrap_err();
    assert_eq!(refused.status.as_u16(), 503);
    assert!(names(&mut state).is_empty());
}

#[test]
fn cold_documents_are_read_from_the_store() {
    let mut state = State::open(Box::<MemoryStore>::default()).unwrap();
    let mut transaction = Transaction::new(&mut state, scope());
    transaction.put("api", "d", &Copied("whole".into())).unwrap();
    assert_eq!(transaction.find("api", "d").unwrap(), Some(Copied("whole".into())));
    transaction.commit().unwrap();
    let key = Key::new(&scope(), Kind::DeployedApi, "api", "d");
    assert_eq!(&*state.entry(&key).unwrap().body, "");
    let mut transaction = Transaction::new(&mut state, scope());
    assert_eq!(transaction.find("api", "d").unwrap(), Some(Copied("whole".into())));
}

#[test]
fn keys_have_parts() {
    let key = Key::new(&scope(), Kind::BasePathMapping, "example.com", "v1/pets");
    let read = Key::read(key.as_str()).unwrap();
    assert_eq!((read.kind(), read.scope()), (Some(Kind::BasePathMapping), scope()));
    assert_eq!((read.parent(), read.id()), ("example.com", "v1/pets"));
    assert_eq!(Key::read("nonsense\na\nb\nc\nd"), None);
    assert_eq!(Key::read("model\na"), None);
}
