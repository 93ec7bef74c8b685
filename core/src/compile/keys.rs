//! API keys: the table of their values, and the names usage plans call them by.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::report::{Place, Report};
use crate::definition::ApiKey;
use crate::limits;
use crate::snapshot::{ApiKeyEntry, ApiKeys, KeyIx, PlanIx};

/// Compiles the keys with the plans each belongs to. No message contains a value.
pub(super) fn compile(
    keys: &[ApiKey],
    plans: Vec<Vec<PlanIx>>,
    place: &Place<'_>,
    report: &mut Report,
) -> ApiKeys {
    let mut compiled = ApiKeys::default();
    for (ix, (key, plans)) in keys.iter().zip(plans).enumerate() {
        // Keys may be millions: a place is spelled out only for a fault.
        let at = || place.at(ix).key("value");
        if let Err(message) = check_value(&key.value) {
            report.refuse(&at(), message);
        }
        match compiled.by_value.entry(key.value.as_bytes().into()) {
            Entry::Vacant(free) => {
                free.insert(KeyIx(ix as u32));
            }
            Entry::Occupied(first) => {
                let first = &keys[first.get().0 as usize].name;
                report.refuse(&at(), format!("API key {} has the value of {first}", key.name));
            }
        }
        compiled.entries.push(ApiKeyEntry {
            id: key.id.as_str().into(),
            enabled: key.enabled,
            plans: plans.into(),
        });
    }
    compiled
}

/// A value travels in a header field.
fn check_value(value: &str) -> Result<(), String> {
    let (least, most) = (limits::API_KEY_VALUE_CHARS_MIN, limits::API_KEY_VALUE_CHARS_MAX);
    if !(least..=most).contains(&value.chars().count()) {
        return Err(format!("An API key value has {least} to {most} characters"));
    }
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("An API key value has printable ASCII characters only".into());
    }
    Ok(())
}

/// Identifiers and names of the keys.
pub(super) struct KeyNames<'d> {
    by_id: HashMap<&'d str, KeyIx>,
    /// `None` for a name several keys have.
    by_name: HashMap<&'d str, Option<KeyIx>>,
}

impl<'d> KeyNames<'d> {
    /// Indexes the keys; refuses identifiers that are there twice.
    pub(super) fn of(keys: &'d [ApiKey], place: &Place<'_>, report: &mut Report) -> Self {
        let mut names = Self { by_id: HashMap::new(), by_name: HashMap::new() };
        if keys.len() > limits::API_KEYS_MAX {
            report.refuse(place, format!("There are at most {} API keys", limits::API_KEYS_MAX));
        }
        for (ix, key) in keys.iter().enumerate() {
            let key_ix = KeyIx(ix as u32);
            if names.by_id.insert(&key.id, key_ix).is_some() {
                let place = place.at(ix).key("id");
                report.refuse(&place, format!("API key {} is there twice", key.id));
            }
            names.by_name.entry(&key.name).and_modify(|of| *of = None).or_insert(Some(key_ix));
        }
        names
    }

    /// The key of this identifier or name.
    pub(super) fn find(&self, name: &str) -> Result<KeyIx, String> {
        if let Some(&key) = self.by_id.get(name) {
            return Ok(key);
        }
        match self.by_name.get(name) {
            Some(Some(key)) => Ok(*key),
            Some(None) => Err(format!("Several API keys are named {name}; use an identifier")),
            None => Err(format!("There is no API key {name}")),
        }
    }
}
