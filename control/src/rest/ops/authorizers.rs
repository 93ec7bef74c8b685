//! Authorizers (<https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>).

use ringway_core::definition::{Authorizer, Resource};
use serde_json::{Value, json};

use super::authorizer_rules::checked;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown, without_empty};
use crate::rest::paging::page;
use crate::rest::patch::{self, ENTRY, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/name", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/type", ops: REPLACE, target: Target::Value(authorizer_type) },
        Rule { path: "/authType", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/authorizerUri", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/authorizerCredentials", ops: REPLACE, target: Target::Value(patch::text) },
        Rule {
            path: "/authorizerResultTtlInSeconds",
            ops: REPLACE,
            target: Target::Value(patch::integer),
        },
        Rule { path: "/identitySource", ops: ENTRY, target: Target::Value(patch::text) },
        Rule {
            path: "/identityValidationExpression",
            ops: REPLACE,
            target: Target::Value(patch::text),
        },
        Rule {
            path: "/providerARNs",
            ops: &[Op::Add, Op::Remove],
            target: Target::Own(provider_arn),
        },
    ],
    wording: Wording::Plain,
};

/// Members kept as they were sent, beside those that [`Authorizer`] names.
const SETTINGS: [&str; 7] = [
    "providerARNs",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
    "jwtConfiguration",
];

/// CreateAuthorizer; an unknown API is a conflict here (aws-facts 11).
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let Ok(api) = call.existing_api() else {
        return Err(ManagementError::conflict(
            "Unable to complete operation due to concurrent modification. Please try again later.",
        ));
    };
    let input = &call.input;
    let authorizer_type = input.required("type");
    let auth_type = input.text("authType").unwrap_or(match authorizer_type {
        "COGNITO_USER_POOLS" => "cognito_user_pools",
        "JWT" => "jwt",
        _ => "custom",
    });
    let settings = SETTINGS.iter().filter_map(|name| Some((*name, input.value(name)?)));
    let authorizer = Authorizer {
        id: call.short_id()?,
        name: input.required("name").to_owned(),
        authorizer_type: authorizer_type.to_owned(),
        auth_type: Some(auth_type.to_owned()),
        settings: settings.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
    };
    keep(call, &api, &authorizer)
}

/// GetAuthorizer.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    show(&existing(call)?.1).map(Answer::Json)
}

/// GetAuthorizers.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    page(&call.input, call.tx.list::<Authorizer>(&api)?, |authorizer| show(&authorizer))
}

/// UpdateAuthorizer.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api, authorizer) = existing(call)?;
    let authorizer = patch::patched(&authorizer, &patch::operations(&call.input)?, RULES)?;
    keep(call, &api, &authorizer)
}

/// DeleteAuthorizer; one that a method names stays.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api, authorizer) = existing(call)?;
    for resource in call.tx.list::<Resource>(&api)? {
        let mut methods = resource.methods.iter();
        let user = methods.find(|(_, own)| own.authorizer_id.as_ref() == Some(&authorizer.id));
        if let Some((verb, _)) = user {
            return Err(ManagementError::conflict(format!(
                "Cannot delete authorizer '{}', is referenced in method: {verb}/{}",
                authorizer.name, resource.path
            )));
        }
    }
    call.tx.remove(Kind::Authorizer, &api, &authorizer.id);
    Ok(Answer::Empty)
}

/// Checks an authorizer, keeps it, shows it.
fn keep(call: &mut Call<'_>, api: &str, authorizer: &Authorizer) -> Answered {
    checked(authorizer)?;
    let others = call.tx.list::<Authorizer>(api)?;
    if others.iter().any(|own| own.name == authorizer.name && own.id != authorizer.id) {
        return Err(ManagementError::bad_request(format!(
            "Authorizer name must be unique. Authorizer {} already exists in this RestApi.",
            authorizer.name
        )));
    }
    call.tx.put(api, &authorizer.id, authorizer)?;
    answer(&show(authorizer)?)
}

/// The authorizer a call names; of an unknown API there is none.
pub(super) fn existing(call: &mut Call<'_>) -> Result<(String, Authorizer), ManagementError> {
    let api = call.input.required("restApiId").to_owned();
    let id = call.input.required("authorizerId").to_owned();
    let text = "Invalid Authorizer identifier specified";
    let authorizer = call.tx.find(&api, &id)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api, authorizer))
}

fn show(authorizer: &Authorizer) -> Result<Value, ManagementError> {
    let empty = ["identitySource", "identityValidationExpression", "authorizerCredentials"];
    Ok(without_empty(shown(authorizer)?, &empty))
}

fn authorizer_type(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "TOKEN" | "REQUEST" | "COGNITO_USER_POOLS" | "JWT" => patch::text(operation),
        other => Err(ManagementError::bad_request(format!("Invalid authorizer type: {other}"))),
    }
}

/// `/providerARNs`: the value is one ARN.
fn provider_arn(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let arns = &mut document["providerARNs"];
    if !arns.is_array() {
        *arns = json!([]);
    }
    let Some(arns) = arns.as_array_mut() else { return Err(patch::invalid_path(operation)) };
    arns.retain(|own| own != operation.value_text());
    if operation.op == Some(Op::Add) {
        arns.push(operation.value_text().into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
