//! `$ringway`: what AWS has not. XML for templates that stand before a SOAP service.
//!
//! `docs/extensions.md` is the reference. What goes wrong fails the rendering with a sentence; a
//! function that is not there is an error too, unlike those of `$util`.

use ringway_vtl::{List, ListKind, Value};

use crate::json::{Json, Members, Number};
use crate::limits::{JSON_DEPTH_MAX, TEMPLATE_XML_BYTES_MAX, TEMPLATE_XML_NODES_MAX};
use crate::xml::{self, Allowance};

/// What one rendering may still do with XML.
pub(super) struct Extension {
    allowance: Allowance,
}

impl Extension {
    /// For a body of so many bytes.
    pub(super) const fn new(bytes: usize) -> Self {
        let bytes = TEMPLATE_XML_BYTES_MAX + 4 * bytes;
        Self { allowance: Allowance { bytes, nodes: TEMPLATE_XML_NODES_MAX } }
    }

    /// Calls a function.
    pub(super) fn call(&mut self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let called = match (name, arguments) {
            ("parseXml", [argument]) => self.parse(argument),
            ("toXml", [argument]) => self.write(argument),
            ("escapeXml", [argument]) => escape(argument),
            ("findXml", [value, path]) => {
                self.find(value, path).map(|found| found.into_iter().next().unwrap_or_default())
            }
            ("findAllXml", [value, path]) => {
                self.find(value, path).map(|found| List::new(ListKind::Json, found).into())
            }
            ("textOf", [argument]) => xml::text_of(argument, &mut self.allowance).map(Value::from),
            ("toJson", [argument]) => {
                json(argument, JSON_DEPTH_MAX, &mut self.allowance).map(|json| json.text().into())
            }
            _ => Err(format!("no such function of $ringway for {} arguments", arguments.len())),
        };
        called.map_err(|message| format!("{name}: {message}"))
    }

    fn parse(&mut self, argument: &Value) -> Result<Value, String> {
        let Value::Text(text) = argument else { return Err(not("a text", argument)) };
        let map = xml::parse(text, &mut self.allowance).map_err(|error| error.to_string())?;
        Ok(map.into())
    }

    fn write(&mut self, argument: &Value) -> Result<Value, String> {
        let Value::Map(map) = argument else { return Err(not("a map", argument)) };
        let mut out = String::new();
        xml::write(map, &mut self.allowance, &mut out)?;
        Ok(out.into())
    }

    fn find(&mut self, value: &Value, path: &Value) -> Result<Vec<Value>, String> {
        let Value::Text(path) = path else { return Err(not("a path", path)) };
        xml::find(value, path, &mut self.allowance)
    }
}

/// Nothing for null, as a reference without a value prints nothing.
fn escape(argument: &Value) -> Result<Value, String> {
    let mut out = String::new();
    match (argument.plain_text(), argument) {
        (Some(text), _) => xml::escape(&text, &mut out)?,
        (None, Value::Null) => {}
        (None, argument) => return Err(not("a text", argument)),
    }
    Ok(out.into())
}

/// A value as JSON, whatever made it.
fn json(value: &Value, depth: usize, allowance: &mut Allowance) -> Result<Json<'static>, String> {
    let depth = depth.checked_sub(1).ok_or("a value that is nested too deeply")?;
    allowance.take_node()?;
    if let Some(text) = value.plain_text() {
        allowance.take_bytes(text.len())?;
    }
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Text(text) => Json::String(text.to_string().into()),
        Value::Int(number) => Json::Number(Number::integer((*number).into())),
        Value::Long(number) => Json::Number(Number::integer(*number)),
        Value::Big(number) => match Number::parse(&number.to_string()) {
            Some(number) => Json::Number(number.into_owned()),
            None => Json::Null,
        },
        Value::Double(number) => Json::Number(Number::double(*number)),
        Value::List(list) => {
            let elements = list.iter().map(|value| json(&value, depth, allowance));
            Json::Array(elements.collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let mut members = Members::default();
            for (key, value) in map.iter() {
                let name = key.plain_text().ok_or_else(|| not("a name of JSON", &key))?;
                members.insert(name.into_owned().into(), json(&value, depth, allowance)?);
            }
            Json::Object(members)
        }
        Value::Char(_) | Value::Entry(_) | Value::Scope(_) | Value::Block(_) | Value::Host(_) => {
            return Err(not("a value of JSON", value));
        }
    })
}

fn not(expected: &str, argument: &Value) -> String {
    format!("{} is not {expected}", argument.type_name())
}
