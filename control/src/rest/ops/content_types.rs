//! What is kept by media type: models and mapping templates (aws-facts 75, 76).

use indexmap::IndexMap;
use serde_json::Value;

use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::Call;
use crate::rest::input::Input;
use crate::rest::patch::PatchOperation;

/// The templates of a member; an empty one, and null, are kept as nothing.
pub(super) fn templates(input: &Input, member: &str) -> IndexMap<String, Option<String>> {
    let entries = input.value(member).and_then(Value::as_object).into_iter().flatten();
    let template =
        |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    entries.map(|(media_type, value)| (media_type.clone(), template(value))).collect()
}

/// The template of a patch operation.
pub(super) fn patched_template(operation: &PatchOperation) -> Result<Value, ManagementError> {
    Ok(match operation.value_text() {
        "" => Value::Null,
        text => text.into(),
    })
}

/// Refuses keys that are no media types.
pub(super) fn check<'k>(
    mut media_types: impl Iterator<Item = &'k String>,
) -> Result<(), ManagementError> {
    match media_types.find(|media_type| !is_media_type(media_type)) {
        None => Ok(()),
        Some(wrong) => Err(ManagementError::bad_request(format!(
            "Validation Result: warnings : [], errors : [Invalid content type specified: {wrong}]"
        ))),
    }
}

/// `type/subtype`, both not empty.
fn is_media_type(text: &str) -> bool {
    text.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty())
}

/// Refuses models that are not there.
pub(super) fn check_models(
    call: &Call<'_>,
    api: &str,
    models: &IndexMap<String, String>,
) -> Result<(), ManagementError> {
    check(models.keys())?;
    match models.values().find(|name| !call.tx.has(Kind::Model, api, name)) {
        None => Ok(()),
        Some(unknown) => {
            let text = format!("Invalid model identifier specified: {unknown}");
            Err(ManagementError::bad_request(text))
        }
    }
}
