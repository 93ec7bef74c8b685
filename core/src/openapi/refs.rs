//! Follows `$ref`s inside one document, with a bound on what they expand to: a small document
//! could otherwise name one large part in ten thousand places.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::at::At;
use super::problems::Problems;
use crate::limits::{DEFINITION_EXPANDED_BYTES_MAX, REFERENCE_CHAIN_MAX};

/// The references of one document.
pub(crate) struct Refs<'d> {
    root: &'d Value,
    /// Targets met so far, with their sizes.
    targets: HashMap<&'d str, Option<(&'d Value, usize)>>,
    expanded: usize,
    exhausted: bool,
}

impl<'d> Refs<'d> {
    pub(crate) fn new(root: &'d Value) -> Self {
        Self { root, targets: HashMap::new(), expanded: 0, exhausted: false }
    }

    /// The value itself, or what its `$ref` leads to; nothing (and an error) when that is nowhere.
    pub(crate) fn resolve(
        &mut self,
        value: &'d Value,
        at: &At<'_>,
        problems: &mut Problems,
    ) -> Option<&'d Value> {
        let mut value = value;
        for _ in 0..REFERENCE_CHAIN_MAX {
            let Some(reference) = reference(value) else { return Some(value) };
            let Some((target, size)) = self.target(reference) else {
                let message = format!("Unable to resolve reference '{reference}'");
                problems.error(&at.key("$ref"), message);
                return None;
            };
            self.expanded += size;
            if self.expanded > DEFINITION_EXPANDED_BYTES_MAX {
                if !self.exhausted {
                    let message = "references expand to more than the accepted size";
                    problems.document(&at.key("$ref"), message);
                }
                self.exhausted = true;
                return None;
            }
            value = target;
        }
        problems.error(&at.key("$ref"), "references form a chain that is too long");
        None
    }

    fn target(&mut self, reference: &'d str) -> Option<(&'d Value, usize)> {
        let root = self.root;
        let look_up = || {
            let target = root.pointer(&pointer(reference)?)?;
            Some((target, size(target)))
        };
        *self.targets.entry(reference).or_insert_with(look_up)
    }
}

/// The `$ref` of an object, when it has one.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}

/// The JSON pointer of a local reference (`#/a/b`), percent-decoded.
fn pointer(reference: &str) -> Option<Cow<'_, str>> {
    let fragment = reference.strip_prefix('#')?;
    if !fragment.contains('%') {
        return Some(Cow::Borrowed(fragment));
    }
    let mut decoded = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                rest = &tail[2..];
            }
            _ => decoded.push(*first),
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// About the bytes a copy of the value needs.
fn size(value: &Value) -> usize {
    const NODE: usize = 32;
    match value {
        Value::String(text) => NODE + text.len(),
        Value::Array(items) => NODE + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => {
            NODE + map.iter().map(|(key, value)| key.len() + size(value)).sum::<usize>()
        }
        _ => NODE,
    }
}
