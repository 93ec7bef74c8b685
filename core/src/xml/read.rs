//! XML text to values. quick-xml finds the tags; what it lets pass that is no XML is refused here.

use quick_xml::events::Event;
use quick_xml::{Error, Reader};
use ringway_vtl::{Map, Text, Value};

use super::characters::{is_char, is_name, is_space, no_character, resolve, shown};
use super::element::Element;
use super::{Allowance, XmlError};
use crate::limits::{XML_ATTRIBUTES_MAX, XML_DEPTH_MAX};

const BYTE_ORDER_MARK: char = '\u{feff}';
const OUTSIDE: &str = "text outside the root element";

/// Reads a document: a map with its root element as the one entry. The table of this module says
/// what becomes of it.
///
/// # Errors
/// It is no XML 1.0, has a document type declaration, declares another encoding than UTF-8, or is
/// larger or deeper than allowed.
pub fn parse(text: &str, allowance: &mut Allowance) -> Result<Map, XmlError> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reading = Reading { open: Vec::new(), root: None, allowance, at: 0 };
    let root = match reading.document(text) {
        Ok(root) => root,
        Err(message) => return Err(located(text, reading.at, message)),
    };
    Ok(Map::from_iter([root]))
}

fn located(text: &str, at: usize, message: String) -> XmlError {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    XmlError {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    }
}

struct Reading<'a> {
    /// Elements inside each other.
    open: Vec<Element>,
    root: Option<(Text, Value)>,
    allowance: &'a mut Allowance,
    /// Bytes before what is read at the moment: the place of an error.
    at: usize,
}

impl Reading<'_> {
    fn document(&mut self, text: &str) -> Result<(Text, Value), String> {
        self.allowance.take_bytes(text.len())?;
        // quick-xml would pass over it.
        if text.starts_with(BYTE_ORDER_MARK) {
            return Err(OUTSIDE.to_owned());
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        loop {
            self.at = offset(reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                self.at = offset(reader.error_position());
                shown(&match error {
                    Error::Syntax(error) => error.to_string(),
                    Error::IllFormed(error) => error.to_string(),
                    error => error.to_string(),
                })
            })?;
            match event {
                Event::Start(tag) => self.start(&tag)?,
                Event::Empty(tag) => {
                    self.start(&tag)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(&text, false)?,
                Event::CData(text) => self.text(&text, true)?,
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Comment(comment) => self.check_characters(&comment)?,
                Event::PI(instruction) => self.instruction(&instruction)?,
                Event::Decl(declaration) => self.declaration(&declaration)?,
                Event::DocType(_) => {
                    return Err("a document type declaration (DTD) is not allowed".to_owned());
                }
                Event::Eof => break,
            }
        }
        match (self.open.last(), self.root.take()) {
            (Some(element), _) => Err(format!("<{}> has no end", shown(&element.name))),
            (None, None) => Err("there is no element".to_owned()),
            (None, Some(root)) => Ok(root),
        }
    }

    /// A start tag, without its brackets.
    fn start(&mut self, tag: &str) -> Result<(), String> {
        if self.open.is_empty() && self.root.is_some() {
            return Err("a second element beside the root".to_owned());
        }
        if self.open.len() == XML_DEPTH_MAX {
            return Err(format!("more than {XML_DEPTH_MAX} elements inside each other"));
        }
        self.allowance.take_node()?;
        let (name, rest) = tag.split_at(tag.find(is_space).unwrap_or(tag.len()));
        if !is_name(name) {
            return Err(format!("{} is no name of an element", shown(name)));
        }
        let element = Element::new(name);
        let (mut rest, mut count) = (rest, 0);
        let behind = self.at + 1 + tag.len();
        while let Some(found) = attribute(rest) {
            self.at = behind - rest.trim_start_matches(is_space).len();
            let found = found?;
            count += 1;
            if count > XML_ATTRIBUTES_MAX {
                return Err(format!("more than {XML_ATTRIBUTES_MAX} attributes"));
            }
            self.allowance.take_node()?;
            if !element.attribute(found.name, value(found.value)?) {
                return Err(format!("a second attribute {}", shown(found.name)));
            }
            rest = found.rest;
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        let (name, value) = element.finish();
        match self.open.last_mut() {
            Some(parent) => parent.element(name, value),
            None => self.root = Some((name, value)),
        }
    }

    fn text(&mut self, text: &str, is_cdata: bool) -> Result<(), String> {
        self.check_characters(text)?;
        if let (false, Some(at)) = (is_cdata, text.find("]]>")) {
            self.at += at;
            return Err("]]> in a text".to_owned());
        }
        if self.open.is_empty() && !is_cdata && text.chars().all(is_space) {
            return Ok(());
        }
        let out = self.open_text()?;
        let mut lines = text.split('\r');
        out.push_str(lines.next().unwrap_or_default());
        for line in lines {
            out.push('\n');
            out.push_str(line.strip_prefix('\n').unwrap_or(line));
        }
        Ok(())
    }

    fn reference(&mut self, reference: &str) -> Result<(), String> {
        let char = resolve(reference)?;
        self.open_text()?.push(char);
        Ok(())
    }

    /// The text of the innermost element, to go on.
    fn open_text(&mut self) -> Result<&mut String, String> {
        let element = self.open.last_mut().ok_or(OUTSIDE)?;
        let (text, is_new) = element.text();
        if is_new {
            self.allowance.take_node()?;
        }
        Ok(text)
    }

    fn instruction(&mut self, instruction: &str) -> Result<(), String> {
        self.check_characters(instruction)?;
        let target = instruction.split(is_space).next().unwrap_or_default();
        if !is_name(target) || target.contains(':') || target.eq_ignore_ascii_case("xml") {
            return Err(format!("{} is no name of a processing instruction", shown(target)));
        }
        Ok(())
    }

    /// `xml version="1.0" encoding="…" standalone="…"`, the last two or one of them left out.
    fn declaration(&self, declaration: &str) -> Result<(), String> {
        if self.at != 0 {
            return Err("an XML declaration that is not at the start".to_owned());
        }
        let mut rest = declaration.strip_prefix("xml").unwrap_or(declaration);
        let mut names = ["version", "encoding", "standalone"].into_iter();
        let mut has_version = false;
        while let Some(found) = attribute(rest) {
            let found = found?;
            if !names.any(|name| name == found.name) {
                return Err(format!("{} in the XML declaration", shown(found.name)));
            }
            let is_known = match found.name {
                "version" => found.value == "1.0",
                "encoding" => ["UTF-8", "UTF8", "US-ASCII"]
                    .iter()
                    .any(|known| found.value.eq_ignore_ascii_case(known)),
                _ => matches!(found.value, "yes" | "no"),
            };
            if !is_known {
                let (name, value) = (found.name, shown(found.value));
                return Err(match name {
                    "encoding" => format!("encoding {value} is declared: bodies are read as UTF-8"),
                    _ => format!("{name} {value} is not supported"),
                });
            }
            has_version |= found.name == "version";
            rest = found.rest;
        }
        if has_version { Ok(()) } else { Err("an XML declaration without version".to_owned()) }
    }

    fn check_characters(&mut self, text: &str) -> Result<(), String> {
        match text.char_indices().find(|(_, char)| !is_char(*char)) {
            Some((at, char)) => {
                self.at += at;
                Err(no_character(char))
            }
            None => Ok(()),
        }
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// An attribute as it is written, and what comes behind it.
struct Attribute<'t> {
    name: &'t str,
    value: &'t str,
    rest: &'t str,
}

/// The next attribute; None when there is none.
fn attribute(tag: &str) -> Option<Result<Attribute<'_>, String>> {
    let start = tag.trim_start_matches(is_space);
    if start.is_empty() {
        return None;
    }
    if start.len() == tag.len() {
        return Some(Err("no white space before an attribute".to_owned()));
    }
    let end = start.find(|char| char == '=' || is_space(char)).unwrap_or(start.len());
    let (name, rest) = start.split_at(end);
    if !is_name(name) {
        return Some(Err(format!("{} is no name of an attribute", shown(name))));
    }
    let rest = rest.trim_start_matches(is_space).strip_prefix('=');
    let rest = rest.map(|rest| rest.trim_start_matches(is_space));
    let quoted = rest.and_then(|rest| {
        let quote = rest.chars().next().filter(|char| matches!(char, '"' | '\''))?;
        rest[1..].split_once(quote)
    });
    Some(match quoted {
        Some((value, rest)) => Ok(Attribute { name, value, rest }),
        None => Err(format!("attribute {} has no value in quotes", shown(name))),
    })
}

/// The value of an attribute, its references resolved and its white space made spaces.
fn value(written: &str) -> Result<String, String> {
    let mut value = String::with_capacity(written.len());
    let mut rest = written.chars();
    while let Some(char) = rest.next() {
        match char {
            '<' => return Err("< in the value of an attribute".to_owned()),
            '&' => {
                let (reference, behind) = rest
                    .as_str()
                    .split_once(';')
                    .ok_or("& without ; in the value of an attribute")?;
                value.push(resolve(reference)?);
                rest = behind.chars();
            }
            '\r' => {
                let behind = rest.as_str();
                rest = behind.strip_prefix('\n').unwrap_or(behind).chars();
                value.push(' ');
            }
            '\t' | '\n' => value.push(' '),
            _ if is_char(char) => value.push(char),
            _ => return Err(no_character(char)),
        }
    }
    Ok(value)
}
