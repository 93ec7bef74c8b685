//! Resources to paths, methods to operations.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::super::operation::{INTEGRATION, VALIDATOR, VERBS};
use super::super::problems::Object;
use super::super::resources::path_parameters;
use super::documentation::Entity;
use super::{Export, ExportType, insert_filled, integration};
use crate::definition::{DocumentationPartType, Method, MethodResponse, Resource};

impl Export<'_> {
    /// Resources with methods, and those that no longer path leads to: an import makes the others.
    pub(super) fn paths(&self) -> Object {
        let resources = &self.api.resources;
        let parents: HashSet<_> = resources.iter().filter_map(|r| r.parent_id.as_deref()).collect();
        let mut paths = Object::new();
        for resource in resources {
            let implied = resource.parent_id.is_none() || parents.contains(resource.id.as_str());
            if resource.methods.is_empty() && implied {
                continue;
            }
            let mut item = Object::new();
            for (verb, method) in &resource.methods {
                let known = VERBS.iter().find(|(_, name)| name == verb).map(|(key, _)| *key);
                let key = known.map_or_else(|| verb.to_ascii_lowercase(), str::to_owned);
                item.insert(key, self.operation(resource, method).into());
            }
            paths.insert(resource.path.clone(), item.into());
        }
        paths
    }

    fn operation(&self, resource: &Resource, method: &Method) -> Object {
        let mut operation = Object::new();
        let entity = Entity {
            kind: DocumentationPartType::Method,
            path: &resource.path,
            method: &method.http_method,
            status_code: "",
            name: "",
        };
        self.documentation.describe(entity, &mut operation);
        if let Some(name) = &method.operation_name {
            operation.insert("operationId".into(), name.clone().into());
        }
        let mut parameters = self.parameters(entity, method);
        match self.options.export_type {
            ExportType::Swagger2 => {
                for (key, media_types) in
                    [("consumes", consumes(method)), ("produces", produces(method))]
                {
                    if !media_types.is_empty() {
                        operation.insert(key.into(), json!(media_types));
                    }
                }
                parameters.extend(method.request_models.values().next().map(|model| {
                    let schema = self.model(model);
                    json!({"in": "body", "name": model, "required": true, "schema": schema})
                }));
            }
            ExportType::OpenApi30 => {}
        }
        if !parameters.is_empty() {
            operation.insert("parameters".into(), parameters.into());
        }
        if self.options.export_type == ExportType::OpenApi30 && !method.request_models.is_empty() {
            let content = self.content(&method.request_models);
            operation.insert("requestBody".into(), json!({"content": content, "required": true}));
        }
        let responses: Object = method
            .method_responses
            .iter()
            .map(|(code, response)| (code.clone(), self.response(entity, code, response).into()))
            .collect();
        operation.insert("responses".into(), responses.into());
        self.secure(method, &mut operation);
        if self.options.extensions.validators
            && let Some(id) = &method.request_validator_id
            && let Some(name) = self.validator_name(id)
        {
            operation.insert(VALIDATOR.into(), name.into());
        }
        if self.options.extensions.integrations
            && let Some(integration) = &method.integration
        {
            let extension = integration::extension(integration, &resource.id);
            operation.insert(INTEGRATION.into(), extension);
        }
        operation
    }

    /// Path parameters always, declared or not, then the others in their order.
    fn parameters(&self, of: Entity<'_>, method: &Method) -> Vec<Value> {
        let in_path: Vec<&str> = path_parameters(of.path).collect();
        let mut parameters: Vec<Value> =
            in_path.iter().map(|name| self.parameter(of, name, "path", true)).collect();
        for (key, required) in &method.request_parameters {
            let name = key.strip_prefix("method.request.").and_then(|rest| rest.split_once('.'));
            match name {
                Some(("querystring", name)) => {
                    parameters.push(self.parameter(of, name, "query", *required));
                }
                Some(("header", name)) => {
                    parameters.push(self.parameter(of, name, "header", *required))
                }
                Some(("path", name)) if !in_path.contains(&name) => {
                    parameters.push(self.parameter(of, name, "path", true));
                }
                _ => {}
            }
        }
        parameters
    }

    fn parameter(&self, of: Entity<'_>, name: &str, location: &str, required: bool) -> Value {
        let mut parameter = Object::new();
        parameter.insert("name".into(), name.into());
        parameter.insert("in".into(), location.into());
        let swagger = self.options.export_type == ExportType::Swagger2;
        if required || swagger {
            parameter.insert("required".into(), required.into());
        }
        parameter.extend(self.string_type());
        let kind = match location {
            "path" => DocumentationPartType::PathParameter,
            "query" => DocumentationPartType::QueryParameter,
            _ => DocumentationPartType::RequestHeader,
        };
        self.documentation.describe(Entity { kind, name, ..of }, &mut parameter);
        Value::Object(parameter)
    }

    /// What says that a parameter or a header is a text.
    fn string_type(&self) -> Object {
        let (key, value) = match self.options.export_type {
            ExportType::Swagger2 => ("type", json!("string")),
            ExportType::OpenApi30 => ("schema", json!({"type": "string"})),
        };
        std::iter::once((key.to_owned(), value)).collect()
    }

    fn response(&self, of: Entity<'_>, code: &str, response: &MethodResponse) -> Object {
        let mut members = Object::new();
        members.insert("description".into(), format!("{code} response").into());
        let of = Entity { status_code: code, ..of };
        let kind = DocumentationPartType::Response;
        self.documentation.describe(Entity { kind, ..of }, &mut members);
        let names = response.response_parameters.keys();
        let names = names.filter_map(|key| key.strip_prefix("method.response.header."));
        let header = |name: &str| {
            let (mut header, kind) = (self.string_type(), DocumentationPartType::ResponseHeader);
            self.documentation.describe(Entity { kind, name, ..of }, &mut header);
            (name.to_owned(), Value::Object(header))
        };
        let headers: Object = names.map(header).collect();
        match self.options.export_type {
            ExportType::Swagger2 => {
                if let Some(model) = response.response_models.values().next() {
                    members.insert("schema".into(), self.model(model));
                }
                insert_filled(&mut members, "headers", headers);
            }
            ExportType::OpenApi30 => {
                insert_filled(&mut members, "headers", headers);
                members.insert("content".into(), self.content(&response.response_models));
            }
        }
        members
    }

    fn content(&self, models: &IndexMap<String, String>) -> Value {
        let types = models.iter();
        types.map(|(kind, model)| (kind.clone(), json!({"schema": self.model(model)}))).collect()
    }

    fn model(&self, name: &str) -> Value {
        json!({"$ref": format!("{}{name}", self.options.export_type.schemas())})
    }
}

/// Media types of the body: those with a model; an import gives the model to all of them. Without
/// one, those with a template.
fn consumes(method: &Method) -> Vec<&str> {
    if !method.request_models.is_empty() {
        return method.request_models.keys().map(String::as_str).collect();
    }
    let integration = method.integration.iter();
    integration.flat_map(|i| i.request_templates.keys()).map(String::as_str).collect()
}

fn produces(method: &Method) -> Vec<&str> {
    let models = method.method_responses.values().flat_map(|r| r.response_models.keys());
    let models: Distinct<'_> = models.map(|kind| (kind.as_str(), ())).collect();
    if !models.is_empty() {
        return models.into_keys().collect();
    }
    let responses = method.integration.iter().flat_map(|i| i.integration_responses.values());
    let templates = responses.flat_map(|response| response.response_templates.keys());
    let templates: Distinct<'_> = templates.map(|kind| (kind.as_str(), ())).collect();
    templates.into_keys().collect()
}

/// Texts once each, in order.
type Distinct<'a> = IndexMap<&'a str, ()>;
