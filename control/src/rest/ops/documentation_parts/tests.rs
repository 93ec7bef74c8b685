//! Parts and versions, with the recorded answers of TestDocumentations and
//! TestApiGatewayApiDocumentationPart.

use super::*;
use crate::plane::tests::plane;
use crate::rest::tests::{api, ask, deployed, refused};

#[test]
fn parts_and_versions_live() {
    let plane = plane();
    let base = format!("/restapis/{}/documentation", api(&plane));
    let parts = format!("{base}/parts");
    let sent = json!({"location": {"type": "API"}, "properties": "{\"foo\": \"bar\"}"});
    let (code, part) = ask(&plane, "POST", &parts, sent.clone());
    let mut expect = sent.clone();
    expect["id"] = part["id"].clone();
    assert_eq!((code, &part), (201, &expect));
    assert_eq!(ask(&plane, "GET", &parts, Value::Null), (200, json!({"item": [expect]})));
    let (status, code, text) = refused(ask(&plane, "POST", &parts, sent));
    let taken = "Documentation part already exists for the specified location: type 'API'.";
    assert_eq!((status, &*code, &*text), (409, "ConflictException", taken));

    let versions = format!("{base}/versions");
    let (code, version) = ask(&plane, "POST", &versions, json!({"documentationVersion": "v123"}));
    let created = version["createdDate"].clone();
    assert!(created.is_i64());
    let mut expect = json!({"createdDate": created, "version": "v123"});
    assert_eq!((code, version), (201, expect.clone()));
    let one = format!("{versions}/v123");
    let patch = json!([{"op": "replace", "path": "/description", "value": "doc version new"}]);
    expect["description"] = "doc version new".into();
    let updated = ask(&plane, "PATCH", &one, json!({ "patchOperations": patch }));
    assert_eq!(updated, (200, expect.clone()));
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, expect.clone()));
    assert_eq!(ask(&plane, "GET", &versions, Value::Null), (200, json!({"item": [expect]})));
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
    let gone = refused(ask(&plane, "GET", &one, Value::Null));
    assert_eq!((gone.0, &*gone.2), (404, "Invalid Documentation version specified"));

    let one = format!("{parts}/{}", part["id"].as_str().unwrap());
    let patch = |value: &str| {
        let patch = json!([{"op": "replace", "path": "/properties", "value": value}]);
        ask(&plane, "PATCH", &one, json!({ "patchOperations": patch }))
    };
    assert_eq!(patch("{}").1["properties"], "{}");
    assert_eq!(patch("text").0, 400);
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
}

#[test]
fn what_is_unknown_is_not_found() {
    let plane = plane();
    let api = api(&plane);
    let check = |method, uri: String, expect: &str| {
        let body = match method {
            "POST" => json!({"location": {"type": "API"}, "properties": "{}"}),
            _ => Value::Null,
        };
        let (status, code, text) = refused(ask(&plane, method, &uri, body));
        assert_eq!((status, &*code, &*text), (404, "NotFoundException", expect));
    };
    let no_api = "Invalid API identifier specified 000000000000:none";
    check("GET", "/restapis/none/documentation/parts".into(), no_api);
    check("POST", "/restapis/none/documentation/parts".into(), no_api);
    let no_part = "Invalid Documentation part identifier specified";
    check("GET", "/restapis/none/documentation/parts/abc".into(), no_part);
    check("GET", format!("/restapis/{api}/documentation/parts/abc"), no_part);
}

#[test]
fn a_location_has_what_its_type_has() {
    let plane = plane();
    let parts = format!("/restapis/{}/documentation/parts", api(&plane));
    let check = |location: Value, expect: Result<Value, &str>| {
        let sent = json!({"location": location, "properties": "{}"});
        let answered = ask(&plane, "POST", &parts, sent);
        match expect {
            Ok(location) => assert_eq!((answered.0, &answered.1["location"]), (201, &location)),
            Err(text) => assert_eq!(refused(answered).2, text),
        }
    };
    check(json!({"type": "METHOD"}), Ok(json!({"type": "METHOD", "path": "/", "method": "*"})));
    let text = "Documentation parts of type API have no location path";
    check(json!({"type": "API", "path": "/"}), Err(text));
    check(json!({"type": "MODEL"}), Err("Documentation parts of type MODEL need a location name"));
    let header = json!({
        "type": "RESPONSE_HEADER", "path": "/a", "method": "GET", "statusCode": "200", "name": "X",
    });
    check(header.clone(), Ok(header));
    let wrong = json!({"location": {"type": "API"}, "properties": "[]"});
    assert_eq!(ask(&plane, "POST", &parts, wrong).0, 400);
}

#[test]
fn lists_are_filtered() {
    let plane = plane();
    let api = deployed(&plane);
    let versions = format!("/restapis/{api}/documentation/versions");
    let sent = |stage: &str| json!({"documentationVersion": "1", "stageName": stage});
    let unknown = refused(ask(&plane, "POST", &versions, sent("none")));
    assert_eq!((unknown.0, &*unknown.2), (404, "Invalid stage identifier specified"));
    assert_eq!(ask(&plane, "POST", &versions, sent("dev")).0, 201);
    let used = refused(ask(&plane, "DELETE", &format!("{versions}/1"), Value::Null));
    assert_eq!((used.0, &*used.2), (400, "Documentation version 1 is used by stage dev"));
}
