//! Lists, maps and the state of loops: shared, changeable, and taken apart without recursion.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::{LoopScope, SmallMap, Value};
use crate::limits::DROP_DEPTH_MAX;
use crate::value::equality::Name;

type Entries = SmallMap<Value, Value>;

/// What a list is in Java, which decides how it prints and what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// An `ArrayList`, as `[1, 2]` in a template makes it; prints as `[1, 2]`.
    Array,
    /// An array of JSON; prints as JSON.
    Json,
    /// A `String[]`, as `split` makes it.
    Strings,
    /// The keys of a map.
    Keys,
    /// The values of a map.
    Values,
    /// The entries of a map.
    Entries,
}

impl ListKind {
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Array => "ArrayList",
            Self::Json => "JSONArray",
            Self::Strings => "String[]",
            Self::Keys | Self::Entries => "Set",
            Self::Values => "Collection",
        }
    }

    /// Whether elements have positions.
    pub(crate) fn is_indexed(self) -> bool {
        matches!(self, Self::Array | Self::Json | Self::Strings)
    }
}

#[derive(Debug)]
struct Items {
    kind: ListKind,
    values: RefCell<Vec<Value>>,
    changes: Cell<u32>,
}

/// A list, an array or a set of values, shared by its clones.
#[derive(Debug, Clone)]
pub struct List(Rc<Items>);

impl List {
    /// A list of these values.
    pub fn new(kind: ListKind, values: Vec<Value>) -> Self {
        Self(Rc::new(Items { kind, values: RefCell::new(values), changes: Cell::new(0) }))
    }

    /// What it is in Java.
    pub fn kind(&self) -> ListKind {
        self.0.kind
    }

    /// The number of its elements.
    pub fn len(&self) -> usize {
        self.0.values.borrow().len()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at a position.
    pub fn get(&self, at: usize) -> Option<Value> {
        self.0.values.borrow().get(at).cloned()
    }

    /// Its elements; one that is put in meanwhile comes too.
    pub fn iter(&self) -> impl Iterator<Item = Value> {
        (0..).map_while(|at| self.get(at))
    }

    /// Appends a value.
    pub fn push(&self, value: Value) {
        self.change(|values| values.push(value));
    }

    /// Whether both are the same list.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn values(&self) -> Vec<Value> {
        self.0.values.borrow().clone()
    }

    /// Puts a value in the place of another, which is no change to a loop over the list.
    pub(crate) fn replace(&self, at: usize, value: Value) -> Option<Value> {
        self.0.values.borrow_mut().get_mut(at).map(|place| std::mem::replace(place, value))
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        self.0.changes.set(self.0.changes.get().wrapping_add(1));
        change(&mut self.0.values.borrow_mut())
    }

    /// A number that differs when elements came or went.
    pub(crate) fn changes(&self) -> u32 {
        self.0.changes.get()
    }

    fn address(&self) -> usize {
        Rc::as_ptr(&self.0) as usize
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        let values = self.values.get_mut();
        if values.iter().any(Value::holds_others) {
            let values = std::mem::take(values);
            bounded(values, drop, dismantle);
        }
    }
}

#[derive(Debug, Default)]
struct Pairs {
    entries: RefCell<Entries>,
    changes: Cell<u32>,
}

/// A map in the order in which keys came, shared by its clones.
#[derive(Debug, Clone, Default)]
pub struct Map(Rc<Pairs>);

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for some entries.
    pub fn with_capacity(entries: usize) -> Self {
        let entries = RefCell::new(Entries::with_capacity(entries));
        Self(Rc::new(Pairs { entries, changes: Cell::new(0) }))
    }

    /// A map of entries whose keys are known to differ.
    pub fn from_distinct(entries: Vec<(Value, Value)>) -> Self {
        let entries = RefCell::new(Entries::from_distinct(entries.into_iter()));
        Self(Rc::new(Pairs { entries, changes: Cell::new(0) }))
    }

    /// The number of its entries.
    pub fn len(&self) -> usize {
        self.0.entries.borrow().len()
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a text key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.0.entries.borrow().get(&Name(key)).cloned()
    }

    /// Looks at the value of a text key.
    pub(crate) fn with<T>(&self, key: &str, look: impl FnOnce(Option<&Value>) -> T) -> T {
        look(self.0.entries.borrow().get(&Name(key)))
    }

    /// Puts a value under a key and says what was there.
    pub fn insert(&self, key: impl Into<Value>, value: impl Into<Value>) -> Option<Value> {
        let mut entries = self.0.entries.borrow_mut();
        let before = entries.insert(key.into(), value.into());
        if before.is_none() {
            self.0.changes.set(self.0.changes.get().wrapping_add(1));
        }
        before
    }

    /// The entry at a position.
    pub fn entry(&self, at: usize) -> Option<(Value, Value)> {
        let entries = self.0.entries.borrow();
        entries.entry_at(at).map(|(key, value)| (key.clone(), value.clone()))
    }

    /// Its entries; one that is put in meanwhile comes too.
    pub fn iter(&self) -> impl Iterator<Item = (Value, Value)> {
        (0..).map_while(|at| self.entry(at))
    }

    /// Whether both are the same map.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn of(&self, key: &Value) -> Option<Value> {
        self.0.entries.borrow().get(key).cloned()
    }

    pub(crate) fn remove(&self, key: &Value) -> Option<Value> {
        self.0.changes.set(self.0.changes.get().wrapping_add(1));
        self.0.entries.borrow_mut().remove(key)
    }

    pub(crate) fn clear(&self) {
        let entries = std::mem::take(&mut *self.0.entries.borrow_mut());
        dismantle(entries.into_iter().flat_map(|(key, value)| [key, value]).collect());
    }

    pub(crate) fn list(&self, kind: ListKind) -> List {
        let entries = self.0.entries.borrow();
        let value = |(key, value): (&Value, &Value)| match kind {
            ListKind::Keys => key.clone(),
            ListKind::Values => value.clone(),
            _ => Value::Entry(Rc::new((key.clone(), value.clone()))),
        };
        List::new(kind, entries.iter().map(value).collect())
    }

    pub(crate) fn changes(&self) -> u32 {
        self.0.changes.get()
    }

    fn address(&self) -> usize {
        Rc::as_ptr(&self.0) as usize
    }
}

impl Drop for Pairs {
    fn drop(&mut self) {
        let entries = self.entries.get_mut();
        if entries.iter().any(|(key, value)| key.holds_others() || value.holds_others()) {
            bounded(std::mem::take(entries), drop, |entries| {
                dismantle(entries.into_iter().flat_map(|(key, value)| [key, value]).collect());
            });
        }
    }
}

thread_local! {
    /// Containers that are being dropped inside each other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Takes something apart in the plain way near the surface, and in the other further down.
fn bounded<T>(contents: T, plain: impl FnOnce(T), flat: impl FnOnce(T)) {
    let depth = DEPTH.get();
    if depth < DROP_DEPTH_MAX {
        DEPTH.set(depth + 1);
        plain(contents);
        DEPTH.set(depth);
    } else {
        flat(contents);
    }
}

impl<K: Into<Value>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let map = Self::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

/// What a running loop knows of itself.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The number of the `#foreach` in the template.
    pub(crate) owner: u32,
    pub(crate) index: Cell<i32>,
    pub(crate) has_next: Cell<bool>,
    pub(crate) parent: Option<LoopScope>,
    /// What `$foreach` was before, when it was no loop.
    pub(crate) replaced: Value,
    pub(crate) storage: Map,
}

impl Value {
    fn holds_others(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Entry(_) | Self::Scope(_))
    }

    fn address(&self) -> Option<usize> {
        match self {
            Self::List(list) => Some(list.address()),
            Self::Map(map) => Some(map.address()),
            Self::Scope(scope) => Some(scope.0.storage.address()),
            _ => None,
        }
    }
}

/// Drops values one after another: lists in lists in lists would need the stack for each level.
fn dismantle(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::List(List(items)) => {
                if let Some(mut items) = Rc::into_inner(items) {
                    pending.append(items.values.get_mut());
                }
            }
            Value::Map(Map(pairs)) => {
                if let Some(mut pairs) = Rc::into_inner(pairs) {
                    let entries = std::mem::take(pairs.entries.get_mut());
                    pending.extend(entries.into_iter().flat_map(|(key, value)| [key, value]));
                }
            }
            Value::Entry(entry) => {
                if let Some((key, value)) = Rc::into_inner(entry) {
                    pending.extend([key, value]);
                }
            }
            Value::Scope(LoopScope(scope)) => {
                if let Some(Scope { parent, replaced, storage, .. }) = Rc::into_inner(scope) {
                    pending.extend(parent.map(Value::Scope));
                    pending.extend([replaced, Value::Map(storage)]);
                }
            }
            _ => {}
        }
    }
}

/// Empties each container that holds itself, on any way: it would never be freed.
pub(crate) fn break_cycles(changed: Vec<Value>) {
    let mut done = std::collections::HashSet::<usize, ahash::RandomState>::default();
    let mut open = std::collections::HashSet::<usize, ahash::RandomState>::default();
    // A value to enter, or one whose contents are all done.
    let mut pending = changed.into_iter().map(|value| (value, false)).collect::<Vec<_>>();
    let mut cyclic = Vec::new();
    while let Some((value, leaving)) = pending.pop() {
        let Some(address) = value.address() else {
            if let Value::Entry(entry) = &value {
                pending.extend([(entry.0.clone(), false), (entry.1.clone(), false)]);
            }
            continue;
        };
        if leaving {
            open.remove(&address);
            done.insert(address);
        } else if open.contains(&address) {
            cyclic.push(value);
        } else if !done.contains(&address) {
            open.insert(address);
            pending.push((value.clone(), true));
            pending.extend(contents(&value).into_iter().map(|value| (value, false)));
        }
    }
    for value in cyclic {
        match value {
            Value::List(list) => dismantle(list.change(std::mem::take)),
            Value::Map(map) => map.clear(),
            Value::Scope(scope) => scope.0.storage.clear(),
            _ => {}
        }
    }
}

fn contents(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.values(),
        Value::Map(map) => map_contents(map),
        Value::Scope(LoopScope(scope)) => {
            let mut contents = map_contents(&scope.storage);
            contents.extend(scope.parent.clone().map(Value::Scope));
            contents.push(scope.replaced.clone());
            contents
        }
        _ => Vec::new(),
    }
}

fn map_contents(map: &Map) -> Vec<Value> {
    let entries = map.0.entries.borrow();
    entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
}
