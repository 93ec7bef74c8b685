//! Gateway responses: all 21, each resolved to what answers.

use std::sync::Arc;

use super::report::{Place, Report};
use super::response::{client_header, status_code};
use super::scope::Scope;
use super::shared::GatewayResponses;
use crate::context::{Template, TemplateKind};
use crate::definition;
use crate::error::ResponseType;
use crate::http::FieldName;
use crate::integration::default_template;
use crate::mapping::Source;
use crate::snapshot::GatewayResponse;

/// Compiles the answers by `ResponseType as usize`: the customer's own, else the customer's
/// DEFAULT_4XX or DEFAULT_5XX, else AWS's.
pub(super) fn compile(scope: &Scope<'_>, report: &mut Report) -> Option<GatewayResponses> {
    if !scope.api.gateway_responses.is_empty() {
        return all(scope, report);
    }
    if scope.shared.gateway_responses.get().is_none() {
        // Another call cannot come between.
        let _ = scope.shared.gateway_responses.set(all(scope, report)?);
    }
    scope.shared.gateway_responses.get().map(Arc::clone)
}

fn all(scope: &Scope<'_>, report: &mut Report) -> Option<GatewayResponses> {
    let own = |of: ResponseType| scope.api.gateway_responses.get(&of).map(|own| (of, own));
    let compiled = ResponseType::ALL.map(|of| {
        let found = own(of).or_else(|| own(fallback(of)));
        let empty = definition::GatewayResponse::default();
        let (from, definition) = found.unwrap_or((of, &empty));
        response(scope, of, definition, &place(scope, from), report)
    });
    let all: Option<Vec<_>> = compiled.into_iter().collect();
    Arc::<[GatewayResponse]>::from(all?).try_into().ok()
}

/// The type whose customisation a type takes that has none of its own.
fn fallback(of: ResponseType) -> ResponseType {
    match of.default_status() {
        Some(400..=499) => ResponseType::Default4xx,
        Some(_) => ResponseType::Default5xx,
        None => of,
    }
}

fn place<'d>(scope: &Scope<'d>, of: ResponseType) -> Place<'d> {
    scope.document.key("x-amazon-apigateway-gateway-responses").key(of.name())
}

fn response(
    scope: &Scope<'_>,
    of: ResponseType,
    definition: &definition::GatewayResponse,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<GatewayResponse> {
    let status = match definition.status_code.as_deref() {
        None | Some("") => Some(None),
        Some(text) => report.keep(&place.key("statusCode"), status_code(text)).map(Some),
    };
    let headers = place.key("responseParameters");
    let headers = definition.response_parameters.iter().filter_map(|(target, expression)| {
        header(scope, target, expression, &headers.key(target), report)
    });
    let headers = headers.collect();
    let templates = templates(scope, of, definition, &place.key("responseTemplates"), report);
    Some(GatewayResponse { status: status?, headers, templates })
}

/// A header; `None` for one AWS drops.
fn header(
    scope: &Scope<'_>,
    target: &str,
    expression: &str,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<(Box<str>, FieldName, Source)> {
    let source = report.keep(place, scope.source(expression));
    let (name, field) = report.keep(place, client_header("gatewayresponse.header.", target))??;
    Some((name, field, source?))
}

/// The customer's templates, or AWS's when there is none: a response that only adds headers keeps
/// its body.
fn templates(
    scope: &Scope<'_>,
    of: ResponseType,
    definition: &definition::GatewayResponse,
    place: &Place<'_>,
    report: &mut Report,
) -> Box<[(Box<str>, Template)]> {
    let mut compile = |media_type: &str, text: &str, place: &Place<'_>| {
        let template = scope.template(text, TemplateKind::GatewayResponse);
        Some((media_type.into(), report.keep(place, template)?))
    };
    if definition.response_templates.is_empty() {
        return compile("application/json", default_template(of), place).into_iter().collect();
    }
    let own = definition.response_templates.iter();
    own.filter_map(|(media_type, text)| compile(media_type, text, &place.key(media_type))).collect()
}
