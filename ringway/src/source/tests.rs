//! Real files, and what is said about broken ones.

use ringway_core::compile::compile;

use super::*;
use crate::scratch::Scratch;

/// Loads and compiles the first of some files; problems with the folder cut off.
fn problems(files: &[(&str, &str)], stage: &str) -> Vec<String> {
    let scratch = Scratch::new();
    for (name, text) in files {
        scratch.write(name, text);
    }
    let (files, loaded) = load(&scratch.path().join(files[0].0), stage);
    let found = match loaded {
        Err(problems) => problems,
        Ok(loaded) => compile(&loaded.definitions, 1).map_or_else(|e| files.located(e), |_| vec![]),
    };
    let folder = format!("{}/", scratch.path().display());
    found.iter().map(|problem| problem.to_string().replace(&folder, "")).collect()
}

const DOCUMENT: &str = "openapi: 3.0.1
info: {title: shop, version: '1'}
paths:
  /pets:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: GET
        uri: http://127.0.0.1:9000/pets
";

#[test]
fn a_document_without_faults_has_no_problems() {
    assert!(problems(&[("api.yaml", DOCUMENT)], "dev").is_empty());
}

#[test]
fn faults_of_a_document_have_line_and_path() {
    let broken = DOCUMENT.replace("uri: http://127.0.0.1:9000/pets", "uri: nonsense");
    let found = problems(&[("api.yaml", &broken)], "dev");
    assert_eq!(found.len(), 1, "{found:?}");
    let expect = "api.yaml:10:9: $.paths['/pets'].get.x-amazon-apigateway-integration.uri: ";
    assert!(found[0].starts_with(expect), "{found:?}");
}

#[test]
fn text_that_is_no_document_has_a_line() {
    let found = problems(&[("api.yaml", "openapi: 3.0.1\npaths: [\n")], "dev");
    assert!(found[0].starts_with("api.yaml:"), "{found:?}");
    let found = problems(&[("api.json", "{\n  \"openapi\": \"3.0.1\",\n  oops\n}")], "dev");
    assert!(found[0].starts_with("api.json:3:"), "{found:?}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let scratch = Scratch::new();
    let path = scratch.path().join("none.yaml");
    let found = load(&path, "dev").1.unwrap_err();
    let expect = format!("{}: cannot read the file: No such file", path.display());
    assert!(found[0].to_string().starts_with(&expect), "{found:?}");
}

#[test]
fn a_stage_name_comes_from_the_command_line() {
    let found = problems(&[("api.yaml", DOCUMENT)], "not a name");
    assert!(found[0].starts_with("--stage: "), "{found:?}");
}

#[test]
fn the_stage_in_a_document_has_its_lines() {
    let with = format!("{DOCUMENT}x-ringway-stage:\n  cacheClusterSize: enormous\n");
    let found = problems(&[("api.yaml", &with)], "dev");
    let expect = "api.yaml:12:3: $.x-ringway-stage.cacheClusterSize: ";
    assert!(found.iter().any(|problem| problem.starts_with(expect)), "{found:?}");
}

const SETTINGS: &str = "apis:
  - id: one
    openapi: one.yaml
    stages: [{stageName: prod}]
  - id: two
    openapi: documents/two.yaml
    stages: [{stageName: prod}]
";

#[test]
fn faults_are_found_in_the_document_of_their_api() {
    let broken = DOCUMENT.replace("uri: http://127.0.0.1:9000/pets", "uri: nonsense");
    let files = [("ringway.yaml", SETTINGS), ("one.yaml", DOCUMENT)];
    let found = problems(&[files[0], files[1], ("documents/two.yaml", &broken)], "dev");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("documents/two.yaml:10:9: $.paths"), "{found:?}");

    let found = problems(&files, "dev");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("documents/two.yaml: cannot read the file"), "{found:?}");
}

#[test]
fn faults_of_settings_have_their_line() {
    let unknown = SETTINGS.replace("stages: [{stageName: prod}]", "stage: prod");
    let documents = [("one.yaml", DOCUMENT), ("documents/two.yaml", DOCUMENT)];
    let found = problems(&[("ringway.yaml", &unknown), documents[0], documents[1]], "dev");
    assert!(found[0].starts_with("ringway.yaml:4:"), "{found:?}");

    let settings = SETTINGS.replacen("stageName: prod", "stageName: prod, cacheClusterSize: x", 1);
    let found = problems(&[("ringway.yaml", &settings), documents[0], documents[1]], "dev");
    let expect = "ringway.yaml:4:32: $.apis[0].stages[0].cacheClusterSize: ";
    assert!(found[0].starts_with(expect), "{found:?}");
}

#[test]
fn the_example_back_end_is_on_this_machine_only() {
    let with = |value: &str| format!("x-ringway-echo: {value}\n{DOCUMENT}");
    let scratch = Scratch::new();
    let file = scratch.write("api.yaml", with("127.0.0.1:9000"));
    let loaded = load(&file, "dev").1.unwrap();
    assert_eq!(loaded.echo, ["127.0.0.1:9000".parse().unwrap()]);
    for bad in ["0.0.0.0:9000", "9000", "example.com:80"] {
        let found = problems(&[("api.yaml", &with(bad))], "dev");
        assert!(found[0].starts_with("api.yaml:1:1: $.x-ringway-echo: "), "{bad}: {found:?}");
    }
}

#[test]
fn every_file_is_there_to_be_watched_even_when_one_is_missing() {
    let scratch = Scratch::new();
    let file = scratch.write("ringway.yaml", SETTINGS);
    let (files, loaded) = load(&file, "dev");
    assert!(loaded.is_err());
    let paths: Vec<&Path> = files.paths().collect();
    let path = |name| scratch.path().join(name);
    assert_eq!(paths, [path("ringway.yaml"), path("one.yaml"), path("documents/two.yaml")]);
}
