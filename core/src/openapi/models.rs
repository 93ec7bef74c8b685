//! Schemas to models: named ones from `definitions` / `components.schemas`, generated ones for
//! inline schemas, references between them as AWS writes them (aws-facts 275).

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::ids::{Ids, SHORT, stable};
use super::problems::{Object, Problems};
use super::refs::reference;
use crate::definition::Model;

/// Members of OpenAPI schemas that AWS leaves out of models: they check nothing in JSON schema
/// draft 4 (developer guide, "important notes").
const DROPPED: [&str; 9] = [
    "deprecated",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "writeOnly",
    "xml",
];

/// The models of an API that is being imported.
pub(crate) struct Models {
    base_url: String,
    by_name: IndexMap<String, Model>,
}

impl Models {
    /// Named models. Names that are not alphanumeric are ignored with a warning, as AWS does.
    pub(crate) fn import(
        api: &str,
        schemas: Option<&Object>,
        at: &At<'_>,
        ids: &mut Ids,
        problems: &mut Problems,
    ) -> Self {
        let base_url = format!("https://apigateway.amazonaws.com/restapis/{api}/models/");
        let mut models = Self { base_url, by_name: IndexMap::new() };
        for (name, schema) in schemas.into_iter().flatten() {
            if !name.chars().all(|c| c.is_ascii_alphanumeric()) || name.is_empty() {
                problems.warn(format!("Model name must be alphanumeric: {name}"));
            } else if schema.is_object() {
                models.insert(name.clone(), schema, ids);
            } else {
                problems.error(&at.key(name), format!("model {name} is not of type `object`"));
            }
        }
        models
    }

    fn insert(&mut self, name: String, schema: &Value, ids: &mut Ids) {
        let description =
            schema.get("description").and_then(Value::as_str).filter(|text| !text.is_empty());
        let model = Model {
            id: ids.take("model", &name, SHORT),
            name: name.clone(),
            content_type: "application/json".into(),
            description: description.map(str::to_owned),
            schema: self.rewrite(schema).to_string(),
        };
        self.by_name.insert(name, model);
    }

    /// The name of the model a schema stands for. A reference to a model that is not there is
    /// ignored with a warning, as AWS does; an inline schema becomes a model of its own, the same
    /// schema the same model.
    pub(crate) fn name_of(
        &mut self,
        schema: &Value,
        at: &At<'_>,
        ids: &mut Ids,
        problems: &mut Problems,
    ) -> Option<String> {
        if let Some(reference) = reference(schema) {
            let name = self.referenced(reference).unwrap_or(reference);
            if !self.by_name.contains_key(name) {
                problems.warn(format!("Reference to model '{name}' not found. Ignoring."));
                return None;
            }
            return Some(name.to_owned());
        }
        let object = schema.as_object();
        if object.is_none() {
            problems.error(at, "attribute schema is not of type `object`");
        }
        // `{}` allows everything, and a Swagger `file` is no JSON.
        object.filter(|s| !s.is_empty() && s.get("type") != Some(&Value::from("file")))?;
        Some(self.inline(schema, ids))
    }

    fn inline(&mut self, schema: &Value, ids: &mut Ids) -> String {
        let text = self.rewrite(schema).to_string();
        let mut length = SHORT;
        loop {
            let name = format!("MODEL{}", stable(&[&text], length));
            match self.by_name.get(&name) {
                None => {
                    self.insert(name.clone(), schema, ids);
                    return name;
                }
                Some(other) if other.schema == text => return name,
                Some(_) => length += 1,
            }
        }
    }

    /// The model name in a reference, in either notation or already in AWS's.
    fn referenced<'r>(&self, reference: &'r str) -> Option<&'r str> {
        ["#/definitions/", "#/components/schemas/", &self.base_url]
            .iter()
            .find_map(|prefix| reference.strip_prefix(prefix))
            .filter(|name| !name.contains('/'))
    }

    /// A copy of a schema with references in AWS's notation and `required` sorted as AWS does.
    /// Recursion is bounded by the depth of the document.
    fn rewrite(&self, schema: &Value) -> Value {
        match schema {
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .filter(|(key, _)| !DROPPED.contains(&key.as_str()))
                    .map(|(key, value)| (key.clone(), self.rewrite_member(key, value)))
                    .collect(),
            ),
            Value::Array(schemas) => schemas.iter().map(|s| self.rewrite(s)).collect(),
            other => other.clone(),
        }
    }

    fn rewrite_member(&self, key: &str, value: &Value) -> Value {
        match (key, value) {
            ("$ref", Value::String(reference)) => match self.referenced(reference) {
                Some(name) => format!("{}{name}", self.base_url).into(),
                None => value.clone(),
            },
            ("required", Value::Array(names)) => {
                let mut names = names.clone();
                names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                Value::Array(names)
            }
            // Members whose own members are names, not keywords.
            (
                "properties" | "patternProperties" | "definitions" | "$defs",
                Value::Object(named),
            ) => named.iter().map(|(name, schema)| (name.clone(), self.rewrite(schema))).collect(),
            (
                "items"
                | "allOf"
                | "anyOf"
                | "oneOf"
                | "not"
                | "additionalProperties"
                | "additionalItems"
                | "prefixItems",
                schema,
            ) => self.rewrite(schema),
            _ => value.clone(),
        }
    }

    /// All models, in the order of the document.
    pub(crate) fn into_map(self) -> IndexMap<String, Model> {
        self.by_name
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn models(schemas: &Value) -> (Models, Ids, Problems) {
        let (mut ids, mut problems) = (Ids::new("abc"), Problems::default());
        let models = Models::import("abc", schemas.as_object(), &At::ROOT, &mut ids, &mut problems);
        (models, ids, problems)
    }

    #[test]
    fn rewrites_references_and_keeps_circles() {
        let person = json!({
            "type": "object", "required": ["b", "a"], "example": {"a": 1},
            "properties": {
                "example": {"type": "string", "example": "x"},
                "house": {"$ref": "#/components/schemas/House"},
                "friends": {"type": "array", "items": {"$ref": "#/definitions/Person"}},
            },
        });
        let (models, ..) = models(&json!({"Person": person}));
        let schema: Value =
            serde_json::from_str(&models.into_map()["Person"].schema).expect("JSON");
        let url = "https://apigateway.amazonaws.com/restapis/abc/models/";
        let expected = json!({
            "type": "object", "required": ["a", "b"],
            "properties": {
                "example": {"type": "string"},
                "house": {"$ref": format!("{url}House")},
                "friends": {"type": "array", "items": {"$ref": format!("{url}Person")}},
            },
        });
        assert_eq!(schema, expected);
    }

    #[test]
    fn names_inline_schemas_once() {
        let (mut models, mut ids, mut problems) = models(&json!({"Pet": {"type": "object"}}));
        let mut name = |schema: Value| models.name_of(&schema, &At::ROOT, &mut ids, &mut problems);
        assert_eq!(name(json!({"$ref": "#/components/schemas/Pet"})).as_deref(), Some("Pet"));
        let list = json!({"type": "array", "items": {"$ref": "#/definitions/Pet"}});
        let first = name(list.clone()).expect("a name");
        assert!(first.starts_with("MODEL") && first.len() == 11, "{first}");
        assert_eq!(name(list), Some(first.clone()));
        assert_ne!(name(json!({"type": "string"})), Some(first));
        assert_eq!(name(json!({})), None);
        assert_eq!(name(json!({"$ref": "#/definitions/Ghost"})), None);
        let warnings = problems.finish(false).expect("no errors");
        assert_eq!(warnings, ["Reference to model 'Ghost' not found. Ignoring."]);
    }
}
