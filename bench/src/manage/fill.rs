//! Fills the store: APIs imported and deployed through the management port, as anybody would.

use std::io;

use serde_json::{Value, json};

use super::api::{REVISION_VARIABLE, STAGE, document};
use super::client::Client;

/// APIs between two lines of progress.
const STEP: u32 = 100;

/// Creates and deploys the APIs; their identifiers.
pub(super) fn fill(
    client: &mut Client,
    apis: u32,
    resources: u32,
    progress: &(dyn Fn(&str) + Sync),
) -> io::Result<Vec<String>> {
    let mut ids = Vec::with_capacity(apis as usize);
    for number in 0..apis {
        ids.push(deployed(client, &document(number, resources))?);
        if (number + 1).is_multiple_of(STEP) || number + 1 == apis {
            progress(&format!("{} of {apis} APIs are deployed", number + 1));
        }
    }
    Ok(ids)
}

/// Imports an API and deploys it; its identifier.
pub(super) fn deployed(client: &mut Client, document: &Value) -> io::Result<String> {
    let (api, _) = client.call("POST", "/restapis?mode=import", document)?;
    let id = text(&api, "id")?;
    deploy(client, &id, 0)?;
    Ok(id)
}

/// CreateDeployment to the stage, with a stage variable that says which one it is.
pub(super) fn deploy(
    client: &mut Client,
    api: &str,
    revision: u64,
) -> io::Result<std::time::Duration> {
    let body = json!({
        "stageName": STAGE,
        "variables": {REVISION_VARIABLE: revision.to_string()},
    });
    client.call("POST", &format!("/restapis/{api}/deployments"), &body).map(|(_, took)| took)
}

/// A text member of an answer.
pub(super) fn text(answer: &Value, name: &str) -> io::Result<String> {
    let found = answer[name].as_str().map(str::to_owned);
    found.ok_or_else(|| io::Error::other(format!("no {name} in {answer}")))
}
