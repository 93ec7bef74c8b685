//! What an authorizer must have, by its type
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html>).

use ringway_core::definition::Authorizer;
use serde_json::Value;

use super::arn;
use crate::error::ManagementError;

/// AWS's bound of `authorizerResultTtlInSeconds`.
const TTL_SECONDS_MAX: i64 = 3_600;

/// The first rule that an authorizer breaks.
pub(super) fn checked(authorizer: &Authorizer) -> Result<(), ManagementError> {
    if authorizer.name.trim().is_empty() {
        return Err(bad("Authorizer name cannot be blank"));
    }
    let ttl = authorizer.settings.get("authorizerResultTtlInSeconds").and_then(Value::as_i64);
    if ttl.is_some_and(|ttl| !(0..=TTL_SECONDS_MAX).contains(&ttl)) {
        return Err(bad("Authorizer result TTL must be between 0 and 3600 seconds"));
    }
    if let Some(expression) = text(authorizer, "identityValidationExpression")
        && regex::Regex::new(expression).is_err()
    {
        return Err(bad(format!("Invalid identity validation expression: {expression}")));
    }
    match authorizer.authorizer_type.as_str() {
        "COGNITO_USER_POOLS" => providers(authorizer)?,
        "JWT" if !authorizer.settings.contains_key("jwtConfiguration") => {
            return Err(bad("JWT configuration is required for authorizers of type JWT"));
        }
        "JWT" => {}
        _ => lambda_uri(text(authorizer, "authorizerUri").unwrap_or_default())?,
    }
    identity_source(authorizer, ttl)
}

fn bad(text: impl Into<std::borrow::Cow<'static, str>>) -> ManagementError {
    ManagementError::bad_request(text)
}

fn text<'a>(authorizer: &'a Authorizer, member: &str) -> Option<&'a str> {
    authorizer.settings.get(member)?.as_str().filter(|text| !text.is_empty())
}

/// User pools, by ARN.
fn providers(authorizer: &Authorizer) -> Result<(), ManagementError> {
    let arns = authorizer.settings.get("providerARNs").and_then(Value::as_array);
    let arns = arns.map(Vec::as_slice).unwrap_or_default();
    if arns.is_empty() {
        return Err(bad("Provider ARNs are required for authorizers of type COGNITO_USER_POOLS"));
    }
    for arn in arns.iter().filter_map(Value::as_str) {
        if arn::read(arn)?.service != "cognito-idp" {
            return Err(bad(format!("Invalid provider ARN, it must name a user pool: {arn}")));
        }
    }
    Ok(())
}

/// `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations`, in AWS's
/// words where it is not.
fn lambda_uri(uri: &str) -> Result<(), ManagementError> {
    let function = || {
        let arn = arn::read(uri).ok()?;
        let region = arn.region.splitn(3, '-').collect::<Vec<_>>();
        let function = arn.resource.strip_prefix("path/2015-03-31/functions/")?;
        let function = function.strip_suffix("/invocations")?;
        let named = !function.is_empty() && region.len() == 3;
        (named && arn.service == "apigateway" && arn.account_id == "lambda").then_some(())
    };
    function().ok_or_else(|| {
        bad(format!(
            "Invalid Authorizer URI: {uri}. Authorizer URI should be a valid API Gateway ARN that \
             represents a Lambda function invocation."
        ))
    })
}

/// One header for a token; for a request a list with commas, which a cache needs as its key.
fn identity_source(authorizer: &Authorizer, ttl: Option<i64>) -> Result<(), ManagementError> {
    let of_request = authorizer.authorizer_type == "REQUEST";
    let Some(sources) = text(authorizer, "identitySource") else {
        return match of_request && ttl.unwrap_or_default() == 0 {
            true => Ok(()),
            false => Err(bad(format!(
                "Identity source is required for authorizers of type {}{}",
                authorizer.authorizer_type,
                if of_request { " that cache results" } else { "" }
            ))),
        };
    };
    let starts: &[&str] = match of_request {
        true => &[
            "method.request.header.",
            "method.request.querystring.",
            "stageVariables.",
            "context.",
        ],
        false => &["method.request.header."],
    };
    let wrong = sources.split(',').map(str::trim).find(|source| {
        let name = starts.iter().find_map(|start| source.strip_prefix(start));
        name.is_none_or(str::is_empty)
    });
    let many = !of_request && sources.contains(',');
    match wrong.or_else(|| many.then_some(sources)) {
        None => Ok(()),
        Some(source) => Err(bad(format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
             [Invalid mapping expression specified: {source}]"
        ))),
    }
}
