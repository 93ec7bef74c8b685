//! Documentation parts (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPart.html>).

use serde_json::{Value, json};

use super::documented::entities;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown};
use crate::rest::input::Input;
use crate::rest::paging::page;
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;
use ringway_core::definition::{DocumentationLocation, DocumentationPart, DocumentationPartType};

const RULES: Rules = Rules {
    rules: &[Rule { path: "/properties", ops: REPLACE, target: Target::Value(properties) }],
    wording: Wording::Plain,
};

/// CreateDocumentationPart.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let location = call.input.value("location").cloned().unwrap_or_default();
    let location: DocumentationLocation =
        serde_json::from_value(location).map_err(|_| ManagementError::internal())?;
    checked(&location)?;
    let location = location.with_defaults();
    let properties = checked_properties(call.input.required("properties"))?.to_owned();
    if call.tx.list::<DocumentationPart>(&api)?.iter().any(|own| own.location == location) {
        return Err(ManagementError::conflict(format!(
            "Documentation part already exists for the specified location: {}.",
            described(&location)
        )));
    }
    let part = DocumentationPart { id: call.short_id()?, location, properties };
    call.tx.put(&api, &part.id, &part)?;
    answer(&part)
}

/// GetDocumentationPart.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    answer(&existing(call)?.1)
}

/// GetDocumentationParts: those that are written, or entities of the API without one.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let mut parts = call.tx.list::<DocumentationPart>(&api)?;
    if call.input.text("locationStatus") == Some("UNDOCUMENTED") {
        let mut missing = entities(call, &api)?;
        missing.retain(|entity| {
            fits(&call.input, entity) && !parts.iter().any(|own| own.location == *entity)
        });
        return page(&call.input, missing, |location| Ok(json!({ "location": shown(&location)? })));
    }
    parts.retain(|part| fits(&call.input, &part.location));
    page(&call.input, parts, |part| shown(&part))
}

/// UpdateDocumentationPart.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api, part) = existing(call)?;
    let part: DocumentationPart = patch::patched(&part, &patch::operations(&call.input)?, RULES)?;
    call.tx.put(&api, &part.id, &part)?;
    answer(&part)
}

/// DeleteDocumentationPart.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api, part) = existing(call)?;
    call.tx.remove(Kind::DocumentationPart, &api, &part.id);
    Ok(Answer::Empty)
}

/// The part a call names; of an unknown API there is none (aws-facts 13).
fn existing(call: &mut Call<'_>) -> Result<(String, DocumentationPart), ManagementError> {
    let api = call.input.required("restApiId").to_owned();
    let id = call.input.required("documentationPartId").to_owned();
    let text = "Invalid Documentation part identifier specified";
    let part = call.tx.find(&api, &id)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api, part))
}

/// Whether the filters of a list let a location through.
fn fits(input: &Input, location: &DocumentationLocation) -> bool {
    let named = |query: &str| location.name.as_deref().is_some_and(|own| own.starts_with(query));
    input.text("type").is_none_or(|wanted| wanted == location.part_type.name())
        && input.text("path").is_none_or(|path| location.path.as_deref() == Some(path))
        && input.text("nameQuery").is_none_or(named)
}

/// A location must have a name where its type has names, and nothing its type does not have.
fn checked(location: &DocumentationLocation) -> Result<(), ManagementError> {
    use DocumentationPartType as Type;
    let members = match location.part_type {
        Type::Api => [false, false, false, false],
        Type::Authorizer | Type::Model => [false, false, false, true],
        Type::Resource => [true, false, false, false],
        Type::Method | Type::RequestBody => [true, true, false, false],
        Type::PathParameter | Type::QueryParameter | Type::RequestHeader => {
            [true, true, false, true]
        }
        Type::Response | Type::ResponseBody => [true, true, true, false],
        Type::ResponseHeader => [true, true, true, true],
    };
    let [.., has_name] = members;
    let type_name = location.part_type.name();
    for ((name, value), has) in given(location).into_iter().zip(members) {
        if value.is_some() && !has {
            let text = format!("Documentation parts of type {type_name} have no location {name}");
            return Err(ManagementError::bad_request(text));
        }
    }
    if has_name && location.name.as_deref().is_none_or(str::is_empty) {
        let text = format!("Documentation parts of type {type_name} need a location name");
        return Err(ManagementError::bad_request(text));
    }
    Ok(())
}

fn given(location: &DocumentationLocation) -> [(&'static str, Option<&str>); 4] {
    [
        ("path", location.path.as_deref()),
        ("method", location.method.as_deref()),
        ("statusCode", location.status_code.as_deref()),
        ("name", location.name.as_deref()),
    ]
}

/// `type 'METHOD', path '/pets', method 'GET'`.
fn described(location: &DocumentationLocation) -> String {
    let members = given(location).into_iter().filter_map(|(name, value)| Some((name, value?)));
    let all = [("type", location.part_type.name())].into_iter().chain(members);
    let all: Vec<String> = all.map(|(name, value)| format!("{name} '{value}'")).collect();
    all.join(", ")
}

fn properties(operation: &PatchOperation) -> Result<Value, ManagementError> {
    checked_properties(operation.value_text()).map(Value::from)
}

fn checked_properties(text: &str) -> Result<&str, ManagementError> {
    match serde_json::from_str(text) {
        Ok(Value::Object(_)) => Ok(text),
        _ => Err(ManagementError::bad_request(
            "Documentation part properties must be a valid JSON object",
        )),
    }
}

#[cfg(test)]
mod tests;
