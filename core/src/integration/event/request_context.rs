//! `requestContext` of an event: what the gateway knows of a request (aws-facts 231).

use crate::context::{Context, Variable};
use crate::http::FieldName;
use crate::json::text::{escape_tail, write_string};
use crate::snapshot::{HttpKind, Integration};

/// Before `operationName`, before `identity` and behind it, in AWS's order.
const FIRST: [(&str, Variable); 2] =
    [("{\"resourceId\":", Variable::ResourceId), (",\"resourcePath\":", Variable::ResourcePath)];
const BEFORE: [(&str, Variable); 10] = [
    (",\"httpMethod\":", Variable::HttpMethod),
    (",\"extendedRequestId\":", Variable::ExtendedRequestId),
    (",\"requestTime\":", Variable::RequestTime),
    (",\"path\":", Variable::Path),
    (",\"accountId\":", Variable::AccountId),
    (",\"protocol\":", Variable::Protocol),
    (",\"stage\":", Variable::Stage),
    (",\"domainPrefix\":", Variable::DomainPrefix),
    (",\"requestTimeEpoch\":", Variable::RequestTimeEpoch),
    (",\"requestId\":", Variable::RequestId),
];
const BEHIND: [(&str, Variable); 3] = [
    (",\"domainName\":", Variable::DomainName),
    (",\"deploymentId\":", Variable::DeploymentId),
    (",\"apiId\":", Variable::ApiId),
];

/// Appends the object.
pub(super) fn write(ctx: &Context<'_>, out: &mut Vec<u8>) {
    write_all(&FIRST, ctx, out);
    if let Some(name) = operation_name(ctx) {
        out.extend_from_slice(b",\"operationName\":");
        write_string(name.as_bytes(), out);
    }
    write_all(&BEFORE, ctx, out);
    out.extend_from_slice(b",\"identity\":");
    write_identity(ctx, out);
    write_all(&BEHIND, ctx, out);
    out.push(b'}');
}

fn operation_name<'a>(ctx: &Context<'a>) -> Option<&'a str> {
    match &ctx.method?.integration {
        Integration::Http(http) => match &http.kind {
            HttpKind::FunctionProxy(function) => function.operation_name.as_deref(),
            HttpKind::Proxy | HttpKind::Mapped | HttpKind::Service | HttpKind::Function => None,
        },
        Integration::Mock(_) => None,
    }
}

fn write_all(members: &[(&str, Variable)], ctx: &Context<'_>, out: &mut Vec<u8>) {
    for (before, variable) in members {
        out.extend_from_slice(before.as_bytes());
        write_variable(*variable, ctx, out);
    }
}

/// With a key there are two members more, and AWS's order is another.
fn write_identity(ctx: &Context<'_>, out: &mut Vec<u8>) {
    let agent = ctx.request.head.and_then(|head| head.field(FieldName::UserAgent));
    let text = |value: Option<&[u8]>, out: &mut Vec<u8>| match value {
        Some(value) => write_string(value, out),
        None => out.extend_from_slice(b"null"),
    };
    if let Some(client) = &ctx.client {
        out.extend_from_slice(
            b"{\"cognitoIdentityPoolId\":null,\"cognitoIdentityId\":null,\"apiKey\":",
        );
        write_string(client.api_key, out);
        out.extend_from_slice(
            b",\"principalOrgId\":null,\"cognitoAuthenticationType\":null,\"userArn\":null,\
              \"apiKeyId\":",
        );
        write_string(client.api_key_id.as_bytes(), out);
        out.extend_from_slice(b",\"userAgent\":");
        text(agent, out);
        out.extend_from_slice(b",\"accountId\":null,\"caller\":null,\"sourceIp\":");
        write_variable(Variable::SourceIp, ctx, out);
        out.extend_from_slice(
            b",\"accessKey\":null,\"cognitoAuthenticationProvider\":null,\"user\":null}",
        );
        return;
    }
    out.extend_from_slice(
        b"{\"cognitoIdentityPoolId\":null,\"accountId\":null,\"cognitoIdentityId\":null,\
          \"caller\":null,\"sourceIp\":",
    );
    write_variable(Variable::SourceIp, ctx, out);
    out.extend_from_slice(
        b",\"principalOrgId\":null,\"accessKey\":null,\"cognitoAuthenticationType\":null,\
          \"cognitoAuthenticationProvider\":null,\"userArn\":null,\"userAgent\":",
    );
    text(agent, out);
    out.extend_from_slice(b",\"user\":null}");
}

/// A string; the one number of the object as such.
fn write_variable(variable: Variable, ctx: &Context<'_>, out: &mut Vec<u8>) {
    if variable == Variable::RequestTimeEpoch {
        variable.write(ctx, out);
        return;
    }
    out.push(b'"');
    let start = out.len();
    if variable.write(ctx, out) {
        escape_tail(out, start);
        out.push(b'"');
    } else {
        out.truncate(start - 1);
        out.extend_from_slice(b"null");
    }
}
