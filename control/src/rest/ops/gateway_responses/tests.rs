//! Recorded answers of test_gateway_response_crud and test_update_gateway_response.

use super::*;
use crate::plane::tests::plane;
use crate::rest::tests::{api, ask, refused};

fn default_of(name: &str, status: Option<&str>) -> Value {
    let mut value = json!({
        "defaultResponse": true, "responseParameters": {}, "responseType": name,
        "responseTemplates": {"application/json": "{\"message\":$context.error.messageString}"},
    });
    if let Some(status) = status {
        value["statusCode"] = status.into();
    }
    value
}

#[test]
fn all_types_are_shown_and_only_customised_ones_kept() {
    let plane = plane();
    let base = format!("/restapis/{}/gatewayresponses", api(&plane));
    let one = format!("{base}/MISSING_AUTHENTICATION_TOKEN");
    let default = default_of("MISSING_AUTHENTICATION_TOKEN", Some("403"));
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, default.clone()));
    let parameters = json!({
        "gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'",
        "gatewayresponse.header.x-request-path": "method.request.path.petId",
    });
    let templates = json!({"application/json": "{\"type\": \"$context.error.responseType\"}"});
    let put = json!({
        "statusCode": "404", "responseParameters": parameters, "responseTemplates": templates,
    });
    let mut expect = put.clone();
    expect["defaultResponse"] = false.into();
    expect["responseType"] = "MISSING_AUTHENTICATION_TOKEN".into();
    assert_eq!(ask(&plane, "PUT", &one, put), (201, expect.clone()));
    let (_, all) = ask(&plane, "GET", &base, Value::Null);
    let items = all["item"].as_array().unwrap();
    assert_eq!(items.len(), 21);
    assert!(items.contains(&expect) && all.get("position").is_none());
    assert!(items.contains(&default_of("DEFAULT_4XX", None)));
    assert!(items.contains(&default_of("INTEGRATION_TIMEOUT", Some("504"))));
    let names: Vec<_> = items.iter().map(|item| item["responseType"].as_str()).collect();
    assert!(names.is_sorted());
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, default));
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null).0, 404);
}

#[test]
fn what_is_put_without_a_status_or_template_shows_awss() {
    let plane = plane();
    let one = format!("/restapis/{}/gatewayresponses/INTEGRATION_FAILURE", api(&plane));
    let mut expect = default_of("INTEGRATION_FAILURE", Some("504"));
    expect["defaultResponse"] = false.into();
    assert_eq!(ask(&plane, "PUT", &one, json!({})), (201, expect));
    let wrong = json!({"responseParameters": {"gatewayresponse.header.A": "a"}});
    let text = "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
                [Invalid mapping expression specified: a]";
    assert_eq!(refused(ask(&plane, "PUT", &one, wrong)).2, text);
    let wrong = json!({"statusCode": "wrong"});
    let text = "1 validation error detected: Value 'wrong' at 'putGatewayResponseInput.statusCode' \
                failed to satisfy constraint: Member must satisfy regular expression pattern: \
                [1-5]\\d\\d";
    assert_eq!(refused(ask(&plane, "PUT", &one, wrong)).2, text);
}

#[test]
fn updates_start_from_the_default() {
    let plane = plane();
    let one = format!("/restapis/{}/gatewayresponses/DEFAULT_4XX", api(&plane));
    let patch =
        |operations: Value| ask(&plane, "PATCH", &one, json!({ "patchOperations": operations }));
    let status = json!([{"op": "replace", "path": "/statusCode", "value": "444"}]);
    let mut expect = default_of("DEFAULT_4XX", Some("444"));
    expect["defaultResponse"] = false.into();
    assert_eq!(patch(status), (200, expect.clone()));
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, expect.clone()));
    let xml =
        json!([{"op": "add", "path": "/responseTemplates/application~1xml", "value": "<x/>"}]);
    expect["responseTemplates"]["application/xml"] = "<x/>".into();
    assert_eq!(patch(xml), (200, expect));
    let check = |operation: Value, status, code: &str, text: &str| {
        let (status_is, code_is, text_is) = refused(patch(json!([operation])));
        assert_eq!((status_is, &*code_is, &*text_is), (status, code, text));
    };
    let bad = "BadRequestException";
    for op in ["add", "remove"] {
        let operation = json!({"op": op, "path": "/statusCode", "value": "444"});
        check(operation, 400, bad, "Invalid patch path /statusCode");
    }
    let absent = "/responseParameters/gatewayresponse.header.Absent";
    let operation = json!({"op": "replace", "path": absent, "value": "'a'"});
    check(operation, 404, "NotFoundException", "Invalid parameter name specified");
    check(json!({"op": "add", "value": "444"}), 400, bad, "Invalid patch path null");
    let operation = json!({"op": "replace", "path": "/wrongPath", "value": "444"});
    check(operation, 400, bad, "Invalid patch path /wrongPath");
    let operation = json!({"op": "replace", "path": "/responseTemplates/application~1json"});
    check(operation, 400, bad, "Invalid null or empty value in responseTemplates");
    let operation = json!({"op": "add", "path": absent});
    check(operation, 400, bad, "Invalid null or empty value in responseParameters");
    let text = "1 validation error detected: Value 'wrong-op' at \
                'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy \
                constraint: Member must satisfy enum value set: [add, remove, move, test, replace, \
                copy]";
    check(json!({"op": "wrong-op", "path": "/statusCode"}), 400, "ValidationException", text);
}
