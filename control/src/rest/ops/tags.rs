//! Tags of anything that has an ARN
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html>).

use indexmap::IndexMap;
use serde_json::json;

use crate::definition::{ApiKey, RestApiHeader, Stage, UsagePlan};
use crate::documents::Document;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call};
use crate::rest::wire::Answer;

/// AWS's bound of tags on one resource.
const TAGS_MAX: usize = 50;

/// GetTags.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let tags = change(call, |_| Ok(()))?;
    Ok(Answer::Json(json!({ "tags": tags })))
}

/// TagResource.
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let added = call.input.texts("tags");
    for (name, value) in &added {
        if name.is_empty() || name.chars().count() > 128 || value.chars().count() > 256 {
            return Err(ManagementError::bad_request(
                "Tag keys have 1 to 128 characters, tag values at most 256",
            ));
        }
        if name.starts_with("aws:") {
            return Err(ManagementError::bad_request("Tag keys cannot start with aws:"));
        }
    }
    change(call, |tags| {
        tags.extend(added);
        if tags.len() > TAGS_MAX {
            let text = format!("A resource has at most {TAGS_MAX} tags");
            return Err(ManagementError::limit_exceeded(text));
        }
        Ok(())
    })?;
    Ok(Answer::Empty)
}

/// UntagResource.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let names = call.input.list("tagKeys").unwrap_or_default();
    change(call, |tags| {
        tags.retain(|name, _| !names.contains(name));
        Ok(())
    })?;
    Ok(Answer::Empty)
}

type Tags = IndexMap<String, String>;

/// Changes the tags of what the ARN names, and gives them.
fn change(
    call: &mut Call<'_>,
    with: impl FnOnce(&mut Tags) -> Result<(), ManagementError>,
) -> Result<Tags, ManagementError> {
    let arn = call.input.required("resourceArn").to_owned();
    let path = arn.strip_prefix("arn:aws:apigateway:").and_then(|rest| rest.split_once("::/"));
    let (_, path) = path.ok_or_else(|| invalid(&arn))?;
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["restapis", id] => tagged::<RestApiHeader>(call, "", id, |api| &mut api.tags, with),
        ["restapis", id, "stages", name] => {
            tagged::<Stage>(call, id, name, |stage| &mut stage.tags, with)
        }
        ["apikeys", id] => tagged::<ApiKey>(call, "", id, |key| &mut key.tags, with),
        ["usageplans", id] => tagged::<UsagePlan>(call, "", id, |plan| &mut plan.tags, with),
        _ => Err(invalid(&arn)),
    }
}

fn tagged<T: Document>(
    call: &mut Call<'_>,
    parent: &str,
    id: &str,
    tags: fn(&mut T) -> &mut Tags,
    with: impl FnOnce(&mut Tags) -> Result<(), ManagementError>,
) -> Result<Tags, ManagementError> {
    let missing = || ManagementError::not_found("Invalid resource identifier specified");
    let mut document: T = call.tx.find(parent, id)?.ok_or_else(missing)?;
    let before = tags(&mut document).clone();
    with(tags(&mut document))?;
    let after = tags(&mut document).clone();
    if after != before {
        call.tx.put(parent, id, &document)?;
    }
    Ok(after)
}

fn invalid(arn: &str) -> ManagementError {
    ManagementError::bad_request(format!("Invalid resource ARN specified: {arn}"))
}
