//! `ringway store history`: past revisions of documents, a line each.

use ringway_control::documents::Kind;
use ringway_control::store::{self, Past};

use crate::cli::History;
use crate::failure::Failure;
use crate::output;

/// Prints them, the oldest first. Works beside a running `ringway serve`.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn run(asked: &History) -> Result<(), Failure> {
    let kind = asked.kind.as_deref().map(kind).transpose()?;
    let mut each = |past: Past| output::say(line(&past, asked.body));
    store::history(&asked.data, kind, asked.id.as_deref(), &mut each)
        .map_err(|error| Failure::new(error.to_string()))
}

fn kind(name: &str) -> Result<Kind, Failure> {
    Kind::named(name).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        Failure::new(format!("--kind {name}: there are {}", names.join(", ")))
    })
}

/// Written, replaced, account/region/kind/parent/identifier, revision.
fn line(past: &Past, body: bool) -> String {
    let Past { key, revision, written, replaced, body: text } = past;
    let scope = key.scope();
    let (account, region) = (scope.account_id, scope.region);
    let kind = key.kind().map_or("", Kind::name);
    let (parent, id) = (key.parent(), key.id());
    let slash = if parent.is_empty() { "" } else { "/" };
    let text = if body { format!(" {text}") } else { String::new() };
    format!("{written} {replaced} {account} {region} {kind} {parent}{slash}{id} {revision}{text}")
}
