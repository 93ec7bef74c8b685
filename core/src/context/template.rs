//! Texts that interpolate variables: access-log formats and bodies of gateway responses.
//!
//! Simple substitution, never Velocity: AWS says the same of both. A text is parsed when its
//! snapshot is compiled; rendering is a loop over its pieces.

use super::{Context, Variable};
use crate::limits::{ACCESS_LOG_FORMAT_BYTES_MAX, TEMPLATE_BYTES_MAX};

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateKind {
    /// One record of an access log, without its line end. An undefined variable prints `-`; values
    /// are escaped as inside a JSON string, so that no client can break a record.
    AccessLog,
    /// Body of a gateway response. An undefined variable prints nothing, values print as they are.
    GatewayResponse,
}

/// A text with variables, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    kind: TemplateKind,
    segments: Box<[Segment]>,
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// Text as it is.
    Literal(Box<[u8]>),
    /// A variable's value.
    Variable(Variable),
}

impl Template {
    /// Compiles a text. `variables` are those of the stage, by name; `$stageVariables.NAME`
    /// becomes text here. A `$` that starts neither kind of reference is text.
    ///
    /// # Errors
    /// Unknown `$context` variables and texts beyond their limit; for access logs also line ends
    /// before the end of the text, and formats without a request id, as AWS refuses them
    /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>).
    pub fn parse(
        text: &str,
        kind: TemplateKind,
        variables: &[(Box<str>, Box<str>)],
    ) -> Result<Self, String> {
        let (text, bytes_max) = match kind {
            TemplateKind::AccessLog => {
                (text.trim_end_matches(['\r', '\n']), ACCESS_LOG_FORMAT_BYTES_MAX)
            }
            TemplateKind::GatewayResponse => (text, TEMPLATE_BYTES_MAX),
        };
        if text.len() > bytes_max {
            return Err(format!("the text has {} bytes; {bytes_max} is the limit", text.len()));
        }
        let template = Self { kind, segments: Pieces::of(text, kind, variables)? };
        if kind == TemplateKind::AccessLog {
            template.check_format(text)?;
        }
        Ok(template)
    }

    fn check_format(&self, text: &str) -> Result<(), String> {
        if text.contains(['\r', '\n']) {
            return Err("Access Log format must be single line, new line character is allowed \
                        only at end of the format"
                .into());
        }
        let identifies = |segment: &Segment| {
            let ids = [Variable::RequestId, Variable::ExtendedRequestId];
            matches!(segment, Segment::Variable(variable) if ids.contains(variable))
        };
        if !self.segments.iter().any(identifies) {
            return Err("Access Log format must contain at least $context.requestId or \
                        $context.extendedRequestId"
                .into());
        }
        Ok(())
    }

    /// Appends the text with its values.
    pub fn render(&self, ctx: &Context<'_>, out: &mut Vec<u8>) {
        for segment in &self.segments {
            let variable = match segment {
                Segment::Literal(text) => {
                    out.extend_from_slice(text);
                    continue;
                }
                Segment::Variable(variable) => *variable,
            };
            match (self.kind, variable.value(ctx)) {
                (TemplateKind::AccessLog, Some(value)) => value.write_escaped(out),
                (TemplateKind::AccessLog, None) => out.push(b'-'),
                (TemplateKind::GatewayResponse, Some(value)) => value.write(out),
                (TemplateKind::GatewayResponse, None) => {}
            }
        }
    }
}

/// Collects segments; text next to text is one segment.
struct Pieces {
    segments: Vec<Segment>,
    literal: String,
}

impl Pieces {
    fn of(
        text: &str,
        kind: TemplateKind,
        variables: &[(Box<str>, Box<str>)],
    ) -> Result<Box<[Segment]>, String> {
        let mut pieces = Self { segments: Vec::new(), literal: String::new() };
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            pieces.literal.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            let read = if let Some(after) = rest.strip_prefix("$context.") {
                let name = reference(after);
                pieces.variable(name)?;
                "$context.".len() + name.len()
            } else if let Some(after) = rest.strip_prefix("$stageVariables.") {
                let name = identifier(after);
                pieces.stage_variable(name, kind, variables);
                "$stageVariables.".len() + name.len()
            } else {
                pieces.literal.push('$');
                1
            };
            rest = &rest[read..];
        }
        pieces.literal.push_str(rest);
        pieces.flush();
        Ok(pieces.segments.into())
    }

    fn variable(&mut self, name: &str) -> Result<(), String> {
        let variable = Variable::parse(name)
            .ok_or_else(|| format!("$context.{name} is not a variable of a REST API"))?;
        self.flush();
        self.segments.push(Segment::Variable(variable));
        Ok(())
    }

    fn stage_variable(
        &mut self,
        name: &str,
        kind: TemplateKind,
        variables: &[(Box<str>, Box<str>)],
    ) {
        match variables.iter().find(|(known, _)| **known == *name) {
            Some((_, value)) => self.literal.push_str(value),
            None if kind == TemplateKind::AccessLog => self.literal.push('-'),
            None => {}
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            let text = std::mem::take(&mut self.literal);
            self.segments.push(Segment::Literal(text.into_bytes().into()));
        }
    }
}

/// Identifiers joined by dots; a dot at the end is punctuation.
fn reference(text: &str) -> &str {
    let mut end = identifier(text).len();
    while let Some(after) = text[end..].strip_prefix('.') {
        match identifier(after).len() {
            0 => break,
            len => end += 1 + len,
        }
    }
    &text[..end]
}

fn identifier(text: &str) -> &str {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    &text[..text.bytes().position(|byte| !is_part(byte)).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::context::fixture::{Fixture, outcome};
    use crate::error::{GatewayError, ResponseType};

    const REQUEST: &str = "GET /dev/pets/7 HTTP/1.1\r\nHost: h\r\n\r\n";

    fn variables() -> Vec<(Box<str>, Box<str>)> {
        vec![("backend".into(), "b.example:9000".into())]
    }

    fn rendered(text: &str, kind: TemplateKind) -> Result<String, String> {
        let template = Template::parse(text, kind, &variables())?;
        let error = GatewayError::new(ResponseType::AccessDenied, "test").message("say \"no\"\n");
        Ok(Fixture::new(REQUEST).with(|ctx| {
            let ctx = Context { error: Some(&error), outcome: Some(outcome()), ..*ctx };
            let mut out = Vec::new();
            template.render(&ctx, &mut out);
            String::from_utf8(out).expect("UTF-8")
        }))
    }

    #[test]
    fn gateway_responses() {
        let check = |text, expect: &str| {
            assert_eq!(rendered(text, TemplateKind::GatewayResponse).as_deref(), Ok(expect));
        };
        check("", "");
        check(
            "plain $5.00 $ $context $contextual.x ${context.stage}",
            "plain $5.00 $ $context $contextual.x ${context.stage}",
        );
        check("{\"message\":$context.error.messageString}", r#"{"message":"say \"no\"\n"}"#);
        check("$context.error.message", "say \"no\"\n");
        check("$context.stage/$context.resourcePath.", "dev//pets/{petId}.");
        check("<$context.identity.user>", "<>");
        check("$stageVariables.backend.x|$stageVariables.none|", "b.example:9000.x||");
        check("é$context.stage-é", "édev-é");
    }

    #[test]
    fn access_logs() {
        let check = |text: &str, expect: &str| {
            let text = format!("{text} $context.extendedRequestId\n");
            let expect = format!("{expect} AbCdEfGhIjKlMnO=");
            assert_eq!(rendered(&text, TemplateKind::AccessLog), Ok(expect));
        };
        check(
            "$context.identity.sourceIp $context.identity.caller $context.identity.user \
             [$context.requestTime]\"$context.httpMethod $context.resourcePath $context.protocol\" \
             $context.status $context.responseLength $context.requestId",
            "203.0.113.9 - - [10/Oct/2020:13:55:36 +0000]\"GET /pets/{petId} HTTP/1.1\" 504 56 \
             00000000-0000-4000-8000-000000000000",
        );
        check("\"$context.error.message\"", r#""say \"no\"\n""#);
        check("$context.error.messageString", r#""say \"no\"\n""#);
        check("$stageVariables.none", "-");
        check("$context.authorizer.claims.email", "-");
    }

    #[test]
    fn refused() {
        let check = |text: &str, kind, expect: &str| {
            let error = rendered(text, kind).expect_err(text);
            assert!(error.contains(expect), "{error}");
        };
        check("$context.nope", TemplateKind::GatewayResponse, "$context.nope");
        check("$context.", TemplateKind::GatewayResponse, "not a variable");
        check("$context.requestId\n$context.status", TemplateKind::AccessLog, "single line");
        check("$context.status", TemplateKind::AccessLog, "$context.requestId");
        check(&"x".repeat(3073), TemplateKind::AccessLog, "3072");
    }

    proptest! {
        #[test]
        fn a_client_cannot_break_a_record(
            agent in "[ -~\u{80}-\u{2fff}]{0,40}",
            path in "[!-~&&[^#? ]]{0,20}",
        ) {
            let request =
                format!("GET /dev/{path} HTTP/1.1\r\nHost: h\r\nUser-Agent: {agent}\r\n\r\n");
            let format = r#"{"id":"$context.requestId","path":"$context.path","#;
            let format = format!(r#"{format}"agent":"$context.identity.userAgent"}}"#);
            let template = Template::parse(&format, TemplateKind::AccessLog, &[]).expect("format");
            let record = Fixture::new(&request).with(|ctx| {
                let mut out = Vec::new();
                template.render(ctx, &mut out);
                out
            });
            prop_assert!(!record.iter().any(|byte| byte.is_ascii_control()));
            let read: serde_json::Value = serde_json::from_slice(&record).expect("JSON");
            let agent = agent.trim_matches([' ', '\t']);
            prop_assert_eq!(&read["agent"], if agent.is_empty() { "" } else { agent });
            prop_assert_eq!(&read["path"], &format!("/dev/{path}"));
            prop_assert_eq!(read.as_object().map(|fields| fields.len()), Some(3));
        }
    }
}
