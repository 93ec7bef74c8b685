//! Paths and models over any JSON.

use ringway_core::json::Json;
use ringway_core::mapping::json_path::{Found, JsonPath};
use ringway_core::schema::Schemas;

/// The first line, and what follows it.
fn halves(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).ok()?.split_once('\n')
}

/// A path, line end, a document: the same result twice, and a list only for an indefinite path.
pub fn json_path(bytes: &[u8]) {
    let Some((path, document)) = halves(bytes) else { return };
    let (Ok(path), Ok(document)) = (JsonPath::compile(path), Json::parse(document)) else { return };
    let found = path.evaluate(&document);
    assert_eq!(found, path.evaluate(&document));
    assert!(!(path.is_definite() && matches!(found, Ok(Found::List(_)))));
    if let Ok(Some(found)) = found.map(Found::into_json) {
        drop(found.java_text());
    }
}

/// A schema, line end, an instance: invalid with a reason, or valid without one.
pub fn schema(bytes: &[u8]) {
    let Some((schema, instance)) = halves(bytes) else { return };
    let models = [("M".to_owned(), schema.to_owned())].into_iter().collect();
    let (Ok(schemas), Ok(instance)) = (Schemas::compile(&models), Json::parse(instance)) else {
        return;
    };
    let model = schemas.model("M").expect("the one model");
    let mut errors = Vec::new();
    let valid = model.validate(&instance, &mut errors);
    assert_eq!(valid, errors.is_empty());
}
