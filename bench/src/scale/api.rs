//! APIs of many routes, and accounts of many keys.

use std::fmt::Write;
use std::io;

use serde_json::{Map, Value, json};

use crate::load::NUMBER;
use crate::run::definition::{DOCUMENT, Folder, STAGE};

/// Start of every key's value: with the ten digits after it the twenty characters AWS asks for.
const KEY: &str = "bench-key-";
/// High enough to refuse nothing.
const THROTTLE: &str = r#"{"rateLimit":10000000,"burstLimit":5000000}"#;

/// Path that goes to one of the routes, [`NUMBER`] saying which.
pub(crate) fn route_path() -> String {
    format!("/{STAGE}/r{NUMBER}/x")
}

/// Path of the method that asks for a key.
pub(crate) fn keyed_path() -> String {
    format!("/{STAGE}/keyed")
}

/// Header that carries one of the keys, [`NUMBER`] saying which.
pub(crate) fn key_header() -> (&'static str, String) {
    ("x-api-key", format!("{KEY}{NUMBER}"))
}

/// An API with `count` resources of one GET method each, side by side under the root. Every other
/// one ends in a path parameter, so that a look-up has to prefer literals.
pub(crate) fn routes(count: u64) -> io::Result<Folder> {
    let mut paths = Map::new();
    for number in 0..count {
        let literal = number % 2 == 0;
        let last = if literal { "x" } else { "{id}" };
        let mut get = operation();
        if !literal {
            let parameter =
                json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
            get["parameters"] = json!([parameter]);
        }
        paths.insert(format!("/r{number:010}/{last}"), json!({ "get": get }));
    }
    let document = json!({
        "openapi": "3.0.1",
        "info": {"title": "bench", "version": "1"},
        "paths": paths,
    });
    Folder::of(&document, &format!(r#"{{{}}}"#, head()))
}

/// An API with one method, and `count` keys of one plan that may call it.
pub(crate) fn keys(count: u64) -> io::Result<Folder> {
    let mut get = operation();
    get["security"] = json!([{"key": []}]);
    let document = json!({
        "openapi": "3.0.1",
        "info": {"title": "bench", "version": "1"},
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
        },
        "paths": {"/keyed": {"get": get}},
    });
    Folder::of(&document, &keys_settings(count))
}

/// Written by hand: as JSON values, a million keys would take a gigabyte.
fn keys_settings(count: u64) -> String {
    let mut text = format!(r#"{{{},"apiKeys":["#, head());
    let mut ids = String::new();
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        // Writing to a String never fails.
        let _ = write!(
            text,
            r#"{comma}{{"name":"{number}","value":"{KEY}{number:010}","enabled":true}}"#
        );
        let _ = write!(ids, r#"{comma}"{number}""#);
    }
    let stages = format!(r#"[{{"apiId":"bench","stage":"{STAGE}"}}]"#);
    let plan = format!(r#""name":"bench","throttle":{THROTTLE},"apiStages":{stages}"#);
    let _ = write!(text, r#"],"usagePlans":[{{{plan},"keys":[{ids}]}}]}}"#);
    text
}

fn head() -> String {
    let account = format!(r#""account":{{"throttleSettings":{THROTTLE}}}"#);
    let stages = format!(r#"[{{"stageName":"{STAGE}"}}]"#);
    format!(r#"{account},"apis":[{{"id":"bench","openapi":"{DOCUMENT}","stages":{stages}}}]"#)
}

/// A MOCK integration with the shortest body: the gateway alone.
fn operation() -> Value {
    json!({
        "responses": {"200": {"description": "an empty object"}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
            "responses": {
                "default": {
                    "statusCode": "200",
                    "responseTemplates": {"application/json": "{}"},
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(folder: &Folder, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(folder.path().join(name)).unwrap()).unwrap()
    }

    #[test]
    fn routes_are_as_many_as_asked_and_of_two_kinds() {
        let folder = routes(3).unwrap();
        let document = read(&folder, DOCUMENT);
        let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
        assert_eq!(paths, ["/r0000000000/x", "/r0000000001/{id}", "/r0000000002/x"]);
        assert_eq!(read(&folder, "settings.json")["apis"][0]["openapi"], DOCUMENT);
        assert_eq!(route_path(), "/bench/r{n}/x");
    }

    #[test]
    fn every_key_is_in_the_plan() {
        let folder = keys(3).unwrap();
        let settings = read(&folder, "settings.json");
        let keys = settings["apiKeys"].as_array().unwrap();
        assert_eq!(keys[2]["value"], "bench-key-0000000002");
        assert_eq!(keys[2]["value"].as_str().unwrap().len(), 20);
        let names: Vec<_> = keys.iter().map(|key| key["name"].clone()).collect();
        assert_eq!(settings["usagePlans"][0]["keys"], Value::Array(names));
    }
}
