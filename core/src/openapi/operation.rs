//! Path items to resources, operations to methods.

use serde_json::Value;

use super::at::At;
use super::check;
use super::import::Import;
use super::integration;
use super::parameters::{self, Parameter};
use super::problems::{Object, present};
use crate::definition::Method;

pub(super) const INTEGRATION: &str = "x-amazon-apigateway-integration";
pub(super) const VALIDATOR: &str = "x-amazon-apigateway-request-validator";

/// Verbs of a path item, and AWS's names of them.
pub(super) const VERBS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("x-amazon-apigateway-any-method", "ANY"),
];

impl<'d> Import<'d> {
    /// The resource and the methods of one entry of `paths`.
    pub(super) fn path_item(&mut self, path: &str, item: &'d Object, at: &At<'_>) {
        let full = format!("{}{path}", self.path_prefix);
        let resource = match self.resources.at_path(&full, &mut self.ids) {
            Ok(resource) => resource,
            Err(reason) => {
                let text = format!("Unable to create resource at path '{full}': {reason}");
                return self.problems.error(at, text);
            }
        };
        if present(item, "$ref").is_some() {
            self.problems.warn(format!("$ref of path '{path}' is not supported. Ignoring."));
        }
        let inherited = parameters::collect(item, &[], at, &mut self.refs, &mut self.problems);
        for (key, value) in item {
            let Some((_, verb)) = VERBS.iter().find(|(name, _)| name == key) else {
                if key == "trace" {
                    self.problems.warn(format!("Unsupported method 'TRACE {path}'. Ignoring."));
                }
                continue;
            };
            let at = at.key(key);
            let Some(operation) = value.as_object() else {
                self.problems.error(&at, format!("attribute {key} is not of type `object`"));
                continue;
            };
            self.operation(resource, verb, operation, &inherited, &at);
        }
    }

    fn operation(
        &mut self,
        resource: usize,
        verb: &str,
        operation: &'d Object,
        inherited: &[Parameter<'d>],
        at: &At<'_>,
    ) {
        let path = self.resources.resource(resource).path.clone();
        let mut method = Method { http_method: verb.to_owned(), ..Method::default() };
        method.operation_name = self.problems.text(operation, "operationId", at);
        let parameters =
            parameters::collect(operation, inherited, at, &mut self.refs, &mut self.problems);
        parameters::declare(&parameters, &path, &mut method, at, &mut self.problems);
        method.request_models = self.request_models(operation, &parameters, at);
        method.method_responses = self.method_responses(operation, &method, &path, at);
        self.security.apply(operation, self.document, &mut method, at, &mut self.problems);
        method.request_validator_id = self.validator(operation, verb, &path, at);
        self.integration(resource, operation, &path, &mut method, at);

        let methods = &mut self.resources.resource(resource).methods;
        if methods.insert(verb.to_owned(), method).is_some() {
            let text = format!("Unable to put method '{verb}' on resource at path '{path}'");
            self.problems.error(at, text + ": Method already exists for this resource");
        }
    }

    fn integration(
        &mut self,
        resource: usize,
        operation: &'d Object,
        path: &str,
        method: &mut Method,
        at: &At<'_>,
    ) {
        let Some(value) = present(operation, INTEGRATION) else { return };
        let at = at.key(INTEGRATION);
        let Some(value) = self.refs.resolve(value, &at, &mut self.problems) else { return };
        let Value::Object(members) = value else {
            return self.problems.integration(&at, path);
        };
        let Some(mut integration) = integration::import(members, path, &at, &mut self.problems)
        else {
            return;
        };
        check::integration(method, &integration, path, &at, &mut self.problems);
        let id = &self.resources.resource(resource).id;
        integration.cache_namespace.get_or_insert_with(|| id.clone());
        method.integration = Some(integration);
    }

    /// The validator the operation names, else the one the document names.
    fn validator(
        &mut self,
        operation: &Object,
        verb: &str,
        path: &str,
        at: &At<'_>,
    ) -> Option<String> {
        let name = match self.problems.text(operation, VALIDATOR, at) {
            Some(name) => name,
            None => self.default_validator.clone()?,
        };
        let id = self.validators.values().find(|v| v.name == name).map(|v| v.id.clone());
        if id.is_none() {
            let text = format!("Unable to put method '{verb}' on resource at path '{path}'");
            let at = if operation.contains_key(VALIDATOR) { at } else { &At::ROOT };
            self.problems.error(
                &at.key(VALIDATOR),
                text + ": Invalid Request Validator identifier specified",
            );
        }
        id
    }
}
