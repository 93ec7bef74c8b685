//! AWS and AWS_PROXY: ARNs, who signs, what a service takes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::{Compiler, ServiceEndpoints};
use super::http::text;
use super::*;
use crate::snapshot::{FunctionProxy, HttpKind, Principal, Signing, Stage, UpstreamMethod};

const INTEGRATION: &str = "$.paths['/a/{id}'].post.x-amazon-apigateway-integration";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:pets";

fn definitions(kind: &str, uri: &str, extra: Value) -> Definitions {
    let mut integration = json!({"type": kind, "uri": uri, "httpMethod": "POST",
        "integrationResponses": {"200": {"statusCode": "200"}}});
    integration.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let variables = json!({"variables": {
        "service": "sqs", "function": "pets:live", "queue": "orders", "evil": "h/x?",
    }});
    deployed(api(json!({"/a/{id}": {"POST": integrated(integration)}})), variables)
}

fn stage_with(endpoints: ServiceEndpoints, definitions: &Definitions) -> Arc<Stage> {
    let mut compiler = Compiler::new(Arc::new(endpoints));
    let snapshot = compiler.compile(std::slice::from_ref(definitions), 1).unwrap();
    Arc::clone(&snapshot.stages[0])
}

fn arn(rest: &str) -> String {
    format!("arn:aws:apigateway:us-east-1:{rest}")
}

/// Where an ARN leads: `host | path | query | signature | head`.
fn target(http: &HttpIntegration) -> String {
    let host = match &http.endpoint {
        Ok(endpoint) => endpoint.authority.to_string(),
        Err(invalid) => invalid.0.to_string(),
    };
    let signing = http.signing.as_ref().map_or(String::new(), |signing| {
        let Signing { service, region, principal } = signing;
        let role = match principal {
            Principal::Process => "",
            Principal::Endpoint => "endpoint",
            Principal::Role(role) => role,
        };
        format!("{service} {region} {role}")
    });
    let head = std::str::from_utf8(&http.constant_head).unwrap();
    let target = head.lines().find_map(|line| line.strip_prefix("X-Amz-Target: "));
    format!(
        "{host} | {} | {} | {} | {}",
        text(&http.path),
        text(&http.query),
        signing.trim(),
        [target.unwrap_or_default(), http.content_type.as_deref().unwrap_or_default()]
            .join(" ")
            .trim(),
    )
}

fn check(rest: &str, expected: &str) {
    let mapped = json!({"requestParameters": {
        "integration.request.path.id": "method.request.path.id",
        "integration.request.querystring.QueueUrl": "'q'",
    }});
    let stage = stage_of(&definitions("AWS", &arn(rest), mapped));
    let http = http(method(&stage, "POST", "/a/{id}"));
    assert_eq!(http.kind, HttpKind::Service);
    assert_eq!(target(http), expected, "{rest}");
}

#[test]
fn services_are_called_by_action_or_path() {
    check(
        "sqs:action/SendMessage",
        "sqs.us-east-1.amazonaws.com | / | Action=SendMessage&Version=2012-11-05 | \
         sqs us-east-1 | ",
    );
    check(
        "sns:action/Publish&Version=1&TopicArn={id}",
        "sns.us-east-1.amazonaws.com | / | Action=Publish&Version=1&TopicArn=<{id}=0> | \
         sns us-east-1 | ",
    );
    check(
        "dynamodb:action/PutItem",
        "dynamodb.us-east-1.amazonaws.com | / |  | dynamodb us-east-1 | \
         DynamoDB_20120810.PutItem application/x-amz-json-1.0",
    );
    check(
        "states:action/StartExecution",
        "states.us-east-1.amazonaws.com | / |  | states us-east-1 | \
         AWSStepFunctions.StartExecution application/x-amz-json-1.0",
    );
    check(
        "unheard-of:action/Act",
        "unheard-of.us-east-1.amazonaws.com | / | Action=Act | unheard-of us-east-1 | ",
    );
    check(
        "sqs:path/000000000000/{id}",
        "sqs.us-east-1.amazonaws.com | /000000000000/<{id}=0> |  | sqs us-east-1 | ",
    );
    check("dynamodb:path//", "dynamodb.us-east-1.amazonaws.com | / |  | dynamodb us-east-1 | ");
    check(
        "s3:path/photos/{id}?acl",
        "s3.us-east-1.amazonaws.com | /photos/<{id}=0> | acl | s3 us-east-1 | ",
    );
    check(
        "photos.s3:path/{id}",
        "photos.s3.us-east-1.amazonaws.com | /<{id}=0> |  | s3 us-east-1 | ",
    );
    check(
        "runtime.sagemaker:path/endpoints/e/invocations",
        "runtime.sagemaker.us-east-1.amazonaws.com | /endpoints/e/invocations |  | \
         sagemaker us-east-1 | ",
    );
    check(
        "iam:action/ListUsers",
        "iam.amazonaws.com | / | Action=ListUsers&Version=2010-05-08 | iam us-east-1 | ",
    );
}

#[test]
fn stage_variables_in_arns() {
    check(
        "${stageVariables.service}:path/0/${stageVariables.queue}",
        "sqs.us-east-1.amazonaws.com | /0/orders |  | sqs us-east-1 | ",
    );
    check(
        "sqs:path/0/${stageVariables.none}",
        "sqs.us-east-1.amazonaws.com | /0/ |  | sqs us-east-1 | ",
    );
    check(
        "${stageVariables.none}.s3:path/k",
        "stage variables not defined: none | /k |  | s3 us-east-1 | ",
    );
    let beyond = definitions("AWS", &arn("${stageVariables.evil}:path/k"), json!({}));
    check_refused(&beyond, &format!("{INTEGRATION}.uri: Invalid ARN specified in the request: …"));
}

#[test]
fn functions_are_invoked() {
    let check = |kind: &str, rest: &str, verb: &str, expected: &str| {
        let uri = arn(&format!("lambda:path/{rest}"));
        let streams = rest.ends_with("/response-streaming-invocations");
        let transfer = if streams { "STREAM" } else { "BUFFERED" };
        let mappings = json!({
            "integration.request.path.id": "method.request.path.id",
            "integration.request.header.X-Amz-Invocation-Type": "'Event'",
        });
        let extra = json!({
            "httpMethod": verb,
            "responseTransferMode": transfer,
            "requestParameters": mappings,
        });
        let stage = stage_of(&definitions(kind, &uri, extra));
        let http = http(method(&stage, "POST", "/a/{id}"));
        assert_eq!(target(http), expected, "{rest}");
        (http.kind.clone(), http.mapped_headers.len())
    };
    let own =
        "2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:pets/invocations";
    let called = "lambda.us-east-1.amazonaws.com | /2015-03-31/functions/\
        arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Apets/invocations |  | \
        lambda us-east-1 | application/json";
    assert_eq!(check("AWS", own, "POST", called), (HttpKind::Function, 1));
    let proxied = |function: &str| {
        let function = FunctionProxy { function: function.into(), operation_name: None };
        HttpKind::FunctionProxy(Box::new(function))
    };
    assert_eq!(check("AWS_PROXY", own, "POST", called), (proxied(FUNCTION), 0));
    let streamed = own
        .replace("2015-03-31", "2021-11-15")
        .replace("/invocations", "/response-streaming-invocations");
    let answered = called
        .replace("2015-03-31", "2021-11-15")
        .replace("/invocations", "/response-streaming-invocations");
    assert_eq!(check("AWS_PROXY", &streamed, "POST", &answered).0, proxied(FUNCTION));
    let aliased = own.replace(":pets/", ":${stageVariables.function}/");
    let answered = called.replace("%3Apets/", "%3Apets%3Alive/");
    let live = format!("{FUNCTION}:live");
    assert_eq!(check("AWS_PROXY", &aliased, "POST", &answered).0, proxied(&live));
    let by_path = own.replace(":pets/", ":{id}/");
    check("AWS", &by_path, "POST", &called.replace("%3Apets/", "%3A<{id}=0>/"));
    let undefined = own.replace(":pets/", ":${stageVariables.none}/");
    let answered = called
        .replace("lambda.us-east-1.amazonaws.com", "stage variables not defined: none")
        .replace("%3Apets/", "%3A/");
    check("AWS", &undefined, "POST", &answered);
    let by_get = called
        .replace("lambda.us-east-1.amazonaws.com", "a Lambda function is invoked with POST alone");
    check("AWS_PROXY", own, "GET", &by_get);
}

#[test]
fn the_operator_says_where_services_are() {
    let mut endpoints = ServiceEndpoints::default();
    endpoints.insert_others("http://127.0.0.1:5000").unwrap();
    endpoints.insert_unsigned("lambda", "http://127.0.0.1:9001").unwrap();
    let check = |rest: &str, expected: &str| {
        let stage = stage_with(endpoints.clone(), &definitions("AWS", &arn(rest), json!({})));
        assert_eq!(target(http(method(&stage, "POST", "/a/{id}"))), expected);
    };
    check(
        "sqs:action/SendMessage",
        "127.0.0.1:5000 | / | Action=SendMessage&Version=2012-11-05 | sqs us-east-1 | ",
    );
    // A bucket is a part of the path where its name is no host.
    check("photos.s3:path/k", "127.0.0.1:5000 | /photos/k |  | s3 us-east-1 | ");
    check("a.execute-api:path/k", "a.127.0.0.1:5000 | /k |  | execute-api us-east-1 | ");
    check("lambda:path/2015-03-31/functions", "127.0.0.1:9001 | /2015-03-31/functions |  |  | ");
}

#[test]
fn who_signs() {
    let of = |credentials: &str| {
        definitions("AWS", &arn("sqs:path/0/q"), json!({"credentials": credentials}))
    };
    let role = "arn:aws:iam::123456789012:role/service/orders";
    let stage = stage_of(&of(role));
    let signing = http(method(&stage, "POST", "/a/{id}")).signing.clone();
    assert_eq!(signing.unwrap().principal, Principal::Role(role.into()));
    let check = |credentials: &str, expected: &str| {
        check_refused(&of(credentials), &format!("{INTEGRATION}.credentials: {expected}"));
    };
    check(
        "arn:aws:iam::*:user/*",
        "credentials of the caller (arn:aws:iam::*:user/*) need AWS_IAM…",
    );
    for invalid in ["role", "arn:aws:iam::1:role/a", "arn:aws:iam::123456789012:user/a"] {
        check(invalid, "Invalid ARN specified in the request: it names no role");
    }
}

#[test]
fn fields_of_the_signature_are_nobodys_to_map() {
    let mapped = json!({"requestParameters": {
        "integration.request.header.authorization": "'mine'",
        "integration.request.header.X-Amz-Date": "'then'",
        "integration.request.header.X-Amz-Target": "'AmazonSQS.SendMessage'",
    }});
    let stage = stage_of(&definitions("AWS", &arn("dynamodb:action/Scan"), mapped));
    let http = http(method(&stage, "POST", "/a/{id}"));
    let names: Vec<_> = http.mapped_headers.iter().map(|header| &*header.name).collect();
    assert_eq!(names, ["X-Amz-Target"]);
    assert!(!std::str::from_utf8(&http.constant_head).unwrap().contains("X-Amz-Target"));
    assert_eq!(http.method, UpstreamMethod::Fixed("POST".into()));
}

#[test]
fn what_is_no_service_is_refused() {
    let check = |kind: &str, uri: &str, expected: &str| {
        let expected = format!("{INTEGRATION}.uri: {expected}");
        check_refused(&definitions(kind, uri, json!({})), &expected);
    };
    check("AWS", "http://h", "Invalid ARN specified in the request: …");
    check(
        "AWS",
        "arn:aws:lambda:us-east-1:0:function:f",
        "Invalid ARN specified in the request: …",
    );
    check(
        "AWS",
        &arn("s q s:path/a"),
        "Invalid ARN specified in the request: it has the character…",
    );
    check(
        "AWS",
        &arn("sqs/@h:path/a"),
        "Invalid ARN specified in the request: 'us-east-1:sqs/@h'…",
    );
    check("AWS", &arn("a..s3:path/a"), "Invalid ARN specified in the request: …");
    check("AWS", &arn("sqs:paths/a"), "AWS ARN for integration must contain path or action");
    check("AWS", &arn("sqs:action/"), "AWS ARN for integration contains invalid action: ''");
    check(
        "AWS",
        &arn("sqs:action/A%0A"),
        "AWS ARN for integration contains invalid action: 'A%0A'",
    );
    check(
        "AWS",
        &arn("s3:action/GetObject&Bucket=b"),
        "s3 has no actions that are called by name…",
    );
    check("AWS_PROXY", &arn("sqs:path/0/q"), "Integrations of type 'AWS_PROXY' currently only…");
    check(
        "AWS_PROXY",
        &arn("firehose:action/PutRecord"),
        "AWS_PROXY integrations of Firehose are…",
    );
}
