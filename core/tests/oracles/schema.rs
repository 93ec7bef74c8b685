//! Models beside the draft-4 validator whose messages AWS prints.

use indexmap::IndexMap;
use ringway_core::json::Json;
use ringway_core::schema::Schemas;

use super::run::{Compared, answers, jar, report};
use super::schema_cases::{generated, written};

fn ours(models: &serde_json::Map<String, serde_json::Value>, name: &str, instance: &str) -> String {
    let texts = models.iter().map(|(name, schema)| (name.clone(), schema.to_string()));
    let Ok(schemas) = Schemas::compile(&texts.collect::<IndexMap<_, _>>()) else {
        return "refused".to_owned();
    };
    let json = Json::parse(instance).expect(instance);
    let mut errors = Vec::new();
    let valid = schemas.model(name).expect(name).validate(&json, &mut errors);
    let mut answer = vec![serde_json::Value::Bool(valid)];
    answer.extend(errors.into_iter().map(serde_json::Value::String));
    serde_json::to_string(&answer).expect("JSON")
}

/// Differences that are meant.
fn accepted(schema: &str, oracle: &str, ours: &str) -> Option<&'static str> {
    if schema.contains("#/nope") && ours == "refused" && oracle != "refused" {
        return Some("a reference to nothing is refused when compiled, not when reached");
    }
    if schema.contains("/restapis/zzz/") && oracle == "refused" {
        return Some("the API in the address of a model is not compared: models are of one API");
    }
    None
}

#[test]
fn models_are_validated_in_the_words_of_the_library() {
    let with_each = |(schema, instances): (String, Vec<String>)| {
        instances.into_iter().map(move |instance| (schema.clone(), instance))
    };
    let written = written().into_iter().flat_map(with_each);
    let cases = written.chain(generated(1_500)).map(|(schema, instance)| {
        let schema: serde_json::Value = serde_json::from_str(&schema).expect(&schema);
        let models = match schema {
            serde_json::Value::Object(models) if models.contains_key("M") => models,
            other => serde_json::Map::from_iter([("M".to_owned(), other)]),
        };
        (models, instance)
    });
    let cases = cases.collect::<Vec<_>>();
    let lines = cases
        .iter()
        .map(|(models, instance)| serde_json::to_string(&(models, "M", instance)).expect("JSON"));
    let lines = lines.collect::<Vec<_>>();
    let jars =
        [jar("openapi_generator_cli/openapi-generator.jar"), jar("/usr/share/java/javax.mail.jar")];
    let oracle = answers("SchemaBatch.java", &jars, &lines);
    let compared = cases.into_iter().zip(oracle).map(|((models, instance), oracle)| {
        let text = serde_json::to_string(&models).expect("JSON");
        let ours = ours(&models, "M", &instance);
        // Why a schema is refused is said in words of our own.
        let oracle = if oracle.starts_with("refused") { "refused".to_owned() } else { oracle };
        let accepted = accepted(&text, &oracle, &ours);
        Compared { case: format!("{text}   {instance}"), oracle, ours, accepted }
    });
    report("models", 1_800, &compared.collect::<Vec<_>>());
}
