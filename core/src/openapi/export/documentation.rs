//! Documentation parts in an export: as an extension, and at the things they document, as AWS
//! writes both. Only texts for readers go there: a part cannot change what an import makes.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::super::problems::Object;
use super::{Documentation, ExportOptions};
use crate::definition::{
    DocumentationLocation, DocumentationPart, DocumentationPartType, DocumentationVersion, RestApi,
};

/// Members of an operation that only readers read.
const OF_METHOD: [&str; 4] = ["tags", "summary", "description", "externalDocs"];
/// Members of everything else that only readers read.
const OF_OTHERS: [&str; 1] = ["description"];

/// The documentation of an export.
pub(super) struct Parts<'a> {
    version: Option<&'a DocumentationVersion>,
    parts: Option<&'a IndexMap<String, DocumentationPart>>,
    /// Parts with their properties.
    by_place: HashMap<Place<'a>, Vec<(&'a DocumentationLocation, Object)>>,
}

/// Kind, name, and path without a slash at its end.
type Place<'a> = (&'static str, &'a str, &'a str);

/// A thing that may be documented.
#[derive(Clone, Copy)]
pub(super) struct Entity<'a> {
    pub(super) kind: DocumentationPartType,
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) status_code: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(api: &'a RestApi, options: &ExportOptions) -> Self {
        let mut found = Self { version: None, parts: None, by_place: HashMap::new() };
        if !options.extensions.documentation {
            return found;
        }
        match &options.documentation {
            Documentation::Absent => {}
            Documentation::Current => found.parts = Some(&api.documentation_parts),
            Documentation::Version(version) => {
                found.version = api.documentation_versions.get(version);
                found.parts = found.version.map(|version| &version.documentation_parts);
            }
        }
        for part in found.parts.into_iter().flat_map(IndexMap::values) {
            let name = part.location.name.as_deref().unwrap_or_default();
            let path = part.location.path.as_deref().unwrap_or_default();
            let key = (part.location.part_type.name(), name, path.trim_end_matches('/'));
            let properties = match serde_json::from_str(&part.properties) {
                Ok(Value::Object(properties)) => properties,
                _ => Object::new(),
            };
            found.by_place.entry(key).or_default().push((&part.location, properties));
        }
        found
    }

    /// Writes what documents an entity: the part nearest to it alone, not those further up.
    pub(super) fn describe(&self, entity: Entity<'_>, members: &mut Object) {
        let mut path = entity.path.trim_end_matches('/');
        let properties = loop {
            let parts = self.by_place.get(&(entity.kind.name(), entity.name, path));
            let parts = parts.into_iter().flatten();
            let fitting = parts.filter_map(|(at, of)| Some((wildcards(at, entity)?, of)));
            if let Some((_, properties)) = fitting.min_by_key(|(wildcards, _)| *wildcards) {
                break properties;
            }
            let Some(end) = path.rfind('/') else { return };
            path = &path[..end];
        };
        let keys: &[&str] = match entity.kind {
            DocumentationPartType::Method => &OF_METHOD,
            _ => &OF_OTHERS,
        };
        let texts = properties.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        members.extend(texts.map(|(key, value)| (key.clone(), value.clone())));
    }

    /// `x-amazon-apigateway-documentation`
    pub(super) fn extension(&self) -> Option<Value> {
        let mut members = Object::new();
        if let Some(DocumentationVersion { version, created_date, .. }) = self.version {
            members.insert("version".into(), version.clone().into());
            created_date.as_ref().map(|date| members.insert("createdDate".into(), json!(date)));
        }
        let parts = self.parts.filter(|parts| !parts.is_empty() || self.version.is_some())?;
        members.insert("documentationParts".into(), parts.values().map(written).collect());
        Some(Value::Object(members))
    }
}

/// A part as AWS writes it: without the path of the root, which is the default.
fn written(part: &DocumentationPart) -> Value {
    let mut location = part.location.clone();
    location.path = location.path.filter(|path| path != "/");
    let properties: Option<Value> = serde_json::from_str(&part.properties).ok();
    let properties = properties.unwrap_or_else(|| part.properties.clone().into());
    json!({"location": location, "properties": properties})
}

/// Whether a part says `*` for the method, and for the status code, when it fits an entity.
fn wildcards(at: &DocumentationLocation, entity: Entity<'_>) -> Option<(bool, bool)> {
    let wildcard = |text: Option<&str>, own: &str| match text {
        None | Some("*") => Some(true),
        Some(text) => (text == own).then_some(false),
    };
    let method = wildcard(at.method.as_deref(), entity.method)?;
    Some((method, wildcard(at.status_code.as_deref(), entity.status_code)?))
}
