//! Records, and what becomes of calls that cannot be recorded.

use axum::http::HeaderMap;
use serde_json::json;

use super::record::without_secrets;
use super::*;
use crate::access::{Caller, Presented};
use crate::documents::Scope;

/// The record of a call with these parameters and this outcome.
fn record(method: &str, parameters: Value, outcome: Result<Value, ManagementError>) -> Value {
    let mut headers = HeaderMap::new();
    headers.insert("user-agent", "Boto3/1".parse().unwrap());
    let credential = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/a/b/c, Signature=0";
    headers.insert("authorization", credential.parse().unwrap());
    let method = method.parse().unwrap();
    let call = Presented {
        method: &method,
        path: "/restapis",
        query: "",
        headers: &headers,
        body: b"",
        peer: Some("::ffff:127.0.0.1".parse().unwrap()),
    };
    let mut event =
        Event::new(Source::ApiGateway, "CreateRestApi", call, "id-1", 1_440_938_160_000);
    event.caller = Some(Caller::anybody(Scope::new("000000000000", "eu-west-1")));
    event.parameters = Some(parameters);
    let text = event.record(outcome.as_ref().map(Some)).unwrap();
    assert!(!text.contains('\n'), "{text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_record_has_the_members_of_cloudtrail() {
    let answer = json!({"id": "abc123", "name": "pets", "description": "d", "tags": {"id": "x"}});
    let mut found = record("POST", json!({"name": "pets"}), Ok(answer));
    assert_eq!(found["eventID"].as_str().unwrap().len(), 36);
    found["eventID"] = "".into();
    let expect = json!({
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "Unknown", "accountId": "000000000000", "accessKeyId": "AKIAEXAMPLE",
        },
        "eventTime": "2015-08-30T12:36:00Z",
        "eventSource": "apigateway.amazonaws.com",
        "eventName": "CreateRestApi",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "Boto3/1",
        "requestParameters": {"name": "pets"},
        "responseElements": {"id": "abc123", "name": "pets"},
        "requestID": "id-1",
        "eventID": "",
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "000000000000",
        "eventCategory": "Management",
    });
    assert_eq!(found, expect);
}

#[test]
fn a_refusal_is_recorded_with_its_code_and_first_paragraph() {
    let error = ManagementError::access_denied("No.\n\nThe Canonical String was 'secret'");
    let found = record("GET", json!({}), Err(error));
    assert_eq!(found["errorCode"], "AccessDeniedException");
    assert_eq!(found["errorMessage"], "No.");
    assert_eq!((&found["readOnly"], &found["responseElements"]), (&json!(true), &Value::Null));
}

#[test]
fn a_record_is_bounded() {
    let large = json!({"description": "x".repeat(100_000)});
    let found = record("POST", large, Err(ManagementError::bad_request("m".repeat(100_000))));
    assert_eq!(found["requestParameters"]["omitted"], true);
    assert!(found["requestParameters"]["originalSize"].as_u64().unwrap() > 100_000);
    assert!(found.to_string().len() < 4_096);
}

#[test]
fn secrets_are_hidden() {
    let check = |given: Value, expect: Value| assert_eq!(without_secrets(&given), expect);
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    check(json!({"name": "n", "value": "s"}), json!({"name": "n", "value": hidden}));
    check(json!({"certificatePrivateKey": "s"}), json!({"certificatePrivateKey": hidden}));
    check(
        json!({"body": {"a": "s"}, "headers": {"b": "s"}}),
        json!({"body": hidden, "headers": hidden}),
    );
    let patch = |path: &str, value: &str| {
        let change = json!({"op": "replace", "path": path, "value": value});
        json!({ "patchOperations": [change] })
    };
    check(patch("/description", "shown"), patch("/description", "shown"));
    check(patch("/variables/token", "s"), patch("/variables/token", hidden));
    check(patch("/certificatePrivateKey", "s"), patch("/certificatePrivateKey", hidden));
}

/// `/dev/full` takes nothing, as a full disk does.
#[test]
fn without_a_record_nothing_is_changed_but_all_can_be_read() {
    let audit = Audit::open(&LogDestination::File("/dev/full".into())).unwrap();
    let check = |method: &str, expect: Option<u16>| {
        let (method, headers) = (method.parse().unwrap(), HeaderMap::new());
        let call = Presented {
            method: &method,
            path: "/",
            query: "",
            headers: &headers,
            body: b"",
            peer: None,
        };
        let event = Event::new(Source::ApiGateway, "Any", call, "id", 0);
        let found = audit.succeeded(&event, None);
        assert_eq!(found.err().map(|error| error.status.as_u16()), expect, "{method}");
    };
    check("GET", None);
    check("POST", Some(503));
    check("DELETE", Some(503));
}

/// The answer is refused before the store has seen it.
#[test]
fn a_call_that_cannot_be_recorded_leaves_nothing() {
    let audit = Audit::open(&LogDestination::File("/dev/full".into())).unwrap();
    let plane = crate::plane::tests::plane().with_audit(audit);
    let ask = crate::rest::tests::ask;
    assert_eq!(ask(&plane, "POST", "/restapis", json!({"name": "pets"})).0, 503);
    assert_eq!(ask(&plane, "GET", "/restapis", Value::Null), (200, json!({"item": []})));
}
