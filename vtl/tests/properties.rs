//! Any text parses or is refused, and what parses renders within its bounds.

use proptest::prelude::*;
use ringway_vtl::{Env, Limits, List, ListKind, Map, Options, Template, Undefined, Value};

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

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "$",
        "$!",
        "${",
        "}",
        "#",
        "##",
        "#*",
        "*#",
        "#[[",
        "]]#",
        "\\",
        "(",
        ")",
        "[",
        "]",
        ".",
        "..",
        ",",
        ":",
        "\"",
        "'",
        " ",
        "\n",
        "=",
        "==",
        "!",
        "-",
        "+",
        "1",
        "2.5",
        "s",
        "$s",
        "$n",
        "$l",
        "$m",
        "$m.a",
        "$l[0]",
        ".size()",
        ".substring(1)",
        ".replaceAll('a', 'b')",
        ".put('x', $m)",
        ".add($l)",
        "#if($s)",
        "#else",
        "#end",
        "#set($x = ",
        "#set($l[0] = $l)",
        "#set($m.m = $m)",
        "#foreach($x in $l)",
        "#foreach($x in [1..5])",
        "#macro(f $a)",
        "#f($s)",
        "#f",
        "#define($d)",
        "$d",
        "#evaluate(\"$s\")",
        "#evaluate('#f($n)')",
        "#stop",
        "#break",
        "é",
        "😀",
        "$x",
        "$foreach.index",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn holds(source: &str) {
    let Ok(template) = Template::parse(source) else { return };
    let limits = Limits {
        foreach_turns_max: 20,
        call_depth_max: 20,
        output_bytes_max: 2_000,
        made_bytes_max: 20_000,
        fuel_steps_max: 5_000,
    };
    let options = Options { limits, undefined: Undefined::Source };
    let (mut once, mut twice) = (String::from("before"), String::from("before"));
    let first = template.render(&mut Values, &options, &mut once);
    let second = template.render(&mut Values, &options, &mut twice);
    assert_eq!((first, &once), (second, &twice), "the same twice");
    assert!(once.starts_with("before") && once.len() <= 2_006, "{} bytes", once.len());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn pieces_of_the_language_hold(source in pieces()) {
        holds(&source);
    }

    #[test]
    fn any_text_holds(source in "\\PC*") {
        holds(&source);
    }
}
