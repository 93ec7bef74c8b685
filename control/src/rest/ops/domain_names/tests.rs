//! Domain names, their base path mappings and associations.

use super::*;
use crate::plane::Plane;
use crate::plane::tests::plane;
use crate::rest::tests::{ask, deployed, prepare, refused};

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:000000000000:certificate/a";

fn regional(name: &str) -> Value {
    json!({
        "domainName": name, "regionalCertificateArn": CERTIFICATE,
        "endpointConfiguration": {"types": ["REGIONAL"]},
    })
}

fn patch(plane: &Plane, uri: &str, operations: Value) -> (u16, Value) {
    ask(plane, "PATCH", uri, json!({ "patchOperations": operations }))
}

#[test]
fn a_regional_name_lives() {
    let plane = plane();
    let (code, made) = ask(&plane, "POST", "/domainnames", regional("api.example.com"));
    let name = made["regionalDomainName"].as_str().unwrap().to_owned();
    let id = name.strip_prefix("d-").unwrap();
    let id = id.strip_suffix(".execute-api.us-east-1.amazonaws.com").unwrap();
    assert_eq!(id.len(), 10);
    let expect = json!({
        "domainName": "api.example.com",
        "domainNameArn": "arn:aws:apigateway:us-east-1::/domainnames/api.example.com",
        "domainNameStatus": "AVAILABLE",
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
        "regionalCertificateArn": CERTIFICATE,
        "regionalDomainName": name,
        "regionalHostedZoneId": "Z1UJRXOUMOOFQ8",
        "routingMode": "BASE_PATH_MAPPING_ONLY",
        "securityPolicy": "TLS_1_2",
    });
    assert_eq!((code, &made), (201, &expect));
    let one = "/domainnames/api.example.com";
    assert_eq!(ask(&plane, "GET", one, Value::Null), (200, expect.clone()));
    let (_, all) = ask(&plane, "GET", "/domainnames", Value::Null);
    assert_eq!(all, json!({"item": [expect]}));
    let others = "/domainnames?resourceOwner=OTHER_ACCOUNTS";
    assert_eq!(ask(&plane, "GET", others, Value::Null).1, json!({"item": []}));
    let again = refused(ask(&plane, "POST", "/domainnames", regional("api.example.com")));
    assert_eq!(again.2, "The domain name you provided already exists.");
    assert_eq!(ask(&plane, "DELETE", one, Value::Null), (202, Value::Null));
    let gone = refused(ask(&plane, "GET", one, Value::Null));
    assert_eq!((gone.0, &*gone.2), (404, "Invalid domain name identifier specified"));
}

#[test]
fn a_name_moves_between_endpoints() {
    let plane = plane();
    let sent = json!({"domainName": "a.example.com", "certificateArn": CERTIFICATE});
    let (_, made) = ask(&plane, "POST", "/domainnames", sent);
    let distribution = made["distributionDomainName"].as_str().unwrap();
    assert!(distribution.starts_with('d') && distribution.ends_with(".cloudfront.net"));
    assert_eq!(made["distributionHostedZoneId"], "Z2FDTNDATAQYW2");
    assert!(made["certificateUploadDate"].is_i64() && made.get("regionalDomainName").is_none());
    let one = "/domainnames/a.example.com";
    let both = json!([
        {"op": "add", "path": "/endpointConfiguration/types", "value": "REGIONAL"},
        {"op": "add", "path": "/regionalCertificateArn", "value": CERTIFICATE},
    ]);
    let (_, both) = patch(&plane, one, both);
    assert_eq!(both["endpointConfiguration"]["types"], json!(["EDGE", "REGIONAL"]));
    assert_eq!(both["distributionDomainName"], distribution);
    let without = json!([
        {"op": "remove", "path": "/endpointConfiguration/types", "value": "EDGE"},
        {"op": "remove", "path": "/certificateArn"},
    ]);
    let (_, moved) = patch(&plane, one, without);
    assert_eq!(moved["regionalDomainName"], both["regionalDomainName"]);
    for name in ["distributionDomainName", "distributionHostedZoneId", "certificateUploadDate"] {
        assert!(moved.get(name).is_none(), "{name}: {moved}");
    }
    let check = |operations: Value, expect: &str| {
        assert_eq!(refused(patch(&plane, one, operations)).2, expect);
    };
    check(
        json!([{"op": "remove", "path": "/regionalCertificateArn"}]),
        "A certificate was not provided for the endpoint type REGIONAL.",
    );
    check(
        json!([{"op": "replace", "path": "/endpointConfiguration/types/0", "value": "PRIVATE"}]),
        "A domain name cannot change between private and public endpoints",
    );
    check(
        json!([{"op": "replace", "path": "/domainName", "value": "x"}]),
        "Invalid patch path /domainName",
    );
    let mutual = json!([
        {"op": "add", "path": "/mutualTlsAuthentication/truststoreUri", "value": "s3://b/k"},
    ]);
    let (_, mutual) = patch(&plane, one, mutual);
    assert_eq!(mutual["mutualTlsAuthentication"], json!({"truststoreUri": "s3://b/k"}));
    let off = json!([
        {"op": "replace", "path": "/mutualTlsAuthentication/truststoreUri", "value": ""},
    ]);
    assert!(patch(&plane, one, off).1.get("mutualTlsAuthentication").is_none());
}

#[test]
fn what_is_wrong_is_refused() {
    let plane = plane();
    let check = |changes: Value, expect: &str| {
        let mut sent = regional("a.example.com");
        for (name, value) in changes.as_object().unwrap() {
            sent[name] = value.clone();
        }
        let (status, _, text) = refused(ask(&plane, "POST", "/domainnames", sent));
        assert_eq!((status, &*text), (400, expect));
    };
    check(json!({"domainName": ""}), "No Domain Name specified");
    check(json!({"domainName": "a..b"}), "Invalid domain name: a..b");
    check(json!({"domainName": "A.b"}), "Invalid domain name: A.b");
    check(
        json!({"endpointConfiguration": {}}),
        "A certificate was not provided for the endpoint type EDGE.",
    );
    check(json!({"regionalCertificateArn": "x"}), "Invalid ARN. ARN is not well formed x");
    check(
        json!({"securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09"}),
        "Endpoint access mode is required for the specified security policy",
    );
    check(
        json!({"mutualTlsAuthentication": {"truststoreUri": "file"}}),
        "Invalid truststore URI, it must be s3://bucket/key: file",
    );
    check(
        json!({"policy": "{\"Statement\": []}"}),
        "Policies are only supported for private domain names",
    );
}

#[test]
fn an_uploaded_certificate_is_checked_and_not_shown() {
    let plane = plane();
    let made = rcgen::generate_simple_self_signed(["a.example.com".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["a.example.com".to_owned()]).unwrap();
    let upload = |body: String, key: String| {
        let sent = json!({
            "domainName": "a.example.com", "certificateName": "a", "certificateBody": body,
            "certificatePrivateKey": key,
        });
        ask(&plane, "POST", "/domainnames", sent)
    };
    let text = "The certificate and the private key do not belong together";
    let key = || made.signing_key.serialize_pem();
    assert_eq!(refused(upload(other.cert.pem(), key())).2, text);
    assert_eq!(refused(upload("x".into(), key())).2, "Invalid certificate body");
    assert_eq!(refused(upload(made.cert.pem(), "x".into())).2, "Invalid certificate private key");
    let (code, answer) = upload(made.cert.pem(), key());
    assert_eq!(code, 201);
    assert!(!answer.to_string().contains("BEGIN"), "{answer}");
    prepare(&plane, json!({"domainName": "a.example.com"}), |call| {
        let domain = existing(call)?;
        assert!(domain.uploaded_certificate.as_ref().unwrap().private_key.0.contains("BEGIN"));
        assert!(!format!("{domain:?}").contains("PRIVATE"));
        Ok(Answer::Empty)
    });
}

#[test]
fn private_names_are_told_apart_by_their_identifiers() {
    let plane = plane();
    let sent = json!({
        "domainName": "p.example.com", "certificateArn": CERTIFICATE,
        "endpointConfiguration": {"types": ["PRIVATE"]},
        "policy": "{\"Statement\": []}",
    });
    let (_, first) = ask(&plane, "POST", "/domainnames", sent.clone());
    let (code, second) = ask(&plane, "POST", "/domainnames", sent);
    assert_eq!(code, 201, "{second}");
    let id = first["domainNameId"].as_str().unwrap();
    let arn = first["domainNameArn"].as_str().unwrap();
    let expect =
        format!("arn:aws:apigateway:us-east-1:000000000000:/domainnames/p.example.com+{id}");
    assert_eq!(arn, expect);
    assert_eq!(first["policy"], "{\\\"Statement\\\":[]}");
    assert_eq!(first["endpointConfiguration"]["ipAddressType"], "dualstack");
    assert_eq!(ask(&plane, "GET", "/domainnames/p.example.com", Value::Null).0, 404);
    let one = format!("/domainnames/p.example.com?domainNameId={id}");
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, first.clone()));

    let associate = |domain: &str, source: &str| {
        let sent = json!({
            "domainNameArn": domain, "accessAssociationSource": source,
            "accessAssociationSourceType": "VPCE",
        });
        ask(&plane, "POST", "/domainnameaccessassociations", sent)
    };
    let (code, made) = associate(arn, "vpce-1");
    let association = format!(
        "arn:aws:apigateway:us-east-1:000000000000:/domainnameaccessassociations/domainname/\
         p.example.com+{id}/vpcesource/vpce-1"
    );
    assert_eq!((code, &made["domainNameAccessAssociationArn"]), (201, &json!(association)));
    assert_eq!(associate(arn, "vpce-1").0, 409);
    assert_eq!(associate(arn, "vpc-1").0, 400);
    assert_eq!(associate(&arn.replace("000000000000", "111111111111"), "vpce-1").0, 403);
    let all = ask(&plane, "GET", "/domainnameaccessassociations", Value::Null).1;
    assert_eq!(all, json!({"item": [made]}));
    let encoded = |arn: &str| arn.replace('/', "%2F").replace('+', "%2B");
    let reject = format!(
        "/rejectdomainnameaccessassociations?domainNameAccessAssociationArn={}&domainNameArn={}",
        encoded(&association),
        encoded(arn)
    );
    assert_eq!(ask(&plane, "POST", &reject, Value::Null), (202, Value::Null));
    assert_eq!(ask(&plane, "POST", &reject, Value::Null).0, 404);
    assert_eq!(associate(arn, "vpce-2").0, 201);
    let two = format!(
        "/domainnameaccessassociations/{}",
        encoded(&association).replace("vpce-1", "vpce-2")
    );
    assert_eq!(ask(&plane, "DELETE", &two, Value::Null), (202, Value::Null));
    assert_eq!(associate(arn, "vpce-3").0, 201);
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
    let all = ask(&plane, "GET", "/domainnameaccessassociations", Value::Null).1;
    assert_eq!(all, json!({"item": []}));
}

#[test]
fn base_paths_lead_to_apis_that_exist() {
    let plane = plane();
    let api = deployed(&plane);
    assert_eq!(ask(&plane, "POST", "/domainnames", regional("a.example.com")).0, 201);
    let base = "/domainnames/a.example.com/basepathmappings";
    let map = |sent: Value| ask(&plane, "POST", base, sent);
    let none = json!({"basePath": "(none)", "restApiId": &api, "stage": "dev"});
    assert_eq!(map(json!({"restApiId": &api, "stage": "dev"})), (201, none.clone()));
    assert_eq!(ask(&plane, "GET", &format!("{base}/(none)"), Value::Null), (200, none.clone()));
    let pets = json!({"basePath": "pets", "restApiId": &api});
    assert_eq!(map(pets.clone()), (201, pets.clone()));
    assert_eq!(ask(&plane, "GET", base, Value::Null), (200, json!({"item": [none, pets]})));
    let check = |sent: Value, status: u16, expect: &str| {
        let answered = refused(map(sent));
        assert_eq!((answered.0, &*answered.2), (status, expect));
    };
    check(json!({"restApiId": "none"}), 400, "Invalid REST API identifier specified");
    let unknown = json!({"restApiId": &api, "stage": "none"});
    check(unknown, 400, "Invalid stage identifier specified");
    check(pets, 409, "Base path already exists for this domain name");
    let empty = json!({"basePath": "", "restApiId": &api});
    check(empty, 409, "Only one base path mapping is allowed if the base path is empty.");
    assert_eq!(map(json!({"basePath": "a/b", "restApiId": &api})).0, 400);
    assert_eq!(map(json!({"basePath": "a b", "restApiId": &api})).0, 400);

    let moved = json!([
        {"op": "replace", "path": "/basePath", "value": "cats"},
        {"op": "replace", "path": "/stage", "value": "dev"},
        {"op": "replace", "path": "/restapiId", "value": &api},
    ]);
    let pets = format!("{base}/pets");
    let cats = json!({"basePath": "cats", "restApiId": &api, "stage": "dev"});
    assert_eq!(patch(&plane, &pets, moved), (200, cats));
    let gone = refused(ask(&plane, "GET", &pets, Value::Null));
    assert_eq!((gone.0, &*gone.2), (404, "Invalid base path mapping identifier specified"));
    let onto = json!([{"op": "replace", "path": "/basePath", "value": ""}]);
    assert_eq!(patch(&plane, &format!("{base}/cats"), onto).0, 409);

    let own = format!("/restapis/{api}");
    let expect = format!(
        "Deleting RestApi {api} failed. Please remove all base path mappings related to the \
         RestApi in your domains: a.example.com"
    );
    assert_eq!(refused(ask(&plane, "DELETE", &own, Value::Null)).2, expect);
    for path in ["cats", "(none)"] {
        assert_eq!(ask(&plane, "DELETE", &format!("{base}/{path}"), Value::Null).0, 202);
    }
    assert_eq!(ask(&plane, "DELETE", &own, Value::Null).0, 202);
}
