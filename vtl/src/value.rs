//! The values of the language: a closed set, as Java's types behave in templates.
//!
//! Lists and maps are shared by reference and may be changed by a template, as in Java. There are
//! no classes and there is no reflection: what a value can do is written in `methods`.

mod containers;
mod equality;
mod small_map;

use std::borrow::Cow;
use std::rc::Rc;

pub use containers::{List, ListKind, Map};
pub(crate) use containers::{Scope, break_cycles};
pub(crate) use equality::{Budget, equals, hash_code};
pub use small_map::SmallMap;
use smol_str::SmolStr;

use crate::number;

/// A text: short ones are kept in place.
pub type Text = SmolStr;

/// The number an embedder gives to one of its own objects, such as `$input`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HostId(pub u32);

/// A value of the language.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// No value: `null`.
    #[default]
    Null,
    /// A `Boolean`.
    Bool(bool),
    /// An `Integer`.
    Int(i32),
    /// A `Long`.
    Long(i64),
    /// A `BigInteger`, up to 127 bits.
    Big(Box<i128>),
    /// A `Double`.
    Double(f64),
    /// A `Character`: one unit of UTF-16.
    Char(u16),
    /// A `String`.
    Text(Text),
    /// A list, an array or a set.
    List(List),
    /// A `LinkedHashMap`.
    Map(Map),
    /// A `Map.Entry`.
    Entry(Rc<(Self, Self)>),
    /// What a loop knows of itself: `$foreach`.
    Scope(LoopScope),
    /// What `#define` defines.
    Block(BlockId),
    /// An object of the embedder.
    Host(HostId),
}

/// `$foreach`.
#[derive(Debug, Clone)]
pub struct LoopScope(pub(crate) Rc<Scope>);

/// A block that `#define` or the body of a macro's call made, in one rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockId(pub(crate) u32);

impl Value {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Text::new(text))
    }

    /// The smallest of Java's integer types that holds the number.
    pub fn integer(number: i128) -> Self {
        if let Ok(number) = i32::try_from(number) {
            Self::Int(number)
        } else if let Ok(number) = i64::try_from(number) {
            Self::Long(number)
        } else {
            Self::Big(Box::new(number))
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text it is, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What Java prints for a text, a number or a truth value; None for anything else.
    pub fn plain_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Int(_) | Self::Long(_) | Self::Big(_) | Self::Double(_) => {
                let mut text = String::new();
                number::write(self, &mut text);
                Some(Cow::Owned(text))
            }
            Self::Null
            | Self::Char(_)
            | Self::List(_)
            | Self::Map(_)
            | Self::Entry(_)
            | Self::Scope(_)
            | Self::Block(_)
            | Self::Host(_) => None,
        }
    }

    /// The name of its type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "Boolean",
            Self::Int(_) => "Integer",
            Self::Long(_) => "Long",
            Self::Big(_) => "BigInteger",
            Self::Double(_) => "Double",
            Self::Char(_) => "Character",
            Self::Text(_) => "String",
            Self::List(list) => list.kind().type_name(),
            Self::Map(_) => "Map",
            Self::Entry(_) => "Map.Entry",
            Self::Scope(_) => "ForeachScope",
            Self::Block(_) => "Block",
            Self::Host(_) => "object",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Text> for Value {
    fn from(value: Text) -> Self {
        Self::Text(value)
    }
}

impl From<List> for Value {
    fn from(value: List) -> Self {
        Self::List(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}
