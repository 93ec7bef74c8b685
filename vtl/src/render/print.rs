//! The texts of values: as Java prints them, and as JSON where an array of JSON is printed.

use std::borrow::Cow;
use std::fmt::Write;

use super::{Halt, Outcome, Render};
use crate::limits::PRINT_DEPTH_MAX;
use crate::number;
use crate::text;
use crate::value::{BlockId, List, ListKind, Map, Value};

impl Render<'_, '_> {
    /// The text of a value, as `toString` has it; None for null.
    pub(crate) fn text_of<'v>(&mut self, value: &'v Value) -> Result<Option<Cow<'v, str>>, Halt> {
        Ok(match value {
            Value::Null => None,
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Bool(true) => Some(Cow::Borrowed("true")),
            Value::Bool(false) => Some(Cow::Borrowed("false")),
            Value::Block(block) => self.block_text(*block)?.map(Cow::Owned),
            _ => Some(Cow::Owned(self.captured(|render| render.print(value))?)),
        })
    }

    /// The text of a block; None when it runs inside itself too often.
    pub(crate) fn block_text(&mut self, block: BlockId) -> Result<Option<String>, Halt> {
        let mut ran = false;
        let text = self.captured(|render| {
            ran = render.run_block(block, false)?;
            Ok(())
        })?;
        Ok(ran.then_some(text))
    }

    /// Writes a value.
    pub(super) fn print(&mut self, value: &Value) -> Outcome {
        self.print_at(value, 0)
    }

    fn print_at(&mut self, value: &Value, depth: usize) -> Outcome {
        if depth > PRINT_DEPTH_MAX {
            return Err(Halt::fail("a value that is nested too deeply to be printed"));
        }
        match value {
            Value::Null => self.write("null"),
            Value::Text(text) => self.write(text),
            Value::Bool(true) => self.write("true"),
            Value::Bool(false) => self.write("false"),
            Value::Int(_) | Value::Long(_) | Value::Big(_) | Value::Double(_) => {
                self.written(|out| number::write(value, out))
            }
            Value::Char(unit) => self.written(|out| out.push(text::from_unit(*unit))),
            Value::List(list) => match list.kind() {
                ListKind::Json => self.json(value, depth),
                // What Java prints for an array is no use to anybody.
                ListKind::Strings => self.write("[Ljava.lang.String;@0"),
                _ => self.print_list(list, depth),
            },
            Value::Map(map) => self.print_map(map, depth),
            Value::Scope(scope) => self.print_map(&scope.0.storage, depth),
            Value::Entry(entry) => {
                self.print_at(&entry.0, depth + 1)?;
                self.write("=")?;
                self.print_at(&entry.1, depth + 1)
            }
            Value::Block(block) => match self.block_text(*block)? {
                Some(text) => self.write(&text),
                None => self.write("null"),
            },
            Value::Host(_) => {
                let text = self.host_text(value);
                self.write(&text)
            }
        }
    }

    fn host_text(&mut self, value: &Value) -> String {
        let mut text = String::new();
        if let Value::Host(object) = value {
            self.env.print(*object, &mut text);
        }
        text
    }

    /// Writes what is short by itself.
    fn written(&mut self, write: impl FnOnce(&mut String)) -> Outcome {
        let start = self.out.len();
        write(&mut self.out);
        let written = self.out.len() - start;
        self.meter.write(start, written)
    }

    fn print_list(&mut self, list: &List, depth: usize) -> Outcome {
        self.write("[")?;
        let mut at = 0;
        while let Some(element) = list.get(at) {
            if at > 0 {
                self.write(", ")?;
            }
            self.meter.step()?;
            match &element {
                Value::List(inner) if inner.is(list) => self.write("(this Collection)")?,
                _ => self.print_at(&element, depth + 1)?,
            }
            at += 1;
        }
        self.write("]")
    }

    fn print_map(&mut self, map: &Map, depth: usize) -> Outcome {
        self.write("{")?;
        let mut at = 0;
        while let Some((key, value)) = map.entry(at) {
            if at > 0 {
                self.write(", ")?;
            }
            self.meter.step()?;
            for (part, separator) in [(&key, "="), (&value, "")] {
                match part {
                    Value::Map(inner) if inner.is(map) => self.write("(this Map)")?,
                    _ => self.print_at(part, depth + 1)?,
                }
                self.write(separator)?;
            }
            at += 1;
        }
        self.write("}")
    }

    /// Writes a value as json-smart writes it.
    pub(super) fn json(&mut self, value: &Value, depth: usize) -> Outcome {
        if depth > PRINT_DEPTH_MAX {
            return Err(Halt::fail("a value that is nested too deeply to be printed"));
        }
        match value {
            Value::Text(text) => self.json_text(text),
            Value::List(list) => {
                self.write("[")?;
                let mut at = 0;
                while let Some(element) = list.get(at) {
                    if at > 0 {
                        self.write(",")?;
                    }
                    self.meter.step()?;
                    self.json(&element, depth + 1)?;
                    at += 1;
                }
                self.write("]")
            }
            Value::Map(map) => self.json_map(map, depth),
            Value::Scope(scope) => self.json_map(&scope.0.storage, depth),
            Value::Double(number) if !number.is_finite() => self.write("null"),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Long(_)
            | Value::Big(_)
            | Value::Double(_) => self.print_at(value, depth),
            Value::Char(_) | Value::Entry(_) | Value::Block(_) | Value::Host(_) => {
                let text = self.captured(|render| render.print_at(value, depth))?;
                self.json_text(&text)
            }
        }
    }

    fn json_map(&mut self, map: &Map, depth: usize) -> Outcome {
        self.write("{")?;
        let mut at = 0;
        while let Some((key, value)) = map.entry(at) {
            if at > 0 {
                self.write(",")?;
            }
            self.meter.step()?;
            match &key {
                Value::Text(key) => self.json_text(key)?,
                key => {
                    let key = self.captured(|render| render.print_at(key, depth + 1))?;
                    self.json_text(&key)?;
                }
            }
            self.write(":")?;
            self.json(&value, depth + 1)?;
            at += 1;
        }
        self.write("}")
    }

    fn json_text(&mut self, text: &str) -> Outcome {
        // Checked before: nothing becomes longer than six bytes for one.
        self.meter.write(self.out.len(), text.len() + 2)?;
        self.out.push('"');
        let start = self.out.len();
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            let escape = match character {
                '"' => "\\\"",
                '\\' => "\\\\",
                '/' => "\\/",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2000}'..='\u{20ff}' => "",
                _ => continue,
            };
            self.out.push_str(&text[plain..at]);
            if escape.is_empty() {
                let _ = write!(self.out, "\\u{:04X}", u32::from(character));
            } else {
                self.out.push_str(escape);
            }
            plain = at + character.len_utf8();
        }
        self.out.push_str(&text[plain..]);
        self.out.push('"');
        let written = self.out.len() - start;
        self.meter.write(start, written)
    }
}
