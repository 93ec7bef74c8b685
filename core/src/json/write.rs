//! A tree to text: JSON as RFC 8259 has it, JSON as json-smart writes it, and what Java's
//! `toString` makes of it.

use std::fmt::Write;

use super::plain::plain_bytes;
use super::{Json, Number};

/// Which characters of a string are escaped beyond those that must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// None.
    Least,
    /// `/`, C1 controls and U+2000 to U+20FF, as json-smart does by default.
    JsonSmart,
}

impl Json<'_> {
    /// The JSON text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(Escapes::Least, &mut out);
        out
    }

    /// Appends the JSON text. Recursion is bounded by the depth of the tree.
    pub fn write(&self, escapes: Escapes, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => write_number(number, out),
            Self::String(text) => write_string(text, escapes, out),
            Self::Array(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    element.write(escapes, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_string(name, escapes, out);
                    out.push(':');
                    value.write(escapes, out);
                }
                out.push('}');
            }
        }
    }

    /// What `toString` gives for the object json-smart reads: `{a=1, b=2}` for an object, JSON for
    /// an array, the text itself for a string.
    #[must_use]
    pub fn java_text(&self) -> String {
        let mut out = String::new();
        self.write_java(&mut out);
        out
    }

    /// Appends [`Self::java_text`].
    pub fn write_java(&self, out: &mut String) {
        match self {
            Self::String(text) => out.push_str(text),
            Self::Number(number) => out.push_str(&number.java_text()),
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(name);
                    out.push('=');
                    value.write_java(out);
                }
                out.push('}');
            }
            Self::Null | Self::Bool(_) | Self::Array(_) => self.write(Escapes::JsonSmart, out),
        }
    }
}

fn write_number(number: &Number<'_>, out: &mut String) {
    let text = number.java_text();
    out.push_str(if text.ends_with("Infinity") { "null" } else { &text });
}

fn write_string(text: &str, escapes: Escapes, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // What needs no escape is most of it, and is copied at once.
    loop {
        let plain = match escapes {
            Escapes::Least => plain_bytes(rest.as_bytes(), b'"'),
            Escapes::JsonSmart => rest.bytes().position(may_need_escape).unwrap_or(rest.len()),
        };
        out.push_str(&rest[..plain]);
        let mut chars = rest[plain..].chars();
        let Some(char) = chars.next() else { break };
        rest = chars.as_str();
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if escapes == Escapes::JsonSmart => out.push_str("\\/"),
            '\0'..='\u{1f}' => escape(char, out),
            '\u{7f}'..='\u{9f}' | '\u{2000}'..='\u{20ff}' if escapes == Escapes::JsonSmart => {
                escape(char, out);
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// Whether json-smart may escape a character that starts with this byte.
const fn may_need_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f | b'/' | 0x7f | 0xc2 | 0xe2)
}

fn escape(char: char, out: &mut String) {
    let _ = write!(out, "\\u{:04X}", u32::from(char));
}
