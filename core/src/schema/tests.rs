//! Models and instances, refusals, and what hostile ones cost. The library itself stands beside
//! them in `core/tests/oracles`.

use indexmap::IndexMap;
use proptest::prelude::*;

use super::Schemas;
use crate::json::Json;

fn schemas(models: &[(&str, &str)]) -> Result<Schemas, String> {
    let models = models.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Schemas::compile(&models.collect::<IndexMap<_, _>>())
        .map_err(|error| format!("{}{}: {}", error.model, error.pointer, error.message))
}

fn check(schema: &str, instance: &str, expect: &[&str]) {
    let model = schemas(&[("M", schema)]).expect(schema).model("M").expect("a model");
    let mut errors = Vec::new();
    let valid = model.validate(&Json::parse(instance).expect(instance), &mut errors);
    assert_eq!(errors, expect, "{schema} {instance}");
    assert_eq!(valid, expect.is_empty());
}

#[test]
fn errors_are_in_the_words_of_the_library() {
    check(
        r#"{"required":["email"]}"#,
        "{}",
        &["object has missing required properties ([\"email\"])"],
    );
    check(
        r#"{"properties":{"b":{"minimum":2},"a":{"type":"string"}}}"#,
        r#"{"b":1,"a":1}"#,
        &[
            "instance type (integer) does not match any allowed primitive type \
             (allowed: [\"string\"])",
            "numeric instance is lower than the required minimum (minimum: 2, found: 1)",
        ],
    );
    check(
        r#"{"enum":["a"]}"#,
        "1.50",
        &[r#"instance value (1.5) not found in enum (possible values: ["a"])"#],
    );
    check("{}", "[1]", &[]);
}

#[test]
fn models_refer_to_each_other_in_circles() {
    let base = "https://apigateway.amazonaws.com/restapis/a1b2c3/models";
    let person =
        format!(r#"{{"type":"object","properties":{{"house":{{"$ref":"{base}/House"}}}}}}"#);
    let house =
        format!(r#"{{"required":["street"],"properties":{{"owner":{{"$ref":"{base}/Person"}}}}}}"#);
    let schemas = schemas(&[("Person", &person), ("House", &house)]).expect("models");
    let person = schemas.model("Person").expect("a model");
    let mut errors = Vec::new();
    let instance = r#"{"house":{"street":"x","owner":{"house":{}}}}"#;
    assert!(!person.validate(&Json::parse(instance).expect("JSON"), &mut errors));
    assert_eq!(errors, [r#"object has missing required properties (["street"])"#]);
    assert!(schemas.model("Nobody").is_none());
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    for (schema, expect) in [
        ("{", "M: no JSON at byte 1: a name in quotes is missing"),
        ("1", "M: JSON value is of type integer, not a JSON Schema (expected an object)"),
        (
            r#"{"properties":{"a":{"required":true}}}"#,
            "M/properties/a: required: value has incorrect type (found boolean, expected one of \
             [array])",
        ),
        (r##"{"$ref":"#/x"}"##, "M: JSON Reference \"#/x\" cannot be resolved"),
        (r##"{"$ref":"#"}"##, "M: JSON Reference loops on itself"),
        (r##"{"not":{"$ref":"#"}}"##, "M: validation loop: the schema leads to itself"),
        (r#"{"$ref":"http://x/y"}"#, "M: $ref http://x/y leads out of the API: nothing is loaded"),
        (r#"{"$ref":"Other"}"#, "M: there is no model Other"),
    ] {
        assert_eq!(schemas(&[("M", schema)]).expect_err(schema), expect);
    }
}

#[test]
fn hostile_models_and_instances_are_bounded() {
    // Every level is tried twice: 2^depth without a bound.
    let twice = r##"{"anyOf": [{"items": {"$ref": "#"}, "type": "array"},
        {"items": {"$ref": "#"}, "type": "array"}]}"##;
    let model = schemas(&[("M", twice)]).expect("a model").model("M").expect("a model");
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let mut errors = Vec::new();
    assert!(!model.validate(&Json::parse(&deep).expect("JSON"), &mut errors));
    assert!(errors.last().is_some_and(|error| error.contains("steps")), "{errors:?}");
    let many = format!("[{}]", vec!["1"; 5_000].join(","));
    let strings = schemas(&[("M", r#"{"items":{"type":"string"}}"#)]).expect("a model");
    let mut errors = Vec::new();
    let model = strings.model("M").expect("a model");
    assert!(!model.validate(&Json::parse(&many).expect("JSON"), &mut errors));
    assert_eq!(errors.len(), crate::limits::SCHEMA_ERRORS_MAX);
    let long = format!("\"{}\"", "é".repeat(100_000));
    let mut errors = Vec::new();
    let model =
        schemas(&[("M", r#"{"maxLength":1}"#)]).expect("a model").model("M").expect("a model");
    assert!(!model.validate(&Json::parse(&long).expect("JSON"), &mut errors));
    assert!(errors[0].len() <= crate::limits::SCHEMA_ERROR_BYTES_MAX);
}

proptest! {
    #[test]
    fn any_schema_is_compiled_or_refused(
        keyword in "type|enum|items|properties|required|pattern|format|\\$ref|not|allOf|minimum",
        value in r##"("(string|#|\(|[a-z.*+?{}\[\]\\]{0,6})"|[0-9]{1,3}|true|\[\]|\["a"\])"##,
        instance in r#"([0-9]{1,4}|"\PC{0,8}"|\{"a":1\}|\[1,"b"\]|null)"#,
    ) {
        let schema = format!("{{\"{keyword}\":{value}}}");
        let Ok(schemas) = schemas(&[("M", &schema)]) else { return Ok(()) };
        let Ok(instance) = Json::parse(&instance) else { return Ok(()) };
        let mut errors = Vec::new();
        let valid = schemas.model("M").expect("a model").validate(&instance, &mut errors);
        prop_assert_eq!(valid, errors.is_empty());
    }
}
