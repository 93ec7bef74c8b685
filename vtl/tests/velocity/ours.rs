//! The same templates, rendered by this crate.

use ringway_vtl::{Env, List, ListKind, Map, Options, Template, Value};
use serde_json::{Value as Json, json};

/// What all templates see.
pub(crate) fn context() -> Json {
    json!({
        "name": "World",
        "empty": "",
        "quoted": "say \"hi\" and 'ho'",
        "lines": "one\ntwo\r\nthree",
        "spaced": "  padded\t",
        "csv": "a,b,,c,,",
        "unicode": "äöü 日本 😀 end",
        "path": "/a/b?c=d&e=f",
        "digits": "12345",
        "n": 7,
        "zero": 0,
        "neg": -3,
        "big": 3_000_000_000_u64,
        "f": 2.5,
        "yes": true,
        "no": false,
        "nothing": null,
        "foo-bar": "dashed",
        "list": ["a", "b", "c"],
        "nums": [3, 1, 2],
        "mixed": [1, "two", 3.5, true, null, {"k": "v"}, [1, 2]],
        "none": [],
        "map": {
            "one": 1,
            "two": "zwei",
            "nested": {"deep": "x", "list": [1, {"y": "z"}]},
            "size": 9
        },
        "blank": {},
        "items": [
            {"id": 1, "name": "first", "tags": ["x", "y"], "price": 10.5, "ok": true},
            {"id": 2, "name": "second/\"q\"", "tags": [], "price": 0.001, "ok": false},
            {"id": 3, "name": "third", "tags": ["z"], "price": 12345678.9, "ok": null}
        ]
    })
}

/// A value of JSON: objects are maps, arrays print as JSON.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i128() {
            Some(number) => Value::integer(number),
            None => Value::Double(number.as_f64().expect("a number")),
        },
        Json::String(text) => Value::text(text),
        Json::Array(values) => {
            Value::List(List::new(ListKind::Json, values.iter().map(value).collect()))
        }
        Json::Object(entries) => {
            Map::from_iter(entries.iter().map(|(key, json)| (&**key, value(json)))).into()
        }
    }
}

/// The context as the embedder of a rendering.
pub(crate) struct Context<'j>(pub(crate) &'j Json);

impl Env for Context<'_> {
    fn root(&mut self, name: &str) -> Value {
        self.0.get(name).map_or(Value::Null, value)
    }
}

/// The text, or why there is none.
pub(crate) fn render(template: &str, context: &Json) -> Result<String, String> {
    let template = Template::parse(template).map_err(|error| error.to_string())?;
    let mut out = String::new();
    match template.render(&mut Context(context), &Options::default(), &mut out) {
        Ok(()) => Ok(out),
        Err(error) => Err(error.to_string()),
    }
}
