//! Sources of request-side values: integration requests, cache keys, headers of gateway responses.

use super::percent::{Escapes, Part, decoded, encode};
use super::{BodySource, BodyUse, Shared, invalid, joined, query, shared};
use crate::context::{Context, Variable};
use crate::http::{FieldName, syntax};

/// Source of a request-side value. Stage variables are literals: a snapshot has one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `'text'`, and stage variables.
    Literal(Box<[u8]>),
    /// `method.request.header.NAME`: the last value.
    Header(FieldName, Box<str>),
    /// `method.request.multivalueheader.NAME`: all values, joined by `,`.
    MultiValueHeader(FieldName, Box<str>),
    /// `method.request.querystring.NAME`: the last value.
    QueryString(Box<str>),
    /// `method.request.multivaluequerystring.NAME`: all values, joined by `,` but in a query.
    MultiValueQueryString(Box<str>),
    /// `method.request.path.NAME`: position among the method's path parameters; as sent.
    Path(u8),
    /// `method.request.path.NAME` where no one method is meant; as sent.
    PathOfAnyMethod(Box<str>),
    /// `method.request.body`, whole or a JSONPath into it.
    Body(BodySource),
    /// `context.NAME`.
    Context(Variable),
    /// Never defined, e.g. an undefined stage variable.
    Undefined,
}

/// A value that would end the line it stands in, or hide in it: CR, LF, NUL or another control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnsafeValue;

impl Source {
    /// Reads an expression. `path_parameters` are the method's, in the order of its path;
    /// `variables` those of the stage, by name.
    ///
    /// # Errors
    /// One sentence: no expression, or no such path parameter or variable.
    pub fn parse(
        expression: &str,
        path_parameters: &[Box<str>],
        variables: &[(Box<str>, Box<str>)],
    ) -> Result<Self, String> {
        Self::read(expression, variables, |name| {
            let at = path_parameters.iter().position(|known| **known == *name);
            at.and_then(|at| u8::try_from(at).ok()).map(Self::Path)
        })
    }

    /// Like [`Self::parse`] for what belongs to an API and not to one method: gateway responses.
    /// A path parameter is undefined on methods that have none of its name; the body may be gone.
    ///
    /// # Errors
    /// As [`Self::parse`], and a mapping from `method.request.body`.
    pub fn parse_for_api(
        expression: &str,
        variables: &[(Box<str>, Box<str>)],
    ) -> Result<Self, String> {
        let path = |name: &str| Some(Self::PathOfAnyMethod(name.into()));
        match Self::read(expression, variables, path)? {
            Self::Body(_) => {
                Err("mapping from method.request.body is not supported here".to_owned())
            }
            source => Ok(source),
        }
    }

    fn read(
        expression: &str,
        variables: &[(Box<str>, Box<str>)],
        path: impl Fn(&str) -> Option<Self>,
    ) -> Result<Self, String> {
        match shared(expression, variables)? {
            Some(Shared::Literal(text)) => return Ok(Self::Literal(text)),
            Some(Shared::Context(variable)) => return Ok(Self::Context(variable)),
            Some(Shared::Undefined) => return Ok(Self::Undefined),
            None => {}
        }
        let parameter =
            expression.strip_prefix("method.request.").ok_or_else(|| invalid(expression))?;
        if let Some(source) = BodySource::parse(parameter) {
            return source.map(Self::Body);
        }
        let (location, name) = parameter.split_once('.').ok_or_else(|| invalid(expression))?;
        if name.is_empty() {
            return Err(invalid(expression));
        }
        let field = FieldName::of(name.as_bytes());
        match location {
            "header" | "multivalueheader" if !syntax::is_field_name(name.as_bytes()) => None,
            "header" => Some(Self::Header(field, name.into())),
            "multivalueheader" => Some(Self::MultiValueHeader(field, name.into())),
            "querystring" => Some(Self::QueryString(name.into())),
            "multivaluequerystring" => Some(Self::MultiValueQueryString(name.into())),
            "path" => path(name),
            _ => None,
        }
        .ok_or_else(|| invalid(expression))
    }

    /// Appends the value as text: what a query says is decoded, a path parameter stays as sent.
    /// `false`: undefined, and nothing was written.
    pub fn write(&self, ctx: &Context<'_>, out: &mut Vec<u8>) -> bool {
        let head = ctx.request.head;
        let text = match self {
            Self::Literal(text) => Some(&**text),
            Self::Header(FieldName::Other, name) => head.and_then(|head| head.custom(name)),
            Self::Header(field, _) => head.and_then(|head| head.field(*field)),
            Self::MultiValueHeader(..) => return joined(self.values(ctx), out),
            Self::QueryString(_) => {
                let Some(value) = self.values(ctx).next_back() else { return false };
                out.extend(decoded(value));
                return true;
            }
            Self::MultiValueQueryString(_) => return self.write_decoded_list(ctx, out),
            Self::Path(position) => path_parameter(ctx, usize::from(*position)),
            Self::PathOfAnyMethod(name) => path_parameter_named(ctx, name),
            Self::Body(source) => return source.write(ctx.body, out),
            Self::Context(variable) => return variable.write(ctx, out),
            Self::Undefined => None,
        };
        out.extend_from_slice(text.unwrap_or_default());
        text.is_some()
    }

    /// What it reads of the request's body.
    #[must_use]
    pub const fn body_use(&self) -> BodyUse {
        match self {
            Self::Body(_) => BodyUse::Json,
            Self::Literal(_)
            | Self::Header(..)
            | Self::MultiValueHeader(..)
            | Self::QueryString(_)
            | Self::MultiValueQueryString(_)
            | Self::Path(_)
            | Self::PathOfAnyMethod(_)
            | Self::Context(_)
            | Self::Undefined => BodyUse::None,
        }
    }

    /// Appends the value as a header has it; `Ok(false)`: undefined.
    pub(crate) fn write_field_value(
        &self,
        ctx: &Context<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, UnsafeValue> {
        let start = out.len();
        let defined = self.write(ctx, out);
        if syntax::is_field_value(&out[start..]) { Ok(defined) } else { Err(UnsafeValue) }
    }

    /// Appends the value for a path. What was a path already stays as sent, slashes of a greedy
    /// parameter included; anything else is encoded into one segment, so that no client leaves
    /// the path of the integration through a header or a query.
    pub(crate) fn write_path_text(&self, ctx: &Context<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let defined = self.write(ctx, out);
        if !self.is_path() {
            encode(out, start, Part::Segment, Escapes::Text);
        }
        defined
    }

    /// Appends the value for a query, encoded.
    pub(crate) fn write_query_text(&self, ctx: &Context<'_>, out: &mut Vec<u8>) -> bool {
        if let Self::QueryString(_) = self {
            return self
                .values(ctx)
                .next_back()
                .map(|value| out.extend_from_slice(value))
                .is_some();
        }
        let start = out.len();
        let defined = self.write(ctx, out);
        let escapes = if self.is_path() { Escapes::Kept } else { Escapes::Text };
        encode(out, start, Part::Query, escapes);
        defined
    }

    /// Appends a query parameter for each value: what `open` writes, then the value. A source that
    /// has one value gives one parameter.
    pub(crate) fn write_query_parameters(
        &self,
        ctx: &Context<'_>,
        out: &mut Vec<u8>,
        open: impl Fn(&mut Vec<u8>),
    ) -> bool {
        let start = out.len();
        match self {
            Self::MultiValueHeader(..) | Self::MultiValueQueryString(_) => {
                for value in self.values(ctx) {
                    open(out);
                    let value_start = out.len();
                    out.extend_from_slice(value);
                    if let Self::MultiValueHeader(..) = self {
                        encode(out, value_start, Part::Query, Escapes::Text);
                    }
                }
                out.len() > start
            }
            _ => {
                open(out);
                let defined = self.write_query_text(ctx, out);
                if !defined {
                    out.truncate(start);
                }
                defined
            }
        }
    }

    /// All values of a header or query source as sent, whether it takes the last or all of them;
    /// none for the other sources.
    pub(crate) fn values<'s, 'a>(
        &'s self,
        ctx: &Context<'a>,
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'s, 'a> {
        let (header, parameter) = match self {
            Self::Header(_, name) | Self::MultiValueHeader(_, name) => (Some(&**name), None),
            Self::QueryString(name) | Self::MultiValueQueryString(name) => (None, Some(&**name)),
            _ => (None, None),
        };
        let head = ctx.request.head;
        let fields = header.zip(head).into_iter().flat_map(|(name, head)| head.values(name));
        let query = head.and_then(|head| head.query());
        let pairs = parameter.zip(query).into_iter();
        fields.chain(pairs.flat_map(|(name, query)| query::values(query, name)))
    }

    fn write_decoded_list(&self, ctx: &Context<'_>, out: &mut Vec<u8>) -> bool {
        let mut any = false;
        for value in self.values(ctx) {
            if any {
                out.push(b',');
            }
            out.extend(decoded(value));
            any = true;
        }
        any
    }

    const fn is_path(&self) -> bool {
        matches!(self, Self::Path(_) | Self::PathOfAnyMethod(_))
    }
}

fn path_parameter<'a>(ctx: &Context<'a>, position: usize) -> Option<&'a [u8]> {
    ctx.request.path_parameters.get(position).copied()
}

fn path_parameter_named<'a>(ctx: &Context<'a>, name: &str) -> Option<&'a [u8]> {
    let position = ctx.method?.path_parameters.iter().position(|known| **known == *name)?;
    path_parameter(ctx, position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::fixture::Fixture;

    const REQUEST: &str = "GET /dev/pets/a%2Fb;c&d?x=1&y=a+b%26&x=2%0d%0aX:1&e=&%7a=9 HTTP/1.1\r\n\
        Host: h\r\nAccept: a\r\nX-Tag: one\r\nx-tag: t/w o\r\n\r\n";

    fn source(expression: &str) -> Result<Source, String> {
        let variables = [("v".into(), "stage text".into())];
        Source::parse(expression, &["petId".into()], &variables)
    }

    type Write = fn(&Source, &Context<'_>, &mut Vec<u8>) -> bool;

    #[track_caller]
    fn check(write: Write, expression: &str, expect: Option<&str>) {
        let source = source(expression).expect(expression);
        let value = Fixture::new(REQUEST).with(|ctx| {
            let mut out = Vec::new();
            let defined = write(&source, ctx, &mut out);
            assert!(defined || out.is_empty());
            defined.then(|| String::from_utf8_lossy(&out).into_owned())
        });
        assert_eq!(value.as_deref(), expect, "{expression}");
    }

    #[test]
    fn text() {
        let check = |expression, expect| check(Source::write, expression, expect);
        check("'it''s'", Some("it''s"));
        check("''", Some(""));
        check("method.request.header.ACCEPT", Some("a"));
        check("method.request.header.x-tag", Some("t/w o"));
        check("method.request.header.x-none", None);
        check("method.request.multivalueheader.x-tag", Some("one,t/w o"));
        check("method.request.multivalueheader.x-none", None);
        check("method.request.querystring.x", Some("2\r\nX:1"));
        check("method.request.querystring.y", Some("a b&"));
        check("method.request.querystring.z", Some("9"));
        check("method.request.querystring.e", Some(""));
        check("method.request.querystring.X", None);
        check("method.request.multivaluequerystring.x", Some("1,2\r\nX:1"));
        check("method.request.multivaluequerystring.none", None);
        check("method.request.path.petId", Some("a%2Fb;c&d"));
        check("context.resourceId", Some("res1"));
        check("context.identity.user", None);
        check("stageVariables.v", Some("stage text"));
        check("stageVariables.none", None);
    }

    #[test]
    fn in_a_path() {
        let check = |expression, expect| check(Source::write_path_text, expression, expect);
        check("method.request.path.petId", Some("a%2Fb;c&d"));
        check("method.request.header.x-tag", Some("t%2Fw%20o"));
        check("method.request.querystring.x", Some("2%0D%0AX:1"));
        check("'../x?y#z%2e'", Some("..%2Fx%3Fy%23z%252e"));
        check("method.request.header.x-none", None);
    }

    #[test]
    fn in_a_query() {
        let check = |expression, expect| check(Source::write_query_text, expression, expect);
        check("method.request.path.petId", Some("a%2Fb%3Bc%26d"));
        check("method.request.header.x-tag", Some("t/w%20o"));
        check("method.request.querystring.x", Some("2%0d%0aX:1"));
        check("method.request.querystring.y", Some("a+b%26"));
        check("method.request.querystring.none", None);
        check("'a&b=c'", Some("a%26b%3Dc"));
    }

    #[test]
    fn as_query_parameters() {
        let write: Write = |source, ctx, out| {
            source.write_query_parameters(ctx, out, |out| out.extend_from_slice(b"&n="))
        };
        let check = |expression, expect| check(write, expression, expect);
        check("method.request.multivaluequerystring.x", Some("&n=1&n=2%0d%0aX:1"));
        check("method.request.multivalueheader.x-tag", Some("&n=one&n=t/w%20o"));
        check("method.request.querystring.e", Some("&n="));
        check("method.request.querystring.none", None);
        check("method.request.multivaluequerystring.none", None);
    }

    #[test]
    fn refused() {
        for expression in [
            "",
            "'open",
            "'",
            "text",
            "$context.stage",
            "context.nope",
            "method.request",
            "method.request.header",
            "method.request.header.",
            "method.request.header.a b",
            "method.request.cookie.a",
            "method.request.path.other",
            "integration.response.header.a",
            "'a\r\nX: b'",
            "'a\0'",
        ] {
            assert!(source(expression).is_err(), "{expression}");
        }
        assert!(source("method.request.body.a[?(").is_err());
        let body = Source::parse_for_api("method.request.body.a", &[]).expect_err("body");
        assert!(body.contains("not supported here"), "{body}");
    }

    #[test]
    fn path_parameters_of_any_method() {
        let source = Source::parse_for_api("method.request.path.petId", &[]).expect("source");
        let other = Source::parse_for_api("method.request.path.other", &[]).expect("source");
        Fixture::new(REQUEST).with(|ctx| {
            let mut out = Vec::new();
            assert!(!other.write(ctx, &mut out));
            assert!(source.write(ctx, &mut out));
            assert_eq!(out, b"a%2Fb;c&d");
            assert!(!source.write(&Context { method: None, ..*ctx }, &mut out));
        });
    }

    #[test]
    fn unsafe_field_values() {
        Fixture::new(REQUEST).with(|ctx| {
            let mut out = Vec::new();
            let mut value = |expression: &str| {
                source(expression).expect("source").write_field_value(ctx, &mut out)
            };
            assert_eq!(value("method.request.querystring.x"), Err(UnsafeValue));
            assert_eq!(value("method.request.querystring.y"), Ok(true));
            assert_eq!(value("method.request.querystring.none"), Ok(false));
        });
    }
}
