//! One method: who may call it, what is checked, what answers.

use super::report::{Place, Report};
use super::scope::{MethodScope, Scope, invalid_expression};
use super::settings::{MethodSettings, Settings};
use super::{cache, integration};
use crate::definition::{self, RequestValidator, Resource};
use crate::http::FieldName;
use crate::router;
use crate::schema::Schema;
use crate::snapshot::{MediaTypes, Method, ParameterLocation, Rate, RequiredParameter};

/// Compiles a method; `None` when it is refused.
pub(super) fn compile(
    scope: &Scope<'_>,
    settings: &MethodSettings<'_>,
    resource: &Resource,
    verb: &str,
    method: &definition::Method,
    report: &mut Report,
) -> Option<Method> {
    let place = place(&scope.document, resource, verb);
    refuse_authorization(method, &place, report);
    let Some(integration) = &method.integration else {
        // AWS's words for CreateDeployment.
        report.refuse(&place, "No integration defined for method");
        return None;
    };
    let scope = MethodScope {
        stage: scope,
        resource,
        verb,
        method,
        integration,
        path_parameters: router::path_parameters(&resource.path).map(Into::into).collect(),
        place,
    };
    let settings = settings.of(&resource.path, verb);
    let mappings = integration::RequestMappings::compile(&scope, report);
    let validator = validator(&scope, report);
    let cache = cache::method(&scope, settings, &mappings, report);
    Some(Method {
        http_method: verb.into(),
        resource_id: resource.id.as_str().into(),
        resource_path: resource.path.as_str().into(),
        api_key_required: method.api_key_required,
        throttle: settings.map(throttle),
        required: required(&scope, validator, report),
        models: models(&scope, validator, report),
        cache,
        integration: integration::compile(&scope, mappings, report)?,
        path_parameters: scope.path_parameters,
    })
}

/// The method in the document.
fn place<'n>(document: &Place<'n>, resource: &'n Resource, verb: &'n str) -> Place<'n> {
    let path = document.key("paths").key(&resource.path);
    path.key(match verb {
        "ANY" => "x-amazon-apigateway-any-method",
        "GET" => "get",
        "HEAD" => "head",
        "POST" => "post",
        "PUT" => "put",
        "DELETE" => "delete",
        "PATCH" => "patch",
        "OPTIONS" => "options",
        other => other,
    })
}

fn throttle(settings: Settings<'_>) -> Rate {
    Rate {
        rate_limit: settings.setting.throttling_rate_limit,
        burst_limit: settings.setting.throttling_burst_limit,
    }
}

/// Nothing unauthorised passes because this build cannot ask: identity fails closed.
fn refuse_authorization(method: &definition::Method, place: &Place<'_>, report: &mut Report) {
    let kind = &method.authorization_type;
    if !kind.eq_ignore_ascii_case("NONE") {
        report.refuse(&place.key("security"), format!("{kind} authorization is not yet supported"));
    } else if method.authorizer_id.is_some() || !method.authorization_scopes.is_empty() {
        report.refuse(&place.key("security"), "authorizers are not yet supported");
    }
}

/// Parameters a validator insists on, as AWS reports them: headers, path, query string, each by
/// name.
fn required(
    scope: &MethodScope<'_, '_>,
    validator: Option<&RequestValidator>,
    report: &mut Report,
) -> Box<[RequiredParameter]> {
    let mut declared = Vec::new();
    let place = scope.place.key("parameters");
    for (expression, &required) in &scope.method.request_parameters {
        match parameter(expression) {
            Some(parameter) if required => declared.push(parameter),
            Some(_) => {}
            None => report.refuse(&place, invalid_expression(expression)),
        }
    }
    if validator.is_none_or(|validator| !validator.validate_request_parameters) {
        return Box::default();
    }
    let order = |location: ParameterLocation| match location {
        ParameterLocation::Header(_) => 0,
        ParameterLocation::Path => 1,
        ParameterLocation::QueryString => 2,
    };
    declared.sort_by(|a, b| (order(a.location), &a.name).cmp(&(order(b.location), &b.name)));
    declared.into()
}

/// Models of the bodies a validator checks, by media type (aws-facts 242).
fn models(
    scope: &MethodScope<'_, '_>,
    validator: Option<&RequestValidator>,
    report: &mut Report,
) -> MediaTypes<Schema> {
    let none = MediaTypes(Box::default());
    let models = &scope.method.request_models;
    let checks = validator.is_some_and(|validator| validator.validate_request_body);
    if models.is_empty() || !checks {
        return none;
    }
    let Some(schemas) = scope.stage.schemas(report) else { return none };
    let place = scope.place.key("requestBody");
    let compiled = models.iter().filter_map(|(media_type, name)| {
        let schema = schemas.model(name);
        let schema = schema.ok_or_else(|| format!("Invalid model identifier specified: {name}"));
        Some((media_type.as_str().into(), report.keep(&place, schema)?))
    });
    MediaTypes(compiled.collect())
}

fn validator<'d>(scope: &MethodScope<'_, 'd>, report: &mut Report) -> Option<&'d RequestValidator> {
    let id = scope.method.request_validator_id.as_ref()?;
    let validator = scope.stage.api.request_validators.get(id);
    if validator.is_none() {
        report.refuse(
            &scope.place.key("x-amazon-apigateway-request-validator"),
            "Invalid Request Validator identifier specified",
        );
    }
    validator
}

/// `method.request.{header|path|querystring}.NAME`
fn parameter(expression: &str) -> Option<RequiredParameter> {
    let (location, name) = expression.strip_prefix("method.request.")?.split_once('.')?;
    let location = match location {
        "header" => ParameterLocation::Header(FieldName::of(name.as_bytes())),
        "path" => ParameterLocation::Path,
        "querystring" => ParameterLocation::QueryString,
        _ => return None,
    };
    (!name.is_empty()).then(|| RequiredParameter { name: name.into(), location })
}
