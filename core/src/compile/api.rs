//! One stage of one API.

use std::cell::OnceCell;
use std::sync::Arc;

use super::report::{Place, Report};
use super::scope::Scope;
use super::settings::{self, MethodSettings};
use super::shared::Shared;
use super::{access_log, cache, canary, gateway_response, method};
use crate::definition::{self, ApiKeySource, Owner, RestApi};
use crate::limits;
use crate::router::{Route, Router};
use crate::snapshot::{BinaryMediaTypes, Canary, Method, MethodIx, Stage};

/// What a stage is compiled from.
#[derive(Clone, Copy)]
pub(super) struct Source<'d> {
    pub(super) owner: &'d Owner,
    pub(super) api_id: &'d str,
    pub(super) stage: &'d definition::Stage,
    pub(super) deployment: &'d RestApi,
    pub(super) canary_deployment: Option<&'d RestApi>,
}

/// One of the two deployments of a stage.
struct Variant<'d> {
    api: &'d RestApi,
    other: Option<&'d RestApi>,
    deployment_id: &'d str,
    variables: Box<[(Box<str>, Box<str>)]>,
    cache_name: &'d str,
    is_canary_request: Option<bool>,
}

/// Compiles a stage; `None` when anything of it is refused.
pub(super) fn compile(
    source: Source<'_>,
    place: &Place<'_>,
    shared: &Shared,
    report: &mut Report,
) -> Option<Stage> {
    let Source { stage, deployment, canary_deployment, .. } = source;
    let canary = match (&stage.canary_settings, canary_deployment) {
        (None, _) => None,
        (Some(settings), Some(canary)) => Some((settings, canary)),
        (Some(_), None) => {
            let message =
                "a canary needs a deployment of its own, which a settings file cannot name";
            report.refuse(&place.key("canarySettings"), message);
            None
        }
    };
    let refused = report.refused();
    let base = Variant {
        api: deployment,
        other: canary.map(|(_, api)| api),
        deployment_id: stage.deployment_id.as_deref().unwrap_or_default(),
        variables: settings::variables(&stage.variables, &place.key("variables"), report),
        cache_name: &stage.stage_name,
        is_canary_request: canary.map(|_| false),
    };
    let base = variant(source, base, place, shared, report);
    let Some((settings, api)) = canary else { return base };

    let place_of_canary = place.key("canarySettings");
    let share = canary::share(settings.percent_traffic, &place_of_canary, report);
    let own_cache = canary::cache_name(&stage.stage_name);
    let of_canary = Variant {
        api,
        other: Some(deployment),
        deployment_id: &settings.deployment_id,
        variables: canary::variables(stage, settings, &place_of_canary, report),
        cache_name: if settings.use_stage_cache { &stage.stage_name } else { &own_cache },
        is_canary_request: Some(true),
    };
    let of_canary = variant(source, of_canary, place, shared, report);
    if report.refused() > refused {
        return None;
    }
    let canary = Canary { share, stage: Arc::new(of_canary?) };
    Some(Stage { canary: Some(canary), ..base? })
}

fn variant(
    source: Source<'_>,
    variant: Variant<'_>,
    place: &Place<'_>,
    shared: &Shared,
    report: &mut Report,
) -> Option<Stage> {
    let refused = report.refused();
    let Source { owner, api_id, stage, .. } = source;
    let api = variant.api;
    let scope = Scope {
        api_id,
        api,
        stage,
        other: variant.other,
        cache_name: variant.cache_name,
        document: Place::document(api_id),
        limits: settings::limits(stage, place, report),
        variables: variant.variables,
        settings: *place,
        shared,
        binary_media_types: BinaryMediaTypes::new(api.binary_media_types.iter().map(|t| &**t)),
        schemas: OnceCell::new(),
    };
    refuse_unsupported(&scope, report);
    let method_settings = MethodSettings::resolve(&scope, report);
    let methods = methods(&scope, &method_settings, report);
    let router = router(&scope, &methods, report);
    let access_log = access_log::compile(&scope, report);
    let cache = cache::stage(&scope, report);
    let gateway_responses = gateway_response::compile(&scope, report);
    if report.refused() > refused {
        return None;
    }
    Some(Stage {
        account_id: Arc::clone(&owner.account_id),
        api_id: api_id.into(),
        api_name: api.name.as_str().into(),
        name: stage.stage_name.as_str().into(),
        deployment_id: variant.deployment_id.into(),
        router: router?,
        gateway_responses: gateway_responses?,
        methods,
        access_log,
        cache,
        request_body_bytes_max: scope.limits.request_body_bytes,
        binary_media_types: scope.binary_media_types,
        minimum_compression_bytes: api.minimum_compression_size,
        variables: scope.variables,
        is_canary_request: variant.is_canary_request,
        canary: None,
    })
}

/// Methods in the order of resources and verbs, which numbers them.
fn methods(scope: &Scope<'_>, settings: &MethodSettings<'_>, report: &mut Report) -> Box<[Method]> {
    let count = scope.api.resources.iter().map(|resource| resource.methods.len()).sum();
    let mut methods = Vec::with_capacity(count);
    for resource in &scope.api.resources {
        for (verb, definition) in &resource.methods {
            methods.extend(method::compile(scope, settings, resource, verb, definition, report));
        }
    }
    if scope.api.resources.iter().all(|resource| resource.methods.is_empty()) {
        // AWS's words for CreateDeployment.
        report.refuse(&scope.document.key("paths"), "The REST API doesn't contain any methods");
    }
    methods.into()
}

fn router(scope: &Scope<'_>, methods: &[Method], report: &mut Report) -> Option<Router> {
    let routes = methods.iter().enumerate().map(|(ix, method)| Route {
        template: &method.resource_path,
        verb: &method.http_method,
        method: MethodIx(ix as u32),
    });
    match Router::build(routes) {
        Ok(router) => Some(router),
        Err(errors) => {
            report.refuse_all(errors, scope.api_id);
            None
        }
    }
}

/// What AWS has and this build has not, for the API and the stage as a whole.
fn refuse_unsupported(scope: &Scope<'_>, report: &mut Report) {
    let (api, stage, document) = (scope.api, scope.stage, &scope.document);
    let private = api.endpoint_configuration.as_ref().is_some_and(|endpoint| {
        endpoint.types.iter().any(|kind| kind.eq_ignore_ascii_case("PRIVATE"))
    });
    let mut methods = api.resources.iter().flat_map(|resource| resource.methods.values());
    let key_from_authorizer = api.api_key_source == ApiKeySource::Authorizer
        && methods.any(|method| method.api_key_required);
    let endpoint = document.key("x-amazon-apigateway-endpoint-configuration");
    let unsupported = [
        (
            api.policy.is_some(),
            document.key("x-amazon-apigateway-policy"),
            "resource policies are not yet supported",
        ),
        (
            private,
            endpoint,
            "private APIs, which only VPC endpoints may call, are not yet supported",
        ),
        (
            api.disable_execute_api_endpoint,
            endpoint.key("disableExecuteApiEndpoint"),
            "custom domain names are not yet supported, and without one an API that disables its \
             execute-api endpoint has no address",
        ),
        (
            key_from_authorizer,
            document.key("x-amazon-apigateway-api-key-source"),
            "API keys from an authorizer are not yet supported",
        ),
        (
            stage.tracing_enabled,
            scope.settings.key("tracingEnabled"),
            "X-Ray tracing is not yet supported",
        ),
    ];
    for (_, place, message) in unsupported.iter().filter(|(refused, ..)| *refused) {
        report.refuse(place, *message);
    }
    if api.resources.len() > limits::RESOURCES_PER_API_MAX {
        let most = limits::RESOURCES_PER_API_MAX;
        report.refuse(&document.key("paths"), format!("An API has at most {most} resources"));
    }
}
