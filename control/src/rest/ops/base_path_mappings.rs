//! Base path mappings (<https://docs.aws.amazon.com/apigateway/latest/api/API_BasePathMapping.html>).

use serde_json::Value;

use super::domain_names;
use crate::definition::{BasePathMapping, DomainName, NO_BASE_PATH, RestApiHeader};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown};
use crate::rest::paging::page;
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

/// AWS documents `/basepath` and `/restapiId`; clients send the members' own names as well.
const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/basePath", ops: REPLACE, target: Target::Own(patch_base_path) },
        Rule { path: "/basepath", ops: REPLACE, target: Target::Own(patch_base_path) },
        Rule { path: "/restApiId", ops: REPLACE, target: Target::Own(patch_rest_api) },
        Rule { path: "/restapiId", ops: REPLACE, target: Target::Own(patch_rest_api) },
        Rule { path: "/stage", ops: REPLACE, target: Target::Value(patch::text) },
    ],
    wording: Wording::Plain,
};

/// CreateBasePathMapping.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let domain = domain_names::existing(call)?;
    let mapping = BasePathMapping {
        base_path: base_path(call.input.text("basePath").unwrap_or_default())?,
        rest_api_id: call.input.required("restApiId").to_owned(),
        stage: call.input.text("stage").map(str::to_owned),
    };
    keep(call, &domain, mapping, None)
}

/// GetBasePathMapping.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    answer(&existing(call)?.1)
}

/// GetBasePathMappings.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let domain = domain_names::existing(call)?.key();
    page(&call.input, call.tx.list::<BasePathMapping>(&domain)?, |mapping| shown(&mapping))
}

/// UpdateBasePathMapping.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (domain, before) = existing(call)?;
    let mapping = patch::patched(&before, &patch::operations(&call.input)?, RULES)?;
    keep(call, &domain, mapping, Some(&before))
}

/// DeleteBasePathMapping.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (domain, mapping) = existing(call)?;
    call.tx.remove(Kind::BasePathMapping, &domain.key(), &mapping.base_path);
    Ok(Answer::Empty)
}

/// An API that domain names lead to cannot be deleted.
pub(super) fn unmapped(call: &Call<'_>, api: &str) -> Result<(), ManagementError> {
    let mut domains = Vec::new();
    for key in call.tx.ids(Kind::DomainName, "") {
        let mappings = call.tx.list::<BasePathMapping>(&key)?;
        if mappings.iter().any(|mapping| mapping.rest_api_id == api) {
            domains.push(key);
        }
    }
    if domains.is_empty() {
        return Ok(());
    }
    Err(ManagementError::bad_request(format!(
        "Deleting RestApi {api} failed. Please remove all base path mappings related to the \
         RestApi in your domains: {}",
        domains.join(", ")
    )))
}

/// Checks a mapping, keeps it in place of what it was, shows it.
fn keep(
    call: &mut Call<'_>,
    domain: &DomainName,
    mut mapping: BasePathMapping,
    before: Option<&BasePathMapping>,
) -> Answered {
    let key = domain.key();
    mapping.stage.take_if(|stage| stage.is_empty());
    let text = "Invalid REST API identifier specified";
    let api = call.tx.find::<RestApiHeader>("", &mapping.rest_api_id)?;
    let api = api.ok_or_else(|| ManagementError::bad_request(text))?;
    if let Some(stage) = &mapping.stage
        && !call.tx.has(Kind::Stage, &mapping.rest_api_id, stage)
    {
        return Err(ManagementError::bad_request("Invalid stage identifier specified"));
    }
    let endpoint = api.api.endpoint_configuration.unwrap_or_default();
    if endpoint.types.iter().any(|own| own == "PRIVATE") != domain.is("PRIVATE") {
        return Err(ManagementError::bad_request(
            "Private domain names lead to private APIs only, public domain names to public APIs",
        ));
    }
    let moved = before.is_none_or(|before| before.base_path != mapping.base_path);
    if moved && call.tx.has(Kind::BasePathMapping, &key, &mapping.base_path) {
        return Err(ManagementError::conflict(match mapping.base_path.as_str() {
            NO_BASE_PATH => "Only one base path mapping is allowed if the base path is empty.",
            _ => "Base path already exists for this domain name",
        }));
    }
    if let Some(before) = before.filter(|_| moved) {
        call.tx.remove(Kind::BasePathMapping, &key, &before.base_path);
    }
    call.tx.put(&key, &mapping.base_path, &mapping)?;
    answer(&mapping)
}

fn existing(call: &mut Call<'_>) -> Result<(DomainName, BasePathMapping), ManagementError> {
    let domain = domain_names::existing(call)?;
    let path = call.input.required("basePath").to_owned();
    let text = "Invalid base path mapping identifier specified";
    let mapping =
        call.tx.find(&domain.key(), &path)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((domain, mapping))
}

/// One path segment, or AWS's word for none.
fn base_path(path: &str) -> Result<String, ManagementError> {
    if path.is_empty() || path == NO_BASE_PATH {
        return Ok(NO_BASE_PATH.to_owned());
    }
    if path.contains('/') {
        return Err(ManagementError::bad_request(
            "API Gateway V1 doesn't support the slash character (/) in base path mappings. To \
             create a multi-level base path mapping, use API Gateway V2.",
        ));
    }
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"$-_.+!*'()".contains(&byte);
    if !path.bytes().all(letters) {
        return Err(ManagementError::bad_request(
            "Base paths can only have letters, digits and $-_.+!*'()",
        ));
    }
    Ok(path.to_owned())
}

fn patch_base_path(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    document["basePath"] = base_path(operation.value_text())?.into();
    Ok(())
}

fn patch_rest_api(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    document["restApiId"] = operation.value_text().into();
    Ok(())
}
