//! The caller's key and its usage plan on this stage.

use ringway_core::context::Client;
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::http::{FieldName, RequestHead};
use ringway_core::snapshot::{Account, Method, Stage, StagePlan, StageUsage};

const fn refused(cause: &'static str) -> GatewayError {
    GatewayError::new(ResponseType::InvalidApiKey, cause)
}

/// Who calls, and the plan that covers the stage; `None` when the method needs no key.
///
/// Fails closed: without an enabled key of a plan that covers this stage there is no way through.
pub(crate) fn identify<'a>(
    account: &'a Account,
    (usage, stage): (&'a StageUsage, &Stage),
    method: &Method,
    head: &'a RequestHead<'a>,
) -> Result<Option<(Client<'a>, &'a StagePlan)>, GatewayError> {
    if !method.api_key_required {
        return Ok(None);
    }
    let mut values = head.values(FieldName::XApiKey.text());
    let value = values.next().ok_or(refused("no x-api-key header"))?;
    if values.next().is_some() {
        // Which of them counts would be a guess.
        return Err(refused("more than one x-api-key header"));
    }
    let (_, key) = account.keys.find(value).ok_or(refused("unknown API key"))?;
    if !key.enabled {
        return Err(refused("the API key is disabled"));
    }
    let covering = key.plans.iter().find_map(|plan| usage.plan(stage, *plan));
    let plan = covering.ok_or(refused("no usage plan of the API key covers this stage"))?;
    let plan_id = &account.plans[usize::from(plan.plan.0)].id;
    Ok(Some((Client { api_key: value, api_key_id: &key.id, plan_id }, plan)))
}
