//! `x-amazon-apigateway-documentation` to documentation parts, of a whole API and of
//! ImportDocumentationParts
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-documenting-api-quick-start-import-export.html>).

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::document::{self, Bounds};
use super::error::{ImportError, ImportErrorKind};
use super::ids::{Ids, SHORT, distinct};
use super::problems::{Object, Problems, present, scalar_text};
use super::{IdSource, PutMode};
use crate::definition::{DocumentationLocation, DocumentationPart, DocumentationPartType, RestApi};

pub(super) const DOCUMENTATION: &str = "x-amazon-apigateway-documentation";

/// Parts by identifier, in their order.
pub(super) type Parts = IndexMap<String, DocumentationPart>;

/// What ImportDocumentationParts made of the parts of an API.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedDocumentation {
    /// All parts the API has now, by identifier.
    pub parts: IndexMap<String, DocumentationPart>,
    /// Identifiers of those the document names, in its order.
    pub ids: Vec<String>,
    /// What was ignored.
    pub warnings: Vec<String>,
}

/// Reads the body of ImportDocumentationParts and combines it with the parts the API has.
///
/// # Errors
/// A body that is no document, or parts that are none; [`ImportError::aws_message`] is what AWS
/// answers.
pub fn import_documentation_parts(
    text: &[u8],
    api: &RestApi,
    mode: PutMode,
    fail_on_warnings: bool,
    ids: IdSource,
) -> Result<ImportedDocumentation, ImportError> {
    let wrong = |error: ImportError| ImportError { kind: ImportErrorKind::Documentation, ..error };
    let document = document::parse(text, Bounds::DEFINITION).map_err(wrong)?;
    let root = document.root.as_object();
    let root =
        root.ok_or_else(|| wrong(ImportError::document("the document is not an object", None)))?;
    let mut ids = Ids::new(&ids.scope(&api.id));
    // AWS gives new identifiers even to parts that are replaced by the same (recorded).
    api.documentation_parts.keys().for_each(|id| ids.reserve(id));
    let mut problems = Problems::default();
    let found = import(root, &mut ids, &mut problems);
    let warnings =
        problems.finish(fail_on_warnings).map_err(|error| super::with_lines(error, text))?;
    let (parts, ids) = match mode {
        PutMode::Overwrite => (found.clone(), found.into_keys().collect()),
        PutMode::Merge => merged(&api.documentation_parts, found),
    };
    Ok(ImportedDocumentation { parts, ids, warnings })
}

/// Old parts, then new ones; a member of `properties` that both have is the new one's.
pub(super) fn merged(old: &Parts, new: Parts) -> (Parts, Vec<String>) {
    let (mut parts, mut ids) = (old.clone(), Vec::with_capacity(new.len()));
    let places: std::collections::HashMap<String, String> =
        old.iter().map(|(id, part)| (place(&part.location), id.clone())).collect();
    for (id, part) in new {
        match places.get(&place(&part.location)).and_then(|id| parts.get_mut(id)) {
            Some(known) => {
                known.properties = combined(&known.properties, &part.properties);
                ids.push(known.id.clone());
            }
            None => {
                let id = distinct(&id, SHORT, |id| parts.contains_key(id));
                ids.push(id.clone());
                parts.insert(id.clone(), DocumentationPart { id, ..part });
            }
        }
    }
    (parts, ids)
}

/// A text that two locations share only when they are the same.
fn place(location: &DocumentationLocation) -> String {
    let DocumentationLocation { part_type, path, method, status_code, name } = location;
    serde_json::json!([part_type, path, method, status_code, name]).to_string()
}

fn combined(old: &str, new: &str) -> String {
    match (serde_json::from_str(old), serde_json::from_str(new)) {
        (Ok(Value::Object(mut old)), Ok(Value::Object(new))) => {
            old.extend(new);
            Value::Object(old).to_string()
        }
        _ => new.to_owned(),
    }
}

/// The parts a document names, in its order; a location named twice is combined.
pub(super) fn import(root: &Object, ids: &mut Ids, problems: &mut Problems) -> Parts {
    let mut parts = Parts::new();
    let Some(extension) = problems.object(root, DOCUMENTATION, &At::ROOT) else { return parts };
    let at = At::ROOT.key(DOCUMENTATION);
    let list = problems.array(extension, "documentationParts", &at).unwrap_or_default();
    let at = at.key("documentationParts");
    let mut places: IndexMap<String, DocumentationPart> = IndexMap::new();
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        let Some(part) = part(value, &at, problems) else { continue };
        places
            .entry(place(&part.location))
            .and_modify(|known| known.properties = combined(&known.properties, &part.properties))
            .or_insert(part);
    }
    for (place, part) in places {
        let id = ids.take("documentation", &place, SHORT);
        parts.insert(id.clone(), DocumentationPart { id, ..part });
    }
    parts
}

/// A part, or nothing and a warning: text for readers does not stop an API.
fn part(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<DocumentationPart> {
    let part = read(value);
    if let Err(reason) = &part {
        problems.warn(format!("Unable to import documentation part {at}: {reason}. Ignoring."));
    }
    part.ok()
}

fn read(value: &Value) -> Result<DocumentationPart, String> {
    let location = value.get("location").and_then(Value::as_object).ok_or("it has no location")?;
    let member = |key| present(location, key).and_then(scalar_text);
    let kind = member("type").unwrap_or_default();
    let part_type = DocumentationPartType::ALL.into_iter().find(|known| known.name() == kind);
    let location = DocumentationLocation {
        part_type: part_type.ok_or_else(|| format!("type '{kind}' is not known"))?,
        path: member("path"),
        method: member("method"),
        status_code: member("statusCode"),
        name: member("name"),
    };
    // An object, or the text that DocumentationPart has.
    let properties = match value.get("properties") {
        Some(Value::String(text)) => document::embedded(text),
        Some(other) => Some(other.clone()).filter(Value::is_object),
        None => Some(Value::Object(Object::new())),
    };
    Ok(DocumentationPart {
        id: String::new(),
        location: location.with_defaults(),
        properties: properties.ok_or("properties are no JSON object")?.to_string(),
    })
}
