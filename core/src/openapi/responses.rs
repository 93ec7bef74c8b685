//! `responses` and request bodies: what models a method takes and answers (aws-facts 274, 275).

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::import::Import;
use super::parameters::Parameter;
use super::problems::{Object, present};
use crate::definition::{Method, MethodResponse};

impl<'d> Import<'d> {
    /// Request models: `requestBody.content`, or the Swagger 2.0 body for each of `consumes`.
    pub(super) fn request_models(
        &mut self,
        operation: &'d Object,
        parameters: &[Parameter<'d>],
        at: &At<'_>,
    ) -> IndexMap<String, String> {
        if let Some(body) = parameters.iter().find(|p| p.is_body()) {
            let Some(schema) = body.schema else { return IndexMap::new() };
            let at = at.key("parameters");
            return self.models_for(schema, self.media_types(operation, "consumes"), &at);
        }
        let Some(body) = present(operation, "requestBody") else { return IndexMap::new() };
        let at = at.key("requestBody");
        let Some(body) = self.refs.resolve(body, &at, &mut self.problems) else {
            return IndexMap::new();
        };
        self.content_models(body, &at)
    }

    /// Method responses by status code. Codes AWS does not know (`default`, `4XX`) are ignored.
    pub(super) fn method_responses(
        &mut self,
        operation: &'d Object,
        method: &Method,
        path: &str,
        at: &At<'_>,
    ) -> IndexMap<String, MethodResponse> {
        let mut found = IndexMap::new();
        // AWS says nothing of an operation without (recorded).
        let Some(responses) = self.problems.object(operation, "responses", at) else {
            return found;
        };
        let at = at.key("responses");
        for (status_code, response) in responses {
            let at = at.key(status_code);
            if !is_status_code(status_code) {
                if !status_code.starts_with("x-") {
                    let place = format!("'{} {path}'", method.http_method);
                    self.problems.warn(format!(
                        "Unsupported response status code '{status_code}' for {place}. Ignoring."
                    ));
                }
                continue;
            }
            let Some(response) = self.refs.resolve(response, &at, &mut self.problems) else {
                continue;
            };
            let Some(members) = response.as_object() else {
                self.problems.error(&at, "response is not of type `object`");
                continue;
            };
            let headers = self.problems.object(members, "headers", &at).into_iter().flatten();
            let response_parameters =
                headers.map(|(name, _)| (format!("method.response.header.{name}"), false));
            let response_parameters = response_parameters.collect();
            let response_models = match present(members, "schema") {
                Some(schema) => {
                    let media_types = self.media_types(operation, "produces");
                    self.models_for(schema, media_types, &at.key("schema"))
                }
                None => self.content_models(response, &at),
            };
            let status_code = status_code.clone();
            found.insert(
                status_code.clone(),
                MethodResponse { status_code, response_parameters, response_models },
            );
        }
        found
    }

    /// OpenAPI 3: media type to model, from `content`.
    fn content_models(&mut self, holder: &'d Value, at: &At<'_>) -> IndexMap<String, String> {
        let mut models = IndexMap::new();
        let Some(members) = holder.as_object() else {
            self.problems.error(at, "attribute is not of type `object`");
            return models;
        };
        let content = self.problems.object(members, "content", at);
        let at = at.key("content");
        for (media_type, description) in content.into_iter().flatten() {
            let at = at.key(media_type);
            let Some(schema) = description.get("schema") else { continue };
            models.extend(self.models_for(schema, vec![media_type], &at.key("schema")));
        }
        models
    }

    /// The model of a schema, for every media type.
    fn models_for(
        &mut self,
        schema: &Value,
        media_types: Vec<&str>,
        at: &At<'_>,
    ) -> IndexMap<String, String> {
        if let Some(wrong) = media_types.iter().find(|media_type| !media_type.contains('/')) {
            self.problems.error(at, format!("Invalid content type specified: {wrong}"));
            return IndexMap::new();
        }
        let name = self.models.name_of(schema, at, &mut self.ids, &mut self.problems);
        let Some(name) = name else { return IndexMap::new() };
        media_types.into_iter().map(|media_type| (media_type.to_owned(), name.clone())).collect()
    }

    /// `consumes` or `produces` of the operation, else of the document, else JSON.
    fn media_types(&self, operation: &'d Object, key: &str) -> Vec<&'d str> {
        let list = operation.get(key).or_else(|| self.document.get(key)).and_then(Value::as_array);
        let types: Vec<&str> = list.into_iter().flatten().filter_map(Value::as_str).collect();
        if types.is_empty() { vec!["application/json"] } else { types }
    }
}

/// `[1-5]\d\d`
fn is_status_code(text: &str) -> bool {
    matches!(text.as_bytes(), [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'])
}
