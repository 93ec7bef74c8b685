//! Parameter mapping and stage variables (aws-facts 133, 135, 152 to 157, 160).

use ringway_tests::api::{Api, http, http_proxy, mapped, parameter, settings};
use ringway_tests::gateway::Launch;
use ringway_tests::upstream::Upstream;
use serde_json::{Value, json};

use crate::expect;

fn declared(operation: Value, parameters: &[(&str, &str)]) -> Value {
    parameters
        .iter()
        .fold(operation, |operation, (place, name)| parameter(operation, place, name, false))
}

/// The recording of aws-facts 155, request for request.
#[test]
fn request_mapping_of_an_http_proxy_as_recorded() {
    let upstream = Upstream::ok();
    let uri = upstream.uri("/anything?testVar={pathVar}&testQs={qsVar}");
    let operation = declared(
        http_proxy(uri),
        &[
            ("query", "testQueryString"),
            ("query", "testVar"),
            ("header", "foobar"),
            ("header", "missing"),
        ],
    );
    let mappings = [
        ("header.headerVar", "method.request.header.foobar"),
        ("path.qsVar", "method.request.querystring.testVar"),
        ("path.pathVar", "method.request.path.pathVariable"),
        ("querystring.queryString", "method.request.querystring.testQueryString"),
        ("querystring.testQs", "method.request.querystring.testQueryString"),
        ("querystring.testEmptyQs", "method.request.header.missing"),
    ];
    let api = Api::new().route("GET", "/{pathVariable}", mapped(operation, &mappings));
    let gateway = Launch::openapi(&api).start();
    let headers = [("foobar", "mapped-value"), ("headerVar", "request-value")];
    let target = "/dev/foobar?testQueryString=foo&testVar=bar";
    let response = gateway.request("GET", target, &headers, b"");
    assert_eq!(response.status, 200, "{response:?}");

    let received = upstream.last();
    assert_eq!(received.path(), "/anything");
    assert_eq!(received.query_all("testVar"), ["foobar", "bar"], "{}", received.target);
    assert_eq!(received.query_all("testQs"), ["bar", "foo"], "{}", received.target);
    assert_eq!(received.query_all("queryString"), ["foo"], "{}", received.target);
    assert_eq!(received.query_all("testQueryString"), ["foo"], "{}", received.target);
    assert_eq!(received.query_all("testEmptyQs"), Vec::<&str>::new(), "{}", received.target);
    assert_eq!(received.header("headerVar"), Some("mapped-value"));
    assert_eq!(received.header("foobar"), Some("mapped-value"));
}

#[test]
fn literals_and_context_can_be_mapped() {
    let upstream = Upstream::ok();
    let mappings = [
        ("header.X-Literal", "'fixed value'"),
        ("querystring.version", "'2'"),
        ("header.X-Stage", "context.stage"),
        ("header.X-Resource", "context.resourceId"),
        ("header.X-Request", "context.requestId"),
    ];
    let operation = mapped(http("GET", upstream.uri("/pets")), &mappings);
    let gateway = Launch::openapi(&Api::new().route("GET", "/pets", operation)).start();
    let response = gateway.get("/dev/pets");
    assert_eq!(response.status, 200, "{response:?}");
    let received = upstream.last();
    assert_eq!(received.header("X-Literal"), Some("fixed value"));
    assert_eq!(received.target, "/pets?version=2");
    assert_eq!(received.header("X-Stage"), Some("dev"));
    assert!(received.header("X-Resource").is_some_and(|id| !id.is_empty()));
    assert_eq!(received.header("X-Request"), response.header("x-amzn-RequestId"));
}

#[test]
fn of_several_values_the_last_is_mapped() {
    let upstream = Upstream::ok();
    let operation = declared(http("GET", upstream.uri("/pets")), &[("query", "x")]);
    let mappings = [("querystring.y", "method.request.querystring.x")];
    let api = Api::new().route("GET", "/pets", mapped(operation, &mappings));
    let gateway = Launch::openapi(&api).start();
    assert_eq!(gateway.get("/dev/pets?x=1&x=2").status, 200);
    assert_eq!(upstream.last().query_all("y"), ["2"]);
}

#[test]
fn a_mapped_host_reaches_the_back_end() {
    let upstream = Upstream::ok();
    let operation = declared(http_proxy(upstream.uri("/pets")), &[("header", "Host")]);
    let mappings = [("header.Host", "method.request.header.Host")];
    let api = Api::new().route("GET", "/pets", mapped(operation, &mappings));
    let gateway = Launch::openapi(&api).start();
    let headers = [("Host", "shop.example.com")];
    assert_eq!(gateway.request("GET", "/dev/pets", &headers, b"").status, 200);
    assert_eq!(upstream.last().header("Host"), Some("shop.example.com"));
}

#[test]
fn headers_no_client_may_set_are_dropped_even_if_mapped() {
    let upstream = Upstream::ok();
    let names = ["Expect", "Proxy-Authenticate", "TE", "Via"];
    let targets = names.map(|name| format!("header.{name}"));
    let mappings = targets.iter().map(|target| (target.as_str(), "'mapped'")).collect::<Vec<_>>();
    let operation = mapped(http_proxy(upstream.uri("/pets")), &mappings);
    let gateway = Launch::openapi(&Api::new().route("GET", "/pets", operation)).start();
    assert_eq!(gateway.get("/dev/pets").status, 200);
    let received = upstream.last();
    for name in names {
        assert_eq!(received.header(name), None, "{name} in {received:?}");
    }
}

#[test]
fn a_path_mapping_without_a_value_leaves_the_placeholder() {
    let upstream = Upstream::ok();
    let operation = declared(http_proxy(upstream.uri("/a/{x}/b")), &[("header", "X-Missing")]);
    let mappings = [("path.x", "method.request.header.X-Missing")];
    let api = Api::new().route("GET", "/pets", mapped(operation, &mappings));
    let gateway = Launch::openapi(&api).start();
    assert_eq!(gateway.get("/dev/pets").status, 200);
    let path = upstream.last().path().to_owned();
    assert!(path == "/a/{x}/b" || path == "/a/%7Bx%7D/b", "{path}");
}

#[test]
fn what_a_client_puts_into_a_path_cannot_leave_it() {
    let upstream = Upstream::ok();
    let operation =
        declared(http("GET", upstream.uri("/pets/{x}")), &[("query", "x"), ("header", "X-In")]);
    let mappings = [
        ("path.x", "method.request.querystring.x"),
        ("header.X-Out", "method.request.header.X-In"),
    ];
    let api = Api::new().route("GET", "/pets", mapped(operation, &mappings));
    let gateway = Launch::openapi(&api).start();
    for x in ["a%0d%0aX-Evil:%201", "a%20HTTP/1.1%0d%0aHost:%20evil", "%3Fadmin=1"] {
        let response = gateway.get(&format!("/dev/pets?x={x}"));
        if response.status == 200 {
            let received = upstream.last();
            assert!(received.path().starts_with("/pets/"), "{received:?}");
            assert_eq!(received.header("X-Evil"), None, "{received:?}");
            assert_eq!(received.query_all("admin"), Vec::<&str>::new(), "{received:?}");
            assert_eq!(received.header_all("Host").len(), 1, "{received:?}");
        }
    }
}

#[test]
fn stage_variables_work_as_host_path_and_query_and_differ_by_stage() {
    let (blue, green) = (Upstream::ok(), Upstream::ok());
    let uri =
        "http://${stageVariables.backend}/${stageVariables.version}/pets?c=${stageVariables.color}";
    let api = Api::new().route("GET", "/pets", http_proxy(uri));
    let stage = |name: &str, upstream: &Upstream| {
        let variables =
            json!({"backend": upstream.addr().to_string(), "version": "v2", "color": name});
        json!({"stageName": name, "variables": variables})
    };
    let mut file = settings(stage("blue", &blue));
    file["apis"][0]["stages"].as_array_mut().unwrap().push(stage("green", &green));
    let gateway = Launch::settings(&file, &api).start();
    assert_eq!(gateway.get("/blue/pets").status, 200);
    assert_eq!(gateway.get("/green/pets?d=1").status, 200);
    assert_eq!(blue.last().target, "/v2/pets?c=blue");
    assert_eq!(green.last().path(), "/v2/pets");
    assert_eq!(green.last().query_all("c"), ["green"]);
    assert_eq!(green.last().query_all("d"), ["1"]);
}

#[test]
fn an_undefined_stage_variable_as_host_is_a_configuration_error() {
    let api = Api::new().route("GET", "/pets", http_proxy("http://${stageVariables.nowhere}/pets"));
    let gateway = Launch::openapi(&api).start();
    let response = gateway.get("/dev/pets");
    expect::refusal(&response, 500, "InternalServerErrorException", "Internal server error");
}
