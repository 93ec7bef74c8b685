//! Events that functions behind AWS_PROXY get, as recorded from AWS (aws-facts 163, 230 to 232).

use ringway_tests::api::{Api, keyed, mapped, settings};
use ringway_tests::functions::{FUNCTION, answered, function};
use ringway_tests::gateway::Launch;
use ringway_tests::response::Response;
use ringway_tests::upstream::{Received, Upstream};
use serde_json::{Map, Value, json};

use crate::expect;
use crate::lambda::{echo, event, proxy, serving};

/// What a client of [`events_have_the_members_recorded_from_aws`] sends.
const SENT: [(&str, &str); 9] = [
    ("Content-Type", "application/json"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip, deflate"),
    ("User-Agent", "test/integration"),
    ("headerVar", "request-value"),
    ("foobar", "mapped-value"),
    ("foobar", "twice"),
    ("X-Forwarded-For", "192.0.2.7"),
    ("Expect-CT", "x"),
];

/// Members of an event, in the order of AWS.
const MEMBERS: [&str; 12] = [
    "resource",
    "path",
    "httpMethod",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "stageVariables",
    "requestContext",
    "body",
    "isBase64Encoded",
];

#[test]
fn events_have_the_members_recorded_from_aws() {
    let lambda = echo();
    let gateway = proxy(&lambda);
    let body = r#"{"statusCode":200}"#;
    let target = "/dev/pets/foobar?testQueryString=foo&testVar=bar&testVar=b%C3%A9";
    let response = gateway.request("POST", target, &SENT, body.as_bytes());
    assert_eq!(response.status, 200, "{response:?}");
    let received = lambda.last();
    let mut event = event(&received);
    let names: Vec<&String> = event.as_object().expect("a map").keys().collect();
    assert_eq!(names, MEMBERS);
    let context = event["requestContext"].take();
    let headers = headers(gateway.http().port(), &event["headers"]["X-Amzn-Trace-Id"]);
    let query = all(&[("testQueryString", &["foo"]), ("testVar", &["bar", "bé"])]);
    let expect = json!({
        "resource": "/pets/{petId}", "path": "/pets/foobar", "httpMethod": "POST",
        "headers": last(&headers), "multiValueHeaders": headers,
        "queryStringParameters": last(&query), "multiValueQueryStringParameters": query,
        "pathParameters": {"petId": "foobar"}, "stageVariables": null,
        "requestContext": null, "body": body, "isBase64Encoded": false,
    });
    assert_eq!(event, expect);
    check_call(&received, &response, &event);
    check_context(&context, &response);
}

/// What the function gets of [`SENT`].
fn headers(port: u16, trace: &Value) -> Value {
    all(&[
        ("Accept", &["application/json"]),
        ("Accept-Encoding", &["gzip, deflate"]),
        ("Content-Type", &["application/json"]),
        ("Expect-CT", &["x"]),
        ("foobar", &["mapped-value", "twice"]),
        ("headerVar", &["request-value"]),
        ("Host", &["localhost"]),
        ("User-Agent", &["test/integration"]),
        ("X-Amzn-Trace-Id", &[trace.as_str().expect("a trace")]),
        ("X-Forwarded-For", &["192.0.2.7, 127.0.0.1"]),
        ("X-Forwarded-Port", &[&port.to_string()]),
        ("X-Forwarded-Proto", &["http"]),
    ])
}

fn all(values: &[(&str, &[&str])]) -> Value {
    let map = values.iter().map(|(name, all)| ((*name).to_owned(), json!(all)));
    Value::Object(map.collect::<Map<_, _>>())
}

/// The map with the last value of each name.
fn last(map: &Value) -> Value {
    let map = map.as_object().expect("a map").iter();
    let last = |all: &Value| all.as_array().and_then(|all| all.last()).expect("one").clone();
    Value::Object(map.map(|(name, all)| (name.clone(), last(all))).collect())
}

#[track_caller]
fn check_call(received: &Received, response: &Response, event: &Value) {
    assert_eq!(received.method, "POST");
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Apets";
    assert_eq!(received.target, format!("/2015-03-31/functions/{arn}/invocations"));
    assert_eq!(received.header("Content-Type"), Some("application/json"));
    assert_eq!(received.header("headerVar"), None, "the client's fields are in the event alone");
    let trace = event["headers"]["X-Amzn-Trace-Id"].as_str();
    assert_eq!(received.header("X-Amzn-Trace-Id"), trace);
    assert_eq!(response.header("X-Amzn-Trace-Id"), trace);
}

#[track_caller]
fn check_context(context: &Value, response: &Response) {
    let mut context = context.clone();
    for taken in ["requestTime", "requestTimeEpoch", "apiId", "deploymentId", "resourceId"] {
        let value = context.as_object_mut().and_then(|it| it.remove(taken)).unwrap_or_default();
        assert!(value.is_u64() || value.as_str().is_some_and(|it| !it.is_empty()), "{taken}");
    }
    let expect = json!({
        "accountId": "000000000000", "domainName": "localhost", "domainPrefix": "localhost",
        "extendedRequestId": response.header("x-amz-apigw-id"), "httpMethod": "POST",
        "identity": {
            "accessKey": null, "accountId": null, "caller": null,
            "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null,
            "cognitoIdentityId": null, "cognitoIdentityPoolId": null, "principalOrgId": null,
            "sourceIp": "127.0.0.1", "user": null, "userAgent": "test/integration",
            "userArn": null,
        },
        "path": "/dev/pets/foobar", "protocol": "HTTP/1.1",
        "requestId": response.header("x-amzn-RequestId"), "resourcePath": "/pets/{petId}",
        "stage": "dev",
    });
    assert_eq!(context, expect);
}

#[test]
fn absent_maps_and_bodies_of_events_are_null() {
    let lambda = echo();
    let gateway =
        serving(&lambda, &Api::new().route("GET", "/pets", function("aws_proxy", FUNCTION)));
    assert_eq!(gateway.get("/dev/pets").status, 204);
    let event = event(&lambda.last());
    for name in [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ] {
        assert_eq!(event[name], Value::Null, "{name}");
    }
}

#[test]
fn request_parameters_do_not_change_an_event() {
    let lambda = echo();
    let mappings = [
        ("header.headerVar", "'mapped'"),
        ("header.X-Amz-Invocation-Type", "'Event'"),
        ("querystring.q", "'mapped'"),
    ];
    let operation = mapped(function("aws_proxy", FUNCTION), &mappings);
    let gateway = serving(&lambda, &Api::new().route("POST", "/pets", operation));
    let body = br#"{"statusCode":200}"#;
    assert_eq!(gateway.request("POST", "/dev/pets?q=1", &[("headerVar", "own")], body).status, 200);
    let received = lambda.last();
    assert_eq!(received.header("X-Amz-Invocation-Type"), None);
    let event = event(&received);
    assert_eq!(event["headers"]["headerVar"], "own");
    assert_eq!(event["queryStringParameters"], json!({"q": "1"}));
}

#[test]
fn bodies_of_events_are_text_or_base64() {
    let lambda = Upstream::start(|_| vec![answered("{}")]);
    let api = Api::new()
        .route("POST", "/pets", function("aws_proxy", FUNCTION))
        .with("x-amazon-apigateway-binary-media-types", json!(["image/png"]));
    let gateway = serving(&lambda, &api);
    let check = |media_type: &str, body: &[u8], expect: &str, is_base64: bool| {
        let response = gateway.request("POST", "/dev/pets", &[("Content-Type", media_type)], body);
        assert_eq!(response.status, 200, "{response:?}");
        let event = event(&lambda.last());
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(expect), &json!(is_base64))
        );
    };
    check("application/json", b"\x1f\x8b\x08\xff\"", "\u{1f}\u{fffd}\u{8}\u{fffd}\"", false);
    check("image/png", b"\x1f\x8b\x08\xff\"", "H4sI/yI=", true);
    let large = vec![b'x'; 300_000];
    check("text/plain", &large, &String::from_utf8_lossy(&large), false);
}

#[test]
fn events_over_six_megabytes_are_too_large() {
    let lambda = echo();
    let gateway = proxy(&lambda);
    // Each byte is six in the event.
    let response = gateway.request("POST", "/dev/pets/1", &[], &vec![1; 1_100_000]);
    expect::refusal(&response, 413, "RequestTooLargeException", "Request Too Long");
    assert_eq!(lambda.request_count(), 0);
}

#[test]
fn aliases_and_stage_variables_name_the_function() {
    let lambda = Upstream::start(|_| vec![answered("{}")]);
    let stage = json!({"stageName": "dev", "variables": {"fn": "pets:live"}});
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.fn}";
    let api = Api::new().route("GET", "/pets", function("aws_proxy", arn));
    let launch = Launch::settings(&settings(stage), &api);
    let gateway = launch.arg("--lambda-endpoint").arg(lambda.uri("")).start();
    assert_eq!(gateway.get("/dev/pets").status, 200);
    let received = lambda.last();
    assert!(received.target.ends_with("function%3Apets%3Alive/invocations"), "{received:?}");
    assert_eq!(event(&received)["stageVariables"], json!({"fn": "pets:live"}));
}

#[test]
fn keys_are_in_the_event() {
    let lambda = Upstream::start(|_| vec![answered("{}")]);
    let api = Api::new().route("GET", "/pets", keyed(function("aws_proxy", FUNCTION)));
    let key = "petshop-key-0123456789";
    let file = json!({
        "apis": [{"id": "petstore", "openapi": "openapi.json", "stages": [{"stageName": "dev"}]}],
        "apiKeys": [{"name": "shop", "value": key, "enabled": true}],
        "usagePlans": [{"name": "plan", "keys": ["shop"],
            "apiStages": [{"apiId": "petstore", "stage": "dev"}]}],
    });
    let launch = Launch::settings(&file, &api);
    let gateway = launch.arg("--lambda-endpoint").arg(lambda.uri("")).start();
    let response = gateway.request("GET", "/dev/pets", &[("x-api-key", key)], b"");
    assert_eq!(response.status, 200, "{response:?}");
    let identity = &event(&lambda.last())["requestContext"]["identity"];
    assert_eq!(identity["apiKey"], key);
    assert!(identity["apiKeyId"].as_str().is_some_and(|id| !id.is_empty()), "{identity}");
}

#[test]
fn an_operation_has_its_name_in_the_event() {
    let lambda = Upstream::start(|_| vec![answered("{}")]);
    let mut named = function("aws_proxy", FUNCTION);
    named["operationId"] = json!("ListPets");
    let api = Api::new().route("GET", "/pets", named);
    let gateway = serving(&lambda, &api.route("GET", "/plain", function("aws_proxy", FUNCTION)));
    for (path, name) in [("/dev/pets", json!("ListPets")), ("/dev/plain", Value::Null)] {
        assert_eq!(gateway.get(path).status, 200);
        assert_eq!(event(&lambda.last())["requestContext"]["operationName"], name);
    }
}
