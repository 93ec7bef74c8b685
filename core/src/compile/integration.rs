//! What the kinds of integrations share.

use super::report::Report;
use super::scope::{MethodScope, invalid_expression};
use super::{http_integration, mock};
use crate::definition::{IntegrationType, PassthroughBehavior};
use crate::http::syntax::is_field_name;
use crate::mapping::{self, BodyUse, Source};
use crate::snapshot::{Integration, MediaTypes, Passthrough, RequestTemplate};
use crate::template::MappingTemplate;

/// Compiles the integration of a method; `None` when it is refused.
pub(super) fn compile(
    scope: &MethodScope<'_, '_>,
    mappings: RequestMappings<'_>,
    report: &mut Report,
) -> Option<Integration> {
    match scope.integration.integration_type {
        IntegrationType::Mock => mock::compile(scope, report).map(Integration::Mock),
        IntegrationType::Http
        | IntegrationType::HttpProxy
        | IntegrationType::Aws
        | IntegrationType::AwsProxy => {
            let integration = http_integration::compile(scope, mappings, report)?;
            Some(Integration::Http(Box::new(integration)))
        }
    }
}

/// `requestParameters` of an integration, in the definition's order.
#[derive(Debug, Default)]
pub(super) struct RequestMappings<'d> {
    pub(super) headers: Vec<(&'d str, Source)>,
    pub(super) query: Vec<(&'d str, Source)>,
    pub(super) path: Vec<(&'d str, Source)>,
}

impl<'d> RequestMappings<'d> {
    /// Compiles every mapping, also those an integration without a back end never uses.
    pub(super) fn compile(scope: &MethodScope<'_, 'd>, report: &mut Report) -> Self {
        let mut mappings = Self::default();
        let place = scope.integration_place().key("requestParameters");
        for (target, expression) in &scope.integration.request_parameters {
            let place = place.key(target);
            let Some(source) = report.keep(&place, scope.source(expression)) else { continue };
            let split = target.strip_prefix("integration.request.").and_then(|t| t.split_once('.'));
            match split {
                Some(("header", name)) if is_field_name(name.as_bytes()) => {
                    mappings.headers.push((name, source))
                }
                Some(("querystring", name)) if !name.is_empty() => {
                    mappings.query.push((name, source));
                }
                Some(("path", name)) if !name.is_empty() => mappings.path.push((name, source)),
                _ => report.refuse(&place, invalid_expression(target)),
            }
        }
        mappings
    }

    /// What the mappings read of the request's body.
    pub(super) fn body_use(&self) -> BodyUse {
        let all = self.headers.iter().chain(&self.query).chain(&self.path);
        all.map(|(_, source)| source.body_use()).max().unwrap_or_default()
    }

    /// The source of `integration.request.LOCATION.NAME`.
    pub(super) fn find(&self, target: &str) -> Option<&Source> {
        let (location, name) = target.strip_prefix("integration.request.")?.split_once('.')?;
        let entries = match location {
            "header" => &self.headers,
            "querystring" => &self.query,
            "path" => &self.path,
            _ => return None,
        };
        entries.iter().find(|(own, _)| *own == name).map(|(_, source)| source)
    }
}

/// Request templates.
pub(super) fn templates(
    scope: &MethodScope<'_, '_>,
    report: &mut Report,
) -> MediaTypes<RequestTemplate> {
    let place = scope.integration_place().key("requestTemplates");
    let compiled = scope.integration.request_templates.iter().filter_map(|(media_type, text)| {
        let text = text.as_deref().unwrap_or_default();
        let template = report.keep(&place.key(media_type), MappingTemplate::parse(text))?;
        let status = template.as_text().and_then(|text| mapping::mock_status(text.as_bytes()));
        Some((media_type.as_str().into(), RequestTemplate { template, mock_status: status }))
    });
    MediaTypes(compiled.collect())
}

/// What happens to a media type without a template.
pub(super) fn passthrough(scope: &MethodScope<'_, '_>) -> Passthrough {
    match scope.integration.passthrough_behavior {
        PassthroughBehavior::WhenNoMatch => Passthrough::Pass,
        PassthroughBehavior::WhenNoTemplates if scope.integration.request_templates.is_empty() => {
            Passthrough::Pass
        }
        PassthroughBehavior::WhenNoTemplates | PassthroughBehavior::Never => Passthrough::Refuse,
    }
}
