//! `$context.requestOverride` and `$context.responseOverride`: what templates set of the call and
//! of the response beside their bodies.
//!
//! One pair of maps for all templates of a request: what the request template puts there, the
//! response template sees (aws-facts 185, 186).

use std::cell::OnceCell;

use ringway_vtl::{List, Map, Value};

use crate::http::syntax::{is_field_name, is_field_value};
use crate::http::{FieldName, rules};
use crate::json::double_text;

/// The maps of one request, made when a template asks for them.
#[derive(Debug, Default)]
pub struct Overrides {
    request: OnceCell<Map>,
    response: OnceCell<Map>,
}

/// Names and values of headers; a name may come several times.
pub type OverrideHeaders = Vec<(String, String)>;

/// What templates have set of the call.
#[derive(Debug, Default)]
pub struct RequestOverrides {
    /// Headers, instead of mapped ones of these names.
    pub headers: OverrideHeaders,
    /// Query parameters, likewise.
    pub query: Vec<(String, String)>,
    /// Values for `{name}` in the URI.
    pub path: Vec<(String, String)>,
}

impl RequestOverrides {
    /// Nothing was set.
    pub const NONE: Self = Self { headers: Vec::new(), query: Vec::new(), path: Vec::new() };

    /// Whether a header of this name is set.
    #[must_use]
    pub fn has_header(&self, name: &[u8]) -> bool {
        self.headers.iter().any(|(own, _)| own.as_bytes().eq_ignore_ascii_case(name))
    }
}

impl Overrides {
    /// The names of the maps in `$context`.
    pub(super) const NAMES: [&str; 2] = ["requestOverride", "responseOverride"];

    /// The map of one of [`Self::NAMES`].
    pub(super) fn map(&self, name: &str) -> &Map {
        let maps = |names: &[&str]| names.iter().map(|name| (*name, Map::new())).collect();
        if name == Self::NAMES[0] {
            self.request.get_or_init(|| maps(&["header", "path", "querystring"]))
        } else {
            self.response.get_or_init(|| maps(&["header"]))
        }
    }

    /// `$context.responseOverride.status`; a status outside of 100 to 599 is none (aws-facts 184).
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let status = match self.response.get()?.get("status")? {
            Value::Int(status) => u16::try_from(status).ok()?,
            Value::Long(status) => u16::try_from(status).ok()?,
            Value::Text(status) => status.trim().parse().ok()?,
            _ => return None,
        };
        (100..=599).contains(&status).then_some(status)
    }

    /// `$context.responseOverride.header`, renamed as mapped ones are (aws-facts 136). Names and
    /// values that are none of HTTP are left out.
    #[must_use]
    pub fn response_headers(&self) -> OverrideHeaders {
        let headers = entries(self.response.get(), "header").into_iter();
        let named = headers.filter(|(name, value)| is_line(name, value));
        named
            .filter_map(|(name, value)| {
                match rules::mapped_response(FieldName::of(name.as_bytes())) {
                    rules::ResponseField::Keep => Some((name, value)),
                    rules::ResponseField::Remap => {
                        Some((format!("{}{name}", rules::REMAPPED_PREFIX), value))
                    }
                    rules::ResponseField::Drop => None,
                }
            })
            .collect()
    }

    /// `$context.requestOverride`; headers that nobody may map are left out (aws-facts 133, 134).
    #[must_use]
    pub fn request(&self) -> RequestOverrides {
        let headers = entries(self.request.get(), "header").into_iter().filter(|(name, value)| {
            let field = FieldName::of(name.as_bytes());
            is_line(name, value) && rules::mapped_request(field) == rules::MappedRequestField::Send
        });
        RequestOverrides {
            headers: headers.collect(),
            query: entries(self.request.get(), "querystring"),
            path: entries(self.request.get(), "path"),
        }
    }
}

fn is_line(name: &str, value: &str) -> bool {
    is_field_name(name.as_bytes()) && is_field_value(value.as_bytes())
}

/// The entries of a map in a map; a list gives several of one name (aws-facts 187).
fn entries(overrides: Option<&Map>, family: &str) -> Vec<(String, String)> {
    let Some(Value::Map(map)) = overrides.and_then(|map| map.get(family)) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    for (name, value) in (0..map.len()).filter_map(|at| map.entry(at)) {
        let Some(name) = text(&name) else { continue };
        match value {
            Value::List(values) => {
                let values = elements(&values).filter_map(|value| text(&value));
                entries.extend(values.map(|value| (name.clone(), value)));
            }
            value => entries.extend(text(&value).map(|value| (name, value))),
        }
    }
    entries
}

fn elements(list: &List) -> impl Iterator<Item = Value> {
    (0..list.len()).filter_map(|at| list.get(at))
}

/// The text of a simple value.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Long(number) => Some(number.to_string()),
        Value::Big(number) => Some(number.to_string()),
        Value::Double(number) => Some(double_text(*number)),
        Value::Null
        | Value::Char(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Entry(_)
        | Value::Scope(_)
        | Value::Block(_)
        | Value::Host(_) => None,
    }
}
