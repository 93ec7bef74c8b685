//! XML as values of templates, and back: what `$ringway` lends to a template.
//!
//! | XML | value |
//! |---|---|
//! | a document | a map with one entry: the root element |
//! | an element without attributes and elements | its text, as it stands; `""` for none |
//! | any other element | a map |
//! | its attribute `a`, also `xmlns` and `xmlns:p` | entry `@a` |
//! | an element in it | entry of its name, prefix included |
//! | several of one name in it | entry of that name: the list of them |
//! | its text, beside attributes | entry `#text` |
//! | text between elements, or others between those of one name | entry `#content` too |
//! | white space between elements, where there is no other text | nothing |
//! | comments, processing instructions, the XML declaration | nothing |
//!
//! The entry `#content` is the list of all texts and elements in their order, an element being a
//! map with one entry; it has the same values as the entries beside it.
//!
//! [`write()`] is the way back: what it writes means what was read, but for what became nothing.
//! Prefixes stay as they are written; none is resolved. A document type declaration is refused, so
//! there are no entities but the five of XML, and nothing outside the text is ever read. Where a
//! text comes from, and what a template is, is not known here.

mod characters;
mod element;
mod find;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

pub use characters::escape;
pub use find::{find, text_of};
pub use read::parse;
use ringway_vtl::Value;
pub use write::write;

use characters::shown;

/// What may still be read, written and looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Bytes of XML.
    pub bytes: usize,
    /// Elements, attributes and texts.
    pub nodes: usize,
}

impl Allowance {
    pub(crate) fn take_bytes(&mut self, bytes: usize) -> Result<(), String> {
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or("the template reads and writes too many bytes of XML")?;
        Ok(())
    }

    pub(crate) fn take_node(&mut self) -> Result<(), String> {
        let left = self.nodes.checked_sub(1);
        self.nodes = left.ok_or("the template works on too many elements of XML")?;
        Ok(())
    }
}

/// Why a text is no XML that is read here, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlError {
    /// Line, from 1.
    pub line: usize,
    /// Characters in the line up to and with the place, from 1.
    pub column: usize,
    /// One sentence without the place.
    pub message: String,
}

impl fmt::Display for XmlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message } = self;
        write!(formatter, "{message} (XML line {line}, column {column})")
    }
}

/// Entry of a map that is the text of an element.
const TEXT: &str = "#text";
/// Entry of a map that is everything in an element, in order.
const CONTENT: &str = "#content";
/// What the key of an attribute begins with.
const ATTRIBUTE: char = '@';

/// What a key of a map means.
enum Key<'k> {
    Attribute(&'k str),
    Text,
    Content,
    Element(&'k str),
}

impl<'k> Key<'k> {
    fn of(key: &'k Value) -> Result<Self, String> {
        match key.as_text() {
            Some(TEXT) => Ok(Self::Text),
            Some(CONTENT) => Ok(Self::Content),
            Some(name) => {
                let attribute = name.strip_prefix(ATTRIBUTE);
                let plain = attribute.unwrap_or(name);
                if !characters::is_name(plain) {
                    return Err(format!("{} is no name of XML", shown(name)));
                }
                Ok(attribute.map_or(Self::Element(plain), Self::Attribute))
            }
            None => Err(format!("a {} is no name of XML", key.type_name())),
        }
    }
}
