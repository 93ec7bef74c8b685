//! Exports compared with what AWS answered after importing the same documents.

use crate::recording::{Recording, answer, document};
use ringway_core::definition::DocumentationVersion;
use ringway_core::openapi::{
    Accepts, Documentation, ExportOptions, ExportType, Exported, Extensions, ImportOptions, export,
    import,
};
use serde_json::{Value, json};

pub(crate) fn options(export_type: ExportType, extensions: Extensions) -> ExportOptions {
    ExportOptions {
        export_type,
        extensions,
        documentation: Documentation::Absent,
        stage_name: "local".into(),
        region: "us-east-1".into(),
        host_pattern: ExportOptions::HOST_PATTERN.into(),
        created_date: "date".into(),
    }
}

#[track_caller]
fn check(export_type: ExportType, test: &str, file: &str) {
    let api = import(document(file).as_bytes(), &ImportOptions::default()).expect(file);
    let mut recording =
        Recording::load("test_apigateway_extended", &format!("py::test_export_{test}"));
    let mut exports = 0;
    for (call, theirs) in recording.calls() {
        let extensions = match call.as_str() {
            "import-api" => {
                recording.compare(&call, &theirs, &answer(&call, &api));
                continue;
            }
            "get-export" => Extensions::default(),
            "get-export-with-extensions" => Extensions::ALL,
            other => panic!("{other}"),
        };
        let exported = export(&api, &options(export_type, extensions));
        recording.compare(&call, &theirs, &shown(&exported));
        exports += 1;
    }
    assert_eq!(exports, 2);
    recording.assert_same();
}

/// As the client shows it.
fn shown(exported: &Exported) -> Value {
    let text = String::from_utf8(exported.bytes(Accepts::Json)).expect("UTF-8");
    json!({
        "body": text,
        "contentDisposition": exported.content_disposition(Accepts::Json),
        "contentType": Exported::CONTENT_TYPE,
    })
}

#[test]
fn swagger() {
    let test = "swagger_openapi[TEST_IMPORT_PETSTORE_SWAGGER]";
    check(ExportType::Swagger2, test, "petstore-swagger.json");
    check(ExportType::Swagger2, "swagger_openapi[TEST_IMPORT_PETS]", "pets.json");
}

#[test]
fn openapi() {
    let test = "oas30_openapi[TEST_IMPORT_PETSTORE_SWAGGER]";
    check(ExportType::OpenApi30, test, "petstore-swagger.json");
    check(ExportType::OpenApi30, "oas30_openapi[TEST_IMPORT_PETS]", "pets.json");
}

/// This document is an export itself: AWS wrote its documentation to the things it documents.
#[test]
fn documentation_of_a_version() {
    let text = document("petstore-swagger.json");
    let mut api = import(text.as_bytes(), &ImportOptions::default()).expect("imports");
    let version = DocumentationVersion {
        version: "v2.1".into(),
        created_date: Some("2016-11-17T07:03:59Z".into()),
        documentation_parts: std::mem::take(&mut api.documentation_parts),
        ..DocumentationVersion::default()
    };
    api.documentation_versions.insert("v2.1".into(), version);
    let with = |documentation| ExportOptions {
        documentation,
        ..options(ExportType::Swagger2, Extensions::ALL)
    };
    let ours = export(&api, &with(Documentation::Version("v2.1".into()))).document;
    let theirs: Value = serde_json::from_str(&text).expect("JSON");
    for key in ["info", "paths", "definitions", "x-amazon-apigateway-documentation"] {
        let mut ours = ours[key].clone();
        if key == "info" {
            ours.as_object_mut().expect("object").remove("version");
        }
        assert_eq!(ours, theirs[key], "{key}");
    }
    let without = export(&api, &with(Documentation::Absent)).document;
    for documentation in [Documentation::Current, Documentation::Version("v9".into())] {
        assert_eq!(export(&api, &with(documentation)).document, without);
    }
}

#[test]
fn extensions_by_name() {
    let api = "openapi.spec.circular-ref-with-request-body.json";
    let api = import(document(api).as_bytes(), &ImportOptions::default()).expect("imports");
    for (names, validators, integrations) in [
        ("", false, false),
        ("integrations", false, true),
        ("validators,authorizers", true, false),
        ("documentation, gatewayresponses", false, false),
        ("apigateway", true, true),
    ] {
        let extensions = Extensions::parse(names).expect(names);
        let text = export(&api, &options(ExportType::OpenApi30, extensions)).document.to_string();
        assert_eq!(text.contains("x-amazon-apigateway-request-validator"), validators, "{names}");
        assert_eq!(text.contains("x-amazon-apigateway-integration"), integrations, "{names}");
    }
    let refused = Extensions::parse("integrations,postman").expect_err("refused");
    assert_eq!(refused, "Unsupported export extension 'postman'");
}

#[test]
fn a_version_cannot_leave_its_header() {
    let text = "openapi: 3.0.1\ninfo: {title: t, version: \"1\\\"\\r\\nx: y/../z\"}\npaths: {}\n";
    let api = import(text.as_bytes(), &ImportOptions::default()).expect("imports");
    let exported = export(&api, &options(ExportType::OpenApi30, Extensions::default()));
    assert_eq!(
        exported.content_disposition(Accepts::Yaml),
        "attachment; filename=\"oas30_1___x:_y_.._z.yaml\""
    );
}
