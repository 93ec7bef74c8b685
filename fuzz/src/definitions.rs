//! Documents and settings files: any bytes become a definition or a located error.

use ringway_core::compile::compile;
use ringway_core::definition::RestApi;
use ringway_core::limits::{DEFINITION_BYTES_MAX, IMPORT_PROBLEMS_MAX};
use ringway_core::openapi::{BasePath, ImportError, ImportOptions, import, locate};
use ringway_core::settings::{self, Extensions};

/// Any bytes as an OpenAPI document: the same answer twice, every error inside the text, and what
/// imports is compiled or refused.
pub fn openapi(bytes: &[u8]) {
    let base_path = [BasePath::Ignore, BasePath::Prepend, BasePath::Split][bytes.len() % 3];
    let options = ImportOptions { base_path, fail_on_warnings: false, api_id: None };
    let imported = import(bytes, &options);
    assert_eq!(imported, import(bytes, &options), "another answer the second time");
    match imported {
        Ok(api) => {
            let extensions = Extensions::read(bytes);
            extensions.iter().for_each(|extensions| {
                drop(compile(&settings::single(api.clone(), "dev", extensions), 1));
            });
            drop(compile(&settings::single(api, "dev", &Extensions::default()), 1));
        }
        Err(error) => check_error(&error, bytes),
    }
}

/// Any bytes as a settings file: what is read survives being written and read again.
pub fn settings(bytes: &[u8]) {
    let _ = settings::is_settings(bytes);
    match settings::parse(bytes) {
        Ok(read) => {
            let written = serde_json::to_vec(&read).expect("settings are JSON");
            if written.len() > DEFINITION_BYTES_MAX {
                return;
            }
            let again = settings::parse(&written).expect("still valid");
            assert_eq!(again, read);
            let apis = (0..read.apis.len()).map(|at| (at, small_api(&read.apis[at].id)));
            let apis = apis.collect();
            drop(compile(&read.definitions(apis), 1));
        }
        Err(error) => check_error(&error, bytes),
    }
}

/// A JSON path in the first line, a text behind it: the place is one of the text.
pub fn place(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (path, text) = text.split_once('\n').unwrap_or(("$", text));
    if let Some(place) = locate(text, path) {
        check_place(place, text);
    }
}

fn small_api(id: &Option<String>) -> RestApi {
    let text = br#"{"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {
        "/pets/{petId}": {"get": {"x-amazon-apigateway-integration": {"type": "mock",
            "requestTemplates": {"application/json": "{statusCode: 200}"},
            "responses": {"default": {"statusCode": "200"}}}}}}}"#;
    let options = ImportOptions { api_id: id.clone(), ..ImportOptions::default() };
    import(text, &options).expect("a valid document")
}

fn check_error(error: &ImportError, bytes: &[u8]) {
    assert!(error.all().count() <= IMPORT_PROBLEMS_MAX + 1, "{} problems", error.all().count());
    assert!(!error.aws_message().is_empty());
    let text = String::from_utf8_lossy(bytes);
    for one in error.all() {
        assert!(!one.message.is_empty() && one.path.starts_with('$'), "{one:?}");
        if let Some(place) = one.line {
            check_place(place, &text);
        }
    }
}

/// Lines and columns count from 1; one past the end is the end. All line ends there are count.
fn check_place((line, column): (u32, u32), text: &str) {
    let breaks = text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    assert!(line >= 1 && line as usize <= breaks + 2, "line {line} of {breaks}");
    assert!(column >= 1 && column as usize <= text.chars().count() + 2, "column {column}");
}
