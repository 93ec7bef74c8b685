//! Settings files: what they mean, and what is said about wrong ones.
#![allow(clippy::disallowed_methods)] // a test reads its documents from files

use ringway_core::compile::compile;
use ringway_core::definition::{QuotaPeriod, RestApi};
use ringway_core::limits::{DEFINITION_BYTES_MAX, SETTINGS_BYTES_MAX};
use ringway_core::openapi::{ImportOptions, import};
use ringway_core::settings::{Extensions, is_settings, parse, single};

const FULL: &str = r#"
account: {throttleSettings: {rateLimit: 20000, burstLimit: 7000}}
apis:
  - id: petstore
    openapi: openapi.yaml
    stages:
      - stageName: prod
        variables: {backend: "127.0.0.1:9000"}
        cacheClusterEnabled: true
        cacheClusterSize: "0.5"
        methodSettings:
          "pets~1{petId}/GET": {cacheTtlInSeconds: 60}
          "*/*": {cachingEnabled: true, throttlingRateLimit: 500}
          "pets/GET": {throttlingRateLimit: 5, throttlingBurstLimit: 1, cachingEnabled: false}
        accessLogSettings: {destinationArn: "stdout:", format: "$context.requestId"}
      - stageName: beta
  - openapi: other.json
    stages: [{stageName: dev, methodSettings: {"x/GET": {metricsEnabled: true}}}]
apiKeys: [{name: alice, value: "alice-key-0123456789abcdef", enabled: true}]
usagePlans:
  - name: gold
    throttle: {rateLimit: 100, burstLimit: 20}
    quota: {limit: 100000, period: DAY}
    apiStages:
      - {apiId: petstore, stage: prod, throttle: {"/pets/GET": {rateLimit: 50, burstLimit: 5}}}
    keys: [alice]
"#;

fn api(title: &str) -> RestApi {
    let text = format!("openapi: 3.0.1\ninfo: {{title: {title}}}\npaths: {{}}");
    import(text.as_bytes(), &ImportOptions::default()).expect("imports")
}

#[test]
fn everything_of_a_settings_file() {
    let settings = parse(FULL.as_bytes()).expect("parses");
    assert_eq!(settings.apis[0].openapi, "openapi.yaml");
    assert_eq!((settings.apis[0].id.as_deref(), &settings.apis[1].id), (Some("petstore"), &None));
    let plan = &settings.usage_plans[0];
    assert_eq!((plan.id.as_str(), settings.api_keys[0].id.as_str()), ("gold", "alice"));
    assert_eq!(plan.quota.expect("quota").period, QuotaPeriod::Day);
    let json = serde_json::to_vec(&settings).expect("serializable");
    assert_eq!(parse(&json).expect("parses"), settings, "JSON says the same");
}

#[test]
fn the_example() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/petstore/ringway.yaml");
    let text = std::fs::read(file).expect("the example");
    assert!(is_settings(&text));
    let settings = parse(&text).expect("parses");
    assert_eq!(settings.apis[0].openapi, "openapi.yaml");
    let document = file.replace("ringway.yaml", &settings.apis[0].openapi);
    let document = std::fs::read(document).expect("the document");
    let options = ImportOptions { api_id: settings.apis[0].id.clone(), ..ImportOptions::default() };
    let api = import(&document, &options).expect("imports");
    let alone = single(api.clone(), "dev", &Extensions::read(&document).expect("reads"));
    for definitions in [settings.definitions(vec![(0, api)]), alone] {
        let snapshot = compile(&definitions, 1).expect("compiles");
        assert_eq!(snapshot.stages.len(), 1);
    }
}

#[test]
fn method_settings_inherit() {
    let settings = parse(FULL.as_bytes()).expect("parses");
    let of = |api: usize, key: &str| settings.apis[api].stages[0].method_settings[key].clone();
    let all = of(0, "*/*");
    // The account's burst, the stage's rate.
    assert_eq!((all.throttling_rate_limit, all.throttling_burst_limit), (500.0, 7000));
    assert_eq!((all.caching_enabled, all.cache_ttl_in_seconds), (true, 300));
    let pet = of(0, "pets~1{petId}/GET");
    assert_eq!((pet.caching_enabled, pet.cache_ttl_in_seconds), (true, 60));
    assert_eq!((pet.throttling_rate_limit, pet.throttling_burst_limit), (500.0, 7000));
    let pets = of(0, "pets/GET");
    assert_eq!((pets.throttling_rate_limit, pets.throttling_burst_limit), (5.0, 1));
    assert!(!pets.caching_enabled);
    let x = of(1, "x/GET");
    assert_eq!((x.throttling_rate_limit, x.throttling_burst_limit), (20_000.0, 7000));
    assert!(x.metrics_enabled && x.require_authorization_for_cache_control);
}

#[test]
fn definitions_have_stable_deployments() {
    let definitions = || {
        let settings = parse(FULL.as_bytes()).expect("parses");
        settings.definitions(vec![(0, api("a")), (1, api("b"))])
    };
    let first = definitions();
    let stages: Vec<_> =
        first.apis.iter().flat_map(|a| &a.stages).map(|s| s.stage.clone()).collect();
    let names: Vec<_> = stages.iter().map(|s| s.stage_name.as_str()).collect();
    assert_eq!(names, ["prod", "beta", "dev"]);
    let deployment = |at: usize| stages[at].deployment_id.clone().expect("deployment");
    assert_eq!(deployment(0), deployment(1));
    assert_ne!(deployment(0), deployment(2));
    assert_eq!(definitions().apis[0].stages[0].stage, stages[0]);
    assert_eq!(first.account.throttle_settings.burst_limit, 7000);
    assert_eq!((first.api_keys.len(), first.usage_plans.len()), (1, 1));
}

#[test]
fn keys_may_be_more_than_a_document_may_hold() {
    let keys = (0..60_000).map(|n| {
        format!(
            r#"{{"name": "key-{n}", "value": "a-value-that-is-long-enough-{n}", "enabled": true}}"#
        )
    });
    let keys = keys.collect::<Vec<_>>().join(",\n");
    let stage = r#"{"openapi": "a.yaml", "stages": [{"stageName": "dev"}]}"#;
    let blanks = " ".repeat(DEFINITION_BYTES_MAX);
    let text = format!(r#"{{"apis": [{stage}], "apiKeys": [{keys}]{blanks}}}"#);
    assert!(is_settings(text.as_bytes()));
    assert_eq!(parse(text.as_bytes()).expect("parses").api_keys.len(), 60_000);
    let over = format!("{{\"apis\": []{}}}", " ".repeat(SETTINGS_BYTES_MAX));
    let error = parse(over.as_bytes()).expect_err("too large");
    assert!(error.message.contains(&SETTINGS_BYTES_MAX.to_string()), "{}", error.message);
}

#[test]
fn tells_files_apart() {
    assert!(is_settings(FULL.as_bytes()));
    assert!(is_settings(br#"{"apis": []}"#));
    assert!(is_settings(b"account: {}\napis:\n  - openapi: [\n"), "broken, but still settings");
    for other in ["openapi: 3.0.1\napis: {}", "{\"swagger\": \"2.0\"}", "", "apis", "openapi: ["] {
        assert!(!is_settings(other.as_bytes()), "{other}");
    }
}

#[track_caller]
fn check(text: &str, path: &str, line: (u32, u32), message: &str) {
    let error = parse(text.as_bytes()).expect_err("refused");
    assert!(error.message.starts_with(message), "{error}");
    assert_eq!((error.path.as_str(), error.line), (path, Some(line)));
}

#[test]
fn says_what_is_wrong_and_where() {
    let stage = |member: &str| {
        format!("apis:\n- openapi: a.yaml\n  stages:\n  - stageName: x\n    {member}\n")
    };
    check(
        "apis: []\nplans: []",
        "$.plans",
        (2, 1),
        "unknown key `plans`, expected one of `account`",
    );
    check(&stage("colour: red"), "$.apis[0].stages[0].colour", (5, 5), "unknown key `colour`");
    let path = "$.apis[0].stages[0].methodSettings['a/GET'].ttl";
    check(&stage("methodSettings: {a/GET: {ttl: 1}}"), path, (5, 30), "unknown key `ttl`");
    let path = "$.apis[0].stages[0].methodSettings['*/*'].cachingEnabled";
    let text = stage("methodSettings: {a/GET: {}, '*/*': {cachingEnabled: 7}}");
    check(&text, path, (5, 41), "invalid type: integer `7`, expected a boolean");
    check(
        &stage("variables: {port: 9000}"),
        "$.apis[0].stages[0].variables.port",
        (5, 17),
        "invalid",
    );
    check("apis: [{stages: []}]", "$.apis[0]", (1, 8), "there is no `openapi`");
    check("apis: []", "$.apis", (1, 1), "there is no API to serve");
    check("apis: [{openapi: a, stages: []}]", "$.apis[0].stages", (1, 21), "an API needs a stage");
    check("apis: [", "$", (1, 7), "not YAML");
    let secret = "apiKeys: [{name: a, value: 12345678901234567890}]";
    check(secret, "$.apiKeys[0].value", (1, 21), "expected a string");
    check("apiKeys: [top-secret]", "$.apiKeys[0]", (1, 11), "expected struct ApiKey");
    check("{\"apis\": [],\n \"apis\": []}", "$", (2, 2), "key `apis` is there twice");
    check(
        "apiKeys: [{name: a, secret: b}]",
        "$.apiKeys[0].secret",
        (1, 21),
        "unknown key `secret`",
    );
}

#[test]
fn extensions_of_a_document() {
    let text = b"openapi: 3.0.1\nx-ringway-echo: 127.0.0.1:9000\nx-ringway-stage:\n  \
                 variables: {a: b}\n  methodSettings:\n    '*/*': {throttlingRateLimit: 3}\n    \
                 a/GET: {cachingEnabled: true}\n";
    let extensions = Extensions::read(text).expect("reads");
    assert_eq!(extensions.echo.as_deref(), Some("127.0.0.1:9000"));
    let definitions = single(api("t"), "dev", &extensions);
    let stage = &definitions.apis[0].stages[0].stage;
    assert_eq!((stage.stage_name.as_str(), stage.variables["a"].as_str()), ("dev", "b"));
    assert_eq!(stage.method_settings["a/GET"].throttling_rate_limit, 3.0);
    assert_eq!(definitions.apis[0].id.len(), 10);
    assert_eq!(Extensions::read(b"openapi: 3.0.1").expect("reads"), Extensions::default());
}

#[test]
fn wrong_extensions() {
    for (text, path, line) in [
        ("x-ringway-stage:\n  colour: 1", "$.x-ringway-stage.colour", (2, 3)),
        ("x-ringway-stage:\n  stageName: a", "$.x-ringway-stage.stageName", (2, 3)),
        ("a: 1\nx-ringway-echo: [1]", "$.x-ringway-echo", (2, 1)),
        ("x-ringway-stage: 7", "$.x-ringway-stage", (1, 1)),
    ] {
        let error = Extensions::read(text.as_bytes()).expect_err(text);
        assert_eq!((error.path.as_str(), error.line), (path, Some(line)), "{error}");
    }
}

#[test]
fn functions_and_what_is_said_about_wrong_ones() {
    let with = |functions: &str| {
        parse(
            format!("apis: [{{openapi: a.yaml, stages: [{{stageName: dev}}]}}]\n{functions}")
                .as_bytes(),
        )
    };
    let settings = with(
        "functions:
  - {functionName: pets, runtime: python3.12, handler: app.handler, code: ./pets}
",
    )
    .expect("parses");
    let pets = &settings.functions[0];
    assert_eq!((pets.timeout, pets.memory_size), (3, 128));
    let json = serde_json::to_vec(&settings).expect("serializable");
    assert_eq!(parse(&json).expect("parses"), settings, "JSON says the same");
    let check = |functions: &str, path: &str, message: &str| {
        let error = with(functions).expect_err("is refused");
        assert_eq!(error.path, path);
        assert!(error.message.contains(message), "{}", error.message);
    };
    let one = "{functionName: pets, runtime: python3.12, code: a}";
    let twice = format!("functions: [{one}, {one}]");
    check(&twice, "$.functions[1].functionName", "another function has this name");
    check("functions: [{functionName: a, runtime: b}]", "$.functions[0]", "there is no `code`");
    let unknown = "functions: [{functionName: a, runtime: b, code: c, memory: 1}]";
    check(unknown, "$.functions[0].memory", "unknown key `memory`");
    let text = "functions: [{functionName: a, runtime: b, code: c, timeout: soon}]";
    check(text, "$.functions[0].timeout", "expected u32");
}
