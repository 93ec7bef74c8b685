//! TestInvokeAuthorizer (<https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html>):
//! the identity a caller would show is looked for as AWS does; what would judge it does not run
//! yet, so nobody passes.

use regex::Regex;
use ringway_core::definition::Authorizer;
use ringway_core::http::write::http_date;
use serde_json::{Value, json};

use super::authorizers;
use crate::error::ManagementError;
use crate::identifiers;
use crate::rest::call::{Answered, Call};
use crate::rest::wire::Answer;

/// TestInvokeAuthorizer.
pub(in crate::rest) fn test_invoke(call: &mut Call<'_>) -> Answered {
    let (_, authorizer) = authorizers::existing(call)?;
    let (status, reason) = outcome(call, &authorizer)?;
    let request = identifiers::uuid()?;
    let date = http_date(call.now_ms / 1_000);
    let date = String::from_utf8_lossy(&date);
    let lines = [
        format!("Execution log for request {request}"),
        format!("{date} : Starting authorizer: {} for request: {request}", authorizer.id),
        format!("{date} : {reason}"),
    ];
    Ok(Answer::Json(json!({
        "clientStatus": status,
        "log": lines.join("\n") + "\n",
        "latency": 0,
    })))
}

/// Status that the client would see, and why.
fn outcome(call: &Call<'_>, authorizer: &Authorizer) -> Result<(u16, String), ManagementError> {
    let setting = |name: &str| authorizer.settings.get(name).and_then(Value::as_str);
    let sources = setting("identitySource").unwrap_or_default();
    for source in sources.split(',').map(str::trim).filter(|source| !source.is_empty()) {
        let Some(identity) = identity(call, source) else {
            return Ok((401, format!("Unauthorized request: missing {source}")));
        };
        let Some(pattern) = setting("identityValidationExpression") else { continue };
        let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|_| {
            ManagementError::bad_request("Invalid identity validation expression specified")
        })?;
        if !whole.is_match(&identity) {
            return Ok((401, format!("Unauthorized request: {source} does not match {pattern}")));
        }
    }
    let kind = &authorizer.authorizer_type;
    let reason = format!(
        "Execution failed due to configuration error: authorizers of type {kind} are kept and \
         not yet run"
    );
    Ok((500, reason))
}

/// The text at a source such as `method.request.header.Authorization`; empty texts are none.
fn identity(call: &Call<'_>, source: &str) -> Option<String> {
    let input = &call.input;
    let found = if let Some(name) = source.strip_prefix("method.request.header.") {
        let mut headers = input.texts("headers").into_iter();
        headers.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    } else if let Some(name) = source.strip_prefix("method.request.querystring.") {
        let path = input.text("pathWithQueryString").unwrap_or_default();
        let query = path.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    } else if let Some(name) = source.strip_prefix("stageVariables.") {
        input.texts("stageVariables").get(name).cloned()
    } else if let Some(name) = source.strip_prefix("context.") {
        input.texts("additionalContext").get(name).cloned()
    } else {
        None
    };
    found.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::tests::plane;
    use crate::rest::tests::{api, ask};

    #[test]
    fn nobody_passes_an_authorizer_that_does_not_run() {
        let plane = plane();
        let path = format!("/restapis/{}/authorizers", api(&plane));
        let uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
                   arn:aws:lambda:us-east-1:000000000000:function:f/invocations";
        let authorizer = json!({
            "name": "a", "type": "TOKEN", "authorizerUri": uri,
            "identitySource": "method.request.header.Authorization",
            "identityValidationExpression": "Bearer .+",
        });
        let (status, made) = ask(&plane, "POST", &path, authorizer);
        assert_eq!(status, 201, "{made}");
        let path = format!("{path}/{}", made["id"].as_str().unwrap());
        let check = |headers: Value, expect: u16, log: &str| {
            let (status, answer) = ask(&plane, "POST", &path, json!({ "headers": headers }));
            assert_eq!((status, answer["clientStatus"].as_u64()), (200, Some(expect.into())));
            assert!(answer["log"].as_str().unwrap().contains(log), "{answer}");
        };
        check(json!({}), 401, "missing method.request.header.Authorization");
        check(json!({"authorization": "x"}), 401, "does not match Bearer .+");
        check(json!({"authorization": "Bearer x"}), 500, "not yet run");
    }
}
