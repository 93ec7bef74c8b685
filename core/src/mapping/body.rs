//! Bodies as mappings and templates read them.
//!
//! A body is read by the caller, whole, and only when something asks for it: [`BodyUse`] says so
//! when a snapshot is compiled. Sockets and limits are not known here.

use std::borrow::Cow;

use super::json_path::{Found, JsonPath};
use crate::error::{GatewayError, ResponseType};
use crate::json::Json;

/// What an empty body is read as (aws-facts 158, 202).
const EMPTY: &str = "{}";

/// What is read of a body; the more comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum BodyUse {
    /// Nothing: it may stream past.
    #[default]
    None,
    /// Its text.
    Text,
    /// Values in it.
    Json,
}

/// A whole body.
#[derive(Debug)]
pub struct Body<'a> {
    text: &'a str,
    json: Option<Json<'a>>,
}

impl<'a> Body<'a> {
    /// A body's bytes as text; what is not UTF-8 becomes U+FFFD, one for each maximal bad sequence
    /// as Java has them (aws-facts 220, 221): an encoded surrogate is one.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
        match str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => replaced(bytes).into(),
        }
    }

    /// Reads a text as far as it will be used.
    #[must_use]
    pub fn new(text: &'a str, using: BodyUse) -> Self {
        let text = if text.is_empty() { EMPTY } else { text };
        let json = if using == BodyUse::Json { Json::parse(text).ok() } else { None };
        Self { text, json }
    }

    /// The text; `{}` for an empty body.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// The value; `None`: it is no JSON, or was not to be read as such.
    #[must_use]
    pub const fn json(&self) -> Option<&Json<'a>> {
        self.json.as_ref()
    }

    /// The error of a request whose parameters are mapped from a body that starts like an object
    /// and is no JSON (aws-facts 158).
    ///
    /// # Errors
    /// 400.
    pub fn check_mapped(&self) -> Result<(), GatewayError> {
        if self.json.is_none() && self.text.trim_ascii_start().starts_with('{') {
            return Err(GatewayError::new(
                ResponseType::BadRequestBody,
                "[a parameter is mapped from a body that is no JSON]",
            )
            .message("Invalid JSON in request body"));
        }
        Ok(())
    }
}

fn replaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(chunk) = rest.utf8_chunks().next() {
        let (valid, invalid) = (chunk.valid(), chunk.invalid());
        text.push_str(valid);
        rest = &rest[valid.len() + invalid.len()..];
        if invalid.is_empty() {
            break;
        }
        text.push(char::REPLACEMENT_CHARACTER);
        if let ([0xED], [0xA0..=0xBF, more @ ..]) = (invalid, rest) {
            rest = match more {
                [0x80..=0xBF, more @ ..] => more,
                _ => more,
            };
        }
    }
    text
}

/// `…body`, or `…body.JSONPATH`.
#[derive(Debug, Clone)]
pub struct BodySource {
    text: Box<str>,
    path: Option<JsonPath>,
}

impl PartialEq for BodySource {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for BodySource {}

impl BodySource {
    /// Reads what follows `method.request.` or `integration.response.`; `None`: it is no body.
    pub(super) fn parse(parameter: &str) -> Option<Result<Self, String>> {
        if parameter == "body" {
            return Some(Ok(Self { text: parameter.into(), path: None }));
        }
        let path = parameter.strip_prefix("body.")?;
        let path = if path.starts_with('$') { path.into() } else { format!("$.{path}") };
        Some(match JsonPath::compile(&path) {
            Ok(path) => Ok(Self { text: parameter.into(), path: Some(path) }),
            Err(error) => Err(format!("Invalid mapping expression specified: {}", error.message)),
        })
    }

    /// Appends the value as text, a string as it is and anything else as JSON; `false`: there is
    /// none.
    pub(super) fn write(&self, body: Option<&Body<'_>>, out: &mut Vec<u8>) -> bool {
        let Some(body) = body else { return false };
        let Some(path) = &self.path else {
            out.extend_from_slice(body.text.as_bytes());
            return true;
        };
        let found =
            body.json().and_then(|json| path.evaluate(json).ok().and_then(Found::into_json));
        match found {
            None | Some(Json::Null) => false,
            Some(Json::String(text)) => {
                out.extend_from_slice(text.as_bytes());
                true
            }
            Some(json) => {
                out.extend_from_slice(json.text().as_bytes());
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let check = |expression: &str, body: &str, expect: Option<&str>| {
            let source = BodySource::parse(expression).expect("a body").expect("a path");
            let mut out = Vec::new();
            let defined = source.write(Some(&Body::new(body, BodyUse::Json)), &mut out);
            let value = String::from_utf8(out).expect("UTF-8");
            assert_eq!(defined.then_some(&*value), expect, "{expression} of {body}");
        };
        // aws-facts 158, 159.
        check("body", "", Some("{}"));
        check("body", " text", Some(" text"));
        check("body", r#"{"a": 1}"#, Some(r#"{"a": 1}"#));
        let pets = r#"{"petstore":{"pets":[{"name":"Rex","age":3}]},"none":null}"#;
        check("body.petstore.pets[0].name", pets, Some("Rex"));
        check("body.$.petstore.pets[0].age", pets, Some("3"));
        check("body.petstore.pets[0]", pets, Some(r#"{"name":"Rex","age":3}"#));
        check("body.petstore.pets[1]", pets, None);
        check("body.none", pets, None);
        check("body.a", "text", None);
        assert_eq!(BodySource::parse("header.a"), None);
        assert!(BodySource::parse("body.a[?(").expect("a body").is_err());
    }

    #[test]
    fn what_is_not_utf_8_is_replaced_as_java_does() {
        let check = |bytes: &[u8], expect: &str| {
            assert_eq!(Body::decode(bytes), expect, "{bytes:x?}");
        };
        // As the JVM prints them.
        for (bytes, expect) in [
            (&b"\xed\xa0\x80\xed\xbf\xbfa"[..], "\u{fffd}\u{fffd}a"),
            (b"\xed\xa0", "\u{fffd}"),
            (b"\xed\xa0a", "\u{fffd}a"),
            (b"\xed\x9f\xbf\xed", "\u{d7ff}\u{fffd}"),
            (b"\xc0\x80", "\u{fffd}\u{fffd}"),
            (b"\xe0\x80\x80", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\xf0\x9f\x98", "\u{fffd}"),
            (b"\xf0\x9f\x98a", "\u{fffd}a"),
            (b"\xf4\x90\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            (b"a\xe2\x82\xac", "a\u{20ac}"),
            (b"", ""),
        ] {
            check(bytes, expect);
        }
    }

    #[test]
    fn objects_that_are_no_json() {
        let fails = |text: &str| Body::new(text, BodyUse::Json).check_mapped().is_err();
        assert!(fails(" {\"a\""));
        assert!(!fails("text") && !fails("") && !fails("[1"));
    }
}
