//! Import, export and import again give the same API: for every document of the conformance set,
//! and for generated APIs with everything a definition holds.

use std::collections::HashMap;

use proptest::prelude::*;
use ringway_core::definition::RestApi;
use ringway_core::openapi::{
    Accepts, Documentation, ExportOptions, ExportType, Extensions, ImportOptions, export, import,
};
use serde_json::Value;

use crate::exported::options;
use crate::generated;
use crate::recording::document;

const TYPES: [ExportType; 2] = [ExportType::Swagger2, ExportType::OpenApi30];

/// The API after an export and an import; `Err` says why it did not come back.
fn returned(api: &RestApi, export_type: ExportType, accepts: Accepts) -> Result<RestApi, String> {
    let everything = ExportOptions {
        documentation: Documentation::Current,
        ..options(export_type, Extensions::ALL)
    };
    let text = export(api, &everything).bytes(accepts);
    let again = ImportOptions { api_id: Some(api.id.clone()), ..ImportOptions::default() };
    import(&text, &again).map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&text)))
}

/// Without what an export does not carry, and in an order of its own.
fn comparable(mut api: RestApi) -> Value {
    api.warnings.clear();
    api.version.get_or_insert_with(|| "date".into());
    api.resources.sort_by(|a, b| a.path.cmp(&b.path));
    serde_json::to_value(api).expect("JSON")
}

/// Whatever imports comes back from both notations.
#[track_caller]
pub(crate) fn assert_comes_back(api: &RestApi) {
    for accepts in [Accepts::Json, Accepts::Yaml] {
        check(api, ExportType::OpenApi30, accepts);
        let swagger = returned(api, ExportType::Swagger2, accepts).expect("imports");
        check(&swagger, ExportType::Swagger2, accepts);
    }
}

#[track_caller]
fn check(api: &RestApi, export_type: ExportType, accepts: Accepts) {
    let again = returned(api, export_type, accepts).expect("imports");
    let (before, after) = (comparable(api.clone()), comparable(again));
    let text = |value: &Value| format!("{value:#}");
    assert_eq!(text(&sorted(before)), text(&sorted(after)), "{export_type:?} {accepts:?}");
}

/// Members in order, so that a difference is easy to see.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[test]
fn every_document_comes_back() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/files");
    let mut count = 0;
    for folder in ["", "moto/"].map(|part| (part, format!("{folder}/{part}"))) {
        for entry in std::fs::read_dir(&folder.1).expect("folder").map(|e| e.expect("entry")) {
            let name = format!("{}{}", folder.0, entry.file_name().to_str().expect("UTF-8"));
            if entry.path().is_dir() {
                continue;
            }
            let Ok(api) = import(document(&name).as_bytes(), &ImportOptions::default()) else {
                continue;
            };
            count += 1;
            for export_type in TYPES {
                for accepts in [Accepts::Json, Accepts::Yaml] {
                    check(&api, export_type, accepts);
                }
            }
        }
    }
    assert_eq!(count, 17);
}

/// The API with the identifiers that the same things have in another one: an import makes its own.
fn with_identifiers(api: &RestApi, of: &RestApi) -> Value {
    let theirs: HashMap<_, _> = identifiers(of).into_iter().collect();
    let renamed = identifiers(api).into_iter();
    let renamed = renamed.filter_map(|(name, id)| Some((id, theirs.get(&name)?.clone())));
    let mut value = comparable(api.clone());
    substitute(&mut value, &renamed.collect());
    sorted(value)
}

/// Names and identifiers of everything that has one.
fn identifiers(api: &RestApi) -> Vec<(String, String)> {
    let resources = api.resources.iter().map(|r| (r.path.clone(), r.id.clone()));
    let models = api.models.values().map(|m| (format!("model {}", m.name), m.id.clone()));
    let validators = api.request_validators.values();
    let validators = validators.map(|v| (format!("validator {}", v.name), v.id.clone()));
    let authorizers = api.authorizers.values();
    let authorizers = authorizers.map(|a| (format!("authorizer {}", a.name), a.id.clone()));
    let parts = api.documentation_parts.keys().enumerate();
    let parts = parts.map(|(at, id)| (format!("part {at}"), id.clone()));
    resources.chain(models).chain(validators).chain(authorizers).chain(parts).collect()
}

fn substitute(value: &mut Value, names: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                text.clone_from(name);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| substitute(value, names)),
        Value::Object(members) => {
            let all = std::mem::take(members);
            members.extend(all.into_iter().map(|(key, mut value)| {
                substitute(&mut value, names);
                (names.get(&key).cloned().unwrap_or(key), value)
            }));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn generated_apis_come_back(api in generated::api()) {
        for accepts in [Accepts::Json, Accepts::Yaml] {
            let again = returned(&api, ExportType::OpenApi30, accepts);
            let again = again.map_err(TestCaseError::fail)?;
            let before = with_identifiers(&api, &again);
            let after = sorted(comparable(again.clone()));
            prop_assert_eq!(format!("{before:#}"), format!("{after:#}"), "{:?}", accepts);
            check(&again, ExportType::OpenApi30, accepts);
            // One body schema per method is what Swagger 2.0 can say: from there on nothing moves.
            let swagger = returned(&api, ExportType::Swagger2, accepts);
            let swagger = swagger.map_err(TestCaseError::fail)?;
            check(&swagger, ExportType::Swagger2, accepts);
        }
    }
}
