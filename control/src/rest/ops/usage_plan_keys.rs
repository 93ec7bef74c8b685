//! Keys of usage plans (<https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlanKey.html>).

use serde_json::{Value, json};

use super::usage_plans;
use crate::definition::{ApiKey, UsagePlan, UsagePlanKey};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call};
use crate::rest::paging::page;
use crate::rest::wire::Answer;

/// The only type of key that plans have.
const API_KEY: &str = "API_KEY";

/// CreateUsagePlanKey.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let plan = usage_plans::existing(call)?;
    let key_id = call.input.required("keyId").to_owned();
    if call.input.text("keyType") != Some(API_KEY) {
        return Err(ManagementError::bad_request("Invalid key type, must be API_KEY"));
    }
    add(call, &plan.id, &key_id)?;
    show(call, &key_id).map(Answer::Json)
}

/// Adds a key to a plan; on one stage a key may stand for one plan only.
pub(super) fn add(call: &mut Call<'_>, plan: &str, key: &str) -> Result<(), ManagementError> {
    let unknown = || ManagementError::not_found("Invalid Usage Plan ID specified");
    let own: UsagePlan = call.tx.find("", plan)?.ok_or_else(unknown)?;
    if !call.tx.has(Kind::ApiKey, "", key) {
        return Err(ManagementError::not_found("Invalid API Key identifier specified"));
    }
    if call.tx.has(Kind::UsagePlanKey, plan, key) {
        return Err(ManagementError::conflict("Usage plan key already exists"));
    }
    check_one_plan_per_stage(call, &own, key)?;
    let member = UsagePlanKey { id: key.to_owned(), key_type: API_KEY.into() };
    call.tx.put(plan, key, &member)
}

/// AWS's conflict: two plans of a key must not share a stage.
pub(super) fn check_one_plan_per_stage(
    call: &Call<'_>,
    plan: &UsagePlan,
    key: &str,
) -> Result<(), ManagementError> {
    for other in call.tx.list::<UsagePlan>("")? {
        if other.id == plan.id || !call.tx.has(Kind::UsagePlanKey, &other.id, key) {
            continue;
        }
        let shared = other.api_stages.iter().find(|stage| {
            plan.api_stages.iter().any(|own| own.api_id == stage.api_id && own.stage == stage.stage)
        });
        if let Some(stage) = shared {
            return Err(ManagementError::conflict(format!(
                "Usage Plan {} cannot be added because API Key {key} cannot reference multiple \
                 Usage Plans with the same API stage: {}:{}",
                plan.id, stage.api_id, stage.stage
            )));
        }
    }
    Ok(())
}

/// GetUsagePlanKey.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let key = existing(call)?.1;
    show(call, &key).map(Answer::Json)
}

/// GetUsagePlanKeys: the newest first; an unknown plan has none (aws-facts 248).
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let plan = call.input.required("usagePlanId").to_owned();
    let mut ids = call.tx.ids(Kind::UsagePlanKey, &plan);
    ids.reverse();
    let query = call.input.text("nameQuery").map(str::to_owned);
    if let Some(query) = query {
        let mut kept = Vec::new();
        for id in ids {
            let key: Option<ApiKey> = call.tx.find("", &id)?;
            let name = key.and_then(|key| key.name).unwrap_or_default();
            if name.starts_with(&query) {
                kept.push(id);
            }
        }
        ids = kept;
    }
    let input = call.input.clone();
    page(&input, ids, |id| show(call, &id))
}

/// DeleteUsagePlanKey.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (plan, key) = existing(call)?;
    call.tx.remove(Kind::UsagePlanKey, &plan, &key);
    call.tx.remove(Kind::Usage, &plan, &key);
    Ok(Answer::Empty)
}

/// Plan and key that a call names.
pub(super) fn existing(call: &mut Call<'_>) -> Result<(String, String), ManagementError> {
    let plan = usage_plans::existing(call)?.id;
    let key = call.input.required("keyId").to_owned();
    if call.tx.has(Kind::UsagePlanKey, &plan, &key) {
        return Ok((plan, key));
    }
    Err(ManagementError::not_found("Invalid Usage Plan Key identifier specified"))
}

fn show(call: &mut Call<'_>, id: &str) -> Result<Value, ManagementError> {
    let key: ApiKey = call.tx.find("", id)?.ok_or_else(ManagementError::internal)?;
    let mut shown = json!({ "id": key.id, "type": API_KEY, "value": key.value });
    if let Some(name) = key.name {
        shown["name"] = name.into();
    }
    Ok(shown)
}
