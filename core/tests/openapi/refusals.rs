//! Documents that cannot become an API, and hostile ones: a clear answer in bounded time.

use std::time::{Duration, Instant};

use crate::round_trip::assert_comes_back;
use proptest::prelude::*;
use ringway_core::openapi::{ImportError, ImportErrorKind, ImportOptions, import, locate};

fn refused(text: &str) -> ImportError {
    let started = Instant::now();
    let error = import(text.as_bytes(), &ImportOptions::default()).expect_err("refused");
    // Generous: unoptimised builds on a busy machine. The bounds exist to make it seconds at most.
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    error
}

/// A document with one path item.
fn with_item(item: &str) -> String {
    format!("openapi: 3.0.1\ninfo: {{title: t}}\npaths:\n  /a/{{b}}:\n{item}")
}

#[track_caller]
fn check(text: &str, path: &str, line: (u32, u32), message: &str) {
    let error = refused(text);
    assert_eq!(error.message, message);
    assert_eq!((error.path.as_str(), error.line), (path, Some(line)));
}

#[test]
fn shapes_of_the_document() {
    check("openapi: 3.0.1\npaths: {}", "$", (1, 1), "attribute info is missing");
    check("openapi: 3.0.1\ninfo: {title: t}", "$", (1, 1), "attribute paths is missing");
    check(
        "openapi: 3.0.1\ninfo: {}\npaths: {}",
        "$.info",
        (2, 1),
        "attribute info.title is missing",
    );
    let wrong = "{\"swagger\": \"2.0\", \"info\": {\"title\": \"t\"},\n \"paths\": []}";
    check(wrong, "$.paths", (2, 2), "attribute paths is not of type `object`");
    let relative = "openapi: 3.0.1\ninfo: {title: t}\npaths:\n  pets: {}";
    let message = "attribute paths.'pets'. Resource pets should start with /";
    check(relative, "$.paths.pets", (4, 3), message);
}

#[test]
fn paths_that_contradict() {
    let text =
        "openapi: 3.0.1\ninfo: {title: t}\npaths:\n  /user/{bizId}/c: {}\n  /user/{userId}/f: {}";
    let message = "Unable to create resource at path '/user/{userId}/f': A sibling ({bizId}) of \
                   this resource already has a variable path part -- only one is allowed";
    check(text, "$.paths['/user/{userId}/f']", (5, 3), message);
    assert_eq!(refused(text).aws_message(), format!("Errors found during import:\n\t{message}"));
}

#[test]
fn malformed_integrations() {
    let item = "    get:\n      x-amazon-apigateway-integration:\n        type: aws_proxy\n        \
                uri: {Fn::Sub: x}\n";
    let message =
        "Unable to parse API definition because of a malformed integration at path /a/{b}.";
    let path = "$.paths['/a/{b}'].get.x-amazon-apigateway-integration.uri";
    check(&with_item(item), path, (8, 9), message);
    assert_eq!(refused(&with_item(item)).aws_message(), message);
}

#[test]
fn wrong_values() {
    let on = "Unable to put integration on 'GET' for resource at path '/a/{b}': ";
    let integration = "x-amazon-apigateway-integration";
    for (members, message) in [
        ("type: http, httpMethod: GET, uri: ftp://x", "Invalid HTTP endpoint specified for URI"),
        ("type: http, uri: http://x", "Enumeration value for HttpMethod must be non-empty"),
        (
            "type: aws, httpMethod: POST, uri: 'arn:aws:x'",
            "AWS ARN for integration must contain path or action",
        ),
        (
            "type: mock, requestParameters: {integration.request.path.x: method.request.path.y}",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
             [Invalid mapping expression parameter specified: method.request.path.y]",
        ),
        (
            "type: mock, requestParameters: {integration.request.path.x: nonsense}",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
             [Invalid mapping expression specified: nonsense]",
        ),
    ] {
        let error = refused(&with_item(&format!("    get: {{{integration}: {{{members}}}}}\n")));
        assert_eq!(error.message, format!("{on}{message}"));
    }
    let twice = "    get:\n      parameters: [{name: x, in: query}, {name: x, in: header}]\n";
    assert!(
        refused(&with_item(twice))
            .message
            .ends_with("Parameter names must be unique across querystring, header and path")
    );
}

#[test]
fn what_is_asked_of_callers_never_gets_lost() {
    let undefined = with_item("    get: {security: [{ghost: []}]}\n");
    let error = refused(&undefined);
    assert_eq!(error.path, "$.paths['/a/{b}'].get.security[0].ghost");
    let document = format!("{}security: {{api_key: []}}\n", with_item("    get: {}\n"));
    assert_eq!(refused(&document).path, "$.security");
    let validator = with_item("    get: {x-amazon-apigateway-request-validator: ghost}\n");
    assert!(
        refused(&validator).message.ends_with("Invalid Request Validator identifier specified")
    );
}

#[test]
fn references_that_lead_nowhere() {
    let text = with_item("    get: {parameters: [{$ref: '#/components/parameters/x'}]}\n");
    let error = refused(&text);
    assert_eq!(error.message, "Unable to resolve reference '#/components/parameters/x'");
    let circle = "components: {parameters: {x: {$ref: '#/components/parameters/x'}}}\n";
    assert!(refused(&format!("{text}{circle}")).message.contains("chain"));
}

#[test]
fn many_problems_are_listed_and_bounded() {
    let mut text = String::from("openapi: 3.0.1\ninfo: {title: t}\npaths:\n");
    for n in 0..500 {
        text += &format!("  /a{n} b: {{}}\n");
    }
    let error = refused(&text);
    assert_eq!(error.all().count(), 100);
    assert!(error.all().all(|e| e.line.is_some()));
}

#[test]
fn depth_bombs() {
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(500_000), "- ".repeat(1_000_000)] {
        assert_eq!(refused(&text).kind, ImportErrorKind::Document);
        let _ = locate(&text, "$.a[0]");
    }
    let yaml = format!("a: {}", "[".repeat(100_000));
    assert_eq!(refused(&yaml).kind, ImportErrorKind::Document);
}

#[test]
fn alias_bombs() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let refs = vec![format!("*a{}", n - 1); 10].join(", ");
        laughs += &format!("a{n}: &a{n} [{refs}]\n");
    }
    let error = refused(&laughs);
    assert_eq!(error.kind, ImportErrorKind::Document);
    assert!(error.message.contains("aliases"), "{error}");
    // Flat text, deep tree.
    let mut chain = String::from("a0: &a0 {x: 1}\n");
    for n in 1..3_000 {
        chain += &format!("a{n}: &a{n} {{x: *a{}}}\n", n - 1);
    }
    assert_eq!(refused(&chain).message, "nested deeper than 64 levels");
    assert_eq!(refused("a: &a\n  x: *a\n").kind, ImportErrorKind::Document);
    let heavy = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(10_000));
    assert_eq!(refused(&heavy).kind, ImportErrorKind::Document);
}

#[test]
fn reference_bombs() {
    let mut text =
        format!("x: {}\nopenapi: 3.0.1\ninfo: {{title: t}}\npaths:\n", "y".repeat(2_000_000));
    for n in 0..2_000 {
        text += &format!("  /p{n}: {{get: {{requestBody: {{$ref: '#'}}}}}}\n");
    }
    assert_eq!(refused(&text).kind, ImportErrorKind::Document);
}

#[test]
fn large_documents() {
    let over = format!("{{\"x\": \"{}\"}}", "y".repeat(6 * 1024 * 1024));
    assert!(refused(&over).message.contains("bytes"));
    let values = format!("{{\"x\": [{}]}}", "1,".repeat(3_000_000));
    assert!(refused(&values).message.contains("values"));
    let lines = "- a\n".repeat(1_500_000);
    assert_eq!(refused(&lines).kind, ImportErrorKind::Document);
}

#[test]
fn duplicate_keys() {
    let yaml = refused("openapi: 3.0.1\ninfo: {title: t}\npaths:\n  /a: {}\n  /a: {}\n");
    assert_eq!((yaml.kind, yaml.line), (ImportErrorKind::Document, Some((5, 3))));
    let json = r#"{"openapi": "3.0.1", "info": {"title": "t"}, "paths":
                  {"/a": {"get": {}}, "/a": {"put": {}}}}"#;
    let api = import(json.as_bytes(), &ImportOptions::default()).expect("the last counts");
    assert_eq!(api.resources[1].methods.keys().collect::<Vec<_>>(), ["PUT"]);
    let warning = "Line 2 repeats the key '/a': the last value counts.";
    assert_eq!(api.warnings[0], warning);
}

#[test]
fn text_that_is_no_text() {
    assert!(import(b"\xff\xfe{", &ImportOptions::default()).is_err());
    for text in
        ["", "\u{feff}", "null", "just words", "{}", "[]", "{\"openapi\": \"3.0.1\"} trailing"]
    {
        assert_eq!(refused(text).aws_message(), "Invalid OpenAPI input.", "{text:?}");
    }
}

/// Documents that reach deep into the importer, to be damaged.
fn seeds() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/files");
    let files = [
        "openapi.spec.pulumi.json",
        "petstore-authorizer.swagger.json",
        "api_definition.yaml",
        "openapi.spec.circular-ref-with-request-body.json",
        "moto/petstore-swagger-v3.yaml",
    ];
    files.iter().map(|f| std::fs::read_to_string(format!("{folder}/{f}")).expect(f)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn damaged_documents_never_panic(
        seed in 0..5_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8, any::<u8>()), 1..20),
    ) {
        let mut text = seeds().swap_remove(seed).into_bytes();
        for (at, kind, byte) in edits {
            let at = at.index(text.len());
            match kind {
                0 => text[at] = byte,
                1 => drop(text.remove(at)),
                2 => text.insert(at, b"{}[]\",:-'&*#\n"[usize::from(byte) % 13]),
                3 => text.truncate(at.max(1)),
                _ => {
                    let end = (at + usize::from(byte)).min(text.len());
                    text.extend_from_within(at..end);
                }
            }
            if text.is_empty() { text.push(b' '); }
        }
        match import(&text, &ImportOptions::default()) {
            Ok(api) => assert_comes_back(&api),
            Err(error) => drop((error.to_string(), error.aws_message())),
        }
        if let Ok(text) = std::str::from_utf8(&text) {
            let _ = locate(text, "$.paths['/pets'].get.parameters[0].name");
        }
    }

    /// Members of the right names with values of the wrong types.
    #[test]
    fn wrong_types_never_panic(
        seed in 0..5_usize,
        at in any::<prop::sample::Index>(),
        kind in 0..6_u8,
    ) {
        let text = seeds().swap_remove(seed);
        let mut tree: serde_json::Value = match serde_json::from_str(&text) {
            Ok(tree) => tree,
            Err(_) => return Ok(()),
        };
        let mut paths = Vec::new();
        pointers(&tree, String::new(), &mut paths);
        let target = tree.pointer_mut(&paths[at.index(paths.len())]).expect("there");
        *target = match kind {
            0 => serde_json::Value::Null,
            1 => true.into(),
            2 => (-1.5e300).into(),
            3 => "".into(),
            4 => serde_json::json!([[]]),
            _ => serde_json::json!({"$ref": "#"}),
        };
        if let Ok(api) = import(tree.to_string().as_bytes(), &ImportOptions::default()) {
            assert_comes_back(&api);
        }
    }
}

fn pointers(value: &serde_json::Value, at: String, into: &mut Vec<String>) {
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        serde_json::Value::Object(map) => {
            map.iter().for_each(|(key, v)| pointers(v, format!("{at}/{}", escape(key)), into));
        }
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, v)| pointers(v, format!("{at}/{n}"), into));
        }
        _ => {}
    }
    into.push(at);
}
