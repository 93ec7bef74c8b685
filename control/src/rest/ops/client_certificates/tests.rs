//! Certificates are real, and their keys stay inside.

use rcgen::PublicKeyData;
use serde_json::json;

use super::*;
use crate::plane::tests::plane;
use crate::rest::tests::{ask, deployed, refused};

#[test]
fn a_certificate_lives() {
    let plane = plane();
    let (code, made) = ask(&plane, "POST", "/clientcertificates", json!({"description": "d"}));
    assert_eq!(code, 201, "{made}");
    let mut names: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expect = [
        "clientCertificateId",
        "createdDate",
        "description",
        "expirationDate",
        "pemEncodedCertificate",
    ];
    assert_eq!(names, expect);
    let seconds = |name: &str| made[name].as_i64().unwrap();
    assert_eq!(seconds("expirationDate") - seconds("createdDate"), 365 * 86_400);
    assert!(!made.to_string().contains("PRIVATE"));
    let one = format!("/clientcertificates/{}", made["clientCertificateId"].as_str().unwrap());
    assert_eq!(ask(&plane, "GET", &one, Value::Null), (200, made.clone()));
    let patch = json!([{"op": "replace", "path": "/description", "value": "e"}]);
    let updated = ask(&plane, "PATCH", &one, json!({ "patchOperations": patch }));
    assert_eq!((updated.0, &updated.1["description"]), (200, &json!("e")));
    let (_, all) = ask(&plane, "GET", "/clientcertificates", Value::Null);
    assert_eq!(all["item"][0]["pemEncodedCertificate"], made["pemEncodedCertificate"]);
    assert_eq!(ask(&plane, "DELETE", &one, Value::Null), (202, Value::Null));
    let gone = refused(ask(&plane, "GET", &one, Value::Null));
    assert_eq!(gone.2, "Invalid Client Certificate identifier specified");
}

#[test]
fn the_key_is_that_of_the_certificate() {
    let (certificate, key) = self_signed(1_700_000_000).unwrap();
    let pair = KeyPair::from_pem(&key.0).unwrap();
    let certificate = pem::parse(certificate).unwrap();
    let public = pair.subject_public_key_info();
    assert!(certificate.contents().windows(public.len()).any(|window| window == public));
    // UTCTime of 1700000000 and of a year later.
    for date in [b"231114221320Z", b"241113221320Z"] {
        assert!(certificate.contents().windows(date.len()).any(|window| window == date));
    }
    assert_eq!(format!("{key:?}"), "Secret(…)");
}

#[test]
fn one_that_a_stage_uses_stays() {
    let plane = plane();
    let api = deployed(&plane);
    let (_, certificate) = ask(&plane, "POST", "/clientcertificates", json!({}));
    let id = certificate["clientCertificateId"].as_str().unwrap();
    let operation = json!({"op": "replace", "path": "/clientCertificateId", "value": id});
    let operations = json!({ "patchOperations": [operation] });
    let stage = format!("/restapis/{api}/stages/dev");
    assert_eq!(ask(&plane, "PATCH", &stage, operations).0, 200);
    let expect = format!("Cannot delete client certificate '{id}', it is used by stage {api}/dev");
    assert_eq!(
        refused(ask(&plane, "DELETE", &format!("/clientcertificates/{id}"), Value::Null)).2,
        expect
    );
}
