//! `parameters`, of a path and of its operations, to `requestParameters` (aws-facts 52, 274).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::at::At;
use super::problems::{Object, Problems};
use super::refs::Refs;
use super::resources::path_parameters;
use crate::definition::Method;

/// A parameter of an operation.
pub(crate) struct Parameter<'d> {
    /// `in`: path, query, header, body, formData, cookie.
    location: &'d str,
    name: &'d str,
    required: bool,
    /// The schema of a Swagger 2.0 body.
    pub(crate) schema: Option<&'d Value>,
}

impl Parameter<'_> {
    /// This is the body of a Swagger 2.0 operation.
    pub(crate) fn is_body(&self) -> bool {
        self.location == "body"
    }
}

/// The parameters of `holder` (a path item or an operation) on top of those of its path.
pub(crate) fn collect<'d>(
    holder: &'d Object,
    above: &[Parameter<'d>],
    at: &At<'_>,
    refs: &mut Refs<'d>,
    problems: &mut Problems,
) -> Vec<Parameter<'d>> {
    let mut own: Vec<Parameter<'d>> = Vec::new();
    let list = problems.array(holder, "parameters", at).unwrap_or_default();
    let at = at.key("parameters");
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        let Some(value) = refs.resolve(value, &at, problems) else { continue };
        let parameter = read(value);
        if parameter.is_none() {
            problems.error(&at, "a parameter needs `name` and `in`");
        }
        own.extend(parameter);
    }
    let key = |p: &Parameter<'d>| (p.location, if p.is_body() { "" } else { p.name });
    let overridden: HashSet<_> = own.iter().map(key).collect();
    let inherited = above.iter().filter(|p| !overridden.contains(&key(p)));
    let mut all: Vec<Parameter<'d>> = inherited.map(Parameter::copy).collect();
    all.append(&mut own);
    all
}

impl<'d> Parameter<'d> {
    const fn copy(&self) -> Self {
        let Self { location, name, required, schema } = *self;
        Self { location, name, required, schema }
    }
}

fn read(value: &Value) -> Option<Parameter<'_>> {
    let location = value.get("in")?.as_str()?;
    let name = value.get("name").and_then(Value::as_str);
    let name = if location == "body" { name.unwrap_or_default() } else { name? };
    let required = value.get("required").and_then(Value::as_bool).unwrap_or(false);
    Some(Parameter { location, name, required, schema: value.get("schema") })
}

/// Declares the parameters on the method. Those of the path always exist and are required, named
/// in the document or not.
pub(crate) fn declare(
    parameters: &[Parameter<'_>],
    path: &str,
    method: &mut Method,
    at: &At<'_>,
    problems: &mut Problems,
) {
    let mut locations: HashMap<&str, &str> = HashMap::new();
    for name in path_parameters(path) {
        locations.insert(name, "path");
        method.request_parameters.insert(format!("method.request.path.{name}"), true);
    }
    for parameter in parameters {
        let location = match parameter.location {
            "path" => "path",
            "query" => "querystring",
            "header" => "header",
            "body" => continue,
            other => {
                let name = parameter.name;
                problems.warn(format!("Unsupported parameter '{name}' in '{other}'. Ignoring."));
                continue;
            }
        };
        let known = locations.insert(parameter.name, location);
        if known.is_some_and(|other| other != location) {
            problems.error(
                &at.key("parameters"),
                format!(
                    "Unable to put method '{}' on resource at path '{path}': Parameter names must \
                     be unique across querystring, header and path",
                    method.http_method
                ),
            );
        } else if location != "path" {
            let name = format!("method.request.{location}.{}", parameter.name);
            method.request_parameters.insert(name, parameter.required);
        } else if known.is_none() {
            let (verb, name) = (&method.http_method, parameter.name);
            problems.warn(format!("Path parameter '{name}' of '{verb} {path}' is not in the path"));
        }
    }
}
