//! Required parameters: phase `validate`, the part that needs no body.

use crate::context::Context;
use crate::error::{GatewayError, ResponseType};
use crate::http::FieldName;
use crate::mapping::query;
use crate::snapshot::{Method, ParameterLocation, RequiredParameter};

/// BAD_REQUEST_PARAMETERS that names the required parameters a request lacks, in the method's
/// order; a blank value counts as missing
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html>).
/// Allocates only for the error.
#[must_use]
pub fn required_missing(method: &Method, ctx: &Context<'_>) -> Option<GatewayError> {
    let mut missing = method.required.iter().filter(|parameter| !is_there(parameter, method, ctx));
    let first = missing.next()?;
    let mut message = format!("Missing required request parameters: [{}", first.name);
    for parameter in missing {
        message.push_str(", ");
        message.push_str(&parameter.name);
    }
    message.push(']');
    let error =
        GatewayError::new(ResponseType::BadRequestParameters, "required parameters are missing");
    Some(error.message(message))
}

fn is_there(parameter: &RequiredParameter, method: &Method, ctx: &Context<'_>) -> bool {
    let name = &*parameter.name;
    let head = ctx.request.head;
    let value = match parameter.location {
        ParameterLocation::Header(FieldName::Other) => head.and_then(|head| head.custom(name)),
        ParameterLocation::Header(field) => head.and_then(|head| head.field(field)),
        ParameterLocation::QueryString => head
            .and_then(|head| head.query())
            .and_then(|query| query::values(query, name).next_back()),
        ParameterLocation::Path => method
            .path_parameters
            .iter()
            .position(|known| **known == *name)
            .and_then(|position| ctx.request.path_parameters.get(position).copied()),
    };
    value.is_some_and(|value| !value.trim_ascii().is_empty())
}
