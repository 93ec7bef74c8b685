//! Integrations and their responses: recorded answers (aws-facts 70 to 77).

use serde_json::{Value, json};

use super::ask;
use super::checks::{check, new_api, patches, refused};
use crate::plane::Plane;
use crate::plane::tests::plane;

const UNKNOWN_METHOD: &str = "Invalid Method identifier specified";
const UNKNOWN_INTEGRATION: &str = "Invalid Integration identifier specified";
const UNKNOWN_STATUS: &str = "Invalid Response status code specified";
const UNKNOWN_RESOURCE: &str = "Invalid Resource identifier specified";

/// A method GET of the root that declares a header and a query parameter, and a response 200.
fn method(plane: &Plane) -> String {
    let (_, root) = new_api(plane);
    let place = format!("{root}/methods/GET");
    let method = json!({"authorizationType": "NONE", "requestParameters": {
        "method.request.header.h": true, "method.request.querystring.q": false}});
    assert_eq!(ask(plane, "PUT", &place, method).0, 201);
    let response = json!({"responseParameters": {"method.response.header.ETag": false}});
    assert_eq!(ask(plane, "PUT", &format!("{place}/responses/200"), response).0, 201);
    place
}

/// What every integration shows (aws-facts 70).
fn shown(method: &str, more: Value) -> Value {
    let resource = method.split('/').nth(4).unwrap();
    let mut all = json!({"cacheKeyParameters": [], "cacheNamespace": resource,
        "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29_000});
    let Value::Object(more) = more else { panic!("an object") };
    all.as_object_mut().unwrap().extend(more);
    all
}

#[test]
fn an_integration_from_its_creation_to_its_end() {
    let plane = plane();
    let method = method(&plane);
    let place = format!("{method}/integration");
    for verb in ["GET", "PATCH", "DELETE"] {
        refused(&plane, (verb, &place, json!({})), 404, UNKNOWN_INTEGRATION);
    }
    let elsewhere = place.replace("GET", "POST");
    refused(&plane, ("PUT", &elsewhere, json!({"type": "MOCK"})), 404, UNKNOWN_METHOD);
    let mock = shown(&method, json!({"type": "MOCK"}));
    check(&plane, ("PUT", &place, json!({"type": "MOCK"})), 201, mock);
    let sent = json!({"type": "HTTP", "httpMethod": "any", "uri": "http://h/{p}",
        "credentials": "arn:aws:iam::000000000000:role/r", "contentHandling": "CONVERT_TO_TEXT",
        "passthroughBehavior": "NEVER", "timeoutInMillis": 50, "cacheNamespace": "ns",
        "cacheKeyParameters": ["method.request.querystring.q"],
        "tlsConfig": {"insecureSkipVerification": true},
        "requestParameters": {"integration.request.header.X": "method.request.header.h"},
        "requestTemplates": {"application/json": "", "text/plain": "x"}});
    let mut http = shown(&method, sent.clone());
    http["httpMethod"] = json!("ANY");
    http["requestTemplates"]["application/json"] = Value::Null;
    check(&plane, ("PUT", &place, sent), 201, http.clone());
    check(&plane, ("GET", &place, Value::Null), 200, http.clone());
    ask(&plane, "PUT", &format!("{place}/responses/200"), json!({}));
    http["integrationResponses"] = json!({"200": {"statusCode": "200"}});
    check(&plane, ("GET", &place, Value::Null), 200, http.clone());
    assert_eq!(ask(&plane, "GET", &method, Value::Null).1["methodIntegration"], http);
    check(&plane, ("DELETE", &place, Value::Null), 204, Value::Null);
    refused(&plane, ("GET", &place, Value::Null), 404, UNKNOWN_INTEGRATION);
}

#[test]
fn a_vpc_link_may_be_a_stage_variable() {
    let plane = plane();
    let method = method(&plane);
    let place = format!("{method}/integration");
    let mut body = json!({"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://nlb.test",
        "connectionType": "VPC_LINK", "connectionId": "${stageVariables.vpcLinkId}"});
    check(&plane, ("PUT", &place, body.clone()), 201, shown(&method, body.clone()));
    body["connectionId"] = json!("${stageVariables.vpcLinkIdBeta}");
    let replaced = patches(&[("replace", "/connectionId", "${stageVariables.vpcLinkIdBeta}")]);
    check(&plane, ("PATCH", &place, replaced), 200, shown(&method, body.clone()));
    check(&plane, ("GET", &place, Value::Null), 200, shown(&method, body.clone()));
    body["connectionId"] = json!("unknown");
    refused(&plane, ("PUT", &place, body), 400, "Invalid Vpc Link identifier specified");
}

#[test]
fn what_put_integration_checks() {
    let plane = plane();
    let place = format!("{}/integration", method(&plane));
    let errors = |list: &str| {
        format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
             [{list}]"
        )
    };
    let mapped =
        |name: &str, source: &str| json!({"type": "MOCK", "requestParameters": {name: source}});
    let header = "integration.request.header.X";
    for (body, message) in [
        (mapped(header, "true"), errors("Invalid mapping expression specified: true")),
        (mapped("true", "'x'"), errors("Invalid mapping expression specified: true")),
        (
            mapped(header, "method.request.path.id"),
            errors("Invalid mapping expression parameter specified: method.request.path.id"),
        ),
        (
            json!({"type": "HTTP", "uri": "http://h"}),
            "Enumeration value for HttpMethod must be non-empty".into(),
        ),
        (
            json!({"type": "HTTP", "uri": "ftp://h", "httpMethod": "GET"}),
            "Invalid HTTP endpoint specified for URI".into(),
        ),
        (
            json!({"type": "AWS", "uri": "http://h", "httpMethod": "GET"}),
            "Invalid ARN specified in the request".into(),
        ),
        (
            json!({"type": "AWS_PROXY", "uri": "arn:aws:x", "httpMethod": "POST"}),
            "AWS ARN for integration must contain path or action".into(),
        ),
        (
            json!({"type": "MOCK", "timeoutInMillis": 49}),
            "Timeout should be between 50 ms and 29000 ms".into(),
        ),
        (
            json!({"type": "MOCK", "cacheKeyParameters": ["method.request.path.x"]}),
            "Invalid cache key parameter specified".into(),
        ),
        (
            json!({"type": "MOCK", "passthroughBehavior": "ALWAYS"}),
            "Invalid PassthroughBehavior specified. Valid options are \
             WHEN_NO_MATCH,WHEN_NO_TEMPLATES,NEVER"
                .into(),
        ),
        (
            json!({"type": "MOCK", "requestTemplates": {"123": "x"}}),
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]"
                .into(),
        ),
    ] {
        refused(&plane, ("PUT", &place, body), 400, &message);
    }
    let boolean = json!({"type": "MOCK", "requestParameters": {header: true}});
    check(
        &plane,
        ("PUT", &place, boolean),
        400,
        json!({"__type": "SerializationException",
        "message": "class java.lang.Boolean can not be converted to an String"}),
    );
}

#[test]
fn update_integration_by_paths() {
    let plane = plane();
    let method = method(&plane);
    let place = format!("{method}/integration");
    ask(&plane, "PUT", &place, json!({"type": "MOCK"}));
    let template = "/requestTemplates/application~1json";
    let accept = "/requestParameters/integration.request.header.Accept";
    let key = "/cacheKeyParameters/method.request.querystring.q";
    let changed = patches(&[
        ("add", template, "{}"),
        ("add", accept, "'text/plain'"),
        ("add", key, ""),
        ("replace", "/contentHandling", "CONVERT_TO_BINARY"),
        ("replace", "/timeoutInMillis", "1000"),
        ("replace", "/passthroughBehavior", "NEVER"),
        ("replace", "/tlsConfig/insecureSkipVerification", "true"),
        ("replace", "/uri", "http://h"),
        ("replace", "/httpMethod", "POST"),
        ("replace", "/type", "HTTP"),
    ]);
    let full = json!({"type": "HTTP", "uri": "http://h", "httpMethod": "POST",
        "contentHandling": "CONVERT_TO_BINARY", "timeoutInMillis": 1000,
        "passthroughBehavior": "NEVER", "tlsConfig": {"insecureSkipVerification": true},
        "cacheKeyParameters": ["method.request.querystring.q"],
        "requestTemplates": {"application/json": "{}"},
        "requestParameters": {"integration.request.header.Accept": "'text/plain'"}});
    check(&plane, ("PATCH", &place, changed), 200, shown(&method, full));
    let back = patches(&[
        ("remove", template, "ignored"),
        ("remove", accept, ""),
        ("remove", key, ""),
        ("replace", "/contentHandling", ""),
        ("replace", "/timeoutInMillis", "29000"),
        ("replace", "/passthroughBehavior", "WHEN_NO_MATCH"),
        ("replace", "/tlsConfig/insecureSkipVerification", "false"),
    ]);
    let least = json!({"type": "HTTP", "uri": "http://h", "httpMethod": "POST",
        "tlsConfig": {"insecureSkipVerification": false}});
    check(&plane, ("PATCH", &place, back), 200, shown(&method, least));
    for (operation, status, message) in [
        (("remove", template, ""), 404, "Content-Type specified was not found"),
        (("remove", accept, ""), 404, "Invalid parameter name specified"),
        (
            ("replace", "/integrationResponses/200", "x"),
            400,
            "Invalid patch path /integrationResponses/200",
        ),
        (
            ("replace", "/timeoutInMillis", "soon"),
            400,
            "Timeout should be between 50 ms and 29000 ms",
        ),
        (("replace", "/uri", "nowhere"), 400, "Invalid HTTP endpoint specified for URI"),
        (
            ("add", "/uri", "http://h"),
            400,
            "Invalid patch operation specified. Must be one of: [replace]",
        ),
    ] {
        refused(&plane, ("PATCH", &place, patches(&[operation])), status, message);
    }
}

#[test]
fn integration_responses_as_recorded() {
    let plane = plane();
    let method = method(&plane);
    let place = format!("{method}/integration/responses/200");
    refused(&plane, ("GET", &place, Value::Null), 404, UNKNOWN_INTEGRATION);
    refused(&plane, ("PUT", &place, json!({})), 404, UNKNOWN_INTEGRATION);
    ask(&plane, "PUT", &format!("{method}/integration"), json!({"type": "MOCK"}));
    for (templates, echoed) in [
        (json!({"application/json": null}), json!({"application/json": null})),
        (json!({"application/json": ""}), json!({"application/json": null})),
        (json!({"application/json": "x"}), json!({"application/json": "x"})),
        (json!({}), Value::Null),
    ] {
        let body = json!({"selectionPattern": "", "responseTemplates": templates});
        let mut shown = json!({"selectionPattern": "", "statusCode": "200"});
        if !echoed.is_null() {
            shown["responseTemplates"] = echoed;
        }
        check(&plane, ("PUT", &place, body), 201, shown);
    }
    let full = json!({"statusCode": "200", "contentHandling": "CONVERT_TO_TEXT",
        "responseParameters": {"method.response.header.ETag": "integration.response.header.ETag"},
        "responseTemplates": {"application/json": "{}"}});
    check(&plane, ("PUT", &place, full.clone()), 201, full.clone());
    check(&plane, ("GET", &place, Value::Null), 200, full);
    let template = "/responseTemplates/application~1json";
    let changed = patches(&[
        ("replace", "/contentHandling", "CONVERT_TO_BINARY"),
        ("replace", template, "[]"),
        ("replace", "/selectionPattern", "4\\d{2}"),
        ("remove", "/responseParameters/method.response.header.ETag", ""),
    ]);
    let shown = json!({"statusCode": "200", "contentHandling": "CONVERT_TO_BINARY",
        "selectionPattern": "4\\d{2}", "responseTemplates": {"application/json": "[]"}});
    check(&plane, ("PATCH", &place, changed), 200, shown);
    check(&plane, ("DELETE", &place, Value::Null), 204, Value::Null);
    for verb in ["GET", "PATCH", "DELETE"] {
        refused(&plane, (verb, &place, json!({})), 404, UNKNOWN_STATUS);
    }
}

#[test]
fn integration_responses_refuse_as_recorded() {
    let plane = plane();
    let method = method(&plane);
    ask(&plane, "PUT", &format!("{method}/integration"), json!({"type": "MOCK"}));
    let place = format!("{method}/integration/responses/200");
    check(&plane, ("PUT", &place, json!({})), 201, json!({"statusCode": "200"}));
    let mapped = |name: &str| json!({"responseParameters": {name: "'x'"}});
    let prefix = "Invalid mapping expression specified: Validation Result: warnings : [], errors :";
    let undeclared = "Invalid mapping expression parameter specified: method.response.header.X";
    for (status_code, body, status, message) in [
        (
            "200",
            json!({"responseTemplates": {"123": "x"}}),
            400,
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]"
                .into(),
        ),
        ("200", mapped("method.response.header.X"), 400, format!("{prefix} [{undeclared}]")),
        (
            "500",
            mapped("method.response.header.X"),
            400,
            format!("{prefix} [No method response exists for method.]"),
        ),
        (
            "500",
            json!({"selectionPattern": ""}),
            409,
            "Integration response with selection pattern default already exists".into(),
        ),
    ] {
        let place = place.replace("200", status_code);
        refused(&plane, ("PUT", &place, body), status, &message);
    }
    let number = json!({"responseTemplates": {"application/json": 123}});
    let class = "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
    check(
        &plane,
        ("PUT", &place, number),
        400,
        json!({"__type": "SerializationException",
        "message": format!("class {class} can not be converted to an String")}),
    );
    let bad = place.replace("GET", "BAD");
    refused(&plane, ("DELETE", &bad, Value::Null), 404, UNKNOWN_INTEGRATION);
    refused(&plane, ("GET", &bad, Value::Null), 404, UNKNOWN_METHOD);
    refused(&plane, ("PUT", &bad, json!({})), 404, UNKNOWN_METHOD);
    let elsewhere = "/restapis/none/resources/none/methods/GET/integration/responses/200";
    for verb in ["GET", "PUT", "PATCH", "DELETE"] {
        refused(&plane, (verb, elsewhere, json!({})), 404, UNKNOWN_RESOURCE);
    }
    let wrong = place.replace("200", "wrong");
    let (status, body) = ask(&plane, "GET", &wrong, Value::Null);
    assert_eq!((status, &body["__type"]), (400, &json!("ValidationException")), "{body}");
}
