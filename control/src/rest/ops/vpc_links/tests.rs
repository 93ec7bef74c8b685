//! Recorded answers of TestApiGatewayVpcLink, and links in use.

use ringway_core::definition::{Integration, Method, Resource, RestApi};
use serde_json::json;

use super::*;
use crate::plane::tests::plane;
use crate::rest::tests::{api, ask, prepare, refused};

const TARGET: &str = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/my/50dc";

#[test]
fn a_link_lives() {
    let plane = plane();
    let sent = json!({"name": "link", "targetArns": [TARGET], "tags": {"a": "b"}});
    let (code, made) = ask(&plane, "POST", "/vpclinks", sent.clone());
    let mut expect = sent;
    expect["id"] = made["id"].clone();
    expect["status"] = "PENDING".into();
    assert_eq!((code, &made), (202, &expect));
    expect["status"] = "AVAILABLE".into();
    expect["statusMessage"] = "Your vpc link is ready for use".into();
    let one = format!("/vpclinks/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, expect.clone()));
    let patch = json!([{"op": "replace", "path": "/name", "value": "other"}]);
    expect["name"] = "other".into();
    let updated = ask(&plane, "PATCH", &one, json!({ "patchOperations": patch }));
    assert_eq!(updated, (200, expect.clone()));
    assert_eq!(ask(&plane, "GET", "/vpclinks", Value::Null), (200, json!({"item": [expect]})));
    let patch = json!([{"op": "add", "path": "/targetArns", "value": TARGET}]);
    let fixed = refused(ask(&plane, "PATCH", &one, json!({ "patchOperations": patch })));
    assert_eq!(fixed.2, "Target arns are not allowed to be changed/added.");
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
}

#[test]
fn what_is_wrong_is_refused() {
    let plane = plane();
    let check = |name: &str, targets: Value, expect: &str| {
        let sent = json!({"name": name, "targetArns": targets});
        let (status, code, text) = refused(ask(&plane, "POST", "/vpclinks", sent));
        assert_eq!((status, &*code, &*text), (400, "BadRequestException", expect));
    };
    check("a", json!(["invalid-arn"]), "Invalid ARN. ARN is not well formed invalid-arn");
    check("", json!([TARGET]), "Name cannot be empty");
    check("a", json!([TARGET, TARGET]), "More than one target arn specified for vpc link.");
    for method in ["GET", "DELETE"] {
        let (status, code, text) = refused(ask(&plane, method, "/vpclinks/invalid", Value::Null));
        let expect = (404, "NotFoundException", "Invalid Vpc Link identifier specified");
        assert_eq!((status, &*code, &*text), expect);
    }
}

#[test]
fn one_that_a_stage_uses_stays() {
    let plane = plane();
    let api = api(&plane);
    let (_, link) = ask(&plane, "POST", "/vpclinks", json!({"name": "a", "targetArns": [TARGET]}));
    let link = link["id"].as_str().unwrap();
    prepare(&plane, json!({"restApiId": &api, "vpcLinkId": link}), |call| {
        let (api, link) = (call.input.required("restApiId"), call.input.required("vpcLinkId"));
        let (api, link) = (api.to_owned(), link.to_owned());
        let method = |connection: &str| Method {
            integration: Some(Integration {
                connection_id: Some(connection.to_owned()),
                ..Integration::default()
            }),
            ..Method::default()
        };
        let methods = [
            ("GET".to_owned(), method(&link)),
            ("POST".to_owned(), method("${stageVariables.link}")),
            ("PUT".to_owned(), method("other")),
        ];
        let resource = Resource {
            id: "r".into(),
            methods: methods.into_iter().collect(),
            ..Resource::default()
        };
        let deployed = DeployedApi(RestApi { resources: vec![resource], ..RestApi::default() });
        call.tx.put(&api, "d", &deployed)?;
        let variables = json!({ "link": link });
        let stage = json!({"stageName": "dev", "deploymentId": "d", "variables": variables});
        let stage: Stage = serde_json::from_value(stage).unwrap();
        call.tx.put(&api, "dev", &stage)?;
        Ok(Answer::Empty)
    });
    let expect = format!(
        "Cannot delete vpc link. Vpc link '{link}', is referenced in [{api}:GET:r:dev, \
         {api}:POST:r:dev] in format of [RESTApiId:Method:Resource:Stage]."
    );
    assert_eq!(refused(ask(&plane, "DELETE", &format!("/vpclinks/{link}"), Value::Null)).2, expect);
}
