//! JSON text to tree, in one pass. Recursion is bounded by the depth of the text.

use std::borrow::Cow;

use super::plain::plain_bytes;
use super::{Json, Members, Number};
use crate::limits::JSON_DEPTH_MAX;

/// Why a text is no JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// Bytes before the place.
    pub position: usize,
    /// One sentence without the place.
    pub message: &'static str,
}

pub(super) fn parse(text: &str, lenient: bool) -> Result<Json<'_>, JsonError> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, lenient };
    let mut value = Json::Null;
    reader.value(JSON_DEPTH_MAX, &mut value)?;
    reader.blanks();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.error("text after the value")),
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    lenient: bool,
}

impl<'a> Reader<'a> {
    fn error(&self, message: &'static str) -> JsonError {
        JsonError { position: self.at, message }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips blanks, and the byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        self.blanks();
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    /// Reads a value into its place. Values are not returned: to take one out of its `Result` costs
    /// more than to read it.
    fn value(&mut self, depth: usize, place: &mut Json<'a>) -> Result<(), JsonError> {
        self.blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth == 0 => return Err(self.error("nested too deep")),
            Some(b'{') => {
                *place = Json::Object(Members::default());
                if let Json::Object(members) = place {
                    self.object(depth - 1, members)?;
                }
            }
            Some(b'[') => {
                *place = Json::Array(Vec::new());
                if let Json::Array(elements) = place {
                    self.array(depth - 1, elements)?;
                }
            }
            Some(quote @ b'"') => *place = Json::String(self.string(quote)?),
            Some(quote @ b'\'') if self.lenient => *place = Json::String(self.string(quote)?),
            Some(b'-' | b'0'..=b'9') if !self.lenient => *place = Json::Number(self.number()?),
            Some(_) if self.lenient => self.word(place)?,
            Some(_) => self.literal(place)?,
            None => return Err(self.error("a value is missing")),
        }
        Ok(())
    }

    fn literal(&mut self, place: &mut Json<'a>) -> Result<(), JsonError> {
        let rest = &self.bytes[self.at..];
        self.at += if rest.starts_with(b"null") {
            *place = Json::Null;
            4
        } else if rest.starts_with(b"true") {
            *place = Json::Bool(true);
            4
        } else if rest.starts_with(b"false") {
            *place = Json::Bool(false);
            5
        } else {
            return Err(self.error("no JSON value"));
        };
        Ok(())
    }

    /// A value without quotes: a literal, a number, or else a string that ends where it must.
    fn word(&mut self, place: &mut Json<'a>) -> Result<(), JsonError> {
        let text = self.bare(b",]}");
        *place = match text {
            "" => return Err(self.error("a value is missing")),
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => Number::parse(text).map_or(Json::String(Cow::Borrowed(text)), Json::Number),
        };
        Ok(())
    }

    fn bare(&mut self, ends: &[u8]) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|byte| !ends.contains(&byte)) {
            self.at += 1;
        }
        self.text[start..self.at].trim()
    }

    fn number(&mut self) -> Result<Number<'a>, JsonError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(Number::checked(&self.text[start..self.at]))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.error("a digit is missing")) } else { Ok(()) }
    }

    fn array(&mut self, depth: usize, elements: &mut Vec<Json<'a>>) -> Result<(), JsonError> {
        self.at += 1;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            if self.lenient && self.take(b',') {
                continue;
            }
            if self.lenient && self.take(b']') {
                return Ok(());
            }
            self.value(depth, elements.push_mut(Json::Null))?;
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.error("`,` or `]` is missing"));
            }
        }
    }

    fn object(&mut self, depth: usize, members: &mut Members<'a>) -> Result<(), JsonError> {
        self.at += 1;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            if self.lenient && self.take(b',') {
                continue;
            }
            if self.lenient && self.take(b'}') {
                return Ok(());
            }
            let name = self.name()?;
            if !self.take(b':') {
                return Err(self.error("`:` is missing"));
            }
            self.value(depth, members.place(name, Json::Null))?;
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.error("`,` or `}` is missing"));
            }
        }
    }

    fn name(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.blanks();
        match self.peek() {
            Some(quote @ b'"') => self.string(quote),
            Some(quote @ b'\'') if self.lenient => self.string(quote),
            Some(_) if self.lenient => Ok(Cow::Borrowed(self.bare(b":,]}"))),
            _ => Err(self.error("a name in quotes is missing")),
        }
    }

    fn string(&mut self, quote: u8) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        let mut owned = String::new();
        let mut copied = start;
        loop {
            match self.peek() {
                Some(byte) if byte == quote => {
                    let rest = &self.text[copied..self.at];
                    self.at += 1;
                    if copied == start {
                        return Ok(Cow::Borrowed(rest));
                    }
                    owned.push_str(rest);
                    return Ok(Cow::Owned(owned));
                }
                Some(b'\\') => {
                    owned.push_str(&self.text[copied..self.at]);
                    self.at += 1;
                    owned.push(self.escape()?);
                    copied = self.at;
                }
                Some(0..=0x1f) if !self.lenient => {
                    return Err(self.error("a control character in a string"));
                }
                Some(_) => self.at += plain_bytes(&self.bytes[self.at..], quote).max(1),
                None => return Err(self.error("a string does not end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'\'') if self.lenient => '\'',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error("no such escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// `uXXXX`, or two of them for one character. Half a pair becomes U+FFFD: text is UTF-8 here.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let unit = self.unit()?;
        if !(0xd800..0xdc00).contains(&unit) || !self.bytes[self.at..].starts_with(b"\\u") {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let first_half_ends = self.at;
        self.at += 1;
        let second = self.unit()?;
        if !(0xdc00..0xe000).contains(&second) {
            self.at = first_half_ends;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let scalar = 0x1_0000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at + 1..self.at + 5);
        let valid = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = valid.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.error("four hexadecimal digits are missing"))?;
        self.at += 5;
        Ok(unit)
    }
}
