//! Paths over one document, refusals, and what hostile ones cost. The library itself stands beside
//! them in `core/tests/oracles`.

use proptest::prelude::*;

use super::{Found, JsonPath, JsonPathFailure};
use crate::json::Json;

const DOCUMENT: &str = r#"{"a": [{"x": 1, "n": "one"}, {"x": 2.50, "n": "two"}], "s": "text",
    "big": 12345678901234567890123, "z": null, "o": {"b": 1, "a": 2}}"#;

fn read(path: &str) -> String {
    let json = Json::parse(DOCUMENT).expect("JSON");
    match JsonPath::compile(path) {
        Err(error) => format!("{}: {}", error.position, error.message),
        Ok(path) => match path.evaluate(&json).map(Found::into_json) {
            Ok(Some(found)) => found.text(),
            Ok(None) => "nothing".to_owned(),
            Err(failure) => format!("{failure:?}"),
        },
    }
}

#[test]
fn paths_lead_to_values() {
    for (path, expect) in [
        ("$.a[0].n", r#""one""#),
        ("a[0].n", r#""one""#),
        ("$['s']", r#""text""#),
        ("$.a[-1].x", "2.5"),
        ("$.big", "12345678901234567890123"),
        ("$.z", "null"),
        ("$.missing", "nothing"),
        ("$.s.x", "nothing"),
        ("$.a[*].x", "[1,2.5]"),
        ("$..n", r#"["one","two"]"#),
        ("$..missing", "[]"),
        ("$.a[?(@.x > 1)].n", r#"["two"]"#),
        ("$.a[?(@.n =~ /O.*/i && @.x == 1)].x", "[1]"),
        ("$.a[?(@.n in ['two'])].x", "[2.5]"),
        ("$['o','s']['a']", "[2]"),
        ("$.o['a','b']", r#"{"a":2,"b":1}"#),
        ("$.a.length()", "2"),
        ("$..x.sum()", "3.5"),
        ("$.o.keys()", r#"["b","a"]"#),
        ("$.concat($.s, \"!\")", r#""text!""#),
        ("$.s.first()", r#"Failed("a function is applied to no list, or to an empty one")"#),
    ] {
        assert_eq!(read(path), expect, "{path}");
    }
}

#[test]
fn what_is_no_path_is_refused_where_it_stops() {
    for (path, expect) in [
        ("$.", "0: a path must not end with `.`"),
        ("$x", "1: `.` or `[` is expected"),
        ("$.a[?(@.x == )]", "13: the end of the filter is expected"),
        ("$.a[?(@.x =~ /(/)]", "13: "),
        ("$.a.nosuch()", "4: there is no function nosuch"),
        ("$.a[x]", "3: a name in quotes, an index, `*` or `?` is expected"),
    ] {
        let refused = read(path);
        let (position, _) = expect.split_once(':').expect("a position");
        assert!(
            refused.contains(": ") && (refused == expect || path.contains('?')),
            "{path}: {refused}"
        );
        assert!(position.parse::<usize>().is_ok());
    }
}

#[test]
fn what_is_borrowed_is_not_copied() {
    let json = Json::parse(DOCUMENT).expect("JSON");
    let path = JsonPath::compile("$.a").expect("a path");
    let Ok(Found::Value(found)) = path.evaluate(&json) else { panic!("a value") };
    assert!(matches!(found, std::borrow::Cow::Borrowed(_)));
    assert!(path.is_definite());
    assert!(!JsonPath::compile("$..a").expect("a path").is_definite());
}

#[test]
fn hostile_paths_are_bounded() {
    assert!(JsonPath::compile(&"a".repeat(5_000)).is_err());
    assert!(
        JsonPath::compile(&format!("$.a[?({}@.x{})]", "(".repeat(64), ")".repeat(64))).is_err()
    );
    let nested = (0..20).fold("@".to_owned(), |inner, _| format!("@[?({inner})]"));
    assert!(JsonPath::compile(&format!("${}", &nested[1..])).is_err());
    let wide = format!("[{}]", vec!["[[1],[2],[3]]"; 300].join(","));
    let json = Json::parse(&wide).expect("JSON");
    for path in ["$..*..*..*..*..*..*", "$[?(@..[?(@..[?($..*)])])]", "$..[?(@ == $..*)]"] {
        let path = JsonPath::compile(path).expect("a path");
        let ended = path.evaluate(&json);
        assert!(!matches!(ended, Ok(Found::Nothing)), "ends, within its bounds");
    }
    let explosive = JsonPath::compile("$..*..*..*..*..*..*").expect("a path");
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let json = Json::parse(&deep).expect("JSON");
    assert_eq!(explosive.evaluate(&json), Err(JsonPathFailure::TooExpensive));
    let slice = JsonPath::compile("$[-2147483648:2147483647]").expect("a path");
    assert_eq!(slice.evaluate(&json).map(Found::into_json).map(|found| found.is_some()), Ok(true));
}

proptest! {
    #[test]
    fn any_text_is_a_path_or_refused(text in "\\PC{0,60}") {
        compiled_and_evaluated(&text);
    }

    #[test]
    fn texts_of_the_alphabet_of_paths(
        text in r#"\$?([.\[\]'"*?()@$a-c0-9:,=<>!&|~/ -]|\.\.|\[\?\(@|\)\]){0,40}"#,
    ) {
        compiled_and_evaluated(&text);
    }
}

/// Neither panics, and what is found is the same twice.
fn compiled_and_evaluated(text: &str) {
    let Ok(path) = JsonPath::compile(text) else { return };
    let json = Json::parse(DOCUMENT).expect("JSON");
    let (once, twice) = (path.evaluate(&json), path.evaluate(&json));
    assert_eq!(once, twice, "{text}");
    if path.is_definite() {
        assert!(!matches!(once, Ok(Found::List(_))), "{text}");
    }
}
