//! Methods and their responses: recorded answers (aws-facts 50 to 62).

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::ask;
use super::checks::{check, new_api, patches, refused};
use crate::plane::Plane;
use crate::plane::tests::plane;

const UNKNOWN_METHOD: &str = "Invalid Method identifier specified";
const UNKNOWN_RESOURCE: &str = "Invalid Resource identifier specified";
const REPLACE_ONLY: &str = "Invalid patch operation specified. Must be one of: [replace]";
const INVALID_AUTHORIZER: &str = "Invalid authorizer ID specified. Setting the authorization type \
                                  to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.";

/// Makes an authorizer and gives its identifier.
fn authorizer(plane: &Plane, api: &str) -> String {
    let uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
               arn:aws:lambda:us-east-1:000000000000:function:f/invocations";
    let body = json!({"name": "a", "type": "TOKEN", "authorizerUri": uri,
        "identitySource": "method.request.header.Auth"});
    let (status, authorizer) = ask(plane, "POST", &format!("{api}/authorizers"), body);
    assert_eq!(status, 201, "{authorizer}");
    authorizer["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_method_from_its_creation_to_its_end() {
    let plane = plane();
    let (_, root) = new_api(&plane);
    let place = format!("{root}/methods/ANY");
    let shown = json!({"httpMethod": "ANY", "authorizationType": "NONE", "apiKeyRequired": false});
    check(&plane, ("PUT", &place, json!({"authorizationType": "none"})), 201, shown.clone());
    let again = json!({"authorizationType": "NONE"});
    refused(&plane, ("PUT", &place, again), 409, "Method already exists for this resource");
    check(&plane, ("GET", &place, Value::Null), 200, shown);
    check(&plane, ("DELETE", &place, Value::Null), 204, Value::Null);
    for verb in ["GET", "DELETE"] {
        refused(&plane, (verb, &place, Value::Null), 404, UNKNOWN_METHOD);
    }
}

#[test]
fn what_put_method_checks() {
    let plane = plane();
    let (_, root) = new_api(&plane);
    let mapping = |wrong: &str| {
        format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
             [Invalid mapping expression specified: {wrong}]"
        )
    };
    let parameters = |names: &[&str]| {
        let entries: IndexMap<&str, bool> = names.iter().map(|name| (*name, true)).collect();
        json!({"authorizationType": "NONE", "requestParameters": entries})
    };
    let twice = ["method.request.querystring.x", "method.request.header.x"];
    for (body, message) in [
        (parameters(&["true"]), mapping("true")),
        (parameters(&["method.request.cookie.x"]), mapping("method.request.cookie.x")),
        (parameters(&["method.request.path."]), mapping("method.request.path.")),
        (
            parameters(&twice),
            "Parameter names must be unique across querystring, header and path".into(),
        ),
        (json!({"authorizationType": "CUSTOM"}), INVALID_AUTHORIZER.into()),
        (
            json!({"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "au2"}),
            INVALID_AUTHORIZER.into(),
        ),
        (
            json!({"authorizationType": "basic"}),
            "Invalid authorization type specified. Valid options are \
             NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS"
                .into(),
        ),
        (
            json!({"authorizationType": "AWS_IAM", "authorizationScopes": ["a/b"]}),
            "Invalid Method authorization type specified. Authorization Scopes are only valid for \
             COGNITO_USER_POOLS authorization type"
                .into(),
        ),
        (
            json!({"authorizationType": "NONE", "requestValidatorId": "none"}),
            "Invalid Request Validator identifier specified".into(),
        ),
        (
            json!({"authorizationType": "NONE", "requestModels": {"application/json": "Nope"}}),
            "Invalid model identifier specified: Nope".into(),
        ),
        (
            json!({"authorizationType": "NONE", "requestModels": {"123": "Empty"}}),
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]"
                .into(),
        ),
    ] {
        refused(&plane, ("PUT", &format!("{root}/methods/GET"), body), 400, &message);
    }
}

#[test]
fn what_put_method_takes() {
    let plane = plane();
    let (api, root) = new_api(&plane);
    let au1 = authorizer(&plane, &api);
    refused(
        &plane,
        ("PUT", &format!("{root}/methods/TRACE"), json!({"authorizationType": "NONE"})),
        400,
        "Invalid HttpMethod specified. Valid options are \
         GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
    );
    let nowhere = "/restapis/none/resources/none/methods/GET";
    let body = json!({"authorizationType": "NONE"});
    refused(&plane, ("PUT", nowhere, body), 404, UNKNOWN_RESOURCE);
    let none = json!({"authorizationType": "NONE", "authorizerId": au1, "requestParameters": {},
        "requestModels": {}, "operationName": "named"});
    let shown = json!({"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": false,
        "operationName": "named"});
    check(&plane, ("PUT", &format!("{root}/methods/GET"), none), 201, shown);
    let custom = json!({"authorizationType": "Custom", "authorizerId": au1});
    let shown = json!({"httpMethod": "PUT", "authorizationType": "CUSTOM", "authorizerId": au1,
        "apiKeyRequired": false});
    check(&plane, ("PUT", &format!("{root}/methods/PUT"), custom), 201, shown);
}

#[test]
fn update_method_as_recorded() {
    let plane = plane();
    let (api, root) = new_api(&plane);
    let au1 = authorizer(&plane, &api);
    let place = format!("{root}/methods/ANY");
    ask(&plane, "PUT", &place, json!({"authorizationType": "None"}));
    let parameter = "/requestParameters/method.request.querystring.optional";
    let model = "/requestModels/application~1json";
    let mut shown = json!({"httpMethod": "ANY", "authorizationType": "NONE",
        "apiKeyRequired": false, "requestModels": {"application/json": "Empty"},
        "requestParameters": {"method.request.querystring.optional": true}});
    let added = patches(&[("add", parameter, "true"), ("add", model, "Empty")]);
    check(&plane, ("PATCH", &place, added), 200, shown.clone());
    let replaced = patches(&[
        ("replace", "/operationName", "Replaced"),
        ("replace", "/apiKeyRequired", "true"),
        ("replace", "/authorizationType", "AWS_IAM"),
        ("replace", parameter, "false"),
    ]);
    shown["operationName"] = json!("Replaced");
    shown["apiKeyRequired"] = json!(true);
    shown["authorizationType"] = json!("AWS_IAM");
    shown["requestParameters"]["method.request.querystring.optional"] = json!(false);
    check(&plane, ("PATCH", &place, replaced), 200, shown.clone());
    let authorized = patches(&[
        ("replace", "/authorizerId", au1.as_str()),
        ("replace", "/authorizationType", "CUSTOM"),
    ]);
    shown["authorizationType"] = json!("CUSTOM");
    shown["authorizerId"] = json!(au1);
    check(&plane, ("PATCH", &place, authorized), 200, shown.clone());
    let removed = patches(&[("remove", parameter, ""), ("remove", model, "")]);
    let members = shown.as_object_mut().unwrap();
    members.remove("requestParameters");
    members.remove("requestModels");
    check(&plane, ("PATCH", &place, removed), 200, shown.clone());
    check(&plane, ("GET", &place, Value::Null), 200, shown);
}

#[test]
fn update_method_refuses_as_recorded() {
    let plane = plane();
    let (_, root) = new_api(&plane);
    let place = format!("{root}/methods/ANY");
    let harmless = || patches(&[("replace", "/apiKeyRequired", "true")]);
    let nowhere = "/restapis/none/resources/none/methods/ANY";
    refused(&plane, ("PATCH", nowhere, harmless()), 404, UNKNOWN_RESOURCE);
    refused(&plane, ("PATCH", &place, harmless()), 404, UNKNOWN_METHOD);
    ask(&plane, "PUT", &place, json!({"authorizationType": "NONE", "apiKeyRequired": true}));
    let (type_, authorizer) = ("/authorizationType", "/authorizerId");
    for (operations, status, message) in [
        (vec![("add", "/operationName", "x")], 400, REPLACE_ONLY),
        (vec![("remove", "/apiKeyRequired", "")], 400, REPLACE_ONLY),
        (vec![("replace", "/httpMethod", "GET")], 400, "Invalid patch path /httpMethod"),
        (vec![("add", "/requestParameters", "x")], 400, "Invalid patch path /requestParameters"),
        (
            vec![("add", "/requestModels/application/json", "Empty")],
            400,
            "Invalid patch path /requestModels/application/json",
        ),
        (vec![("replace", type_, "CUSTOM")], 400, INVALID_AUTHORIZER),
        (vec![("replace", type_, "CUSTOM"), ("replace", authorizer, "a")], 400, INVALID_AUTHORIZER),
        (
            vec![("replace", "/requestValidatorId", "abc123")],
            400,
            "Invalid Request Validator identifier specified",
        ),
        (
            vec![("remove", "/requestParameters/method.request.header.x", "")],
            404,
            "Invalid parameter name specified",
        ),
    ] {
        refused(&plane, ("PATCH", &place, patches(&operations)), status, message);
    }
    let shown = json!({"httpMethod": "ANY", "authorizationType": "NONE", "apiKeyRequired": false});
    for operation in [("replace", "/apiKeyRequired", "what"), ("replace", authorizer, "abc123")] {
        check(&plane, ("PATCH", &place, patches(&[operation])), 200, shown.clone());
    }
}

#[test]
fn method_responses_as_recorded() {
    let plane = plane();
    let (_, root) = new_api(&plane);
    let method = format!("{root}/methods/ANY");
    let place = format!("{method}/responses/200");
    refused(&plane, ("PUT", &place, json!({})), 404, UNKNOWN_METHOD);
    ask(&plane, "PUT", &method, json!({"authorizationType": "NONE"}));
    let full = json!({"statusCode": "200", "responseModels": {"application/json": "Empty"},
        "responseParameters": {"method.response.header.my-header": true}});
    check(&plane, ("PUT", &place, full.clone()), 201, full.clone());
    refused(&plane, ("PUT", &place, json!({})), 409, "Response already exists for this resource");
    check(&plane, ("GET", &place, Value::Null), 200, full.clone());
    let header = "/responseParameters/method.response.header.my-header";
    let model = "/responseModels/application~1json";
    let removed = patches(&[("remove", header, ""), ("remove", model, "")]);
    check(&plane, ("PATCH", &place, removed.clone()), 201, json!({"statusCode": "200"}));
    refused(&plane, ("PATCH", &place, removed), 404, "Invalid parameter name specified");
    let no_model = patches(&[("remove", model, "")]);
    refused(&plane, ("PATCH", &place, no_model), 404, "Content-Type specified was not found");
    let wrong = "/wrong/method.response.header.my-header";
    let message = format!("Invalid patch path {wrong}");
    refused(&plane, ("PATCH", &place, patches(&[("add", wrong, "true")])), 400, &message);
    let added = patches(&[("add", header, "true"), ("add", model, "Empty")]);
    check(&plane, ("PATCH", &place, added), 201, full);
    let (_, shown) = ask(&plane, "GET", &method, Value::Null);
    assert_eq!(shown["methodResponses"]["200"]["statusCode"], "200");
    check(&plane, ("DELETE", &place, Value::Null), 204, Value::Null);
    for verb in ["GET", "DELETE", "PATCH"] {
        let message = "Invalid Response status code specified";
        refused(&plane, (verb, &place, json!({})), 404, message);
    }
}
