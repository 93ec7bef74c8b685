//! Integration responses: which one answers, and what it makes of the back end's answer.

use super::payload;
use super::report::{Place, Report};
use super::scope::{MethodScope, Scope, invalid_expression};
use crate::definition::IntegrationResponse;
use crate::http::syntax::is_field_name;
use crate::http::{FieldName, rules};
use crate::mapping::{BodyUse, ResponseSource};
use crate::snapshot::{MediaTypes, ResponseRule, ResponseSelector};
use crate::template::MappingTemplate;

/// Compiles the integration responses of a method; `None` when one is refused.
///
/// Patterns are tried in the definition's order; of several responses without a pattern the first
/// is the default.
pub(super) fn selector(
    scope: &MethodScope<'_, '_>,
    report: &mut Report,
) -> Option<ResponseSelector> {
    let mut patterns = Vec::new();
    let mut default = None;
    let mut rules = Vec::new();
    let all = scope.integration_place().key("responses");
    for (key, response) in &scope.integration.integration_responses {
        let ix = rules.len() as u16;
        let pattern = response.selection_pattern.as_deref().filter(|pattern| !pattern.is_empty());
        let place = all.key(pattern.unwrap_or("default"));
        match pattern.map(|pattern| scope.stage.shared.pattern(pattern)) {
            None => default = default.or(Some(ix)),
            Some(pattern) => patterns.push((report.keep(&place, pattern)?, ix)),
        }
        rules.push(rule(scope, key, response, &place, report)?);
    }
    Some(ResponseSelector { patterns: patterns.into(), default, rules: rules.into() })
}

fn rule(
    scope: &MethodScope<'_, '_>,
    key: &str,
    response: &IntegrationResponse,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<ResponseRule> {
    let status = if response.status_code.is_empty() { key } else { response.status_code.as_str() };
    let status = report.keep(&place.key("statusCode"), status_code(status));
    let headers = place.key("responseParameters");
    let headers = response.response_parameters.iter().filter_map(|(target, expression)| {
        header(scope.stage, target, expression, &headers.key(target), report)
    });
    let headers = headers.collect::<Box<[_]>>();
    let templates = place.key("responseTemplates");
    let templates = response.response_templates.iter().filter_map(|(media_type, text)| {
        let text = text.as_deref().unwrap_or_default();
        let template = report.keep(&templates.key(media_type), MappingTemplate::parse(text))?;
        Some((media_type.as_str().into(), template))
    });
    let templates = MediaTypes(templates.collect());
    Some(ResponseRule {
        body_use: body_use(&headers),
        headers,
        templates,
        content_handling: payload::handling(scope, response.content_handling),
        status: status?,
    })
}

/// What the headers read of the back end's body.
fn body_use(headers: &[(Box<str>, FieldName, ResponseSource)]) -> BodyUse {
    headers.iter().map(|(.., source)| source.body_use()).max().unwrap_or_default()
}

/// `100` to `599`; AWS's pattern for status codes.
pub(super) fn status_code(text: &str) -> Result<u16, String> {
    let valid = matches!(text.as_bytes(), [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9']);
    valid.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        format!(
            "Value '{text}' at 'statusCode' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [1-5]\\d\\d"
        )
    })
}

/// A mapped header; `None` for one AWS drops.
fn header(
    scope: &Scope<'_>,
    target: &str,
    expression: &str,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<(Box<str>, FieldName, ResponseSource)> {
    let source = report.keep(place, scope.response_source(expression));
    let (name, field) = report.keep(place, client_header("method.response.header.", target))??;
    Some((name, field, source?))
}

/// Name of the header a target sets, after AWS's remapping; `None` when AWS drops it (aws-facts
/// 136, 139).
pub(super) fn client_header(
    prefix: &str,
    target: &str,
) -> Result<Option<(Box<str>, FieldName)>, String> {
    let name = target.strip_prefix(prefix).filter(|name| is_field_name(name.as_bytes()));
    let name = name.ok_or_else(|| invalid_expression(target))?;
    let field = FieldName::of(name.as_bytes());
    Ok(match rules::mapped_response(field) {
        rules::ResponseField::Keep => Some((name.into(), field)),
        rules::ResponseField::Remap => {
            let name = format!("{}{name}", rules::REMAPPED_PREFIX);
            let field = FieldName::of(name.as_bytes());
            Some((name.into(), field))
        }
        rules::ResponseField::Drop => None,
    })
}
