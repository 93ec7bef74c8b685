//! VPC links (<https://docs.aws.amazon.com/apigateway/latest/api/API_VpcLink.html>).

use serde_json::Value;

use super::arn;
use crate::definition::{DeployedApi, Stage, VpcLink};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown};
use crate::rest::paging::page;
use crate::rest::patch::ANY;
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/name", ops: REPLACE, target: Target::Value(name) },
        Rule { path: "/description", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/targetArns", ops: ANY, target: Target::Own(fixed_targets) },
    ],
    wording: Wording::Plain,
};

/// CreateVpcLink: pending in its own answer, available in every later one.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let targets = call.input.list("targetArns").unwrap_or_default();
    for target in &targets {
        arn::read(target)?;
    }
    let link = VpcLink {
        id: call.short_id()?,
        name: named(call.input.required("name"))?,
        description: call.input.text("description").map(str::to_owned),
        target_arns: targets,
        tags: call.input.texts("tags"),
    };
    match link.target_arns.len() {
        0 => return Err(ManagementError::bad_request("Target arns cannot be empty")),
        1 => {}
        _ => {
            let text = "More than one target arn specified for vpc link.";
            return Err(ManagementError::bad_request(text));
        }
    }
    call.tx.put("", &link.id, &link)?;
    let mut value = shown(&link)?;
    value["status"] = "PENDING".into();
    Ok(Answer::Json(value))
}

/// GetVpcLink.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    show(&existing(call)?).map(Answer::Json)
}

/// GetVpcLinks.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    page(&call.input, call.tx.list::<VpcLink>("")?, |link| show(&link))
}

/// UpdateVpcLink.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let link = existing(call)?;
    let link: VpcLink = patch::patched(&link, &patch::operations(&call.input)?, RULES)?;
    call.tx.put("", &link.id, &link)?;
    show(&link).map(Answer::Json)
}

/// DeleteVpcLink; one that a stage uses stays.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let link = existing(call)?;
    let users = users(call, &link.id)?;
    if !users.is_empty() {
        return Err(ManagementError::bad_request(format!(
            "Cannot delete vpc link. Vpc link '{}', is referenced in [{}] in format of \
             [RESTApiId:Method:Resource:Stage].",
            link.id,
            users.join(", ")
        )));
    }
    call.tx.remove(Kind::VpcLink, "", &link.id);
    Ok(Answer::Empty)
}

/// Methods that stages serve through the link. A stage variable that names it counts too.
fn users(call: &mut Call<'_>, link: &str) -> Result<Vec<String>, ManagementError> {
    let mut users = Vec::new();
    for api in call.tx.ids(Kind::RestApi, "") {
        for stage in call.tx.list::<Stage>(&api)? {
            let name = &stage.stage_name;
            let copy: Option<DeployedApi> = call.tx.find(&api, &stage.deployment_id)?;
            let Some(DeployedApi(deployed)) = copy else { continue };
            for resource in &deployed.resources {
                let uses = |connection: &str| {
                    connection == link || variable(&stage, connection) == Some(link)
                };
                let methods = resource.methods.iter().filter(|(_, method)| {
                    let integration = method.integration.as_ref();
                    integration.and_then(|own| own.connection_id.as_deref()).is_some_and(uses)
                });
                users.extend(
                    methods.map(|(verb, _)| format!("{api}:{verb}:{}:{name}", resource.id)),
                );
            }
        }
    }
    Ok(users)
}

/// The value of the stage variable that `${stageVariables.name}` names.
fn variable<'s>(stage: &'s Stage, text: &str) -> Option<&'s str> {
    let name = text.strip_prefix("${stageVariables.")?.strip_suffix('}')?;
    stage.variables.get(name).map(String::as_str)
}

fn existing(call: &mut Call<'_>) -> Result<VpcLink, ManagementError> {
    let id = call.input.required("vpcLinkId").to_owned();
    let text = "Invalid Vpc Link identifier specified";
    call.tx.find("", &id)?.ok_or_else(|| ManagementError::not_found(text))
}

fn show(link: &VpcLink) -> Result<Value, ManagementError> {
    let mut value = shown(link)?;
    value["status"] = "AVAILABLE".into();
    value["statusMessage"] = "Your vpc link is ready for use".into();
    Ok(value)
}

fn named(name: &str) -> Result<String, ManagementError> {
    if name.trim().is_empty() {
        return Err(ManagementError::bad_request("Name cannot be empty"));
    }
    Ok(name.to_owned())
}

fn name(operation: &PatchOperation) -> Result<Value, ManagementError> {
    named(operation.value_text()).map(Value::from)
}

fn fixed_targets(
    _document: &mut Value,
    _operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    Err(ManagementError::bad_request("Target arns are not allowed to be changed/added."))
}

#[cfg(test)]
mod tests;
