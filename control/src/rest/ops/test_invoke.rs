//! TestInvokeMethod
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html>): what a method
//! would answer as the API is now, without a deployment.

use std::sync::Arc;

use ringway_core::definition::{
    Definitions, DeployedApi, DeployedStage, Deployment, Owner, RestApi, Stage,
};
use ringway_core::execution_log::TestRequest;
use ringway_core::http::syntax::{is_field_name, is_field_value, is_target_byte};
use ringway_core::http::{Fields, parse_request_head};
use ringway_core::router;

use super::stages;
use crate::definition::{self as kept, whole};
use crate::error::ManagementError;
use crate::rest::call::{After, Answered, Call, Test};
use crate::rest::wire::Answer;

/// The stage that a test runs in, and its host, as AWS calls them.
const STAGE: &str = "test-invoke-stage";
const HOST: &str = "testPrefix.testDomainName";

/// Headers that say how a request is delivered, which a test's is not.
const DELIVERY: [&str; 6] =
    ["Connection", "Content-Length", "Expect", "Host", "Transfer-Encoding", "Upgrade"];

/// TestInvokeMethod. The method is found by its identifiers (aws-facts 262, 263); whoever is
/// allowed to manage the API may call it.
pub(in crate::rest) fn run(call: &mut Call<'_>) -> Answered {
    let api_id = call.input.required("restApiId").to_owned();
    let api = whole(&mut call.tx, &api_id)?;
    let not_found =
        |what: &str| ManagementError::not_found(format!("Invalid {what} identifier specified"));
    let (api, template) = alone(call, api.ok_or_else(|| not_found("Resource"))?, not_found)?;
    let request = request(call, &template)?;
    let bytes = bytes(&request, call.input.text("pathWithQueryString"))?;
    let definitions = definitions(call, api_id, api)?;
    call.after = Some(After::TestInvoke(Box::new(Test { definitions, bytes, request })));
    Ok(Answer::Empty)
}

/// The API with nothing but the method, open to everybody; and the path of its resource.
fn alone(
    call: &Call<'_>,
    api: RestApi,
    not_found: impl Fn(&str) -> ManagementError,
) -> Result<(RestApi, String), ManagementError> {
    let id = call.input.required("resourceId");
    let mut resources = api.resources.into_iter();
    let resource = resources.find(|resource| resource.id == id);
    let mut resource = resource.ok_or_else(|| not_found("Resource"))?;
    let verb = call.input.required("httpMethod").to_ascii_uppercase();
    let found = resource.methods.shift_remove(&verb);
    let found = found.map(|method| (verb, method));
    let found = found.or_else(|| resource.methods.shift_remove_entry("ANY"));
    let (verb, mut method) = found.ok_or_else(|| not_found("Method"))?;
    method.authorization_type = "NONE".into();
    method.authorizer_id = None;
    method.authorization_scopes.clear();
    method.api_key_required = false;
    resource.methods = [(verb, method)].into();
    let template = resource.path.clone();
    let alone = RestApi {
        id: api.id,
        name: api.name,
        binary_media_types: api.binary_media_types,
        resources: vec![resource],
        models: api.models,
        request_validators: api.request_validators,
        gateway_responses: api.gateway_responses,
        ..RestApi::default()
    };
    Ok((alone, template))
}

/// The request as its log says it. A path that does not fit the resource has no parameters; without
/// a path they are their own names (aws-facts 262).
fn request(call: &Call<'_>, template: &str) -> Result<TestRequest, ManagementError> {
    let given = call.input.text("pathWithQueryString").filter(|given| !given.is_empty());
    let (path, query) = match given {
        Some(given) => given.split_once('?').unwrap_or((given, "")),
        None => (template, ""),
    };
    let path_parameters = match given {
        Some(_) => router::fit(template, &sendable(path)).unwrap_or_default(),
        None => router::placeholders(template),
    };
    let verb = call.input.required("httpMethod").to_ascii_uppercase();
    Ok(TestRequest {
        // `ANY` names a method; what is sent needs a verb.
        http_method: if verb == "ANY" { "GET".into() } else { verb },
        resource_path: path.to_owned(),
        path_parameters,
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers(call)?,
        body: call.input.text("body").unwrap_or_default().to_owned(),
    })
}

/// `headers`, and of `multiValueHeaders` what is not there already.
fn headers(call: &Call<'_>) -> Result<Vec<(String, String)>, ManagementError> {
    let mut headers: Vec<(String, String)> = call.input.texts("headers").into_iter().collect();
    let many = call.input.value("multiValueHeaders").and_then(|value| value.as_object());
    for (name, values) in many.into_iter().flatten() {
        for value in values.as_array().into_iter().flatten().filter_map(|value| value.as_str()) {
            let entry = (name.clone(), value.to_owned());
            if !headers.contains(&entry) {
                headers.push(entry);
            }
        }
    }
    for (name, value) in &headers {
        if !is_field_name(name.as_bytes()) || !is_field_value(value.as_bytes()) {
            return Err(ManagementError::bad_request(format!("Invalid header specified: {name}")));
        }
    }
    Ok(headers)
}

/// The request as a client would send it.
fn bytes(request: &TestRequest, given: Option<&str>) -> Result<Vec<u8>, ManagementError> {
    let target = given.filter(|given| !given.is_empty()).unwrap_or(&request.resource_path);
    let named = |name: &str| request.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    let host = named("Host").map_or(HOST, |(_, value)| value);
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", request.http_method, sendable(target));
    for (name, value) in &request.headers {
        if !DELIVERY.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    if !request.body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", request.body.len()));
    }
    head.push_str("\r\n");
    match parse_request_head(head.as_bytes(), &mut Fields::new()) {
        Ok(Some(parsed)) if parsed.length() == head.len() => {
            head.push_str(&request.body);
            Ok(head.into_bytes())
        }
        Ok(_) => Err(ManagementError::bad_request("Invalid request specified")),
        Err(error) => {
            Err(ManagementError::bad_request(format!("Invalid request specified: {error}")))
        }
    }
}

/// A path with its query as it can be sent: it starts with a slash, and what no request target
/// may hold is percent-encoded.
fn sendable(target: &str) -> String {
    let mut sendable = String::with_capacity(target.len() + 1);
    if !target.starts_with('/') {
        sendable.push('/');
    }
    for byte in target.bytes() {
        if is_target_byte(byte) && byte.is_ascii() {
            sendable.push(char::from(byte));
        } else {
            sendable.push_str(&format!("%{byte:02X}"));
        }
    }
    sendable
}

/// What the compiler gets: the one method as a stage.
fn definitions(
    call: &Call<'_>,
    api_id: String,
    api: RestApi,
) -> Result<Definitions, ManagementError> {
    let variables = call.input.texts("stageVariables");
    let checked = kept::Stage { variables, ..kept::Stage::default() };
    stages::check_variables(&checked)?;
    let variables = checked.variables;
    let stage = Stage { stage_name: STAGE.into(), variables, ..Stage::default() };
    let deployed = DeployedStage {
        stage: Arc::new(stage),
        deployment: Deployment::Copy(Arc::new(api)),
        canary_deployment: None,
    };
    let scope = call.tx.scope();
    let owner = Owner {
        account_id: scope.account_id.as_ref().into(),
        region: scope.region.as_ref().into(),
    };
    let apis = vec![DeployedApi { id: api_id, stages: vec![deployed] }];
    Ok(Definitions { owner, apis, ..Definitions::default() })
}
