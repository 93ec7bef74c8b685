//! Every document of the conformance set imports, or fails with the error AWS gives; what the
//! recordings do not show is checked here.

use crate::recording::document;
use ringway_core::definition::{ApiKeySource, IntegrationType, PassthroughBehavior, RestApi};
use ringway_core::error::ResponseType;
use ringway_core::openapi::{BasePath, ImportError, ImportOptions, PutMode, import};

fn import_file(file: &str) -> Result<RestApi, ImportError> {
    import(document(file).as_bytes(), &ImportOptions::default())
}

#[track_caller]
fn imported(file: &str) -> RestApi {
    import_file(file).expect(file)
}

#[test]
fn every_document_imports_or_fails_as_on_aws() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/files");
    let mut count = 0;
    for folder in [folder.to_owned(), format!("{folder}/moto")] {
        for entry in std::fs::read_dir(&folder).expect("folder").map(|e| e.expect("entry")) {
            let path = entry.path();
            if path.is_dir() {
                continue;
            }
            let name =
                path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/files"));
            let name = name.expect("inside").to_str().expect("UTF-8");
            let result = import_file(name).map(|api| api.resources.len());
            match (name, result) {
                ("moto/test_api_invalid.json", Err(e)) => {
                    assert!(e.aws_message().contains("paths"), "{e}");
                }
                ("moto/test_api_invalid_version.json", Err(e)) => {
                    assert_eq!(e.aws_message(), "Invalid OpenAPI input.");
                    assert_eq!((e.path.as_str(), e.line), ("$.openapi", Some((2, 2))));
                }
                ("moto/test_api_integration.yaml", Err(e)) => undeclared_mappings(&e),
                (_, Ok(resources)) => assert!(resources > 0, "{name}"),
                (_, Err(e)) => panic!("{name}: {e}"),
            }
            count += 1;
        }
    }
    assert_eq!(count, 20);
}

/// The methods of this document declare neither the headers it maps nor those it answers.
fn undeclared_mappings(error: &ImportError) {
    assert_eq!(error.all().count(), 4, "{error}");
    assert_eq!(
        error.message,
        "Unable to put integration on 'GET' for resource at path '/': Invalid mapping expression \
         specified: Validation Result: warnings : [], errors : [Invalid mapping expression \
         parameter specified: method.request.header.x-amz-date, Invalid mapping expression \
         parameter specified: method.request.header.content-type, Invalid mapping expression \
         parameter specified: method.request.header.x-apigateway-header]"
    );
    assert_eq!(error.path, "$.paths['/'].get.x-amazon-apigateway-integration.requestParameters");
    assert_eq!(error.line, Some((36, 9)));
    assert!(error.aws_message().starts_with("Errors found during import:\n\tUnable to put"));
}

#[test]
fn yaml_integration() {
    let api = imported("api_definition.yaml");
    let paths: Vec<&str> = api.resources.iter().map(|r| r.path.as_str()).collect();
    assert_eq!(paths, ["/", "/echo", "/echo/{data}", "/wait", "/wait/{seconds}"]);
    assert_eq!(api.version.as_deref(), Some("2022-04-12T15:36:55Z"));
    let any = &api.resources[4].methods["ANY"];
    let integration = any.integration.as_ref().expect("integration");
    assert_eq!(integration.integration_type, IntegrationType::Aws);
    assert_eq!(integration.passthrough_behavior, PassthroughBehavior::WhenNoTemplates);
    assert!(
        integration.request_templates["application/json"].as_ref().expect("text").contains("#set")
    );
    let echo = &api.resources[2].methods["ANY"].request_parameters;
    assert_eq!(echo.get("method.request.path.data"), Some(&true));
}

#[test]
fn pulumi_security_and_gateway_responses() {
    let api = imported("openapi.spec.pulumi.json");
    assert_eq!(api.api_key_source, ApiKeySource::Header);
    assert_eq!(api.gateway_responses.len(), 4);
    let unauthorized = &api.gateway_responses[&ResponseType::Unauthorized];
    assert_eq!(unauthorized.status_code.as_deref(), Some("401"));
    let find = |path: &str| api.resources.iter().find(|r| r.path == path).expect("resource");
    let get = &find("/just_do_it").methods["GET"];
    assert!(get.api_key_required);
    assert_eq!(get.authorization_type, "CUSTOM");
    let authorizer = &api.authorizers[get.authorizer_id.as_ref().expect("authorizer")];
    assert_eq!(authorizer.auth_type.as_deref(), Some("oauth2"));
    assert_eq!(authorizer.settings["identitySource"], "method.request.header.Authorization");
    assert!(!authorizer.settings.contains_key("authorizerCredentials"));
    let options = &find("/{proxy+}").methods["OPTIONS"];
    assert_eq!(options.authorization_type, "NONE");
    let integration = options.integration.as_ref().expect("integration");
    assert_eq!(
        integration.integration_responses["200"].response_templates["application/json"],
        None
    );
    // An inline schema becomes a model.
    let model = &options.method_responses["200"].response_models["application/json"];
    assert_eq!(api.models[model].schema, r#"{"type":"object"}"#);
}

#[test]
fn big_petstore_warns_about_what_it_ignores() {
    let api = imported("moto/petstore-swagger-v3.yaml");
    let text = "Unsupported security definition type 'oauth2' for 'petstore_auth'. Ignoring.";
    assert!(api.warnings.iter().any(|w| w == text), "{:?}", api.warnings);
    assert_eq!(api.resources.len(), 15);
    let strict = ImportOptions { fail_on_warnings: true, ..ImportOptions::default() };
    let error = import(document("moto/petstore-swagger-v3.yaml").as_bytes(), &strict);
    let message = error.expect_err("warnings").aws_message();
    assert!(message.starts_with("Warnings found during import:\n\t"), "{message}");
}

#[test]
fn base_path_modes() {
    let paths = |base_path, text: &str| {
        let options = ImportOptions { base_path, ..ImportOptions::default() };
        let api = import(text.as_bytes(), &options).expect("imports");
        api.resources.last().expect("root").path.clone()
    };
    let swagger = "{swagger: '2.0', info: {title: t}, basePath: /a/b, paths: {/c: {get: {}}}}";
    let swagger = format!("---\n{swagger}");
    assert_eq!(paths(BasePath::Ignore, &swagger), "/c");
    assert_eq!(paths(BasePath::Prepend, &swagger), "/a/b/c");
    assert_eq!(paths(BasePath::Split, &swagger), "/b/c");
    let servers = "openapi: 3.1.0\ninfo: {title: t}\npaths: {/c: {get: {}}}\nservers:\n- url: ";
    for (url, expected) in [
        ("https://x.test/a/b", "/a/b/c"),
        ("https://x.test", "/c"),
        ("/v3", "/v3/c"),
        ("'https://x.test/{basePath}'\n  variables: {basePath: {default: /p/q}}", "/p/q/c"),
        ("'https://x.test/{v}/z'\n  variables: {v: {default: one}}", "/one/z/c"),
    ] {
        assert_eq!(paths(BasePath::Prepend, &format!("{servers}{url}\n")), expected, "{url}");
    }
}

#[test]
fn parameters_of_an_import() {
    let options = ImportOptions {
        ignore_documentation: true,
        endpoint_types: vec!["REGIONAL".into()],
        ..ImportOptions::default()
    };
    let text = document("petstore-swagger.json");
    let api = import(text.as_bytes(), &options).expect("imports");
    assert_eq!(api.endpoint_configuration.expect("regional").types, ["REGIONAL"]);
    assert!(api.documentation_parts.is_empty());
    assert_eq!(imported("petstore-swagger.json").documentation_parts.len(), 14);
    let names = ["ignore", "prepend", "split", "merge"].map(BasePath::from_name);
    let known = [BasePath::Ignore, BasePath::Prepend, BasePath::Split];
    assert_eq!(names, [Some(known[0]), Some(known[1]), Some(known[2]), None]);
    let names = ["merge", "overwrite", ""].map(PutMode::from_name);
    assert_eq!(names, [Some(PutMode::Merge), Some(PutMode::Overwrite), None]);
}

#[test]
fn identifiers_are_stable() {
    let ids = |api: RestApi| api.resources.into_iter().map(|r| (r.path, r.id)).collect::<Vec<_>>();
    let first = imported("petstore-swagger.json");
    assert_eq!(first.id.len(), 10);
    assert_eq!(ids(first.clone()), ids(imported("petstore-swagger.json")));
    let other = ImportOptions { api_id: Some("petstore".into()), ..ImportOptions::default() };
    let other = import(document("petstore-swagger.json").as_bytes(), &other).expect("imports");
    assert_eq!(other.id, "petstore");
    assert_ne!(ids(other), ids(first));
}

#[test]
fn examples_import_without_warnings() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/petstore/openapi.yaml");
    let text = std::fs::read(file).expect("the example");
    let strict = ImportOptions { fail_on_warnings: true, ..ImportOptions::default() };
    let api = import(&text, &strict).expect("imports");
    assert!(api.resources.iter().any(|resource| resource.path == "/pets/{petId}"));
}
