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

/// The same by hand: what one operation does to a thing, or nothing when it is refused.
fn by_hand(thing: &mut Thing, operation: &PatchOperation) -> Option<()> {
    let op = operation.op?;
    let value = operation.value.clone().unwrap_or_default();
    let path = operation.path.as_deref()?;
    match (path, op) {
        ("/name", Op::Replace) => thing.name = value,
        ("/enabled", Op::Replace) => thing.enabled = value == "true",
        ("/description", Op::Add | Op::Replace) => thing.description = Some(value),
        ("/description", Op::Remove) => thing.description = None,
        _ => {
            let name = path.strip_prefix("/templates/").filter(|name| !name.contains('/'))?;
            let name = name.replace("~1", "/").replace("~0", "~");
            match op {
                Op::Add => drop(thing.templates.insert(name, value)),
                Op::Replace => *thing.templates.get_mut(&name)? = value,
                Op::Remove => drop(thing.templates.shift_remove(&name)?),
                Op::Move | Op::Test | Op::Copy => return None,
            }
        }
    }
    Some(())
}

fn operations_at_random() -> impl proptest::strategy::Strategy<Value = Vec<PatchOperation>> {
    use proptest::prelude::*;
    let op = prop::option::weighted(
        0.95,
        prop::sample::select(vec![Op::Add, Op::Remove, Op::Move, Op::Test, Op::Replace, Op::Copy]),
    );
    let path = prop::option::weighted(
        0.95,
        prop_oneof![
            4 => prop::sample::select(vec!["/name", "/enabled", "/description"])
                .prop_map(str::to_owned),
            4 => "/templates/[ab~01]{0,4}",
            1 => "[/a~]{0,6}",
            1 => any::<String>(),
        ],
    );
    let value = prop::option::of(prop_oneof![Just("true".to_owned()), any::<String>()]);
    let operation = (op, path, value).prop_map(|(op, path, value)| PatchOperation {
        op,
        path,
        value,
        from: None,
    });
    prop::collection::vec(operation, 0..6)
}

proptest::proptest! {
    /// A list of operations does what each does by hand, in its order; one that is refused
    /// refuses them all.
    #[test]
    fn patches_do_what_is_done_by_hand(operations in operations_at_random()) {
        let mut expect = Thing::default();
        let done = operations.iter().try_for_each(|operation| by_hand(&mut expect, operation));
        let rules = Rules { rules: RULES, wording: Wording::Plain };
        match patched(&Thing::default(), &operations, rules) {
            Ok(thing) => {
                proptest::prop_assert!(done.is_some());
                proptest::prop_assert_eq!(thing, expect);
            }
            Err(_) => proptest::prop_assert!(done.is_none()),
        }
    }
}
