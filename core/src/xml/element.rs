//! An element while it is read, and the value it becomes.

use ringway_vtl::{List, ListKind, Map, Text, Value};

use super::characters::is_space;
use super::{ATTRIBUTE, CONTENT, TEXT};

/// What stands in an element.
#[derive(Debug)]
enum Piece {
    Text(String),
    Element(Text, Value),
}

/// An element whose end was not read yet.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: Text,
    map: Map,
    pieces: Vec<Piece>,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), map: Map::new(), pieces: Vec::new() }
    }

    /// Adds an attribute; false when there was one of that name.
    pub(super) fn attribute(&self, name: &str, value: String) -> bool {
        self.map.insert(format!("{ATTRIBUTE}{name}"), value).is_none()
    }

    /// The text that comes next, or goes on; and whether it is a new one.
    pub(super) fn text(&mut self) -> (&mut String, bool) {
        let is_new = !matches!(self.pieces.last(), Some(Piece::Text(_)));
        if is_new {
            self.pieces.push(Piece::Text(String::new()));
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => (text, is_new),
            Some(Piece::Element(..)) | None => unreachable!("a text was pushed"),
        }
    }

    pub(super) fn element(&mut self, name: Text, value: Value) {
        self.pieces.push(Piece::Element(name, value));
    }

    /// The value of the element, its end being read.
    pub(super) fn finish(mut self) -> (Text, Value) {
        if self.pieces.len() <= 1 {
            match self.pieces.pop() {
                Some(Piece::Text(text)) if self.map.is_empty() => return (self.name, text.into()),
                Some(Piece::Text(text)) => {
                    self.map.insert(TEXT, text);
                    return (self.name, self.map.into());
                }
                Some(element) => self.pieces.push(element),
                None if self.map.is_empty() => return (self.name, "".into()),
                None => return (self.name, self.map.into()),
            }
        }
        let is_mixed = self.pieces.iter().any(Piece::is_text);
        let in_groups = self.add_elements();
        if is_mixed || !in_groups {
            let pieces = self.pieces.into_iter().filter(|piece| is_mixed || !piece.is_blank());
            let content = pieces.map(Piece::into_value).collect();
            self.map.insert(CONTENT, List::new(ListKind::Json, content));
        }
        (self.name, self.map.into())
    }

    /// Adds the elements under their names; false when those of one name do not stand together.
    fn add_elements(&self) -> bool {
        let mut in_groups = true;
        let mut before: Option<&Text> = None;
        for piece in &self.pieces {
            let Piece::Element(name, value) = piece else { continue };
            match self.map.get(name) {
                None => {
                    self.map.insert(name.clone(), value.clone());
                }
                Some(first) => {
                    in_groups &= before == Some(name);
                    match first {
                        Value::List(list) => list.push(value.clone()),
                        first => {
                            let list = List::new(ListKind::Json, vec![first, value.clone()]);
                            self.map.insert(name.clone(), list);
                        }
                    }
                }
            }
            before = Some(name);
        }
        in_groups
    }
}

impl Piece {
    /// Whether it is a text that means something beside elements.
    fn is_text(&self) -> bool {
        matches!(self, Self::Text(text) if !text.chars().all(is_space))
    }

    fn is_blank(&self) -> bool {
        matches!(self, Self::Text(_)) && !self.is_text()
    }

    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Element(name, value) => Map::from_iter([(name, value)]).into(),
        }
    }
}
