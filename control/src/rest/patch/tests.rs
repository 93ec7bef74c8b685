//! Rules, wordings, and a property: patches never leave the shape of their definition.

use indexmap::IndexMap;

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Thing {
    name: String,
    enabled: bool,
    description: Option<String>,
    templates: IndexMap<String, String>,
}

impl Default for Thing {
    fn default() -> Self {
        let templates = [("a/b".to_owned(), "x".to_owned())].into_iter().collect();
        Self { name: "n".into(), enabled: false, description: None, templates }
    }
}

fn absent() -> ManagementError {
    ManagementError::not_found("Invalid parameter name specified")
}

const RULES: &[Rule] = &[
    Rule { path: "/name", ops: REPLACE, target: Target::Value(text) },
    Rule { path: "/enabled", ops: REPLACE, target: Target::Value(flag) },
    Rule { path: "/description", ops: OPTIONAL, target: Target::Value(text) },
    Rule { path: "/templates/{}", ops: ENTRY, target: Target::Present(text, absent) },
];

fn patch(wording: Wording, operations: &str) -> Result<Thing, String> {
    let operations: Vec<PatchOperation> = serde_json::from_str(operations).unwrap();
    patched(&Thing::default(), &operations, Rules { rules: RULES, wording })
        .map_err(|error| error.message.into_owned())
}

#[test]
fn operations_apply_in_order() {
    let check = |operations: &str, expect: fn(&mut Thing)| {
        let mut thing = Thing::default();
        expect(&mut thing);
        assert_eq!(patch(Wording::Plain, operations).unwrap(), thing, "{operations}");
    };
    check(r#"[{"op":"replace","path":"/name","value":"m"}]"#, |t| t.name = "m".into());
    check(r#"[{"op":"replace","path":"/enabled","value":"true"}]"#, |t| t.enabled = true);
    check(r#"[{"op":"replace","path":"/enabled","value":"yes"}]"#, |_| {});
    check(
        r#"[{"op":"add","path":"/description","value":"d"},{"op":"remove","path":"/description"}]"#,
        |_| {},
    );
    check(r#"[{"op":"add","path":"/templates/c~1d","value":"y"}]"#, |t| {
        t.templates.insert("c/d".into(), "y".into());
    });
    check(r#"[{"op":"remove","path":"/templates/a~1b","value":"ignored"}]"#, |t| {
        t.templates.clear();
    });
}

#[test]
fn what_is_not_allowed_is_said_in_awss_words() {
    let check = |wording, operations: &str, expect: &str| {
        assert_eq!(patch(wording, operations).unwrap_err(), expect, "{operations}");
    };
    check(Wording::Plain, r#"[{"op":"add","path":"/a"}]"#, "Invalid patch path /a");
    check(Wording::Plain, r#"[{"op":"add"}]"#, "Invalid patch path null");
    check(
        Wording::Plain,
        r#"[{"op":"add","path":"/templates/a/b"}]"#,
        "Invalid patch path /templates/a/b",
    );
    check(
        Wording::Plain,
        r#"[{"op":"remove","path":"/name"}]"#,
        "Invalid patch operation specified. Must be one of: [replace]",
    );
    check(
        Wording::Plain,
        r#"[{"op":"remove","path":"/templates/none"}]"#,
        "Invalid parameter name specified",
    );
    check(
        Wording::Listed,
        r#"[{"op":"replace","path":"/id","value":"x"}]"#,
        "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/name, /enabled, \
         /description, /templates/{}]",
    );
    check(
        Wording::Listed,
        r#"[{"op":"move","path":"/name"}]"#,
        "Invalid patch path  '/name' specified for op 'move'. Please choose supported operations",
    );
}
