//! A JSON text as a tree: what templates, JSONPath and models read.
//!
//! Members keep their order and numbers their text, as they do in the Java libraries whose results
//! are AWS's: `serde_json::Value` rounds an integer over 64 bits to a float. Strings without
//! escapes are borrowed from the text. Where a text comes from, and what is done with it, is not
//! known here.

mod decimal;
mod number;
mod parse;
mod plain;
pub(crate) mod text;
mod write;

use std::borrow::Cow;

use ringway_vtl::SmallMap;

pub use decimal::Decimal;
pub use number::{Number, double_text};
pub use parse::JsonError;
pub use write::Escapes;

/// The members of an object, in the order of the text.
pub type Members<'a> = SmallMap<Cow<'a, str>, Json<'a>>;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with its text.
    Number(Number<'a>),
    /// A string, escapes resolved.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Self>),
    /// An object. Of members of the same name the last counts, at the place of the first.
    Object(Members<'a>),
}

impl<'a> Json<'a> {
    /// Reads a JSON text (RFC 8259), at most [`JSON_DEPTH_MAX`](crate::limits::JSON_DEPTH_MAX)
    /// deep.
    ///
    /// # Errors
    /// Where the text is no JSON.
    pub fn parse(text: &'a str) -> Result<Self, JsonError> {
        parse::parse(text, false)
    }

    /// Reads what json-smart reads in its permissive mode where literals are written in a filter:
    /// strings in single quotes or none, and commas too many.
    ///
    /// # Errors
    /// Where even that cannot be read.
    pub fn parse_lenient(text: &'a str) -> Result<Self, JsonError> {
        parse::parse(text, true)
    }

    /// The member of this name, if this is an object that has it.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A value that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(number) => Json::Number(number.into_owned()),
            Self::String(text) => Json::String(Cow::Owned(text.into_owned())),
            Self::Array(elements) => {
                Json::Array(elements.into_iter().map(Json::into_owned).collect())
            }
            Self::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn check(text: &str, expect: &str) {
        let written = match Json::parse(text) {
            Ok(json) => json.text(),
            Err(error) => format!("{}: {}", error.position, error.message),
        };
        assert_eq!(written, expect, "{text}");
    }

    #[test]
    fn texts_are_read_and_written() {
        check(" {\"b\":1, \"a\" : [ true,false,null ]} ", r#"{"b":1,"a":[true,false,null]}"#);
        check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#);
        check(r#""\u00e9\ud83d\ude00\n\/""#, "\"é😀\\n/\"");
        check(r#""\ud83d""#, "\"\u{fffd}\"");
        check("[]", "[]");
        check("{}", "{}");
    }

    #[test]
    fn numbers_are_written_as_java_writes_them() {
        check("[0, -0, 1e3, 1.50, 1E-7]", "[0,0,1000.0,1.5,1.0E-7]");
        check("123456789012345678901234567890", "123456789012345678901234567890");
        check("123456789012345678.5e10", "1.234567890123456785E+27");
        check("[1e400]", "[null]");
    }

    #[test]
    fn what_is_no_json_is_refused_where_it_stops() {
        for (text, position) in [
            ("", 0),
            ("{", 1),
            ("[1,]", 3),
            ("{\"a\" 1}", 5),
            ("tru", 0),
            ("01", 1),
            ("1 2", 2),
            ("\"a", 2),
            ("\"\\x\"", 2),
            ("\"\t\"", 1),
            ("-", 1),
            ("1.", 2),
            ("1e", 2),
            ("{a:1}", 1),
            ("['a']", 1),
        ] {
            let error = Json::parse(text).expect_err(text);
            assert_eq!(error.position, position, "{text}: {}", error.message);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(&deep(crate::limits::JSON_DEPTH_MAX)).is_ok());
        assert!(Json::parse(&deep(crate::limits::JSON_DEPTH_MAX + 1)).is_err());
        assert!(Json::parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn lenient_texts_are_read() {
        let lenient = |text: &str| Json::parse_lenient(text).expect(text).text();
        assert_eq!(lenient("['a', b c, 1,,]"), r#"["a","b c",1]"#);
        assert_eq!(lenient("{a: 'x', 'b': y}"), r#"{"a":"x","b":"y"}"#);
    }

    #[test]
    fn java_texts() {
        let java = |text: &str| Json::parse(text).expect(text).java_text();
        assert_eq!(java(r#"{"a":[{"b":"c"}],"d":{"e":null}}"#), r#"{a=[{"b":"c"}], d={e=null}}"#);
        assert_eq!(java(r#""a/b""#), "a/b");
        assert_eq!(java("1e400"), "Infinity");
    }
}
