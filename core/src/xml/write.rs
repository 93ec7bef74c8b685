//! Values to XML text.

use std::collections::HashMap;

use ringway_vtl::{List, Map, Text, Value};

use super::characters::{Place, escape_for, shown};
use super::{Allowance, CONTENT, Key};
use crate::limits::XML_DEPTH_MAX;

/// Appends the elements that a map stands for, by the table of this module. A list is an element
/// for each of its values, null an element or attribute without text; numbers and truth values are
/// texts.
///
/// # Errors
/// One sentence with the path to the element: a name or a character that XML does not have, a
/// value that is no element, or more than is allowed.
pub fn write(map: &Map, allowance: &mut Allowance, out: &mut String) -> Result<(), String> {
    let mut writing = Writing { path: Vec::new(), allowance, out };
    let written = writing.document(map);
    written.map_err(|message| match writing.path.is_empty() {
        true => message,
        false => format!("{message} (in {})", shown(&writing.path.join("/"))),
    })
}

struct Writing<'a> {
    /// Names of the elements that are open; it stays as it is where writing fails.
    path: Vec<Text>,
    allowance: &'a mut Allowance,
    out: &'a mut String,
}

impl Writing<'_> {
    fn document(&mut self, map: &Map) -> Result<(), String> {
        for (key, value) in map.iter() {
            self.allowance.take_node()?;
            match Key::of(&key)? {
                Key::Element(name) => self.elements(name, &value)?,
                Key::Attribute(_) | Key::Text | Key::Content => {
                    let key = key.as_text().map(shown).unwrap_or_default();
                    return Err(format!("{key} outside an element"));
                }
            }
        }
        Ok(())
    }

    /// One element, or one for each value of a list.
    fn elements(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let Value::List(list) = value else { return self.element(name, value) };
        for value in list.iter() {
            self.allowance.take_node()?;
            self.element(name, &value)?;
        }
        Ok(())
    }

    fn element(&mut self, name: &str, value: &Value) -> Result<(), String> {
        if self.path.len() == XML_DEPTH_MAX {
            return Err(format!("more than {XML_DEPTH_MAX} elements inside each other"));
        }
        self.path.push(name.into());
        self.raw(&["<", name])?;
        if let Value::Map(map) = value {
            self.attributes(map)?;
        }
        let start = self.out.len();
        self.raw(&[">"])?;
        match value {
            Value::Map(map) => self.content(map)?,
            value => self.escaped(value, Place::Content)?,
        }
        if self.out.len() == start + 1 {
            self.out.truncate(start);
            self.raw(&["/>"])?;
        } else {
            self.raw(&["</", name, ">"])?;
        }
        self.path.pop();
        Ok(())
    }

    fn attributes(&mut self, map: &Map) -> Result<(), String> {
        for (key, value) in map.iter() {
            self.allowance.take_node()?;
            if let Key::Attribute(name) = Key::of(&key)? {
                self.raw(&[" ", name, "=\""])?;
                self.escaped(&value, Place::Attribute)?;
                self.raw(&["\""])?;
            }
        }
        Ok(())
    }

    fn content(&mut self, map: &Map) -> Result<(), String> {
        if let Some(content) = map.get(CONTENT) {
            let Value::List(pieces) = content else {
                return Err(format!("{CONTENT} is a {}, no list", content.type_name()));
            };
            if !agree(map, &pieces)? {
                return Err(format!("{CONTENT} and the entries beside it do not agree"));
            }
            return self.pieces(&pieces);
        }
        for (key, value) in map.iter() {
            match Key::of(&key)? {
                Key::Element(name) => self.elements(name, &value)?,
                Key::Text => self.escaped(&value, Place::Content)?,
                Key::Attribute(_) | Key::Content => {}
            }
        }
        Ok(())
    }

    /// Texts, and maps of elements.
    fn pieces(&mut self, pieces: &List) -> Result<(), String> {
        for piece in pieces.iter() {
            self.allowance.take_node()?;
            match &piece {
                Value::Map(elements) => self.document(elements)?,
                text => self.escaped(text, Place::Content)?,
            }
        }
        Ok(())
    }

    fn escaped(&mut self, value: &Value, place: Place) -> Result<(), String> {
        let text = match (value.plain_text(), value) {
            (Some(text), _) => text,
            (None, Value::Null) => return Ok(()),
            (None, value) => return Err(format!("a {} is no text", value.type_name())),
        };
        let before = self.out.len();
        self.allowance.take_bytes(text.len())?;
        escape_for(place, &text, self.out)?;
        self.allowance.take_bytes(self.out.len() - before - text.len())
    }

    fn raw(&mut self, parts: &[&str]) -> Result<(), String> {
        for part in parts {
            self.allowance.take_bytes(part.len())?;
            self.out.push_str(part);
        }
        Ok(())
    }
}

/// Whether the entries beside `#content` are none, or the elements it has: what a template put
/// beside it would else be lost without a word.
fn agree(map: &Map, pieces: &List) -> Result<bool, String> {
    let mut named = 0;
    for (key, value) in map.iter() {
        match Key::of(&key)? {
            Key::Element(_) => named += if let Value::List(list) = value { list.len() } else { 1 },
            Key::Text => return Ok(false),
            Key::Attribute(_) | Key::Content => {}
        }
    }
    if named == 0 {
        return Ok(true);
    }
    let mut seen: HashMap<Text, usize, ahash::RandomState> = HashMap::default();
    for piece in pieces.iter() {
        let Value::Map(elements) = piece else { continue };
        for (key, value) in elements.iter() {
            let Value::Text(name) = key else { return Ok(false) };
            let named = map.get(&name);
            let seen = seen.entry(name).or_default();
            let same = match named {
                Some(Value::List(list)) => list.get(*seen).is_some_and(|one| is(&one, &value)),
                Some(one) => *seen == 0 && is(&one, &value),
                None => false,
            };
            if !same {
                return Ok(false);
            }
            *seen += 1;
        }
    }
    Ok(seen.values().sum::<usize>() == named)
}

/// Whether both are the same object, or equal texts.
fn is(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => one.is(other),
        (Value::List(one), Value::List(other)) => one.is(other),
        (one, other) => one.plain_text().is_some_and(|text| other.plain_text() == Some(text)),
    }
}
