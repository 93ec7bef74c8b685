//! `methodSettings` as written to `methodSettings` as they hold: AWS's defaults, below the
//! account's throttle, below `*/*`, below the method's own entry (aws-facts 96, 97).

use serde_json::{Map, Value, json};

use crate::definition::Account;

/// Completes the entries of a stage. Entries must have been checked before: what is no object is
/// left alone.
pub(super) fn inherit(stage: &mut Value, account: &Account) {
    let Some(Value::Object(entries)) = stage.get_mut("methodSettings") else { return };
    let throttle = &account.throttle_settings;
    let mut base = Map::new();
    base.insert("throttlingRateLimit".into(), json!(throttle.rate_limit));
    base.insert("throttlingBurstLimit".into(), json!(throttle.burst_limit));
    let all = ["*/*", "/*/*"].iter().find_map(|key| entries.get(*key)?.as_object().cloned());
    base.extend(all.into_iter().flatten());
    for entry in entries.values_mut() {
        if let Value::Object(own) = entry {
            let mut merged = base.clone();
            merged.append(own);
            *own = merged;
        }
    }
}
