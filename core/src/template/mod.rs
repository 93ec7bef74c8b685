//! Mapping templates: Velocity with `$input`, `$context`, `$stageVariables` and `$util`, and with
//! `$ringway`, which AWS has not.
//!
//! Compiled with their snapshot, rendered for a request. The language itself is `ringway-vtl`'s;
//! which template is chosen, and what becomes of its text, is not known here. Reference:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>.

mod environment;
mod extension;
mod functions;
mod given;
mod input;
mod overrides;
#[cfg(test)]
mod tests;
mod variables;

pub use ringway_vtl::RenderError;
use ringway_vtl::{Limits, Options, Template, Undefined};

use crate::context::Context;
use crate::error::{Cause, GatewayError, ResponseType};
use crate::limits::TEMPLATE_BYTES_MAX;
use crate::mapping::json_path::JsonPath;
use crate::mapping::{Body, BodyUse, is_static_template};

use environment::{Environment, Facts};
pub use given::Given;
pub use overrides::{OverrideHeaders, Overrides, RequestOverrides};
use variables::Named;

/// A mapping template, compiled.
#[derive(Debug)]
pub enum MappingTemplate {
    /// Means itself.
    Text(Box<str>),
    /// Has to be rendered.
    Velocity(Box<Velocity>),
}

/// A template of the language, and what was found out about it.
#[derive(Debug)]
pub struct Velocity {
    template: Template,
    /// The paths that stand in its text, sorted.
    paths: Box<[(Box<str>, JsonPath)]>,
    /// What it looks at of `$context`.
    context: Named,
    body: BodyUse,
}

impl MappingTemplate {
    /// Compiles a text.
    ///
    /// # Errors
    /// One sentence: it is too long, or no template; then with line and column.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(format!("A mapping template has at most {TEMPLATE_BYTES_MAX} bytes"));
        }
        if is_static_template(text) {
            return Ok(Self::Text(text.into()));
        }
        let template = Template::parse(text)
            .map_err(|error| format!("Invalid mapping template specified: {error}"))?;
        let context = Named::of(&template);
        let velocity = Velocity { template, paths: paths(text), context, body: body_use(text) };
        Ok(Self::Velocity(Box::new(velocity)))
    }

    /// The text of a template that means itself.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Velocity(_) => None,
        }
    }

    /// What it reads of the body before it.
    #[must_use]
    pub const fn body_use(&self) -> BodyUse {
        match self {
            Self::Text(_) => BodyUse::None,
            Self::Velocity(velocity) => velocity.body,
        }
    }

    /// Appends the rendered text. `ctx.body` is the body before the template, read as
    /// [`Self::body_use`] says; `overrides` what templates of this request have set so far.
    ///
    /// # Errors
    /// 500; the cause names line, column, reference and type.
    pub fn render(
        &self,
        ctx: &Context<'_>,
        overrides: &Overrides,
        out: &mut String,
    ) -> Result<(), GatewayError> {
        self.write(ctx.body, Facts::Request(ctx), overrides, out).map_err(|error| {
            let mut failure = GatewayError::new(ResponseType::ApiConfigurationError, "");
            failure.cause = Cause(format!("a mapping template failed: {error}").into());
            failure
        })
    }

    /// Appends the text rendered without a request.
    ///
    /// # Errors
    /// Why, and where in the template.
    pub fn render_given(
        &self,
        body: &str,
        given: &Given<'_>,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let body = Body::new(body, self.body_use());
        self.write(Some(&body), Facts::Given(given), &Overrides::default(), out)
    }

    fn write(
        &self,
        body: Option<&Body<'_>>,
        facts: Facts<'_>,
        overrides: &Overrides,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let velocity = match self {
            Self::Text(text) => {
                out.push_str(text);
                return Ok(());
            }
            Self::Velocity(velocity) => velocity,
        };
        let bytes = body.map_or(0, |body| body.text().len());
        let options = Options { limits: Limits::for_input(bytes), undefined: Undefined::Nothing };
        let mut environment = Environment::new(velocity, body, facts, overrides);
        velocity.template.render(&mut environment, &options, out)
    }
}

/// Whether the template may read the body. What cannot be told counts as read.
fn body_use(text: &str) -> BodyUse {
    const NAME: &str = "input";
    if text.contains("evaluate") {
        return BodyUse::Json;
    }
    let uses = text.match_indices(NAME).map(|(at, _)| {
        let rest = text[at + NAME.len()..].trim_start_matches('}');
        if !text[..at].ends_with(['$', '!', '{']) || rest.starts_with(".params") {
            BodyUse::None
        } else if rest.starts_with(".body") {
            BodyUse::Text
        } else {
            BodyUse::Json
        }
    });
    uses.max().unwrap_or_default()
}

/// The paths that are written in the template, compiled. What is no path fails when it is used.
fn paths(text: &str) -> Box<[(Box<str>, JsonPath)]> {
    let mut paths = Vec::new();
    for call in [".json(", ".path("] {
        for (at, _) in text.match_indices(call) {
            let argument = text[at + call.len()..].trim_start();
            let Some(quote) = argument.chars().next().filter(|char| matches!(char, '\'' | '"'))
            else {
                continue;
            };
            let Some((path, _)) = argument[1..].split_once(quote) else { continue };
            if let Ok(compiled) = JsonPath::compile(path) {
                paths.push((Box::from(path), compiled));
            }
        }
    }
    paths.sort_by(|(a, _), (b, _): &(Box<str>, JsonPath)| a.cmp(b));
    paths.dedup_by(|(a, _), (b, _)| a == b);
    paths.into()
}
