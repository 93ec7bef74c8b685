//! Sources of response-side values: HTTP and MOCK integration responses.

use super::{BodySource, BodyUse, Shared, UnsafeValue, invalid, joined, shared};
use crate::context::{Context, Variable};
use crate::http::{ResponseHead, syntax};

/// Source of a response-side value (HTTP and MOCK integration responses).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseSource {
    /// `'text'`, and stage variables.
    Literal(Box<[u8]>),
    /// `integration.response.header.NAME`: the last value; names are case-sensitive (aws-facts
    /// 161).
    Header(Box<str>),
    /// `integration.response.multivalueheader.NAME`: all values, joined by `,`.
    MultiValueHeader(Box<str>),
    /// `integration.response.body`, whole or a JSONPath into it.
    Body(BodySource),
    /// `context.NAME`.
    Context(Variable),
    /// Never defined.
    Undefined,
}

impl ResponseSource {
    /// Reads an expression; `variables` are those of the stage, by name.
    ///
    /// # Errors
    /// One sentence: no expression, or no such variable.
    pub fn parse(expression: &str, variables: &[(Box<str>, Box<str>)]) -> Result<Self, String> {
        match shared(expression, variables)? {
            Some(Shared::Literal(text)) => return Ok(Self::Literal(text)),
            Some(Shared::Context(variable)) => return Ok(Self::Context(variable)),
            Some(Shared::Undefined) => return Ok(Self::Undefined),
            None => {}
        }
        let parameter =
            expression.strip_prefix("integration.response.").ok_or_else(|| invalid(expression))?;
        if let Some(source) = BodySource::parse(parameter) {
            return source.map(Self::Body);
        }
        let (location, name) = parameter.split_once('.').unwrap_or((parameter, ""));
        match location {
            _ if !syntax::is_field_name(name.as_bytes()) => Err(invalid(expression)),
            "header" => Ok(Self::Header(name.into())),
            "multivalueheader" => Ok(Self::MultiValueHeader(name.into())),
            _ => Err(invalid(expression)),
        }
    }

    /// What it reads of the back end's body.
    #[must_use]
    pub const fn body_use(&self) -> BodyUse {
        match self {
            Self::Body(_) => BodyUse::Json,
            Self::Literal(_)
            | Self::Header(_)
            | Self::MultiValueHeader(_)
            | Self::Context(_)
            | Self::Undefined => BodyUse::None,
        }
    }

    /// Appends the value as a header has it; `Ok(false)`: undefined, and nothing was written.
    /// Without a back end (MOCK) its headers are undefined.
    pub(crate) fn write_field_value(
        &self,
        ctx: &Context<'_>,
        upstream: Option<&ResponseHead<'_>>,
        out: &mut Vec<u8>,
    ) -> Result<bool, UnsafeValue> {
        let start = out.len();
        let text = match self {
            Self::Literal(text) => Some(&**text),
            Self::Header(name) => upstream.and_then(|head| values(head, name).next_back()),
            Self::MultiValueHeader(name) => {
                return Ok(upstream.is_some_and(|head| joined(values(head, name), out)));
            }
            Self::Body(source) => return safe(source.write(ctx.body, out), &out[start..]),
            Self::Context(variable) => return safe(variable.write(ctx, out), &out[start..]),
            Self::Undefined => None,
        };
        out.extend_from_slice(text.unwrap_or_default());
        Ok(text.is_some())
    }
}

/// Whether a value was written that may stand in a line.
fn safe(defined: bool, written: &[u8]) -> Result<bool, UnsafeValue> {
    if syntax::is_field_value(written) { Ok(defined) } else { Err(UnsafeValue) }
}

/// Values of a header spelled exactly like this.
fn values<'a>(head: &ResponseHead<'a>, name: &str) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    head.fields().filter(move |line| line.text() == name.as_bytes()).map(|line| line.value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::fixture::Fixture;
    use crate::error::{GatewayError, ResponseType};
    use crate::http::{Fields, parse_response};

    fn source(expression: &str) -> Result<ResponseSource, String> {
        ResponseSource::parse(expression, &[("v".into(), "stage text".into())])
    }

    fn value(expression: &str, upstream: Option<&ResponseHead<'_>>) -> Option<String> {
        let source = source(expression).expect(expression);
        Fixture::new("GET /dev/pets/7 HTTP/1.1\r\nHost: h\r\n\r\n").with(|ctx| {
            let mut out = Vec::new();
            let defined = source.write_field_value(ctx, upstream, &mut out).expect("safe");
            assert!(defined || out.is_empty());
            defined.then(|| String::from_utf8(out).expect("UTF-8"))
        })
    }

    #[test]
    fn values_with_and_without_a_back_end() {
        let bytes = b"HTTP/1.1 200 OK\r\nTest: 1\r\nX: a\r\nX: b\r\nx: c\r\n\r\n";
        let mut fields = Fields::new();
        let (parsed, _) = parse_response(bytes, &mut fields, false).expect("ok").expect("head");
        let head = parsed.view(bytes, &fields);
        let check = |expression: &str, with: Option<&str>, without: Option<&str>| {
            assert_eq!(value(expression, Some(&head)).as_deref(), with, "{expression}");
            assert_eq!(value(expression, None).as_deref(), without, "{expression}");
        };
        check("'*'", Some("*"), Some("*"));
        check("integration.response.header.Test", Some("1"), None);
        check("integration.response.header.test", None, None);
        check("integration.response.header.X", Some("b"), None);
        check("integration.response.multivalueheader.X", Some("a,b"), None);
        check("integration.response.multivalueheader.none", None, None);
        check("context.stage", Some("dev"), Some("dev"));
        check("context.identity.user", None, None);
        check("stageVariables.v", Some("stage text"), Some("stage text"));
        check("stageVariables.none", None, None);
    }

    #[test]
    fn refused() {
        for expression in [
            "",
            "*",
            "'a\nb'",
            "header.x",
            "context",
            "context.nope",
            "integration.response",
            "integration.response.header",
            "integration.response.header.a:b",
            "integration.response.context.stage",
            "method.request.header.a",
        ] {
            assert!(source(expression).is_err(), "{expression}");
        }
        assert!(source("integration.response.body.a[?(").is_err());
    }

    #[test]
    fn unsafe_values() {
        let error = GatewayError::new(ResponseType::AccessDenied, "test").message("a\r\nb");
        Fixture::new("").with(|ctx| {
            let ctx = Context { error: Some(&error), ..*ctx };
            let source = source("context.error.message").expect("source");
            assert_eq!(source.write_field_value(&ctx, None, &mut Vec::new()), Err(UnsafeValue));
        });
    }
}
