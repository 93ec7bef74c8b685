//! Imports compared with what AWS answered after importing the same documents: GetResources,
//! GetMethod, GetIntegration, GetModels, GetAuthorizers, GetRequestValidators.

use crate::recording::{Recording, answer, document};
use ringway_core::openapi::{ImportOptions, import};

const SNAPSHOT: &str = "test_apigateway_import";
const SUITE: &str = "test_apigateway_import.py::TestApiGatewayImportRestApi::";

#[track_caller]
fn check(test: &str, file: &str) {
    let text = document(file);
    let api = import(text.as_bytes(), &ImportOptions::default()).expect(file);
    let mut recording = Recording::load(SNAPSHOT, &format!("{SUITE}{test}"));
    for (call, theirs) in recording.calls() {
        let ours = answer(&call, &api);
        recording.compare(&call, &theirs, &ours);
    }
    recording.assert_same();
}

#[test]
fn pulumi_header() {
    check("test_import_rest_api", "openapi.spec.pulumi.json");
}

#[test]
fn swagger_with_authorizers() {
    check("test_import_swagger_api", "petstore-authorizer.swagger.json");
}

#[test]
fn terraform() {
    check("test_import_and_validate_rest_api[openapi.spec.tf.json]", "openapi.spec.tf.json");
}

#[test]
fn cors_through_mock() {
    check("test_import_and_validate_rest_api[swagger-mock-cors.json]", "swagger-mock-cors.json");
}

#[test]
fn circular_models() {
    check("test_import_with_circular_models", "openapi.spec.circular-ref.json");
}

#[test]
fn circular_models_with_validators() {
    check(
        "test_import_with_circular_models_and_request_validation",
        "openapi.spec.circular-ref-with-request-body.json",
    );
}

#[test]
fn integer_status_codes() {
    check("test_import_with_integer_http_status_code", "openapi-method-int.spec.yaml");
}

#[test]
fn unparsable_documents() {
    let recording = Recording::load(SNAPSHOT, &format!("{SUITE}test_import_api_bad_file"));
    for (call, theirs) in recording.calls() {
        let text =
            if call.contains("yaml") { "openapi: 3.0.1\n\tpaths: [" } else { "{\"openapi\": }" };
        let error = import(text.as_bytes(), &ImportOptions::default()).expect_err(&call);
        assert_eq!(theirs["message"], error.aws_message(), "{call}");
        assert!(error.line.is_some(), "{call}: {error}");
    }
}
