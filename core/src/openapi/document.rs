//! Text to value tree: JSON or YAML, told apart by content, within bounds of size, depth and
//! expansion. Knows nothing of OpenAPI; settings files come through here too.

use serde_json::Value;
use serde_saphyr::budget::BudgetBreach;

use super::error::ImportError;
use super::json::{self, Position};
use crate::limits::{
    DEFINITION_BYTES_MAX, DEFINITION_DEPTH_MAX, DEFINITION_EXPANDED_BYTES_MAX,
    DEFINITION_NODES_MAX, SETTINGS_BYTES_MAX, SETTINGS_NODES_MAX,
};

/// How large a text may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    bytes: usize,
    nodes: usize,
    expanded_bytes: usize,
}

impl Bounds {
    /// Of an OpenAPI document, which may come from anyone.
    pub(crate) const DEFINITION: Self = Self {
        bytes: DEFINITION_BYTES_MAX,
        nodes: DEFINITION_NODES_MAX,
        expanded_bytes: DEFINITION_EXPANDED_BYTES_MAX,
    };
    /// Of a settings file, which the operator wrote and which lists API keys.
    pub(crate) const SETTINGS: Self = Self {
        bytes: SETTINGS_BYTES_MAX,
        nodes: SETTINGS_NODES_MAX,
        expanded_bytes: 2 * SETTINGS_BYTES_MAX,
    };
}

/// A parsed document.
pub(crate) struct Document {
    /// The tree.
    pub(crate) root: Value,
    /// Keys that occur twice in one object of a JSON text; the last value counts, as for AWS.
    pub(crate) duplicates: Vec<(Position, String)>,
}

/// Parses JSON (the text starts with `{` or `[`) or YAML.
pub(crate) fn parse(text: &[u8], bounds: Bounds) -> Result<Document, ImportError> {
    let text = utf8(text, bounds)?;
    if is_json(text) { parse_json(text, bounds) } else { parse_yaml(text, bounds) }
}

/// The text without a byte order mark, when it is UTF-8 and not too large.
fn utf8(text: &[u8], bounds: Bounds) -> Result<&str, ImportError> {
    if text.len() > bounds.bytes {
        let message =
            format!("the document has {} bytes, at most {} are", text.len(), bounds.bytes);
        return Err(ImportError::document(message + " accepted", None));
    }
    let text = std::str::from_utf8(text).map_err(|e| {
        let message = format!("the document is not UTF-8 (byte {})", e.valid_up_to());
        ImportError::document(message, None)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// A YAML document may be a flow mapping too; like AWS we take a leading brace for JSON.
pub(crate) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn parse_json(text: &str, bounds: Bounds) -> Result<Document, ImportError> {
    // simd-json descends recursively into a value tree: depth must be known before.
    let scan = json::scan(text.as_bytes(), DEFINITION_DEPTH_MAX, bounds.nodes)
        .map_err(|e| ImportError::document(e.message, Some(e.at)))?;
    let mut bytes = text.as_bytes().to_vec();
    let root = simd_json::serde::from_slice::<Value>(&mut bytes)
        .map_err(|e| explain(text, &e.to_string(), e.index()))?;
    Ok(Document { root, duplicates: scan.duplicates })
}

/// The JSON object that a member of a document, or of a request, holds as text; shallow enough to
/// stand in a document itself.
pub(super) fn embedded(text: &str) -> Option<Value> {
    const LEVELS_ABOVE: usize = 8;
    let nodes = Bounds::DEFINITION.nodes;
    json::scan(text.as_bytes(), DEFINITION_DEPTH_MAX - LEVELS_ABOVE, nodes).ok()?;
    serde_json::from_str(text).ok().filter(Value::is_object)
}

/// What the YAML parser found, without the places it repeats; bounds in our own words.
fn yaml_message(error: &serde_saphyr::Error, bounds: Bounds) -> String {
    use serde_saphyr::Error;
    match error {
        Error::AliasError { error, .. } => yaml_message(error, bounds),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            format!("nested deeper than {DEFINITION_DEPTH_MAX} levels")
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => {
            let nodes = bounds.nodes;
            format!("more than {nodes} values, or too much text, once aliases expand")
        }
        other => {
            let message = other.to_string();
            let line = message.lines().next().unwrap_or_default();
            let (what, _) = line.split_once(" at line ").unwrap_or((line, ""));
            format!("not YAML: {what}")
        }
    }
}

/// simd-json is quick and terse; the slow parser says what it expected and where.
fn explain(text: &str, quick: &str, offset: usize) -> ImportError {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Err(e) => {
            let message = e.to_string();
            let message = message.rsplit_once(" at line ").map_or(&*message, |(text, _)| text);
            // Its columns count bytes, and a line end has column 0.
            let lines = text.split_inclusive('\n').take(e.line().saturating_sub(1));
            let start: usize = lines.map(str::len).sum();
            let at = json::position(text.as_bytes(), start + e.column().saturating_sub(1));
            ImportError::document(format!("not JSON: {message}"), Some(at))
        }
        Ok(_) => {
            let at = json::position(text.as_bytes(), offset);
            ImportError::document(format!("not JSON: {quick}"), Some(at))
        }
    }
}

fn parse_yaml(text: &str, bounds: Bounds) -> Result<Document, ImportError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEFINITION_DEPTH_MAX,
            flow_nesting_limit: DEFINITION_DEPTH_MAX,
            max_documents: 1,
            max_nodes: bounds.nodes,
            max_events: 4 * bounds.nodes,
            max_total_scalar_bytes: bounds.expanded_bytes,
            max_recorded_anchor_events: bounds.nodes,
            max_recorded_anchor_bytes: bounds.expanded_bytes,
            max_total_comment_bytes: bounds.bytes,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: bounds.nodes / 4,
        },
        strict_booleans: true,
        emit_comments: false,
        with_snippet: false,
    };
    let root: Value = serde_saphyr::from_str_with_options(text, options).map_err(|e| {
        let at = e.location().map(|l| (l.line() as u32, l.column() as u32));
        ImportError::document(yaml_message(e.without_snippet(), bounds), at)
    })?;
    Ok(Document { root, duplicates: Vec::new() })
}
