//! API keys (<https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html>).

use ringway_core::limits::{API_KEY_VALUE_CHARS_MAX, API_KEY_VALUE_CHARS_MIN};
use serde_json::{Value, json};

use crate::definition::ApiKey;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::identifiers;
use crate::rest::call::{Answered, Call, shown};
use crate::rest::paging::page;
use crate::rest::patch::{self, OPTIONAL, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

/// AWS's bound, characters.
const NAME_CHARS_MAX: usize = 1_024;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/description", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/enabled", ops: REPLACE, target: Target::Value(patch::flag) },
        Rule { path: "/name", ops: OPTIONAL, target: Target::Value(name) },
        Rule { path: "/customerId", ops: OPTIONAL, target: Target::Value(patch::text) },
    ],
    wording: Wording::Listed,
};

/// CreateApiKey.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let input = &call.input;
    let text = |name: &str| input.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let key = ApiKey {
        value: match text("value") {
            Some(value) => value,
            None => identifiers::api_key_value()?,
        },
        name: text("name"),
        customer_id: text("customerId"),
        description: text("description"),
        enabled: input.flag("enabled").unwrap_or(false),
        stage_keys: stage_keys(call),
        tags: input.texts("tags"),
        ..ApiKey::default()
    };
    let key = put_new(call, key)?;
    show(&key, Shown { value: true, empty_tags: false }).map(Answer::Json)
}

/// `{api}/{stage}` of each entry; a way of AWS's from before usage plans.
fn stage_keys(call: &Call<'_>) -> Vec<String> {
    let entries = call.input.value("stageKeys").and_then(Value::as_array).into_iter().flatten();
    let part = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    entries.map(|entry| part(entry, "restApiId") + "/" + &part(entry, "stageName")).collect()
}

/// Checks a key, gives it identifier and dates, and keeps it.
pub(super) fn put_new(call: &mut Call<'_>, key: ApiKey) -> Result<ApiKey, ManagementError> {
    check_name(key.name.as_deref().unwrap_or_default())?;
    let chars = key.value.chars().count();
    if chars < API_KEY_VALUE_CHARS_MIN {
        return Err(ManagementError::bad_request(format!(
            "API Key value should be at least {API_KEY_VALUE_CHARS_MIN} characters"
        )));
    }
    if chars > API_KEY_VALUE_CHARS_MAX || key.value.chars().any(|c| c.is_control() || c == ' ') {
        return Err(ManagementError::bad_request(format!(
            "API Key value should be at most {API_KEY_VALUE_CHARS_MAX} characters without blanks"
        )));
    }
    // Among the texts of the documents: reading each of many thousands would take a while.
    let needle = format!("\"value\":{}", Value::from(key.value.as_str()));
    let taken = {
        let mut others = call.tx.state().children(call.tx.scope(), Kind::ApiKey, "");
        others.any(|(_, entry)| entry.body.contains(&needle))
    };
    if taken {
        return Err(ManagementError::conflict("API Key already exists"));
    }
    let now = call.now_seconds();
    let key = ApiKey { id: call.long_id()?, created_date: now, last_updated_date: now, ..key };
    call.tx.put("", &key.id, &key)?;
    Ok(key)
}

/// GetApiKey.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let value = call.input.flag("includeValue").unwrap_or(false);
    show(&existing(call)?, Shown { value, empty_tags: true }).map(Answer::Json)
}

/// GetApiKeys: the newest first (aws-facts 245).
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let value = call.input.flag("includeValues").unwrap_or(false);
    let query = |name: &str| call.input.text(name).map(str::to_owned);
    let (name, customer) = (query("nameQuery"), query("customerId"));
    let mut ids = call.tx.ids(Kind::ApiKey, "");
    ids.reverse();
    if name.is_some() || customer.is_some() {
        let mut keys = call.tx.list::<ApiKey>("")?;
        keys.retain(|key| {
            let begins = |prefix: &String| key.name.as_ref().is_some_and(|n| n.starts_with(prefix));
            name.as_ref().is_none_or(begins) && (customer.is_none() || key.customer_id == customer)
        });
        ids = keys.into_iter().rev().map(|key| key.id).collect();
    }
    let input = call.input.clone();
    page(&input, ids, |id| {
        let key: ApiKey = call.tx.find("", &id)?.ok_or_else(ManagementError::internal)?;
        show(&key, Shown { value, empty_tags: false })
    })
}

/// UpdateApiKey.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let key = existing(call)?;
    let mut key: ApiKey = patch::patched(&key, &patch::operations(&call.input)?, RULES)?;
    key.last_updated_date = call.now_seconds();
    call.tx.put("", &key.id, &key)?;
    show(&key, Shown { value: false, empty_tags: true }).map(Answer::Json)
}

/// DeleteApiKey; it leaves its plans (aws-facts 248).
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let key = existing(call)?;
    for plan in call.tx.ids(Kind::UsagePlan, "") {
        call.tx.remove(Kind::UsagePlanKey, &plan, &key.id);
        call.tx.remove(Kind::Usage, &plan, &key.id);
    }
    call.tx.remove(Kind::ApiKey, "", &key.id);
    Ok(Answer::Empty)
}

/// ImportApiKeys: rows of `name,key,description,enabled,usageplanIds`
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html>).
pub(in crate::rest) fn import(call: &mut Call<'_>) -> Answered {
    let body = call.input.payload().to_vec();
    let fail_on_warnings = call.input.flag("failOnWarnings").unwrap_or(false);
    let mut rows =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(&*body);
    let headers = rows.headers().map_err(|error| unreadable(&error))?.clone();
    let column = |name: &str| headers.iter().position(|own| own.eq_ignore_ascii_case(name));
    let (Some(name), Some(key)) = (column("name"), column("key")) else {
        return Err(ManagementError::bad_request(
            "The CSV file must have a header row with the columns 'name' and 'key'",
        ));
    };
    let (mut ids, mut warnings) = (Vec::new(), Vec::new());
    for row in rows.records() {
        let row = row.map_err(|error| unreadable(&error))?;
        let at = |column: Option<usize>| {
            let text = column.and_then(|column| row.get(column)).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let entry = ApiKey {
            name: at(Some(name)),
            value: at(Some(key)).unwrap_or_default(),
            description: at(column("description")),
            enabled: at(column("enabled")).is_some_and(|text| text.eq_ignore_ascii_case("true")),
            ..ApiKey::default()
        };
        let label = entry.name.clone().unwrap_or_default();
        match put_new(call, entry) {
            Ok(key) => {
                let plans = at(column("usageplanIds")).unwrap_or_default();
                for plan in plans.split(',').map(str::trim).filter(|plan| !plan.is_empty()) {
                    match super::usage_plan_keys::add(call, plan, &key.id) {
                        Ok(()) => {}
                        Err(error) => {
                            warnings.push(format!("API Key '{label}': {}", error.message))
                        }
                    }
                }
                ids.push(key.id);
            }
            Err(error) => warnings.push(format!("API Key '{label}': {}", error.message)),
        }
    }
    if fail_on_warnings && !warnings.is_empty() {
        let text = format!("Warnings found during import: {}", warnings.join("; "));
        return Err(ManagementError::bad_request(text));
    }
    Ok(Answer::Json(json!({ "ids": ids, "warnings": warnings })))
}

fn unreadable(error: &csv::Error) -> ManagementError {
    // The error's own text may quote a row, and with it a key.
    let line = error.position().map_or(0, csv::Position::line);
    ManagementError::bad_request(format!("The CSV file cannot be read (line {line})"))
}

/// The key that a call names.
pub(super) fn existing(call: &mut Call<'_>) -> Result<ApiKey, ManagementError> {
    let id = call.input.required("apiKey").to_owned();
    let text = "Invalid API Key identifier specified";
    call.tx.find("", &id)?.ok_or_else(|| ManagementError::not_found(text))
}

/// What an answer shows beside the rest.
#[derive(Clone, Copy)]
struct Shown {
    value: bool,
    /// Tags also when there are none (aws-facts 6).
    empty_tags: bool,
}

fn show(key: &ApiKey, what: Shown) -> Result<Value, ManagementError> {
    let mut value = shown(key)?;
    if let Some(members) = value.as_object_mut() {
        if !what.value {
            members.shift_remove("value");
        }
        if what.empty_tags && key.tags.is_empty() {
            members.insert("tags".into(), json!({}));
        }
    }
    Ok(value)
}

fn name(operation: &PatchOperation) -> Result<Value, ManagementError> {
    check_name(operation.value_text())?;
    patch::text(operation)
}

fn check_name(name: &str) -> Result<(), ManagementError> {
    if name.chars().count() <= NAME_CHARS_MAX {
        return Ok(());
    }
    Err(ManagementError::bad_request("Invalid API Key name, can be at most 1024 characters."))
}
