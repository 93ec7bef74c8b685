//! `$util`: the functions of Java's and Apache's libraries that AWS lends to templates.

use std::fmt::Write;

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ringway_vtl::Value;

use super::input;
use crate::json::Json;
use crate::mapping::percent::decoded;

/// Reads base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Calls a function; null when there is none of that name. `left` counts the values of JSON that
/// may still be made.
pub(super) fn call(name: &str, arguments: &[Value], left: &mut usize) -> Result<Value, String> {
    let [argument] = arguments else { return Ok(Value::Null) };
    let text = match (argument.plain_text(), name) {
        (Some(text), _) => text,
        // aws-facts 203, 205.
        (None, "escapeJavaScript") => return Ok(Value::text("null")),
        (None, _) => return Ok(Value::Null),
    };
    Ok(match name {
        "escapeJavaScript" => escape_java_script(&text).into(),
        "urlEncode" => url_encode(&text).into(),
        "urlDecode" => lossy(decoded(text.as_bytes()).collect()),
        "base64Encode" => STANDARD.encode(&*text).into(),
        "base64Decode" => match LENIENT.decode(text.trim()) {
            Ok(bytes) => lossy(bytes),
            Err(error) => return Err(format!("base64Decode: {error}")),
        },
        "parseJson" => match Json::parse(&text) {
            Ok(json) => input::value(&json, left)?,
            Err(error) => return Err(format!("parseJson: {}", error.message)),
        },
        _ => Value::Null,
    })
}

fn lossy(bytes: Vec<u8>) -> Value {
    Value::text(String::from_utf8_lossy(&bytes))
}

/// `StringEscapeUtils.escapeJavaScript` of Commons Lang, but that `'` stays (aws-facts 205).
fn escape_java_script(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(char),
            _ => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
    out
}

/// `URLEncoder.encode` with UTF-8 (aws-facts 203, 204).
fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
