//! Lambda functions behind AWS_PROXY and AWS: their answers as recorded from AWS (aws-facts 162,
//! 164, 181, 182, 226 to 236).

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use ringway_tests::api::{Api, integration, mapped, mock, settings};
use ringway_tests::functions::{FUNCTION, REQUEST_ID, answered, failed, function, refused};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::scratch::Scratch;
use ringway_tests::upstream::{Received, Step, Upstream, response_bytes};
use serde_json::{Value, json};

use crate::expect;

/// A function that answers what it is sent.
pub(crate) fn echo() -> Upstream {
    Upstream::start(|received| {
        let event: Value = serde_json::from_slice(&received.body).expect("an event");
        vec![answered(event["body"].as_str().unwrap_or(r#"{"statusCode":204}"#))]
    })
}

pub(crate) fn serving(lambda: &Upstream, api: &Api) -> Gateway {
    Launch::openapi(api).arg("--lambda-endpoint").arg(lambda.uri("")).start()
}

pub(crate) fn proxy(lambda: &Upstream) -> Gateway {
    serving(lambda, &Api::new().route("ANY", "/pets/{petId}", function("aws_proxy", FUNCTION)))
}

pub(crate) fn event(received: &Received) -> Value {
    serde_json::from_slice(&received.body).expect("an event")
}

#[test]
fn answers_recorded_from_aws() {
    let lambda = echo();
    let gateway = proxy(&lambda);
    let mut client = gateway.client();
    let mut ask = |answer: &str| client.exchange("POST", "/dev/pets/1", &[], answer.as_bytes());
    let mut check = |answer: &str, status: u16, fields: &[(&str, &[&str])], body: &str| {
        let response = ask(answer);
        assert_eq!((response.status, response.text()), (status, body.to_owned()), "{answer}");
        for (name, values) in fields {
            assert_eq!(response.header_all(name), *values, "{answer}");
        }
        expect::request_ids(&response);
    };
    let json = ("Content-Type", &["application/json"][..]);
    check(r#"{"statusCode":200}"#, 200, &[json, ("Content-Length", &["0"])], "");
    let headers = r#"{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}"#;
    check(headers, 200, &[json, ("test-header", &["value"]), ("header-bool", &["true"])], "");
    check(r#"{"statusCode":200,"headers":null}"#, 200, &[json], "");
    for is_base64 in [true, false] {
        let answer =
            json!({"statusCode": 200, "body": "dGVzdC1kYXRh", "isBase64Encoded": is_base64});
        check(&answer.to_string(), 200, &[], "dGVzdC1kYXRh");
    }
    let both = r#"{"statusCode":200,"headers":{"test-multi":"value-solo"},
        "multiValueHeaders":{"tesT-Multi":["value-multi"]}}"#;
    check(both, 200, &[("test-multi", &["value-multi", "value-solo"])], "");
    check(r#"{"statusCode":"201"}"#, 201, &[], "");
    check(r#"{"headers":{"a":"b"}}"#, 200, &[("a", &["b"])], "");
    check(
        r#"{"headers":{"content-length":"9","Connection":"close","Server":"mine"}}"#,
        200,
        &[
            ("x-amzn-Remapped-content-length", &["9"]),
            ("x-amzn-Remapped-Connection", &["close"]),
            ("x-amzn-Remapped-Server", &["mine"]),
            ("Content-Length", &["0"]),
        ],
        "",
    );
}

#[test]
fn malformed_answers_are_502() {
    let lambda = echo();
    let gateway = proxy(&lambda);
    for answer in [
        r#"{"statusCode":200,"wrongValue":"value"}"#,
        r#"{"statusCode":200,"multiValueHeaders":{"test-multi":"value1"}}"#,
        r#"{"statusCode":"test"}"#,
        r#""just a string""#,
        "null",
        "garbage",
        r#"{"headers":{"a":"b\r\nSet-Cookie: c"}}"#,
    ] {
        let response = gateway.request("POST", "/dev/pets/1", &[], answer.as_bytes());
        expect::refusal(&response, 502, "InternalServerErrorException", "Internal server error");
    }
    poll::until_true("the diagnostic", || {
        gateway.stderr().contains("Malformed Lambda proxy response")
    });
}

#[test]
fn base64_is_decoded_for_those_who_accept_bytes_first() {
    let body = json!({"body": "iVBORw==", "isBase64Encoded": true}).to_string();
    let lambda = Upstream::start(move |_| vec![answered(&body)]);
    let api = Api::new()
        .route("GET", "/pets", function("aws_proxy", FUNCTION))
        .with("x-amazon-apigateway-binary-media-types", json!(["image/png"]));
    let gateway = serving(&lambda, &api);
    for (accept, decoded) in [
        ("image/png,image/*", true),
        ("image/webp,image/png,*/*", false),
        ("*/*", false),
        ("image/*", false),
    ] {
        let response = gateway.request("GET", "/dev/pets", &[("Accept", accept)], b"");
        let expect: &[u8] = if decoded { b"\x89PNG" } else { b"iVBORw==" };
        assert_eq!(response.body, expect, "{accept}");
    }
}

#[test]
fn an_endpoint_of_aws_is_invoked_with_a_signature_or_not_at_all() {
    let lambda = echo();
    let api = Api::new().route("POST", "/proxy", function("aws_proxy", FUNCTION)).route(
        "POST",
        "/mapped",
        function("aws", FUNCTION),
    );
    let start = |credentials: bool| {
        let mut launch = Launch::openapi(&api).env("AWS_ENDPOINT_URL_LAMBDA", lambda.uri(""));
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ] {
            launch = if credentials { launch.env(name, value) } else { launch.without_env(name) };
        }
        launch.start()
    };
    let body = br#"{"statusCode":200}"#;
    let nobody = start(false);
    for target in ["/dev/proxy", "/dev/mapped"] {
        assert_eq!(nobody.request("POST", target, &[], body).status, 500);
    }
    assert_eq!(lambda.request_count(), 0);
    let gateway = start(true);
    assert_eq!(gateway.request("POST", "/dev/proxy", &[], body).status, 200);
    let received = lambda.last();
    let authorization = received.header("Authorization").expect("a signature");
    assert!(authorization.contains("/us-east-1/lambda/aws4_request,"), "{authorization}");
    assert!(received.header("X-Amz-Date").is_some());
    assert_eq!(event(&received)["path"], "/proxy");
}

#[test]
fn a_function_is_invoked_with_post_alone() {
    let lambda = echo();
    let by_get = |kind| integration(function(kind, FUNCTION), json!({"httpMethod": "GET"}));
    let api = Api::new().route("GET", "/proxy", by_get("aws_proxy")).route(
        "GET",
        "/mapped",
        by_get("aws"),
    );
    let gateway = serving(&lambda, &api);
    for target in ["/dev/proxy", "/dev/mapped"] {
        let response = gateway.get(target);
        expect::refusal(&response, 500, "InternalServerErrorException", "Internal server error");
    }
    assert_eq!(lambda.request_count(), 0);
}

#[test]
fn a_mapped_function_gets_templates_and_gives_its_answer() {
    let lambda = Upstream::start(|received| {
        let answer =
            if received.body == b"\"string\"" { "\"Pass\"" } else { r#"{"message":"hi"}"# };
        vec![answered(answer)]
    });
    let templates =
        json!({"requestTemplates": {"application/json": "{\"id\": \"$input.params('petId')\"}"}});
    let templated = integration(function("aws", FUNCTION), templates);
    let responses = json!({"responses": {"default": {"statusCode": "200",
        "responseTemplates": {"application/json": "<$input.path('$.message')>"}}}});
    let answering = integration(function("aws", FUNCTION), responses);
    let api = Api::new()
        .route("POST", "/plain", function("aws", FUNCTION))
        .route("GET", "/empty", function("aws", FUNCTION))
        .route("GET", "/pets/{petId}", templated)
        .route("GET", "/answer", answering);
    let gateway = serving(&lambda, &api);
    let plain = gateway.request("POST", "/dev/plain", &[], b"\"string\"");
    assert_eq!((plain.status, plain.text()), (200, "\"Pass\"".to_owned()));
    assert_eq!(gateway.get("/dev/pets/7").json(), json!({"message": "hi"}));
    assert_eq!(lambda.last().body, br#"{"id": "7"}"#);
    assert_eq!(gateway.get("/dev/answer").text(), "<hi>");
    assert_eq!(gateway.get("/dev/empty").status, 200);
    assert_eq!(lambda.last().body, b"{}", "Lambda takes nothing but JSON");
}

#[test]
fn the_error_message_selects_the_response_of_a_mapped_function() {
    let lambda = Upstream::start(|received| {
        vec![match &*received.body {
            b"400" => failed("Error: Raising four hundred from within the Lambda function"),
            b"500" => failed("Error: Raising five hundred from within the Lambda function"),
            _ => answered("\"Pass\""),
        }]
    });
    let responses = json!({"responses": {
        "default": {"statusCode": "200"},
        "200": {"statusCode": "201"},
        ".*four hundred.*": {"statusCode": "405"},
        ".+": {"statusCode": "502"},
    }});
    let operation = integration(function("aws", FUNCTION), responses);
    let gateway = serving(&lambda, &Api::new().route("POST", "/pets", operation));
    let ask = |body: &[u8]| gateway.request("POST", "/dev/pets", &[], body);
    assert_eq!((ask(b"200").status, ask(b"200").text()), (200, "\"Pass\"".to_owned()));
    for (body, status, number) in [(b"400", 405, "four"), (b"500", 502, "five")] {
        let response = ask(body);
        assert_eq!(response.status, status, "{response:?}");
        let message = format!("Error: Raising {number} hundred from within the Lambda function");
        let error = response.json();
        assert_eq!(error["errorMessage"], message);
        let names: Vec<&String> = error.as_object().expect("a map").keys().collect();
        assert_eq!(names, ["errorMessage", "errorType", "requestId", "stackTrace"]);
    }
}

#[test]
fn an_asynchronous_invocation_answers_200_and_nothing() {
    let lambda = Upstream::start(|_| vec![Step::Send(response_bytes(202, &[], b""))]);
    let mappings = [("header.X-Amz-Invocation-Type", "'Event'")];
    let operation = mapped(function("aws", FUNCTION), &mappings);
    let gateway = serving(&lambda, &Api::new().route("POST", "/pets", operation));
    let response = gateway.request("POST", "/dev/pets", &[], br#"{"a":1}"#);
    assert_eq!((response.status, response.text()), (200, String::new()));
    let received = lambda.last();
    assert_eq!(received.header("X-Amz-Invocation-Type"), Some("Event"));
    assert_eq!(received.body, br#"{"a":1}"#);
}

#[test]
fn answers_of_functions_are_cached() {
    let count = AtomicUsize::new(0);
    let lambda = Upstream::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst).to_string();
        vec![answered(&json!({"body": number, "headers": {"X-N": number}}).to_string())]
    });
    let stage = json!({"stageName": "dev", "cacheClusterEnabled": true,
        "cacheClusterSize": "0.5",
        "methodSettings": {"*/*": {"cachingEnabled": true, "cacheTtlInSeconds": 300}}});
    let api = Api::new().route("GET", "/pets", function("aws_proxy", FUNCTION));
    let launch = Launch::settings(&settings(stage), &api);
    let gateway = launch.arg("--lambda-endpoint").arg(lambda.uri("")).start();
    for _ in 0..3 {
        let response = gateway.get("/dev/pets");
        assert_eq!((response.text(), response.header("X-N")), ("0".to_owned(), Some("0")));
    }
    assert_eq!(lambda.request_count(), 1);
}

#[test]
fn access_logs_know_the_invocation() {
    let lambda = Upstream::start(|received| {
        let path = event(received)["path"].take();
        vec![match path.as_str() {
            Some("/fails") => failed("boom"),
            Some("/throttled") => refused(429),
            _ => answered(r#"{"statusCode":418}"#),
        }]
    });
    let scratch = Scratch::new();
    let destination = format!("file://{}", scratch.join("access.log").display());
    let format = "$context.requestId $context.status|$context.integration.status|\
        $context.integrationStatus|\
        $context.integration.requestId|$context.integrationErrorMessage";
    let stage = json!({"stageName": "dev",
        "accessLogSettings": {"destinationArn": destination, "format": format}});
    let api = Api::new().route("GET", "/{proxy+}", function("aws_proxy", FUNCTION));
    let launch = Launch::settings(&settings(stage), &api);
    let gateway = launch.arg("--lambda-endpoint").arg(lambda.uri("")).start();
    let mut client = gateway.client();
    for (target, status) in [("/dev/ok", 418), ("/dev/fails", 502), ("/dev/throttled", 500)] {
        assert_eq!(client.get(target).status, status, "{target}");
    }
    let lines = poll::until("3 lines of access log", || {
        let text = fs::read_to_string(scratch.join("access.log")).ok()?;
        let lines = text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned()));
        let lines = lines.collect::<Vec<_>>();
        (lines.len() == 3).then_some(lines)
    });
    let expect = [
        format!("418|418|200|{REQUEST_ID}|-"),
        format!(
            "502|200|200|{REQUEST_ID}|Lambda execution failed with status 200 due to customer \
             function error: boom. Lambda request id: {REQUEST_ID}"
        ),
        format!("500|429|429|{REQUEST_ID}|Rate Exceeded."),
    ];
    assert_eq!(lines, expect);
}

#[test]
fn a_test_of_a_method_says_what_was_sent_and_answered() {
    let lambda = Upstream::start(|received| {
        vec![match event(received)["path"].as_str() {
            Some("/fails") => failed("boom"),
            Some("/denied") => refused(403),
            Some("/odd") => answered("[]"),
            _ => answered(r#"{"statusCode":201,"body":"made"}"#),
        }]
    });
    let gateway = serving(&lambda, &Api::new().route("GET", "/up", mock("{}")));
    let api = Api::new().route("GET", "/{proxy+}", function("aws_proxy", FUNCTION));
    let imported = gateway.manage("POST", "/restapis?mode=import", &api.to_value(), 201);
    let id = imported["id"].as_str().expect("an id");
    let resources = gateway.manage("GET", &format!("/restapis/{id}/resources"), &Value::Null, 200);
    let items = resources["items"].as_array().or_else(|| resources["item"].as_array());
    let found = items.expect("resources").iter().find(|it| it["path"] == "/{proxy+}");
    let resource = found.expect("the resource")["id"].as_str().expect("an id");
    let target = format!("/restapis/{id}/resources/{resource}/methods/GET");
    let test = |path: &str| {
        let given = json!({"pathWithQueryString": path, "headers": {"X-A": "1"}});
        gateway.manage("POST", &target, &given, 200)
    };
    let check = |path: &str, status: u16, lines: &[&str]| {
        let answer = test(path);
        assert_eq!(answer["status"], status, "{answer:#}");
        let log = answer["log"].as_str().expect("a log");
        for line in lines {
            assert!(log.contains(line), "{line} is missing in {log}");
        }
        answer
    };
    let answer = check(
        "/ok",
        201,
        &[
            "Endpoint request body after transformations: {\"resource\":\"/{proxy+}\",\
             \"path\":\"/ok\"",
            "Endpoint response body before transformations: {\"statusCode\":201,\"body\":\"made\"}",
            "Method response body after transformations: made",
            "Method completed with status: 201",
        ],
    );
    assert_eq!(answer["body"], "made");
    assert_eq!(event(&lambda.last())["headers"], json!({"X-A": "1"}));
    check(
        "/fails",
        502,
        &[&format!(
            "Lambda execution failed with status 200 due to customer function error: boom. \
         Lambda request id: {REQUEST_ID}"
        )],
    );
    check(
        "/denied",
        500,
        &[
            &format!("Lambda invocation failed with status: 403. Lambda request id: {REQUEST_ID}"),
            "Execution failed due to configuration error: Invalid permissions on Lambda function",
        ],
    );
    check(
        "/odd",
        502,
        &[
            "Execution failed due to configuration error: Malformed Lambda proxy response",
            "Method completed with status: 502",
        ],
    );
}
