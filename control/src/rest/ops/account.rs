//! The account (<https://docs.aws.amazon.com/apigateway/latest/api/API_Account.html>).

use serde_json::{Value, json};

use crate::definition::Account;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown};
use crate::rest::patch::{self, OPTIONAL, Op, PatchOperation, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/cloudwatchRoleArn", ops: OPTIONAL, target: Target::Value(role) },
        // On since 2016 for every account; AWS keeps the switch.
        Rule { path: "/features", ops: &[Op::Add], target: Target::Own(feature) },
        Rule { path: "/throttleSettings/rateLimit", ops: OPTIONAL, target: Target::Value(rate) },
        Rule {
            path: "/throttleSettings/burstLimit",
            ops: OPTIONAL,
            target: Target::Value(patch::integer),
        },
    ],
    wording: Wording::Plain,
};

/// GetAccount.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let account: Account = call.tx.find("", "")?.unwrap_or_default();
    show(&account)
}

/// UpdateAccount. AWS raises the throttle on request only; here the operator owns the machine.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let account: Account = call.tx.find("", "")?.unwrap_or_default();
    let account: Account = patch::patched(&account, &patch::operations(&call.input)?, RULES)?;
    call.tx.put("", "", &account)?;
    show(&account)
}

fn show(account: &Account) -> Answered {
    let mut value = shown(account)?;
    value["features"] = json!(["UsagePlans"]);
    value["apiKeyVersion"] = json!("4");
    Ok(Answer::Json(value))
}

fn role(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "" => Ok(Value::Null),
        arn if arn.starts_with("arn:") => patch::text(operation),
        _ => Err(ManagementError::bad_request(
            "The role ARN does not have required permissions configured. Please grant trust \
             permission for API Gateway and add the required role policy.",
        )),
    }
}

fn rate(operation: &PatchOperation) -> Result<Value, ManagementError> {
    let rate = patch::number(operation)?;
    if rate.as_f64().is_some_and(|rate| rate >= 0.0) {
        return Ok(rate);
    }
    Err(ManagementError::bad_request("A rate limit is a number of at least 0"))
}

fn feature(
    _document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    match operation.value_text() {
        "UsagePlans" => Ok(()),
        other => Err(ManagementError::bad_request(format!("Unknown feature: {other}"))),
    }
}
