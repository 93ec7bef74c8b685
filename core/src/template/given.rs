//! Facts that are given as JSON instead of by a request: what renders a template offline.

use ringway_vtl::{Map, Value};

use super::input;
use crate::json::Json;
use crate::limits::TEMPLATE_JSON_VALUES_MAX;

/// What a template sees beside its body. Anything but an object counts as an empty one.
#[derive(Debug)]
pub struct Given<'a> {
    /// `$context`.
    pub context: Json<'a>,
    /// `$input.params()`: objects `path`, `querystring` and `header`.
    pub parameters: Json<'a>,
    /// `$stageVariables`.
    pub stage_variables: Json<'a>,
}

impl Given<'_> {
    pub(super) fn context(&self) -> Map {
        map(&self.context)
    }

    pub(super) fn stage_variables(&self) -> Map {
        map(&self.stage_variables)
    }

    pub(super) fn parameters(&self) -> Map {
        let member = |name| map(self.parameters.member(name).unwrap_or(&Json::Null));
        ["path", "querystring", "header"].into_iter().map(|name| (name, member(name))).collect()
    }

    /// `$input.params(name)`, in the order of a request's.
    pub(super) fn parameter(&self, name: &str) -> Value {
        let found = ["path", "querystring", "header"].into_iter().find_map(|place| {
            let Json::Object(members) = self.parameters.member(place)? else { return None };
            let same =
                |own: &str| own == name || place == "header" && own.eq_ignore_ascii_case(name);
            members.iter().find(|(own, _)| same(own)).map(|(_, json)| json.java_text())
        });
        found.unwrap_or_default().into()
    }
}

fn map(json: &Json<'_>) -> Map {
    match input::value(json, &mut TEMPLATE_JSON_VALUES_MAX.clone()) {
        Ok(Value::Map(map)) => map,
        Ok(_) | Err(_) => Map::new(),
    }
}
