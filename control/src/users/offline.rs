//! Users of a data folder that no process holds: who may write the folder may change them.

use std::path::Path;

use axum::http::{HeaderMap, Method};
use ringway_core::snapshot::LogDestination;
use serde_json::Value;

use super::{Request, run};
use crate::access::{Caller, Presented};
use crate::audit::{Audit, Event, FILE, Source};
use crate::documents::{Scope, State, Transaction};
use crate::error::ManagementError;
use crate::rest::{now_ms, request_id};
use crate::store::SqliteStore;

/// Runs a request, and records it in the audit log of the folder.
///
/// # Errors
/// The store cannot be opened, the request is refused, or cannot be recorded.
pub fn offline(folder: &Path, account_id: &str, request: &Request) -> Result<Value, String> {
    if !SqliteStore::exists(folder) {
        return Err(format!("there is no store in {}", folder.display()));
    }
    let store = SqliteStore::open(folder).map_err(|error| error.to_string())?;
    let mut state = State::open(Box::new(store)).map_err(|error| error.to_string())?;
    let log = folder.join(FILE);
    let audit = Audit::open(&LogDestination::File(log.to_string_lossy().into()))
        .map_err(|error| format!("cannot open the audit log {}: {error}", log.display()))?;
    recorded(&mut state, &audit, account_id, request).map_err(|error| error.message.into_owned())
}

fn recorded(
    state: &mut State,
    audit: &Audit,
    account_id: &str,
    request: &Request,
) -> Result<Value, ManagementError> {
    let (id, headers, now_ms) = (request_id(), HeaderMap::new(), now_ms());
    let call = Presented {
        method: &Method::POST,
        path: "",
        query: "",
        headers: &headers,
        body: b"",
        peer: None,
    };
    let mut event = Event::new(Source::Ringway, request.action(), call, &id, now_ms);
    event.rename(request.action(), request.is_read_only());
    let scope = Scope::new(account_id, "");
    event.caller = Some(Caller::anybody(scope.clone()));
    event.parameters = serde_json::to_value(request).ok();
    let mut tx = Transaction::new(state, scope);
    let now_seconds = i64::try_from(now_ms / 1_000).unwrap_or_default();
    let answered = run(&mut tx, request, now_seconds).and_then(|answer| {
        audit.succeeded(&event, Some(&answer))?;
        tx.commit()?;
        Ok(answer)
    });
    if let Err(error) = &answered {
        audit.refused(&event, error)?;
    }
    answered
}
