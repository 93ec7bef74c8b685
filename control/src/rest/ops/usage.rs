//! Usage of plans, and extensions of what is left
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_Usage.html>).
//!
//! Quotas are kept and not counted yet, so what is used is what somebody set.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::{usage_plan_keys, usage_plans};
use crate::documents::{Document, Kind};
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call};
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

/// How dates are written.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
/// Days that one answer may span.
const DAYS_MAX: i64 = 90;

/// What a key has left, as it was set by hand; parent: plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Usage {
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<i64>,
}

impl Document for Usage {
    const KIND: Kind = Kind::Usage;
}

const RULES: Rules = Rules {
    rules: &[Rule { path: "/remaining", ops: REPLACE, target: Target::Value(remaining) }],
    wording: Wording::Plain,
};

fn remaining(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let value = patch::integer(operation)?;
    if value.as_i64().is_some_and(|n| n >= 0) {
        return Ok(value);
    }
    Err(ManagementError::bad_request("Invalid remaining quota, must be at least 0"))
}

/// GetUsage: `[used, remaining]` of each day, for one key or all keys of the plan.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let plan = usage_plans::existing(call)?;
    let limit = plan.quota.map(|quota| i64::try_from(quota.limit).unwrap_or(i64::MAX));
    let start = call.input.required("startDate").to_owned();
    let end = call.input.required("endDate").to_owned();
    let day = |text: &str| {
        let day = Date::parse(text, DAY);
        day.map_err(|_| ManagementError::bad_request("Invalid date, expected YYYY-MM-DD"))
    };
    let days = (day(&end)? - day(&start)?).whole_days();
    if days < 0 {
        return Err(ManagementError::bad_request("Usage start date cannot be after end date"));
    }
    if days >= DAYS_MAX {
        let text = format!("Usage date range cannot span more than {DAYS_MAX} days");
        return Err(ManagementError::bad_request(text));
    }
    let keys = match call.input.text("keyId") {
        Some(key) => vec![key.to_owned()],
        None => call.tx.ids(Kind::UsagePlanKey, &plan.id),
    };
    let mut values = Map::new();
    for key in keys {
        let usage: Usage = call.tx.find(&plan.id, &key)?.unwrap_or_default();
        let left = usage.remaining.or(limit).unwrap_or_default();
        let days: Vec<Value> = (0..=days).map(|_| json!([0, left])).collect();
        values.insert(key, Value::Array(days));
    }
    Ok(Answer::Json(json!({
        "usagePlanId": plan.id, "startDate": start, "endDate": end, "values": values,
    })))
}

/// UpdateUsage: what a key has left.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (plan, key) = usage_plan_keys::existing(call)?;
    let usage: Usage = call.tx.find(&plan, &key)?.unwrap_or_default();
    let usage: Usage = patch::patched(&usage, &patch::operations(&call.input)?, RULES)?;
    call.tx.put(&plan, &key, &usage)?;
    let now = OffsetDateTime::from_unix_timestamp(call.now_seconds());
    let today = now.ok().and_then(|now| now.date().format(DAY).ok());
    let left = usage.remaining.unwrap_or_default();
    Ok(Answer::Json(json!({
        "usagePlanId": plan, "startDate": today, "endDate": today,
        "values": { (key): [[0, left]] },
    })))
}
