//! Models to schemas: AWS's references become those of the document.

use serde_json::Value;

use super::super::problems::Object;
use super::ExportType;
use crate::definition::RestApi;

/// The schemas of all models, by name.
pub(super) fn schemas(api: &RestApi, export_type: ExportType) -> Object {
    let mut schemas = Object::new();
    for (name, model) in &api.models {
        // A text that is no schema says nothing about a payload; neither does an empty one.
        let mut schema = match serde_json::from_str(&model.schema) {
            Ok(Value::Object(schema)) => schema,
            _ => Object::new(),
        };
        if let Some(description) = &model.description
            && !schema.contains_key("description")
        {
            schema.insert("description".into(), description.clone().into());
        }
        let mut schema = Value::Object(schema);
        rewrite(&mut schema, export_type);
        schemas.insert(name.clone(), schema);
    }
    schemas
}

/// Recursion is bounded by what the JSON parser accepts.
fn rewrite(schema: &mut Value, export_type: ExportType) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if key == "$ref" => {
                        if let Some(name) = model_name(text) {
                            *text = format!("{}{name}", export_type.schemas());
                        }
                    }
                    other => rewrite(other, export_type),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rewrite(value, export_type)),
        _ => {}
    }
}

/// `https://apigateway.amazonaws.com/restapis/{id}/models/{name}`
fn model_name(reference: &str) -> Option<&str> {
    let rest = reference.strip_prefix("https://apigateway.amazonaws.com/restapis/")?;
    let (_, name) = rest.split_once("/models/")?;
    Some(name).filter(|name| !name.is_empty() && !name.contains('/'))
}
