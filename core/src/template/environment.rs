//! What a template sees beyond its own variables.

use ringway_vtl::{Env, HostId, Map, Value};

use super::extension::Extension;
use super::overrides::Overrides;
use super::{Given, Velocity, functions, input, variables};
use crate::context::Context;
use crate::json::Json;
use crate::limits::{TEMPLATE_JSON_VALUES_MAX, TEMPLATE_PATH_BYTES_MAX};
use crate::mapping::Body;
use crate::mapping::json_path::{Found, JsonPath, JsonPathFailure};

/// `$input`
const INPUT: HostId = HostId(0);
/// `$util`
const UTIL: HostId = HostId(1);
/// `$ringway`
const RINGWAY: HostId = HostId(2);
/// Bytes of a body that a definite path is charged for: it looks at few values.
const DEFINITE_PATH_BYTES: usize = 256;

/// Where the facts come from.
#[derive(Clone, Copy)]
pub(super) enum Facts<'e> {
    /// A request.
    Request(&'e Context<'e>),
    /// JSON.
    Given(&'e Given<'e>),
}

/// One rendering's view of its request.
pub(super) struct Environment<'e> {
    velocity: &'e Velocity,
    read: Option<&'e Body<'e>>,
    facts: Facts<'e>,
    overrides: &'e Overrides,
    body: Option<Value>,
    parameters: Option<Map>,
    /// Values that paths led to: asked twice, a path leads to the same one.
    found: Vec<(Box<str>, Value)>,
    values_left: usize,
    path_bytes_left: usize,
    extension: Extension,
}

impl<'e> Environment<'e> {
    pub(super) fn new(
        velocity: &'e Velocity,
        read: Option<&'e Body<'e>>,
        facts: Facts<'e>,
        overrides: &'e Overrides,
    ) -> Self {
        Self {
            velocity,
            read,
            facts,
            overrides,
            body: None,
            parameters: None,
            found: Vec::new(),
            values_left: TEMPLATE_JSON_VALUES_MAX,
            path_bytes_left: TEMPLATE_PATH_BYTES_MAX,
            extension: Extension::new(read.map_or(0, |body| body.text().len())),
        }
    }

    /// `$input.body` (aws-facts 202).
    fn body(&mut self) -> Value {
        let text = || Value::text(self.read.map_or("{}", |body| body.text()));
        self.body.get_or_insert_with(text).clone()
    }

    /// `$input.params()`
    fn parameters(&mut self) -> Map {
        let made = || match self.facts {
            Facts::Request(ctx) => input::parameters(ctx),
            Facts::Given(given) => given.parameters(),
        };
        self.parameters.get_or_insert_with(made).clone()
    }

    /// `$input.path(…)`: null for nothing (aws-facts 200, 201, 208).
    fn path(&mut self, text: &str) -> Result<Value, String> {
        if let Some((_, value)) = self.found.iter().find(|(path, _)| **path == *text) {
            return Ok(value.clone());
        }
        let mut left = self.values_left;
        let value = self.evaluate(text, |found| match found {
            Found::Nothing => Ok(Value::Null),
            Found::Value(json) => input::value(&json, &mut left),
            Found::List(values) => input::list(values.iter().map(|json| &**json), &mut left),
        })?;
        self.values_left = left;
        self.found.push((text.into(), value.clone()));
        Ok(value)
    }

    /// `$input.json(…)`: JSON text, `""` for nothing (aws-facts 207).
    fn json(&mut self, text: &str) -> Result<Value, String> {
        let text = self.evaluate(text, |found| {
            Ok(match found {
                Found::Nothing => "\"\"".to_owned(),
                Found::Value(json) => json.text(),
                Found::List(values) => {
                    Json::Array(values.into_iter().map(|json| json.into_owned()).collect()).text()
                }
            })
        })?;
        Ok(text.into())
    }

    fn evaluate<T>(
        &mut self,
        text: &str,
        read: impl FnOnce(Found<'_, '_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let written;
        let paths = &self.velocity.paths;
        let path = match paths.binary_search_by(|(path, _)| (**path).cmp(text)) {
            Ok(at) => &paths[at].1,
            Err(_) => {
                written = JsonPath::compile(text)
                    .map_err(|error| format!("{text} is no JSONPath: {}", error.message))?;
                &written
            }
        };
        let bytes = match (self.read, path.is_definite()) {
            (Some(body), false) => body.text().len().max(DEFINITE_PATH_BYTES),
            (Some(_), true) | (None, _) => DEFINITE_PATH_BYTES,
        };
        self.path_bytes_left = self
            .path_bytes_left
            .checked_sub(bytes)
            .ok_or("the template searches the body too often")?;
        let empty = Json::Object(Default::default());
        let root = match self.read {
            Some(body) => body.json(),
            None => Some(&empty),
        };
        match root.map(|root| path.evaluate(root)) {
            Some(Ok(found)) => read(found),
            // Where Jayway throws there is nothing.
            None | Some(Err(JsonPathFailure::Failed(_))) => read(Found::Nothing),
            Some(Err(JsonPathFailure::TooExpensive)) => {
                Err(format!("the search for {text} takes too long"))
            }
        }
    }

    fn input(&mut self, method: &str, arguments: &[Value]) -> Result<Value, String> {
        match (method, arguments) {
            ("json", [Value::Text(path)]) => self.json(path),
            ("path", [Value::Text(path)]) => self.path(path),
            ("params", []) => Ok(self.parameters().into()),
            ("params", [Value::Text(name)]) => Ok(match self.facts {
                Facts::Request(ctx) => input::parameter(ctx, name),
                Facts::Given(given) => given.parameter(name),
            }),
            ("get", [Value::Text(name)]) => Ok(self.property(INPUT, name)),
            ("getBody", []) => Ok(self.body()),
            _ => Ok(Value::Null),
        }
    }
}

impl Env for Environment<'_> {
    fn root(&mut self, name: &str) -> Value {
        match name {
            "input" => Value::Host(INPUT),
            "util" => Value::Host(UTIL),
            "ringway" => Value::Host(RINGWAY),
            "context" => {
                let map = match self.facts {
                    Facts::Request(ctx) => variables::context(&self.velocity.context, ctx),
                    Facts::Given(given) => given.context(),
                };
                for name in &self.velocity.context.overrides {
                    map.insert(*name, self.overrides.map(name).clone());
                }
                map.into()
            }
            "stageVariables" => match self.facts {
                Facts::Request(ctx) => variables::stage_variables(ctx),
                Facts::Given(given) => given.stage_variables(),
            }
            .into(),
            _ => Value::Null,
        }
    }

    fn property(&mut self, object: HostId, name: &str) -> Value {
        if object == INPUT && name == "body" { self.body() } else { Value::Null }
    }

    fn call(&mut self, object: HostId, method: &str, arguments: &[Value]) -> Result<Value, String> {
        match object {
            INPUT => self.input(method, arguments),
            RINGWAY => self.extension.call(method, arguments),
            _ => functions::call(method, arguments, &mut self.values_left),
        }
    }
}
