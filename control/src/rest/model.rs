//! The service model: AWS's own description of operations and of the shapes of their inputs.
//!
//! Made by `scripts/service-model` from botocore's `apigateway` (2015-07-09). Knows no operation
//! by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

/// The model, parsed once.
pub(super) static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let raw: Raw = serde_json::from_str(include_str!("model.json"))
        .expect("the service model was made by our script");
    Model::new(raw)
});

/// Operations and shapes.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) operations: Vec<Operation>,
    shapes: HashMap<String, Shape>,
}

/// An operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// AWS's name.
    pub(super) name: String,
    /// Verb.
    pub(super) method: String,
    /// Parts of its path.
    pub(super) path: Vec<Segment>,
    /// What must stand in the query: `mode=import`.
    pub(super) query: Option<(String, String)>,
    /// Status of success.
    pub(super) code: u16,
    /// The shape of its input.
    pub(super) input: String,
}

/// A part of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// `restapis`
    Static(String),
    /// `{restapi_id}`
    Label(String),
}

/// A shape.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Shape {
    Structure {
        #[serde(default)]
        required: Vec<String>,
        #[serde(default)]
        members: IndexMap<String, Member>,
        payload: Option<String>,
    },
    List {
        member: String,
    },
    Map {
        value: String,
    },
    String {
        #[serde(rename = "enum", default)]
        values: Vec<String>,
        pattern: Option<String>,
    },
    Boolean,
    Integer,
    Long,
    Double,
    Timestamp,
    Blob,
}

/// A member of a structure.
#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub(super) shape: String,
    #[serde(rename = "in", default)]
    pub(super) location: Location,
    /// Its name on the wire, where it is not its own.
    #[serde(rename = "as")]
    wire_name: Option<String>,
}

/// Where a member travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Location {
    #[default]
    Body,
    Uri,
    QueryString,
    Header,
}

#[derive(Deserialize)]
struct Raw {
    operations: IndexMap<String, RawOperation>,
    shapes: HashMap<String, Shape>,
}

#[derive(Deserialize)]
struct RawOperation {
    method: String,
    uri: String,
    code: u16,
    input: String,
}

impl Model {
    fn new(raw: Raw) -> Self {
        let operations = raw.operations.into_iter().map(|(name, raw)| raw.named(name)).collect();
        Self { operations, shapes: raw.shapes }
    }

    /// The shape of this name.
    pub(super) fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).expect("the service model names only its own shapes")
    }
}

impl Operation {
    /// Whether its input has tags, set or taken away.
    pub(super) fn has_tags(&self) -> bool {
        match MODEL.shape(&self.input) {
            Shape::Structure { members, .. } => {
                members.contains_key("tags") || members.contains_key("tagKeys")
            }
            _ => false,
        }
    }
}

impl RawOperation {
    fn named(self, name: String) -> Operation {
        let (path, query) = match self.uri.split_once('?') {
            Some((path, query)) => (path, query.split_once('=')),
            None => (self.uri.as_str(), None),
        };
        let segment = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(label) => Segment::Label(label.to_owned()),
            None => Segment::Static(part.to_owned()),
        };
        Operation {
            name,
            path: path.trim_start_matches('/').split('/').map(segment).collect(),
            query: query.map(|(key, value)| (key.to_owned(), value.to_owned())),
            method: self.method,
            code: self.code,
            input: self.input,
        }
    }
}

impl Member {
    /// Its name on the wire.
    pub(super) fn wire_name<'m>(&'m self, own: &'m str) -> &'m str {
        self.wire_name.as_deref().unwrap_or(own)
    }
}
