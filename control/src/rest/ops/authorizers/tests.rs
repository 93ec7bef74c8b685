//! Recorded answers, and the rules of each type.

use super::*;
use crate::plane::tests::plane;
use crate::rest::tests::{api, ask, prepare, refused};

const URI: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
                   arn:aws:lambda:us-east-1:000000000000:function:f/invocations";

fn token() -> Value {
    json!({
        "name": "lambda_authorizer", "type": "TOKEN", "authorizerUri": URI,
        "identitySource": "method.request.header.Auth",
    })
}

#[test]
fn an_authorizer_lives() {
    let plane = plane();
    let base = format!("/restapis/{}/authorizers", api(&plane));
    let (code, made) = ask(&plane, "POST", &base, token());
    let mut expect = token();
    expect["authType"] = "custom".into();
    expect["id"] = made["id"].clone();
    assert_eq!((code, &made), (201, &expect));
    let one = format!("{base}/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, expect.clone()));
    assert_eq!(ask(&plane, "GET", &base, Value::Null), (200, json!({"item": [expect]})));
    let patch = json!({"patchOperations": [
        {"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": "60"},
        {"op": "replace", "path": "/name", "value": "other"},
    ]});
    expect["authorizerResultTtlInSeconds"] = 60.into();
    expect["name"] = "other".into();
    assert_eq!(ask(&plane, "PATCH", &one, patch), (200, expect));
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
    let gone = refused(ask(&plane, "GET", &one, Value::Null));
    assert_eq!(gone.2, "Invalid Authorizer identifier specified");
}

#[test]
fn an_unknown_api_is_a_conflict_or_not_found() {
    let plane = plane();
    let (status, code, text) = refused(ask(&plane, "POST", "/restapis/none/authorizers", token()));
    let expect = "Unable to complete operation due to concurrent modification. Please try again \
                  later.";
    assert_eq!((status, &*code, &*text), (409, "ConflictException", expect));
    let (status, _, text) = refused(ask(&plane, "GET", "/restapis/none/authorizers", Value::Null));
    assert_eq!((status, &*text), (404, "Invalid API identifier specified 000000000000:none"));
}

#[test]
fn one_that_a_method_names_stays() {
    let plane = plane();
    let api = api(&plane);
    let base = format!("/restapis/{api}/authorizers");
    let (_, made) = ask(&plane, "POST", &base, token());
    prepare(&plane, json!({"restApiId": api, "authorizerId": made["id"]}), |call| {
        let method = ringway_core::definition::Method {
            authorizer_id: call.input.text("authorizerId").map(str::to_owned),
            ..Default::default()
        };
        let resource = Resource {
            id: "r".into(),
            path: "/test".into(),
            methods: [("GET".to_owned(), method)].into_iter().collect(),
            ..Resource::default()
        };
        let api = call.input.required("restApiId").to_owned();
        call.tx.put(&api, "r", &resource)?;
        Ok(Answer::Empty)
    });
    let one = format!("{base}/{}", made["id"].as_str().unwrap());
    let text = "Cannot delete authorizer 'lambda_authorizer', is referenced in method: GET//test";
    let expect = (409, "ConflictException".to_owned(), text.to_owned());
    assert_eq!(refused(ask(&plane, "DELETE", &one, Value::Null)), expect);
}

#[test]
fn each_type_has_its_rules() {
    let plane = plane();
    let base = format!("/restapis/{}/authorizers", api(&plane));
    let check = |changes: Value, expect: &str| {
        let mut sent = token();
        for (name, value) in changes.as_object().unwrap() {
            sent[name] = value.clone();
        }
        let answered = ask(&plane, "POST", &base, sent);
        let text = if answered.0 == 201 { String::new() } else { refused(answered.clone()).2 };
        assert!(text.starts_with(expect) && text.is_empty() == expect.is_empty(), "{answered:?}");
    };
    check(json!({}), "");
    check(json!({}), "Authorizer name must be unique. Authorizer lambda_authorizer already exists");
    check(json!({"name": " "}), "Authorizer name cannot be blank");
    let uri = "arn:aws:apigateway:region:lambda:path/2015-03-31/functions/f/invocations";
    check(json!({"authorizerUri": uri}), "Invalid Authorizer URI: arn:aws:apigateway:region:");
    check(json!({"authorizerUri": null}), "Invalid Authorizer URI: . Authorizer URI should be a");
    check(json!({"authorizerResultTtlInSeconds": 3_601}), "Authorizer result TTL must be");
    check(json!({"identitySource": null}), "Identity source is required");
    check(json!({"identitySource": "method.request.querystring.a"}), "Invalid mapping expression");
    check(json!({"identityValidationExpression": "("}), "Invalid identity validation expression");
    let request = |source: Value, ttl: i64| {
        let name = format!("request {source} {ttl}");
        json!({
            "type": "REQUEST", "name": name, "identitySource": source,
            "authorizerResultTtlInSeconds": ttl,
        })
    };
    check(request("method.request.header.A, context.httpMethod".into(), 60), "");
    check(request(Value::Null, 0), "");
    check(request(Value::Null, 60), "Identity source is required for authorizers of type REQUEST");
    let pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a";
    let cognito =
        |arns: Value| json!({"type": "COGNITO_USER_POOLS", "name": "c", "providerARNs": arns});
    check(cognito(json!([])), "Provider ARNs are required");
    check(cognito(json!(["pool"])), "Invalid ARN. ARN is not well formed pool");
    check(cognito(json!([pool])), "");
    check(json!({"type": "JWT", "name": "j"}), "JWT configuration is required");
}
