//! Usage plans (<https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html>).

use ringway_core::definition::{QuotaSettings, ThrottleSettings};
use serde_json::{Value, json};

use super::usage_plan_keys;
use crate::definition::{ApiStage, UsagePlan};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown};
use crate::rest::paging::page;
use crate::rest::patch::{
    self, ENTRY, OPTIONAL, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording,
};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/name", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/description", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/productCode", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/quota", ops: &[Op::Remove], target: Target::Value(patch::text) },
        Rule { path: "/quota/limit", ops: ENTRY, target: Target::Value(patch::integer) },
        Rule { path: "/quota/offset", ops: ENTRY, target: Target::Value(patch::integer) },
        Rule { path: "/quota/period", ops: ENTRY, target: Target::Value(period) },
        Rule { path: "/throttle", ops: &[Op::Remove], target: Target::Value(patch::text) },
        Rule { path: "/throttle/rateLimit", ops: ENTRY, target: Target::Value(patch::number) },
        Rule { path: "/throttle/burstLimit", ops: ENTRY, target: Target::Value(patch::integer) },
        Rule { path: "/apiStages", ops: &[Op::Add, Op::Remove], target: Target::Own(api_stage) },
        Rule { path: "/apiStages/{}/throttle", ops: ENTRY, target: Target::Own(stage_throttle) },
        Rule { path: "/apiStages/{}/throttle/{}", ops: ENTRY, target: Target::Own(stage_throttle) },
        Rule {
            path: "/apiStages/{}/throttle/{}/rateLimit",
            ops: ENTRY,
            target: Target::Own(method_rate),
        },
        Rule {
            path: "/apiStages/{}/throttle/{}/burstLimit",
            ops: ENTRY,
            target: Target::Own(method_burst),
        },
    ],
    wording: Wording::Plain,
};

/// CreateUsagePlan.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let input = &call.input;
    let plan = UsagePlan {
        id: call.short_id()?,
        name: input.required("name").to_owned(),
        description: input.text("description").map(str::to_owned),
        api_stages: member(input.value("apiStages"))?.unwrap_or_default(),
        throttle: member::<ThrottleSettings>(input.value("throttle"))?,
        quota: member::<QuotaSettings>(input.value("quota"))?,
        product_code: None,
        tags: input.texts("tags"),
    };
    check(call, &plan)?;
    call.tx.put("", &plan.id, &plan)?;
    shown(&plan).map(Answer::Json)
}

/// A member as its type; what its shape allows and its type does not is a bad request.
fn member<T: serde::de::DeserializeOwned>(
    value: Option<&Value>,
) -> Result<Option<T>, ManagementError> {
    let Some(value) = value else { return Ok(None) };
    let read = serde_json::from_value(value.clone());
    read.map(Some)
        .map_err(|error| ManagementError::bad_request(format!("Invalid usage plan: {error}")))
}

/// GetUsagePlan.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    shown(&existing(call)?).map(Answer::Json)
}

/// GetUsagePlans; `keyId` names a key that is in them.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let mut plans = call.tx.list::<UsagePlan>("")?;
    if let Some(key) = call.input.text("keyId") {
        plans.retain(|plan| call.tx.has(Kind::UsagePlanKey, &plan.id, key));
    }
    page(&call.input, plans, |plan| shown(&plan))
}

/// UpdateUsagePlan.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let plan = existing(call)?;
    let plan: UsagePlan = patch::patched(&plan, &patch::operations(&call.input)?, RULES)?;
    check(call, &plan)?;
    for key in call.tx.ids(Kind::UsagePlanKey, &plan.id) {
        usage_plan_keys::check_one_plan_per_stage(call, &plan, &key)?;
    }
    call.tx.put("", &plan.id, &plan)?;
    let mut value = shown(&plan)?;
    if plan.tags.is_empty() {
        value["tags"] = json!({});
    }
    Ok(Answer::Json(value))
}

/// DeleteUsagePlan; AWS wants its stages removed first.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let plan = existing(call)?;
    let live = |stage: &ApiStage| call.tx.has(Kind::Stage, &stage.api_id, &stage.stage);
    if plan.api_stages.iter().any(live) {
        return Err(ManagementError::bad_request(
            "Cannot delete usage plan with associated API stages. Please remove the associations \
             and try again",
        ));
    }
    call.tx.remove_all(Kind::UsagePlanKey, &plan.id);
    call.tx.remove_all(Kind::Usage, &plan.id);
    call.tx.remove(Kind::UsagePlan, "", &plan.id);
    Ok(Answer::Empty)
}

/// The plan that a call names.
pub(super) fn existing(call: &mut Call<'_>) -> Result<UsagePlan, ManagementError> {
    let id = call.input.required("usagePlanId").to_owned();
    let text = "Invalid Usage Plan ID specified";
    call.tx.find("", &id)?.ok_or_else(|| ManagementError::not_found(text))
}

/// The rules of a plan as a whole.
fn check(call: &Call<'_>, plan: &UsagePlan) -> Result<(), ManagementError> {
    if plan.name.trim().is_empty() {
        return Err(ManagementError::bad_request("Usage plan name cannot be blank"));
    }
    for (at, stage) in plan.api_stages.iter().enumerate() {
        let (api, name) = (&stage.api_id, &stage.stage);
        if !call.tx.has(Kind::Stage, api, name) {
            let text = format!("API Stage not found: {api}:{name}");
            return Err(ManagementError::not_found(text));
        }
        let same = |other: &ApiStage| other.api_id == *api && other.stage == *name;
        if plan.api_stages[..at].iter().any(same) {
            let text = format!("API Stage {api}:{name} is already in this usage plan");
            return Err(ManagementError::conflict(text));
        }
    }
    let throttles =
        plan.throttle.iter().chain(plan.api_stages.iter().flat_map(|s| s.throttle.values()));
    for throttle in throttles {
        if !throttle.rate_limit.is_finite() || throttle.rate_limit < 0.0 {
            return Err(ManagementError::bad_request("Usage Plan rate limit must be at least 0"));
        }
    }
    match &plan.quota {
        Some(quota) if quota.limit == 0 => {
            Err(ManagementError::bad_request("Usage Plan quota limit must be greater than 0"))
        }
        Some(quota) if quota.offset >= quota.limit => {
            Err(ManagementError::bad_request("Usage Plan quota offset must be less than its limit"))
        }
        _ => Ok(()),
    }
}

fn period(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "DAY" | "WEEK" | "MONTH" => patch::text(operation),
        _ => Err(ManagementError::bad_request(
            "Invalid quota period, must be one of: [DAY, WEEK, MONTH]",
        )),
    }
}

/// `{api}:{stage}` into its parts.
fn named(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(api, stage)| !api.is_empty() && !stage.is_empty())
}

/// The entry of a stage in the plan.
fn entry<'d>(document: &'d mut Value, text: &str) -> Result<&'d mut Value, ManagementError> {
    let (api, stage) = named(text).unwrap_or((text, ""));
    let mut entries = document["apiStages"].as_array_mut().into_iter().flatten();
    let found = entries.find(|entry| entry["apiId"] == api && entry["stage"] == stage);
    found.ok_or_else(|| ManagementError::not_found(format!("API Stage not found: {text}")))
}

fn api_stage(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let text = operation.value_text();
    let unknown = || ManagementError::not_found(format!("API Stage not found: {text}"));
    let (api, stage) = named(text).ok_or_else(unknown)?;
    if operation.op == Some(Op::Remove) {
        entry(document, text)?;
        let entries = document["apiStages"].as_array_mut().into_iter();
        entries.for_each(|all| all.retain(|own| own["apiId"] != api || own["stage"] != stage));
    } else if let Some(entries) = document["apiStages"].as_array_mut() {
        entries.push(json!({ "apiId": api, "stage": stage }));
    }
    Ok(())
}

/// `/apiStages/{api:stage}/throttle` and one method of it; the value is JSON.
fn stage_throttle(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    let [stage, method @ ..] = parts else { return Err(patch::invalid_path(operation)) };
    let entry = entry(document, stage)?;
    if operation.op == Some(Op::Remove) {
        let members = match method.first() {
            None => entry.as_object_mut().map(|members| members.shift_remove("throttle")),
            Some(method) => {
                entry["throttle"].as_object_mut().map(|methods| methods.shift_remove(method))
            }
        };
        return members.flatten().map(drop).ok_or_else(|| patch::invalid_path(operation));
    }
    let value: Value = serde_json::from_str(operation.value_text())
        .map_err(|_| ManagementError::bad_request("Invalid throttle settings: expected JSON"))?;
    match method.first() {
        None => entry["throttle"] = value,
        Some(method) => entry["throttle"][method] = value,
    }
    Ok(())
}

fn method_rate(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    method_member(document, operation, parts, "rateLimit", patch::number)
}

fn method_burst(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    method_member(document, operation, parts, "burstLimit", patch::integer)
}

fn method_member(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
    member: &str,
    parse: patch::Parse,
) -> Result<(), ManagementError> {
    let [stage, method] = parts else { return Err(patch::invalid_path(operation)) };
    let settings = &mut entry(document, stage)?["throttle"][method];
    if operation.op == Some(Op::Remove) {
        let removed = settings.as_object_mut().and_then(|own| own.shift_remove(member));
        return removed.map(drop).ok_or_else(|| patch::invalid_path(operation));
    }
    settings[member] = parse(operation)?;
    Ok(())
}
