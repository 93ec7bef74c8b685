//! What a function behind AWS_PROXY answers, as the response to the client (aws-facts 226, 227,
//! 233 to 235):
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>,
//! output format. Also the metadata that stand before a streamed response.
//!
//! Answers are the customer's code's: whatever they are, what is written is one response head.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use simd_json::prelude::{TypedScalarValue, ValueAsScalar, ValueIntoString};
use simd_json::tape::{Array, Object, Value};
use simd_json::{Buffers, Tape};

use crate::error::{GatewayError, ResponseType};
use crate::http::rules::{self, REMAPPED_PREFIX, ResponseField};
use crate::http::syntax::{is_field_name, is_field_value};
use crate::http::{FieldName, write};
use crate::limits::FUNCTION_FIELDS_MAX;

/// AWS's words for an answer that is none.
pub const MALFORMED: &str = "Malformed Lambda proxy response";
/// AWS's words for a body that was said to be base64.
pub const NO_BASE64: &str = "Unable to base64 decode the body.";

/// Memory that readings share.
#[derive(Default)]
pub struct AnswerScratch {
    buffers: Buffers,
    tape: Vec<simd_json::Node<'static>>,
}

/// Which members an answer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerForm {
    /// The whole of it: with `body` and `isBase64Encoded`.
    Whole,
    /// What stands before a streamed body: with `cookies`.
    Metadata,
}

/// An answer that was read.
pub struct ProxyAnswer<'t> {
    status: u16,
    headers: Option<Object<'t, 't>>,
    multi_value_headers: Option<Object<'t, 't>>,
    cookies: Option<Array<'t, 't>>,
    body: Option<Value<'t, 't>>,
    is_base64: bool,
}

/// 502, said in AWS's words.
#[must_use]
pub fn malformed() -> GatewayError {
    let error = GatewayError::new(ResponseType::IntegrationFailure, MALFORMED);
    error.status(502).message("Internal server error")
}

impl AnswerScratch {
    /// Reads an answer, in place, and calls with it.
    ///
    /// # Errors
    /// [`malformed`].
    pub fn read<R>(
        &mut self,
        bytes: &mut [u8],
        form: AnswerForm,
        call: impl FnOnce(&ProxyAnswer<'_>) -> Result<R, GatewayError>,
    ) -> Result<R, GatewayError> {
        let mut tape = Tape(std::mem::take(&mut self.tape)).reset();
        let filled = simd_json::fill_tape(bytes, &mut self.buffers, &mut tape);
        let result = match filled {
            Ok(()) => ProxyAnswer::of(tape.as_value(), form)
                .ok_or_else(malformed)
                .and_then(|answer| call(&answer)),
            Err(_) => Err(malformed()),
        };
        self.tape = tape.reset().0;
        result
    }
}

impl<'t> ProxyAnswer<'t> {
    fn of(value: Value<'t, 't>, form: AnswerForm) -> Option<Self> {
        let mut answer = Self {
            status: 200,
            headers: None,
            multi_value_headers: None,
            cookies: None,
            body: None,
            is_base64: false,
        };
        // Nothing else may be there, not even with nothing in it.
        for (name, value) in value.as_object()?.iter() {
            let is_whole = form == AnswerForm::Whole;
            match name {
                "statusCode" => answer.status = status(&value)?,
                "headers" => answer.headers = map(value)?,
                "multiValueHeaders" => answer.multi_value_headers = map(value)?,
                "body" if is_whole => answer.body = text_or_null(value)?,
                "isBase64Encoded" if is_whole => answer.is_base64 = boolean(&value)?,
                "cookies" if !is_whole => {
                    answer.cookies = if is_null(&value) { None } else { Some(list(&value)?) };
                }
                _ => return None,
            }
        }
        Some(answer)
    }

    /// Its status, 200 to 599.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether it has a field of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let maps = [&self.headers, &self.multi_value_headers];
        let mut names = maps.into_iter().flatten().flat_map(|map| map.keys());
        names.any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The body. `decodes`: what the client accepts is binary, so that base64 is decoded
    /// (aws-facts 226).
    ///
    /// # Errors
    /// 500: it was to be decoded, and is no base64.
    pub fn body(&self, decodes: bool) -> Result<Cow<'t, [u8]>, GatewayError> {
        let Some(value) = self.body else { return Ok(Cow::Borrowed(b"")) };
        let text = match value.into_string() {
            Some(text) => Cow::Borrowed(text.as_bytes()),
            None => Cow::Owned(scalar_text(&value).unwrap_or_default().into_bytes()),
        };
        if !self.is_base64 || !decodes {
            return Ok(text);
        }
        match STANDARD.decode(&*text) {
            Ok(bytes) => Ok(Cow::Owned(bytes)),
            Err(_) => Err(GatewayError::configuration(NO_BASE64)),
        }
    }

    /// Appends its fields: those of `multiValueHeaders`, each followed by the one of `headers` with
    /// the same name unless the value was there; then the rest of `headers`; `Content-Type`
    /// unless it has one (aws-facts 234).
    ///
    /// # Errors
    /// [`malformed`], with `out` as it was: a name or value that no field may have.
    pub fn write_fields(&self, out: &mut Vec<u8>) -> Result<(), GatewayError> {
        let start = out.len();
        match self.try_write_fields(out) {
            Some(true) => Ok(()),
            Some(false) => {
                write::field(out, "Content-Type", "application/json");
                Ok(())
            }
            None => {
                out.truncate(start);
                Err(malformed())
            }
        }
    }

    /// Whether one of the fields is `Content-Type`; `None`: something is no field.
    fn try_write_fields(&self, out: &mut Vec<u8>) -> Option<bool> {
        let mut has_type = false;
        let named = |map: &Option<Object<'t, 't>>, name: &str| {
            let mut entries = map.iter().flat_map(|map| map.iter());
            entries.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        for (name, values) in self.multi_value_headers.iter().flat_map(|map| map.iter()) {
            if is_null(&values) {
                continue;
            }
            let single = named(&self.headers, name);
            let mut is_repeated = false;
            for value in list(&values)?.iter() {
                has_type |= write_field(name, &value, out)?;
                is_repeated |= single.is_some_and(|single| is_same(&single, &value));
            }
            if let Some(single) = single.filter(|_| !is_repeated) {
                has_type |= write_field(name, &single, out)?;
            }
        }
        for (name, value) in self.headers.iter().flat_map(|map| map.iter()) {
            let is_written = named(&self.multi_value_headers, name).is_some_and(|it| !is_null(&it));
            if !is_written {
                has_type |= write_field(name, &value, out)?;
            }
        }
        for cookie in self.cookies.iter().flat_map(|cookies| cookies.iter()) {
            write_field("Set-Cookie", &cookie, out)?;
        }
        Some(has_type)
    }
}

/// Appends one field; whether it is `Content-Type`. `None`: it is none.
fn write_field(name: &str, value: &Value<'_, '_>, out: &mut Vec<u8>) -> Option<bool> {
    if is_null(value) {
        return Some(false);
    }
    let text = match value.as_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(scalar_text(value)?),
    };
    if !is_field_name(name.as_bytes()) || !is_field_value(text.as_bytes()) {
        return None;
    }
    let field = FieldName::of(name.as_bytes());
    match rules::mapped_response(field) {
        ResponseField::Drop => return Some(false),
        ResponseField::Remap => out.extend_from_slice(REMAPPED_PREFIX.as_bytes()),
        ResponseField::Keep => {}
    }
    write::field(out, name, text.trim_matches([' ', '\t']));
    Some(field == FieldName::ContentType)
}

/// An object that is no longer than it may be; `Some(None)` for null.
fn map<'t>(value: Value<'t, 't>) -> Option<Option<Object<'t, 't>>> {
    if is_null(&value) {
        return Some(None);
    }
    value.as_object().filter(|map| map.len() <= FUNCTION_FIELDS_MAX).map(Some)
}

/// A list that is no longer than it may be.
fn list<'t>(value: &Value<'t, 't>) -> Option<Array<'t, 't>> {
    value.as_array().filter(|list| list.len() <= FUNCTION_FIELDS_MAX)
}

/// A text or what can stand for one; `Some(None)` for null.
fn text_or_null<'t>(value: Value<'t, 't>) -> Option<Option<Value<'t, 't>>> {
    if is_null(&value) {
        return Some(None);
    }
    (value.as_str().is_some() || scalar_text(&value).is_some()).then_some(Some(value))
}

/// What can be sent as the status of a response: an integer, in quotes or not.
fn status(value: &Value<'_, '_>) -> Option<u16> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok()?,
        None if is_null(value) => return Some(200),
        None => value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))?,
    };
    u16::try_from(number).ok().filter(|status| (200..=599).contains(status))
}

fn boolean(value: &Value<'_, '_>) -> Option<bool> {
    match value.as_str() {
        Some("true" | "True") => Some(true),
        Some("false" | "False" | "") => Some(false),
        Some(_) => None,
        None if is_null(value) => Some(false),
        None => value.as_bool(),
    }
}

/// `true`, `1`, `1.5`; `None` for a text, a list or an object.
fn scalar_text(value: &Value<'_, '_>) -> Option<String> {
    if let Some(bool) = value.as_bool() {
        return Some(bool.to_string());
    }
    if let Some(number) = value.as_i64() {
        return Some(number.to_string());
    }
    if let Some(number) = value.as_u64() {
        return Some(number.to_string());
    }
    value.as_f64().map(crate::json::double_text)
}

fn is_null(value: &Value<'_, '_>) -> bool {
    value.is_null()
}

fn is_same(a: &Value<'_, '_>, b: &Value<'_, '_>) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a == b,
        _ => scalar_text(a) == scalar_text(b),
    }
}
