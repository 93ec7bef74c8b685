//! Mapping templates: what parses renders within its bounds, the same way twice.

use ringway_vtl::{Env, Limits, List, ListKind, Map, Options, Template, Undefined, Value};

const OUTPUT_BYTES_MAX: usize = 4_096;

struct Values;

impl Env for Values {
    fn root(&mut self, name: &str) -> Value {
        match name {
            "s" => Value::text("aß😀"),
            "n" => Value::Int(3),
            "l" => List::new(ListKind::Json, vec![Value::Int(1), Value::text("b")]).into(),
            "m" => Map::from_iter([("a", 1), ("b", 2)]).into(),
            _ => Value::Null,
        }
    }
}

/// Parses and renders a template.
pub fn vtl(bytes: &[u8]) {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let Ok(template) = Template::parse(source) else { return };
    let limits = Limits {
        foreach_turns_max: 20,
        call_depth_max: 20,
        output_bytes_max: OUTPUT_BYTES_MAX,
        made_bytes_max: 64 * 1024,
        fuel_steps_max: 10_000,
    };
    let options = Options { limits, undefined: Undefined::Nothing };
    let (mut once, mut twice) = (String::new(), String::new());
    let first = template.render(&mut Values, &options, &mut once);
    let second = template.render(&mut Values, &options, &mut twice);
    assert_eq!((first, &once), (second, &twice));
    assert!(once.len() <= OUTPUT_BYTES_MAX);
}
