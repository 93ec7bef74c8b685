//! PutRestApi and ImportDocumentationParts: what an import does to an API that is there.

use std::collections::HashSet;

use crate::recording::{Recording, answer, document};
use ringway_core::definition::{Method, RestApi};
use ringway_core::openapi::{
    IdSource, ImportError, ImportErrorKind, ImportOptions, ImportedDocumentation, PutMode, import,
    import_documentation_parts, merge,
};
use serde_json::{Value, json};

fn api(text: &str, id: &str) -> RestApi {
    let options = ImportOptions { api_id: Some(id.into()), ..ImportOptions::default() };
    import(text.as_bytes(), &options).expect("imports")
}

/// Imports as the management API does: with identifiers nobody can tell.
fn put(existing: &RestApi, text: &str, mode: PutMode) -> Result<RestApi, ImportError> {
    let options = ImportOptions {
        api_id: Some(existing.id.clone()),
        ids: IdSource::Random(42),
        ..ImportOptions::default()
    };
    merge(existing.clone(), import(text.as_bytes(), &options).expect("imports"), mode)
}

#[test]
fn recorded_binary_media_types() {
    for (mode, name) in [(PutMode::Merge, "merge"), (PutMode::Overwrite, "overwrite")] {
        let test = format!("test_put_rest_api_mode_binary_media_types[{name}]");
        let mut recording = Recording::load("test_apigateway_import", &test);
        let existing = RestApi {
            binary_media_types: vec!["image/heif".into()],
            ..api("openapi: 3.0.1\ninfo: {title: old}\npaths: {}\n", "abc123")
        };
        let new = put(&existing, &document("pets.json"), mode).expect("merges");
        assert_eq!(new.resources[0].id, existing.resources[0].id, "the root stays");
        for (call, theirs) in recording.calls() {
            let api = if call == "put-api" { &new } else { &existing };
            let mut ours = answer("import-api", api);
            if call != "create-rest-api" {
                ours["tags"] = json!({});
            }
            recording.compare(&call, &theirs, &ours);
        }
        recording.assert_same();
    }
}

const OLD: &str = "openapi: 3.0.1
info: {title: old, description: about, version: '1'}
x-amazon-apigateway-minimum-compression-size: 10
x-amazon-apigateway-policy: {Statement: []}
x-amazon-apigateway-request-validators: {all: {validateRequestBody: true}, old: {}}
x-amazon-apigateway-gateway-responses: {DEFAULT_4XX: {statusCode: 418}, THROTTLED: {}}
x-amazon-apigateway-endpoint-configuration: {vpcEndpointIds: [vpce-1]}
components:
  schemas: {Pet: {type: object}, Old: {type: object}}
  securitySchemes:
    auth: {type: apiKey, in: header, name: A, x-amazon-apigateway-authorizer: {type: token}}
paths:
  /pets:
    get: {operationId: old, security: [{auth: []}], responses: {}}
    put: {operationId: old, responses: {}, x-amazon-apigateway-request-validator: old}
  /pets/{id}/old: {}
";

const NEW: &str = "openapi: 3.0.1
info: {title: new}
x-amazon-apigateway-request-validators: {all: {validateRequestParameters: true}}
x-amazon-apigateway-gateway-responses: {DEFAULT_4XX: {statusCode: 419}}
components:
  schemas: {Pet: {type: string}, New: {type: object}}
  securitySchemes:
    auth: {type: apiKey, in: header, name: B, x-amazon-apigateway-authorizer: {type: token}}
paths:
  /pets:
    get:
      operationId: new
      security: [{auth: []}]
      x-amazon-apigateway-request-validator: all
      x-amazon-apigateway-integration: {type: mock}
      responses: {}
  /pets/{id}/new: {}
";

fn paths(api: &RestApi) -> Vec<&str> {
    api.resources.iter().map(|resource| resource.path.as_str()).collect()
}

fn method<'a>(api: &'a RestApi, verb: &str) -> &'a Method {
    &api.resources[1].methods[verb]
}

/// What both modes do alike, and that everything refers to what is there.
#[track_caller]
fn check_identity(old: &RestApi, new: &RestApi) {
    assert_eq!((new.id.as_str(), new.name.as_str()), (old.id.as_str(), "new"));
    for resource in &new.resources {
        let same = old.resources.iter().find(|other| other.path == resource.path);
        assert!(same.is_none_or(|same| same.id == resource.id), "{}", resource.path);
        if let Some(parent) = &resource.parent_id {
            let known = new.resources.iter().take_while(|other| other.path != resource.path);
            assert!(known.into_iter().any(|other| other.id == *parent), "{}", resource.path);
        }
    }
    assert_eq!(new.models["Pet"].id, old.models["Pet"].id);
    assert_eq!(new.models["Pet"].schema, r#"{"type":"string"}"#);
    let get = method(new, "GET");
    assert_eq!(get.operation_name.as_deref(), Some("new"));
    let (id, authorizer) = old.authorizers.first().expect("authorizer");
    assert_eq!(get.authorizer_id.as_ref(), Some(id));
    assert_eq!(new.authorizers[id].name, authorizer.name);
    assert_eq!(new.authorizers[id].settings["identitySource"], "method.request.header.B");
    let all = old.request_validators.values().find(|v| v.name == "all").expect("validator");
    assert_eq!(get.request_validator_id.as_ref(), Some(&all.id));
    assert!(new.request_validators[&all.id].validate_request_parameters);
    assert!(!new.request_validators[&all.id].validate_request_body);
    let namespace = get.integration.as_ref().expect("integration").cache_namespace.as_ref();
    assert_eq!(namespace, Some(&old.resources[1].id));
    let ids: HashSet<&str> = new.resources.iter().map(|resource| resource.id.as_str()).collect();
    assert_eq!(ids.len(), new.resources.len());
}

#[test]
fn merge_keeps_what_the_document_does_not_mention() {
    let old = api(OLD, "abc123");
    let new = put(&old, NEW, PutMode::Merge).expect("merges");
    check_identity(&old, &new);
    assert_eq!(paths(&new), ["/", "/pets", "/pets/{id}", "/pets/{id}/old", "/pets/{id}/new"]);
    assert_eq!(method(&new, "PUT").operation_name.as_deref(), Some("old"));
    assert_eq!(new.models.keys().collect::<Vec<_>>(), ["Pet", "Old", "New"]);
    assert_eq!((new.request_validators.len(), new.gateway_responses.len()), (2, 2));
    assert_eq!(new.gateway_responses[0].status_code.as_deref(), Some("419"));
    assert_eq!((new.minimum_compression_size, new.policy.is_some()), (Some(10), true));
    assert_eq!(new.version.as_deref(), Some("1"));
    assert_eq!(new.endpoint_configuration, old.endpoint_configuration);
}

#[test]
fn overwrite_removes_what_the_document_lacks() {
    let old = api(OLD, "abc123");
    let new = put(&old, NEW, PutMode::Overwrite).expect("merges");
    check_identity(&old, &new);
    assert_eq!(paths(&new), ["/", "/pets", "/pets/{id}", "/pets/{id}/new"]);
    assert!(!new.resources[1].methods.contains_key("PUT"));
    assert_eq!(new.models.keys().collect::<Vec<_>>(), ["Pet", "New"]);
    assert_eq!((new.request_validators.len(), new.gateway_responses.len()), (1, 1));
    assert_eq!((new.minimum_compression_size, new.policy.is_some()), (None, false));
    assert_eq!((new.version, new.description), (None, None));
    let endpoint = new.endpoint_configuration.expect("still private");
    assert_eq!((endpoint.types, endpoint.vpc_endpoint_ids), (vec!["PRIVATE".into()], vec![]));
}

#[test]
fn a_document_over_itself_changes_nothing() {
    let old = api(OLD, "abc123");
    for mode in [PutMode::Merge, PutMode::Overwrite] {
        assert_eq!(put(&old, OLD, mode).expect("merges"), old, "{mode:?}");
    }
}

#[test]
fn paths_that_exclude_each_other() {
    let with =
        |path: &str| format!("openapi: 3.0.1\ninfo: {{title: t}}\npaths: {{'{path}': {{}}}}");
    for (old, new, message) in [
        (
            "/user/{bizId}/x",
            "/user/{userId}/y",
            "Unable to create resource at path '/user/{userId}': A sibling ({bizId}) of this \
             resource already has a variable path part -- only one is allowed",
        ),
        ("/{any+}", "/{other+}", "Unable to create resource at path '/{other+}': A sibling"),
    ] {
        let error = put(&api(&with(old), "a"), &with(new), PutMode::Merge).expect_err("refused");
        assert!(error.message.starts_with(message), "{error}");
        assert_eq!(error.kind, ImportErrorKind::Definition);
        assert!(put(&api(&with(old), "a"), &with(new), PutMode::Overwrite).is_ok());
    }
    let beside = put(&api(&with("/{id}"), "a"), &with("/{any+}"), PutMode::Merge);
    assert_eq!(paths(&beside.expect("merges")), ["/", "/{id}", "/{any+}"]);
}

#[test]
fn an_identifier_that_lives_on_elsewhere_is_not_used_again() {
    // The resource was renamed after its import: its identifier is made of the old path.
    let text = "openapi: 3.0.1\ninfo: {title: t}\npaths: {/a: {}}";
    let mut old = api(text, "a");
    old.resources[1].path = "/b".into();
    old.resources[1].path_part = Some("b".into());
    let new = merge(old.clone(), api(text, "a"), PutMode::Merge).expect("merges");
    assert_eq!(paths(&new), ["/", "/b", "/a"]);
    assert_ne!(new.resources[1].id, new.resources[2].id);
}

#[test]
fn random_identifiers() {
    let options = |seed| ImportOptions { ids: IdSource::Random(seed), ..ImportOptions::default() };
    let one = import(OLD.as_bytes(), &options(1)).expect("imports");
    let other = import(OLD.as_bytes(), &options(2)).expect("imports");
    let ids = |api: &RestApi| {
        let mut ids = vec![api.id.clone()];
        ids.extend(api.resources.iter().map(|resource| resource.id.clone()));
        ids.extend(api.models.values().map(|model| model.id.clone()));
        ids.extend(api.authorizers.keys().chain(api.request_validators.keys()).cloned());
        ids
    };
    assert_eq!((one.id.len(), one.resources[1].id.len()), (10, 10));
    let all: HashSet<String> = ids(&one).into_iter().chain(ids(&other)).collect();
    assert_eq!(all.len(), 2 * ids(&one).len());
    assert_eq!(one, import(OLD.as_bytes(), &options(1)).expect("imports"), "no hidden randomness");
}

fn parts(api: &RestApi) -> Value {
    json!({"items": api.documentation_parts.values().collect::<Vec<_>>()})
}

fn import_parts(api: &RestApi, text: &str, mode: PutMode) -> ImportedDocumentation {
    import_documentation_parts(text.as_bytes(), api, mode, false, IdSource::Random(7))
        .expect("imports")
}

#[test]
fn recorded_documentation_parts() {
    let test = "TestApiGatewayApiDocumentationPart::test_import_documentation_parts";
    let mut recording = Recording::load("test_apigateway_api", test);
    let text = document("oas30_documentation_parts.json");
    let mut api = api(&text, "abc123");
    let before: Vec<String> = api.documentation_parts.keys().cloned().collect();
    for (call, theirs) in recording.calls() {
        let ours = if call == "import-documentation-parts" {
            let imported = import_parts(&api, &text, PutMode::Overwrite);
            api.documentation_parts = imported.parts;
            assert!(imported.ids.iter().all(|id| !before.contains(id)));
            json!({"ids": imported.ids})
        } else {
            parts(&api)
        };
        recording.compare(&call, &theirs, &ours);
    }
    recording.assert_same();
}

#[test]
fn documentation_is_merged_by_member() {
    let part = |place: &str, properties: &str| {
        format!(
            "x-amazon-apigateway-documentation:\n  documentationParts:\n  - location: {place}\n    \
             properties: {properties}\n"
        )
    };
    let head = "openapi: 3.0.1\ninfo: {title: t}\npaths: {}\n";
    let first = part("{type: METHOD}", "{summary: a, description: b}");
    let api = api(&format!("{head}{first}"), "a");
    let id = api.documentation_parts[0].id.clone();
    let second = part("{type: METHOD, path: /, method: '*'}", "{summary: c, tags: [d]}");
    let merged = import_parts(&api, &second, PutMode::Merge);
    assert_eq!(merged.ids, std::slice::from_ref(&id));
    let properties = r#"{"summary":"c","description":"b","tags":["d"]}"#;
    assert_eq!(merged.parts[&id].properties, properties);
    let other = part("{type: METHOD, path: /x}", "{summary: e}");
    let merged = import_parts(&api, &other, PutMode::Merge);
    assert_eq!((merged.parts.len(), merged.ids.len()), (2, 1));
    assert_eq!(merged.parts[&merged.ids[0]].location.method.as_deref(), Some("*"));
    // A part that was moved keeps its identifier; the one in its old place gets another.
    let mut moved = api.clone();
    moved.documentation_parts[0].location.path = Some("/moved".into());
    let merged = merge(moved, api, PutMode::Merge).expect("merges").documentation_parts;
    assert_eq!(merged.len(), 2);
    assert!(merged.iter().all(|(id, part)| *id == part.id));
}

#[test]
fn recorded_documentation_that_is_none() {
    let test = "TestApiGatewayApiDocumentationPart::test_import_documentation_parts_bad_file";
    let recording = Recording::load("test_apigateway_api", test);
    let api = api("openapi: 3.0.1\ninfo: {title: t}\npaths: {}", "a");
    for (call, theirs) in recording.calls() {
        let text = if call.contains("yaml") { "openapi: 3.0.1\n\tpaths: [" } else { "{\"a\": }" };
        let text = text.as_bytes();
        let result =
            import_documentation_parts(text, &api, PutMode::Merge, false, IdSource::Stable);
        assert_eq!(theirs["message"], result.expect_err("refused").aws_message(), "{call}");
    }
}

#[test]
fn parts_that_are_none_are_warned_of() {
    let api = api("openapi: 3.0.1\ninfo: {title: t}\npaths: {}", "a");
    for (part, reason) in [
        ("{location: {type: GHOST}}", "type 'GHOST' is not known"),
        ("{properties: {}}", "it has no location"),
        ("{location: {type: API}, properties: []}", "properties are no JSON object"),
    ] {
        let text = format!("x-amazon-apigateway-documentation: {{documentationParts: [{part}]}}");
        let imported = import_parts(&api, &text, PutMode::Merge);
        let warning = format!(
            "Unable to import documentation part \
             $.x-amazon-apigateway-documentation.documentationParts[0]: {reason}. Ignoring."
        );
        assert_eq!((imported.parts.len(), &imported.warnings), (0, &vec![warning.clone()]));
        let strict = |text: &str| {
            let mode = PutMode::Merge;
            import_documentation_parts(text.as_bytes(), &api, mode, true, IdSource::Stable)
        };
        let error = strict(&text).expect_err("refused");
        assert_eq!(error.aws_message(), format!("Warnings found during import:\n\t{warning}"));
    }
}
