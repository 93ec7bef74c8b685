//! A parsed document to a RestApi: the order in which its parts are read.

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::document::Document;
use super::error::ImportError;
use super::ids::Ids;
use super::models::Models;
use super::problems::{Object, Problems, present};
use super::refs::Refs;
use super::resources::Resources;
use super::security::Security;
use super::{ImportOptions, documentation, extensions, servers};
use crate::definition::{RequestValidator, RestApi};

/// Notation of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notation {
    Swagger2,
    OpenApi3,
}

/// An import under way.
pub(super) struct Import<'d> {
    pub(super) document: &'d Object,
    pub(super) path_prefix: String,
    pub(super) ids: Ids,
    pub(super) refs: Refs<'d>,
    pub(super) problems: Problems,
    pub(super) resources: Resources,
    pub(super) models: Models,
    pub(super) security: Security,
    pub(super) validators: IndexMap<String, RequestValidator>,
    pub(super) default_validator: Option<String>,
}

/// The API a document describes.
pub(super) fn run(document: &Document, options: &ImportOptions) -> Result<RestApi, ImportError> {
    let root = document
        .root
        .as_object()
        .ok_or_else(|| ImportError::document("the document is not an object", None))?;
    let notation = notation(root)?;
    let mut problems = Problems::default();
    for ((line, _), key) in &document.duplicates {
        problems.warn(format!("Line {line} repeats the key '{key}': the last value counts."));
    }
    let mut api = header(root, options, &mut problems);
    let paths = problems.object(root, "paths", &At::ROOT);
    if paths.is_none() && present(root, "paths").is_none() {
        problems.error(&At::ROOT, "attribute paths is missing");
    }
    let mut import = Import::new(&document.root, root, notation, &api.id, options, problems);
    let at = At::ROOT.key("paths");
    for (path, item) in paths.into_iter().flatten() {
        import.path(path, item, &at);
        if import.problems.full() {
            break;
        }
    }
    api.resources = import.resources.into_list();
    api.models = import.models.into_map();
    api.authorizers = import.security.into_authorizers();
    api.request_validators = import.validators;
    if !options.ignore_documentation {
        api.documentation_parts =
            documentation::import(root, &mut import.ids, &mut import.problems);
    }
    api.warnings = import.problems.finish(options.fail_on_warnings)?;
    Ok(api)
}

impl<'d> Import<'d> {
    fn new(
        root: &'d Value,
        document: &'d Object,
        notation: Notation,
        api: &str,
        options: &ImportOptions,
        mut problems: Problems,
    ) -> Self {
        let (p, mut ids) = (&mut problems, Ids::new(&options.ids.scope(api)));
        let components = At::ROOT.key("components");
        let (holder, at) = match notation {
            Notation::Swagger2 => (Some(document), &At::ROOT),
            Notation::OpenApi3 => (p.object(document, "components", &At::ROOT), &components),
        };
        let (schemas, schemes) = match notation {
            Notation::Swagger2 => ("definitions", "securityDefinitions"),
            Notation::OpenApi3 => ("schemas", "securitySchemes"),
        };
        let mut section = |key| holder.and_then(|holder| p.object(holder, key, at));
        let (schemas_map, schemes_map) = (section(schemas), section(schemes));
        let models = Models::import(api, schemas_map, &at.key(schemas), &mut ids, p);
        let security = Security::import(schemes_map, &at.key(schemes), &mut ids, p);
        let validator = "x-amazon-apigateway-request-validator";
        Self {
            document,
            path_prefix: servers::path_prefix(document, options.base_path, p),
            refs: Refs::new(root),
            resources: Resources::new(&mut ids),
            models,
            security,
            validators: extensions::validators(document, &mut ids, p),
            default_validator: p.text(document, validator, &At::ROOT),
            ids,
            problems,
        }
    }

    fn path(&mut self, path: &str, item: &'d Value, at: &At<'_>) {
        if path.starts_with("x-") {
            return;
        }
        let at = at.key(path);
        match item.as_object() {
            Some(_) if !path.starts_with('/') => {
                let text = format!("attribute paths.'{path}'. Resource {path} should start with /");
                self.problems.error(&at, text);
            }
            Some(item) => self.path_item(path, item, &at),
            None if item.is_null() => {}
            None => self.problems.error(&at, "path item is not of type `object`"),
        }
    }
}

/// Swagger 2.0 or OpenAPI 3.0 and 3.1; anything else is no document we know.
fn notation(root: &Object) -> Result<Notation, ImportError> {
    let version =
        |key| present(root, key).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    match (version("swagger"), version("openapi")) {
        (Some(v), None) if v == "2.0" || v == "2" => Ok(Notation::Swagger2),
        (None, Some(v)) if is_3(&v) => Ok(Notation::OpenApi3),
        (None, None) => {
            Err(ImportError::document("neither `swagger` nor `openapi` says the version", None))
        }
        (Some(_), Some(_)) => {
            Err(ImportError::document("both `swagger` and `openapi` say a version", None))
        }
        (Some(v), None) => Err(unknown_version("swagger", &v)),
        (None, Some(v)) => Err(unknown_version("openapi", &v)),
    }
}

/// `3.0`, `3.1`, and their patch releases.
fn is_3(version: &str) -> bool {
    let rest = version.strip_prefix("3.0").or_else(|| version.strip_prefix("3.1"));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn unknown_version(key: &str, version: &str) -> ImportError {
    let text = format!("{key} version {version} is not known: 2.0, 3.0 and 3.1 are");
    let error = ImportError::document(text, None);
    ImportError { path: At::ROOT.key(key).to_string(), ..error }
}

/// Everything but paths and what hangs on them.
fn header(root: &Object, options: &ImportOptions, problems: &mut Problems) -> RestApi {
    let info = problems.object(root, "info", &At::ROOT);
    if info.is_none() && present(root, "info").is_none() {
        problems.error(&At::ROOT, "attribute info is missing");
    }
    let at = At::ROOT.key("info");
    let mut text = |key| problems.text(info?, key, &at).filter(|text| !text.is_empty());
    let (title, description, version) = (text("title"), text("description"), text("version"));
    if info.is_some() && title.is_none() {
        problems.error(&at, "attribute info.title is missing");
    }
    let name = title.unwrap_or_default();
    let id = options.api_id.clone().unwrap_or_else(|| options.ids.api(&name));
    let (mut endpoint_configuration, disabled) = servers::endpoint(root, problems);
    if !options.endpoint_types.is_empty() {
        let configuration = endpoint_configuration.get_or_insert_default();
        configuration.types.clone_from(&options.endpoint_types);
    }
    RestApi {
        id,
        name,
        description,
        version,
        binary_media_types: problems
            .texts(root, extensions::BINARY_MEDIA_TYPES, &At::ROOT)
            .unwrap_or_default(),
        minimum_compression_size: extensions::minimum_compression_size(root, problems),
        api_key_source: extensions::api_key_source(root, problems),
        policy: extensions::policy(root, problems),
        endpoint_configuration,
        disable_execute_api_endpoint: disabled,
        gateway_responses: extensions::gateway_responses(root, problems),
        ..RestApi::default()
    }
}
