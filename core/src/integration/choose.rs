//! Which template, and which integration response.

use crate::error::{GatewayError, ResponseType};
use crate::pattern::Pattern;
use crate::snapshot::{MediaTypes, Passthrough, ResponseRule, ResponseSelector};
use crate::template::MappingTemplate;

/// Media type of bodies nobody described (aws-facts 130, 150, 183).
pub(super) const JSON: &str = "application/json";

impl<T> MediaTypes<T> {
    /// Media type and entry of a Content-Type, whose parameters and case do not matter.
    #[must_use]
    pub fn find(&self, content_type: &[u8]) -> Option<&(Box<str>, T)> {
        let end = content_type.iter().position(|&byte| byte == b';').unwrap_or(content_type.len());
        let wanted = content_type[..end].trim_ascii();
        self.0.iter().find(|(media_type, _)| media_type.as_bytes().eq_ignore_ascii_case(wanted))
    }
}

/// The request template for a Content-Type; a request without one counts as JSON. `Ok(None)`: the
/// body passes as it is (aws-facts 150).
///
/// # Errors
/// 415 when there is no template and bodies may not pass.
pub fn choose_template<'a, T>(
    templates: &'a MediaTypes<T>,
    passthrough: Passthrough,
    content_type: Option<&[u8]>,
) -> Result<Option<&'a T>, GatewayError> {
    match (templates.find(content_type.unwrap_or(JSON.as_bytes())), passthrough) {
        (Some((_, template)), _) => Ok(Some(template)),
        (None, Passthrough::Pass) => Ok(None),
        (None, Passthrough::Refuse) => Err(GatewayError::new(
            ResponseType::UnsupportedMediaType,
            "no request template for this Content-Type, and bodies may not pass",
        )),
    }
}

/// Compiles a selection pattern: Java's syntax, matching all of a text (aws-facts 180).
///
/// # Errors
/// One sentence.
pub fn selection_pattern(text: &str) -> Result<Pattern, String> {
    Pattern::java_whole(text, "")
        .map_err(|error| format!("invalid or unsupported selection pattern: {error}"))
}

/// Which integration response answers.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// None fits, and there is no default.
    pub rule: Option<&'a ResponseRule>,
    /// A pattern gave up after [`REGEX_BACKTRACK_STEPS_MAX`](crate::limits) steps, and counts as
    /// one that does not match.
    pub gave_up: bool,
}

/// The integration response for a text: the first whose pattern matches, else the one without a
/// pattern (aws-facts 180, 190). The text is a status code for HTTP and MOCK, the message of a
/// function's error for Lambda.
#[must_use]
pub fn select<'a>(selector: &'a ResponseSelector, text: &str) -> Selection<'a> {
    let mut gave_up = false;
    let matching = selector.patterns.iter().find(|(pattern, _)| {
        pattern.is_match(text).unwrap_or_else(|_| {
            gave_up = true;
            false
        })
    });
    let position = matching.map(|(_, position)| *position).or(selector.default);
    let rule = position.and_then(|position| selector.rules.get(usize::from(position)));
    Selection { rule, gave_up }
}

/// [`select`] by a status code.
#[must_use]
pub fn select_status(selector: &ResponseSelector, status: u16) -> Selection<'_> {
    let digits = [10_000, 1_000, 100, 10, 1].map(|place| b'0' + (status / place % 10) as u8);
    let start = digits.iter().position(|&digit| digit != b'0').unwrap_or(4);
    select(selector, std::str::from_utf8(&digits[start..]).unwrap_or_default())
}

/// What the client of a mapped integration gets as a body.
#[derive(Debug, Clone, Copy)]
pub struct ResponseBody<'a> {
    /// `Content-Type`, unless a header is mapped to it.
    pub content_type: &'a str,
    /// What makes it; `None`: the back end's body, unchanged.
    pub template: Option<&'a MappingTemplate>,
}

/// Chooses the response template by the back end's Content-Type, else JSON's, else the first; with
/// none at all the body passes (aws-facts 183).
#[must_use]
pub fn response_body<'a>(rule: &'a ResponseRule, content_type: Option<&[u8]>) -> ResponseBody<'a> {
    let templates = &rule.templates;
    let chosen = content_type
        .and_then(|content_type| templates.find(content_type))
        .or_else(|| templates.find(JSON.as_bytes()))
        .or_else(|| templates.0.first());
    match chosen {
        Some((media_type, template)) => {
            ResponseBody { content_type: media_type, template: Some(template) }
        }
        None => ResponseBody { content_type: JSON, template: None },
    }
}
