//! Methods, MOCK, integration responses, required parameters, gateway responses.

use serde_json::{Value, json};

use super::*;
use crate::error::ResponseType;
use crate::snapshot::Passthrough;

/// One method `GET /pets/{petId}`, refused with this.
fn check(method: Value, expected: &str) {
    let api = api(json!({"/pets/{petId}": {"GET": method}}));
    check_refused(&deployed(api, json!({})), expected);
}

#[test]
fn every_method_is_found_through_the_router() {
    let api = api(json!({
        "/": {"GET": mock()},
        "/pets": {"GET": mock(), "POST": mock()},
        "/pets/{petId}/{rest+}": {"ANY": mock()},
    }));
    let stage = stage_of(&deployed(api, json!({"deploymentId": "d1"})));
    for (verb, path, template) in [
        ("GET", "/", "/"),
        ("POST", "/pets", "/pets"),
        ("PUT", "/pets/1/a/b", "/pets/{petId}/{rest+}"),
    ] {
        let mut params = crate::router::PathRanges::default();
        let ix = stage.router.find(path.as_bytes(), verb, &mut params).unwrap();
        assert_eq!(&*stage.method(ix).resource_path, template);
        assert_eq!(params.len(), stage.method(ix).path_parameters.len());
    }
    let any = method(&stage, "ANY", "/pets/{petId}/{rest+}");
    assert_eq!(
        any.path_parameters.iter().map(|name| &**name).collect::<Vec<_>>(),
        ["petId", "rest"]
    );
    assert_eq!((&*stage.name, &*stage.deployment_id, &*any.resource_id), ("prod", "d1", "r2"));
}

#[test]
fn unsupported_methods_are_refused_by_name() {
    let get = "$.paths['/pets/{petId}'].get";
    let with = |extra: Value| {
        let mut method = mock();
        method.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        method
    };
    let check = |method, expected: &str| check(method, &format!("{get}{expected}"));
    check(json!({}), ": No integration defined for method");
    check(
        with(json!({"authorizationType": "AWS_IAM"})),
        ".security: AWS_IAM authorization is not yet supported",
    );
    check(with(json!({"authorizerId": "a"})), ".security: authorizers are not yet supported");
    check(
        with(json!({"requestParameters": {"true": true}})),
        ".parameters: Invalid mapping expression specified: Validation Result: warnings : [], \
         errors : [Invalid mapping expression specified: true]",
    );
    check(
        with(json!({"requestValidatorId": "v"})),
        ".x-amazon-apigateway-request-validator: Invalid Request Validator identifier specified",
    );
    check(
        integrated(
            json!({"type": "MOCK", "requestTemplates": {"application/json": "{\n #if(true)"}}),
        ),
        ".x-amazon-apigateway-integration.requestTemplates['application/json']: Invalid mapping \
         template specified: …",
    );
}

#[test]
fn cache_keys_from_the_body_are_refused() {
    for parameter in ["method.request.body.name", "integration.request.header.X"] {
        let integration = json!({
            "type": "HTTP",
            "uri": "http://localhost",
            "requestParameters": {"integration.request.header.X": "method.request.body.name"},
            "cacheKeyParameters": [parameter],
        });
        let api = api(json!({"/": {"GET": integrated(integration)}}));
        assert_eq!(refused(&deployed(api, json!({}))).len(), 1, "{parameter}");
    }
}

#[test]
fn mock_templates_and_responses() {
    let cors = integrated(json!({
        "type": "MOCK",
        "passthroughBehavior": "WHEN_NO_TEMPLATES",
        "requestTemplates": {"application/json": "{ statusCode: 200 }", "text/plain": null},
        "integrationResponses": {
            "204": {"statusCode": "204", "selectionPattern": "", "responseParameters": {
                "method.response.header.Access-Control-Allow-Origin": "'*'",
                "method.response.header.Date": "'never'",
                "method.response.header.Transfer-Encoding": "'chunked'",
            }},
            "400": {"statusCode": "400", "selectionPattern": "4\\d{2}",
                "responseTemplates": {"application/json": "{}", "text/plain": null}},
        },
    }));
    let stage = stage_of(&deployed(api(json!({"/": {"OPTIONS": cors}})), json!({})));
    let mock = mocked(method(&stage, "OPTIONS", "/"));
    assert_eq!(mock.passthrough, Passthrough::Refuse);
    assert_eq!(mock.templates.0[0].1.mock_status, Some(200));
    assert_eq!(mock.templates.0[1].1.mock_status, None);
    assert_eq!(mock.responses.default, Some(0));
    let (pattern, ix) = &mock.responses.patterns[0];
    let hits =
        ["404", "40", "4044", "x404", "404\n"].map(|text| pattern.is_match(text) == Ok(true));
    assert_eq!((hits, ix), ([true, false, false, false, false], &1));
    let headers: Vec<_> =
        mock.responses.rules[0].headers.iter().map(|(name, ..)| &**name).collect();
    assert_eq!(headers, ["Access-Control-Allow-Origin", "x-amzn-Remapped-Date"]);
    let templates = &mock.responses.rules[1].templates.0;
    assert_eq!((templates[0].1.as_text(), templates[1].1.as_text()), (Some("{}"), Some("")));
}

#[test]
fn bad_integration_responses_are_refused() {
    let all = "$.paths['/pets/{petId}'].get.x-amazon-apigateway-integration.responses";
    let check = |response: Value, expected: &str| {
        let integration = json!({"type": "MOCK", "integrationResponses": {"200": response}});
        check(integrated(integration), &format!("{all}{expected}"));
    };
    check(
        json!({"statusCode": "0200"}),
        ".default.statusCode: Value '0200' at 'statusCode' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [1-5]\\d\\d",
    );
    check(
        json!({"statusCode": "200", "selectionPattern": "(?<!5"}),
        "['(?<!5']: invalid or unsupported selection pattern: …",
    );
    check(
        json!({"statusCode": "200", "selectionPattern": "a)|(b"}),
        "['a)|(b']: invalid or unsupported selection pattern…",
    );
    check(
        json!({"statusCode": "200", "responseParameters": {"method.response.header.a b": "'x'"}}),
        ".default.responseParameters['method.response.header.a b']: Invalid mapping expression…",
    );
    check(
        json!({"statusCode": "200", "responseTemplates": {"application/json": "#if("}}),
        ".default.responseTemplates['application/json']: Invalid mapping template specified: …",
    );
}

#[test]
fn required_parameters_in_the_order_aws_reports_them() {
    let mut get = mock();
    get["requestValidatorId"] = json!("v");
    get["requestParameters"] = json!({
        "method.request.querystring.qs1": true,
        "method.request.path.issuer": true,
        "method.request.header.x-header-param": true,
        "method.request.header.optional": false,
    });
    get["requestModels"] = json!({"application/json": "Pet"});
    let names = |flags: Value| {
        let mut api = api(json!({"/{issuer}": {"GET": get}}));
        api["requestValidators"] = json!({"v": flags});
        let stage = stage_of(&deployed(api, json!({})));
        let required = method(&stage, "GET", "/{issuer}").required.iter();
        required.map(|parameter| parameter.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        names(json!({"validateRequestParameters": true})),
        ["x-header-param", "issuer", "qs1"]
    );
    assert_eq!(names(json!({"validateRequestParameters": false})), [""; 0]);
}

#[test]
fn models_of_bodies_are_those_a_validator_checks() {
    let deployed = |flags: Value, model: &str, schema: Value| {
        let mut post = mock();
        post["requestValidatorId"] = "v".into();
        post["requestModels"] = json!({"application/json": model});
        let mut api = api(json!({"/": {"POST": post}}));
        api["requestValidators"] = json!({"v": flags});
        api["models"] = json!({"Pet": {"name": "Pet", "schema": schema.to_string()}});
        deployed(api, json!({}))
    };
    let checks = json!({"validateRequestBody": true});
    let object = json!({"type": "object"});
    let models = |deployed: &_| method(&stage_of(deployed), "POST", "/").models.0.len();
    assert_eq!(models(&deployed(checks.clone(), "Pet", object.clone())), 1);
    assert_eq!(models(&deployed(json!({}), "Pet", object.clone())), 0);
    check_refused(
        &deployed(checks.clone(), "Cat", object),
        "$.paths['/'].post.requestBody: Invalid model identifier specified: Cat",
    );
    check_refused(
        &deployed(checks, "Pet", json!({"type": "pet"})),
        "$.definitions.Pet: Invalid model specified…",
    );
}

#[test]
fn gateway_responses_fall_back_to_the_customers_defaults() {
    let mut api = api(json!({"/": {"GET": mock()}}));
    api["gatewayResponses"] = json!({
        "DEFAULT_4XX": {"statusCode": "418", "responseParameters": {
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.Content-Length": "'1'",
            "gatewayresponse.header.Pet": "method.request.path.petId",
        }},
        "THROTTLED": {"responseTemplates": {"text/plain": "slow down"}},
        "ACCESS_DENIED": {"statusCode": "404"},
    });
    let stage = stage_of(&deployed(api, json!({})));
    let of = |of: ResponseType| &stage.gateway_responses[of as usize];
    let forbidden = of(ResponseType::InvalidApiKey);
    assert_eq!(forbidden.status, Some(418));
    let headers: Vec<_> = forbidden.headers.iter().map(|(name, ..)| &**name).collect();
    assert_eq!(headers, ["Access-Control-Allow-Origin", "x-amzn-Remapped-Content-Length", "Pet"]);
    assert_eq!(&*forbidden.templates[0].0, "application/json");
    let throttled = of(ResponseType::Throttled);
    assert_eq!((throttled.status, throttled.headers.len()), (None, 0));
    assert_eq!(&*throttled.templates[0].0, "text/plain");
    assert_eq!(of(ResponseType::AccessDenied).status, Some(404));
    assert_ne!(of(ResponseType::AccessDenied).templates, forbidden.templates);
    let timeout = of(ResponseType::IntegrationTimeout);
    assert_eq!((timeout.status, timeout.headers.len()), (None, 0));
    assert_eq!(of(ResponseType::AuthorizerFailure).templates, forbidden.templates);
}

#[test]
fn bad_gateway_responses_are_refused_once() {
    let check = |response: Value, expected: &str| {
        let mut api = api(json!({"/": {"GET": mock()}}));
        api["gatewayResponses"] = json!({"DEFAULT_4XX": response});
        let place = "$.x-amazon-apigateway-gateway-responses.DEFAULT_4XX";
        check_refused(&deployed(api, json!({})), &format!("{place}{expected}"));
    };
    check(json!({"statusCode": "99"}), ".statusCode: Value '99' at 'statusCode'…");
    check(
        json!({"responseParameters": {"method.response.header.X": "'1'"}}),
        ".responseParameters['method.response.header.X']: Invalid mapping expression specified…",
    );
    check(
        json!({"responseTemplates": {"application/json": "$context.nonsense"}}),
        ".responseTemplates['application/json']: …",
    );
}
