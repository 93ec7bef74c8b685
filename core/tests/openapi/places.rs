//! Every member of every document is found at its key.

use crate::recording::document;
use ringway_core::openapi::locate;
use serde_json::Value;

/// JSON path and last key of every member.
fn members(value: &Value, path: &str, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{path}['{}']", key.replace('\\', "\\\\").replace('\'', "\\'"));
                into.push((path.clone(), key.clone()));
                members(value, &path, into);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                members(value, &format!("{path}[{index}]"), into);
            }
        }
        _ => {}
    }
}

#[track_caller]
fn check(file: &str, parse: fn(&str) -> Value, least: usize) {
    let text = document(file);
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    members(&parse(&text), "$", &mut all);
    assert!(all.len() >= least, "{file}: {} members", all.len());
    for (path, key) in all {
        let (line, column) = locate(&text, &path).expect(&path);
        let rest: String = lines[line as usize - 1].chars().skip(column as usize - 1).collect();
        let bare = rest.trim_start_matches(['"', '\'']);
        assert!(bare.starts_with(&key), "{file}: {path} at {line}:{column}: {rest}");
    }
}

#[test]
fn json_members() {
    let parse = |text: &str| serde_json::from_str(text).expect("JSON");
    check("petstore-authorizer.swagger.json", parse, 300);
    check("openapi.spec.pulumi.json", parse, 80);
    check("moto/test_api.json", parse, 40);
}

#[test]
fn yaml_members() {
    let parse = |text: &str| serde_saphyr::from_str(text).expect("YAML");
    check("moto/petstore-swagger-v3.yaml", parse, 500);
    check("api_definition.yaml", parse, 50);
    check("moto/test_api_integration.yaml", parse, 60);
}
