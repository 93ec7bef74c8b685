//! Stage settings: method settings, the cache, access logs; APIs as a whole.

use serde_json::{Value, json};

use super::*;
use crate::mapping::Source;
use crate::snapshot::{InvalidationRule, LogDestination, Rate};

fn pets() -> Value {
    api(json!({
        "/": {"GET": mock()},
        "/pets": {"GET": mock(), "POST": mock()},
        "/pets/{petId}": {"GET": mock(), "ANY": mock()},
    }))
}

fn check_stage(stage: Value, expected: &str) {
    check_refused(&deployed(pets(), stage), &format!("$.apis[0].stages[0].{expected}"));
}

#[test]
fn method_settings_by_every_spelling() {
    let rate = |limit: u32| json!({"throttlingRateLimit": limit, "throttlingBurstLimit": 1});
    for (key, verb, path) in [
        ("~1/GET", "GET", "/"),
        ("/GET", "GET", "/"),
        ("//GET", "GET", "/"),
        ("pets/GET", "GET", "/pets"),
        ("/pets/get", "GET", "/pets"),
        ("~1pets/POST", "POST", "/pets"),
        ("pets~1{petId}/GET", "GET", "/pets/{petId}"),
        ("~1pets~1{petId}/ANY", "ANY", "/pets/{petId}"),
    ] {
        let stage =
            stage_of(&deployed(pets(), json!({"methodSettings": {"*/*": rate(9), key: rate(3)}})));
        for method in &stage.methods {
            let named = (&*method.http_method, &*method.resource_path) == (verb, path);
            let rate_limit = if named { 3.0 } else { 9.0 };
            assert_eq!(method.throttle, Some(Rate { rate_limit, burst_limit: 1 }), "{key}");
        }
    }
    let stage = stage_of(&deployed(pets(), json!({"methodSettings": {"pets/GET": rate(3)}})));
    assert_eq!(method(&stage, "POST", "/pets").throttle, None);
}

#[test]
fn bad_method_settings_are_refused() {
    let check = |key: &str, setting: Value, expected: &str| {
        check_stage(
            json!({"methodSettings": {key: setting}}),
            &format!("methodSettings['{key}']{expected}"),
        );
    };
    check("pets/PUT", json!({}), ": There is no such method in this API");
    check("cats/GET", json!({}), ": There is no such method in this API");
    check("*", json!({}), ": There is no such method in this API");
    check(
        "*/*",
        json!({"cacheTtlInSeconds": 3601}),
        ".cacheTtlInSeconds: A cache TTL is 0 to 3600 seconds",
    );
    check("*/*", json!({"throttlingRateLimit": -1.0}), ".throttlingRateLimit: A rate limit is…");
    check("*/*", json!({"cacheDataEncrypted": true}), ".cacheDataEncrypted: encryption of…");
    check("*/*", json!({"dataTraceEnabled": true}), ".dataTraceEnabled: execution logs…");
    check("*/*", json!({"metricsEnabled": true}), ".metricsEnabled: detailed metrics…");
    check(
        "*/*",
        json!({"loggingLevel": "INFO"}),
        ".loggingLevel: execution logs (loggingLevel INFO) are…",
    );
    check_stage(
        json!({"methodSettings": {"pets/GET": {}, "/pets/GET": {}}}),
        "methodSettings['/pets/GET']: The settings of this method are there twice",
    );
}

#[test]
fn stage_wide_caching_is_for_get_and_named_methods_for_their_verb() {
    let on = |extra: Value| {
        let mut setting = json!({"cachingEnabled": true});
        setting.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        setting
    };
    let cached = |cluster: bool, settings: Value| {
        let stage = json!({
            "cacheClusterEnabled": cluster, "cacheClusterSize": "1.6",
            "methodSettings": settings,
        });
        let stage = stage_of(&deployed(pets(), stage));
        assert_eq!(stage.cache.is_some(), cluster);
        let of = |verb: &str, path: &str| {
            method(&stage, verb, path).cache.as_ref().map(|c| c.ttl_seconds)
        };
        [of("GET", "/"), of("GET", "/pets"), of("POST", "/pets"), of("ANY", "/pets/{petId}")]
    };
    let all = on(json!({}));
    assert_eq!(cached(true, json!({"*/*": all})), [Some(300), Some(300), None, None]);
    assert_eq!(cached(false, json!({"*/*": all})), [None; 4]);
    assert_eq!(cached(true, json!({"*/*": on(json!({"cacheTtlInSeconds": 0}))})), [None; 4]);
    let named = json!({"*/*": all, "pets/POST": on(json!({"cacheTtlInSeconds": 60})), "/GET": {}});
    assert_eq!(cached(true, named), [None, Some(300), Some(60), None]);
    check_stage(
        json!({"cacheClusterEnabled": true, "methodSettings": {"pets~1{petId}/ANY": all}}),
        "methodSettings['pets~1{petId}/ANY'].cachingEnabled: caching of an ANY method is not yet…",
    );
}

#[test]
fn cache_sizes() {
    let bytes = |size: Value| {
        let stage = json!({"cacheClusterEnabled": true, "cacheClusterSize": size});
        stage_of(&deployed(pets(), stage)).cache.unwrap().capacity_bytes
    };
    assert_eq!(bytes(json!(null)), 512 << 20);
    assert_eq!(bytes(json!("0.5")), 512 << 20);
    assert_eq!(bytes(json!("118")), 118 << 30);
    check_stage(
        json!({"cacheClusterSize": "2"}),
        "cacheClusterSize: Invalid cache cluster size 2. Must be one of: [0.5, 1.6, 6.1, 13.5, \
         28.4, 58.2, 118, 237]",
    );
}

#[test]
fn cache_keys() {
    let caching = json!({"cacheClusterEnabled": true, "methodSettings": {"*/*": {
        "cachingEnabled": true, "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"}}});
    let get = |keys: Value, namespace: Value| {
        let get = integrated(json!({
            "type": "HTTP_PROXY", "uri": "http://a", "cacheKeyParameters": keys,
            "cacheNamespace": namespace,
            "requestParameters": {"integration.request.header.H": "'v'"},
        }));
        deployed(api(json!({"/{id}": {"GET": get}})), caching.clone())
    };
    let keys = json!([
        "method.request.querystring.q",
        "integration.request.header.H",
        "method.request.path.id",
        "method.request.path.id"
    ]);
    let stage = stage_of(&get(keys, json!(null)));
    let cache = method(&stage, "GET", "/{id}").cache.as_ref().unwrap();
    let sources: Vec<_> = cache.parts.iter().map(|part| part.source.clone()).collect();
    assert_eq!(
        sources,
        [Source::Literal(b"v"[..].into()), Source::Path(0), Source::QueryString("q".into())]
    );
    assert_eq!(cache.invalidation, InvalidationRule::Forbid);
    assert!(cache.prefix.starts_with(b"\x04\0\0\0api1\x04\0\0\0prod\x03\0\0\0GET\x02\0\0\0r0"));
    let prefix = |keys: Value, namespace: Value| {
        let stage = stage_of(&get(keys, namespace));
        method(&stage, "GET", "/{id}").cache.as_ref().unwrap().prefix.clone()
    };
    let by_q = json!(["method.request.querystring.q"]);
    assert_eq!(prefix(by_q.clone(), json!("shared")), prefix(by_q.clone(), json!("shared")));
    assert_ne!(prefix(by_q.clone(), json!("shared")), prefix(by_q.clone(), json!("other")));
    assert_ne!(
        prefix(by_q, json!("shared")),
        prefix(json!(["method.request.path.id"]), json!("shared"))
    );
    check_refused(
        &get(json!(["integration.request.header.X"]), json!(null)),
        "$.paths['/{id}'].get.x-amazon-apigateway-integration.cacheKeyParameters[0]: Invalid cache \
         key parameter specified: integration.request.header.X",
    );
}

#[test]
fn access_logs() {
    let log = |destination: &str, format: &str| {
        let settings = json!({"destinationArn": destination, "format": format});
        json!({"accessLogSettings": settings})
    };
    let format = "$context.requestId $context.status\n";
    for (text, expected) in [
        ("stdout:", LogDestination::Stdout),
        ("stderr:", LogDestination::Stderr),
        ("file:///var/log/a.log", LogDestination::File("/var/log/a.log".into())),
    ] {
        let stage = stage_of(&deployed(pets(), log(text, format)));
        assert_eq!(*stage.access_log.as_ref().unwrap().destination, expected);
    }
    let check = |destination: &str, format: &str, expected: &str| {
        check_stage(log(destination, format), &format!("accessLogSettings.{expected}"));
    };
    check(
        "arn:aws:logs:r:1:x",
        format,
        "destinationArn: CloudWatch Logs and Firehose destinations…",
    );
    check("file://relative", format, "destinationArn: 'file://relative' is not an access-log…");
    check("file:///dir/", format, "destinationArn: 'file:///dir/' is not an access-log…");
    check("", format, "destinationArn: Access Log value must not be empty…");
    check("stdout:", "", "format: Access Log value must not be empty");
    check("stdout:", "$context.status", "format: Access Log format must contain at least…");
    check("stdout:", "$context.requestId\n$context.status", "format: Access Log format must be…");
    check("stdout:", &"$context.requestId ".repeat(200), "format: the text has 3800 bytes…");
    check(
        "stdout:",
        "$context.requestId $context.nonsense",
        "format: $context.nonsense is not a variable of a REST API",
    );
}

#[test]
fn stages_share_a_log_and_report_a_fault_of_their_document_once() {
    let log = json!({"accessLogSettings": {
        "destinationArn": "file:///a", "format": "$context.requestId",
    }});
    let two = |api: Value| {
        let mut definitions = deployed(api, log.clone());
        let mut second = definitions.apis[0].stages[0].clone();
        Arc::make_mut(&mut second.stage).stage_name = "beta".into();
        definitions.apis[0].stages.push(second);
        definitions
    };
    let snapshot = accepted(&two(pets()));
    let names: Vec<_> = snapshot.stages.iter().map(|stage| &*stage.name).collect();
    assert_eq!(names, ["beta", "prod"]);
    let log_of = |ix: usize| &snapshot.stages[ix].access_log.as_ref().unwrap().destination;
    assert!(Arc::ptr_eq(log_of(0), log_of(1)));
    let prod = snapshot.apis.api("api1").unwrap().stage("prod").unwrap();
    assert_eq!(&*snapshot.stage(prod).name, "prod");
    assert_eq!(snapshot.generation, 7);
    check_refused(
        &two(api(json!({"/": {"GET": {}}}))),
        "$.paths['/'].get: No integration defined…",
    );
}

#[test]
fn unsupported_apis_are_refused_by_name() {
    for (member, value, expected) in [
        (
            "policy",
            json!({"Statement": []}),
            "$.x-amazon-apigateway-policy: resource policies are…",
        ),
        (
            "endpointConfiguration",
            json!({"types": ["PRIVATE"]}),
            "$.x-amazon-apigateway-endpoint-configuration: private APIs, which only VPC endpoints…",
        ),
        (
            "disableExecuteApiEndpoint",
            json!(true),
            "$.x-amazon-apigateway-endpoint-configuration.…",
        ),
    ] {
        let mut api = pets();
        api[member] = value;
        check_refused(&deployed(api, json!({})), expected);
    }
    check_refused(
        &deployed(api(json!({"/": {}})), json!({})),
        "$.paths: The REST API doesn't contain any methods",
    );
    check_stage(
        json!({"tracingEnabled": true}),
        "tracingEnabled: X-Ray tracing is not yet supported",
    );
    check_stage(json!({"variables": {"a-b": "x"}}), "variables.a-b: A stage variable's name is…");
    check_stage(json!({"variables": {"a": "x y"}}), "variables.a: A stage variable's value is…");

    let mut keyed = mock();
    keyed["apiKeyRequired"] = json!(true);
    let mut from_authorizer = api(json!({"/": {"GET": keyed}}));
    from_authorizer["apiKeySource"] = json!("AUTHORIZER");
    check_refused(
        &deployed(from_authorizer, json!({})),
        "$.x-amazon-apigateway-api-key-source: API keys from an authorizer are not yet supported",
    );
    let mut unused = pets();
    unused["apiKeySource"] = json!("AUTHORIZER");
    accepted(&deployed(unused, json!({})));
}

#[test]
fn identifiers_are_checked() {
    let mut definitions = deployed(pets(), json!({}));
    definitions.apis.push(definitions.apis[0].clone());
    check_refused(&definitions, "$.apis[1].id: API id api1 is there twice");
    definitions.apis[1].id = "Api".into();
    check_refused(&definitions, "$.apis[1].id: An API id is 1 to 64 of a-z, 0-9 and -");
    definitions.apis.pop();
    let same = definitions.apis[0].stages[0].clone();
    definitions.apis[0].stages.push(same);
    check_refused(&definitions, "$.apis[0].stages[1].stageName: Stage prod is there twice");
    Arc::make_mut(&mut definitions.apis[0].stages[1].stage).stage_name = "a b".into();
    check_refused(&definitions, "$.apis[0].stages[1].stageName: Stage name only allows…");
}

#[test]
fn all_errors_are_reported_together() {
    let api = api(json!({"/a": {"GET": {}}, "/b/{x}": {"GET": mock()}, "/b/{y}": {"GET": mock()}}));
    let mut definitions = deployed(api, json!({"tracingEnabled": true}));
    definitions.account.throttle_settings.rate_limit = f64::NAN;
    let paths: Vec<_> = refused(&definitions).into_iter().map(|error| error.path).collect();
    assert_eq!(
        paths,
        [
            "$.account.throttleSettings.rateLimit",
            "$.apis[0].stages[0].tracingEnabled",
            "$.paths['/a'].get",
            "$.paths['/b/{y}']",
        ]
    );
}
