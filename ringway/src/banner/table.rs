//! The table of a stage's routes.

use std::fmt;

use ringway_core::definition::{Definitions, IntegrationType, Method as MethodDefinition};
use ringway_core::snapshot::{Integration, Method, Stage};

/// Routes listed; of the others only the number is said.
const ROWS_MAX: usize = 100;
/// Characters of a cell; a longer text is cut.
const CELL_CHARS_MAX: usize = 60;

const HEADINGS: [&str; 7] = ["VERB", "PATH", "INTEGRATION", "AUTH", "KEY", "CACHE", "THROTTLE"];

type Row = [String; HEADINGS.len()];

/// Writes the table, indented by two.
pub(super) fn write(
    f: &mut fmt::Formatter<'_>,
    stage: &Stage,
    definitions: &Definitions,
) -> fmt::Result {
    let methods = stage.methods.iter().take(ROWS_MAX);
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(methods.map(|method| row(method, definition(definitions, stage, method))));
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("  {cell:width$}"));
        writeln!(f, "{}", cells.collect::<String>().trim_end())?;
    }
    match stage.methods.len().saturating_sub(ROWS_MAX) {
        0 => Ok(()),
        more => writeln!(f, "  ... and {more} more routes"),
    }
}

fn row(method: &Method, definition: Option<&MethodDefinition>) -> Row {
    let none = || "-".to_owned();
    let authorization = definition.map(|method| method.authorization_type.as_str());
    [
        method.http_method.to_string(),
        cut(&method.resource_path),
        cut(&integration(method, definition)),
        authorization.filter(|kind| *kind != "NONE").map_or_else(none, str::to_owned),
        if method.api_key_required { "required".into() } else { none() },
        method.cache.as_ref().map_or_else(none, |cache| format!("{} s", cache.ttl_seconds)),
        method
            .throttle
            .map_or_else(none, |rate| format!("{}/s, burst {}", rate.rate_limit, rate.burst_limit)),
    ]
}

fn integration(method: &Method, definition: Option<&MethodDefinition>) -> String {
    let defined = definition.and_then(|method| method.integration.as_ref());
    let kind = match (&method.integration, defined.map(|d| d.integration_type)) {
        (Integration::Mock(_), _) => return "MOCK".into(),
        (Integration::Http(_), Some(IntegrationType::Http)) => "HTTP",
        (Integration::Http(_), Some(IntegrationType::Aws)) => "AWS",
        (Integration::Http(_), Some(IntegrationType::AwsProxy)) => "AWS_PROXY",
        (Integration::Http(_), Some(IntegrationType::HttpProxy | IntegrationType::Mock) | None) => {
            "HTTP_PROXY"
        }
    };
    match defined.and_then(|integration| integration.uri.as_deref()) {
        Some(uri) => format!("{kind} {}", short(uri)),
        None => kind.into(),
    }
}

/// Of an ARN the function, or the service and what is asked of it.
fn short(uri: &str) -> &str {
    let function = uri.split_once(":function:").and_then(|(_, rest)| rest.split('/').next());
    let service = || uri.strip_prefix("arn:aws:apigateway:")?.split_once(':').map(|(_, rest)| rest);
    function.or_else(service).unwrap_or(uri)
}

/// What the customer wrote of a compiled method.
fn definition<'d>(
    definitions: &'d Definitions,
    stage: &Stage,
    method: &Method,
) -> Option<&'d MethodDefinition> {
    let api = definitions.apis.iter().find(|api| *api.id == *stage.api_id)?;
    let deployed = api.stages.iter().find(|entry| *entry.stage.stage_name == *stage.name)?;
    let mut resources = deployed.deployment.copy()?.resources.iter();
    let resource = resources.find(|resource| *resource.path == *method.resource_path)?;
    resource.methods.get(&*method.http_method)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
