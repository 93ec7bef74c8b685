//! Validation: the checks of a node, then the children of the instance, as the library goes.

use std::collections::BTreeSet;

use ahash::{AHashMap, AHashSet};

use super::format::Format;
use super::text::{Shown, canonical, names, shown_value};
use crate::json::{Json, Members};
use crate::limits::{SCHEMA_ERROR_BYTES_MAX, SCHEMA_ERRORS_MAX, SCHEMA_STEPS_MAX};
use crate::pattern::Pattern;

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// In the order they are reported.
    pub(super) checks: Vec<Check>,
    pub(super) properties: AHashMap<Box<str>, usize>,
    pub(super) patterns: Vec<(Pattern, usize)>,
    pub(super) additional_properties: Option<usize>,
    pub(super) items: Items,
    pub(super) additional_items: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) enum Items {
    #[default]
    Any,
    All(usize),
    Each(Vec<usize>),
}

#[derive(Debug)]
pub(super) struct Limit {
    pub(super) bound: Shown,
    pub(super) strict: bool,
}

/// A keyword that can fail.
#[derive(Debug)]
pub(super) enum Check {
    AdditionalItems(usize),
    AdditionalProperties,
    AllOf(Box<[usize]>),
    AnyOf(Box<[usize]>),
    /// Members another member needs, and schemas it brings.
    Dependencies(Vec<(Box<str>, BTreeSet<Box<str>>)>, Vec<(Box<str>, usize)>),
    /// Canonical texts, and the list as it is shown.
    Enum(AHashSet<String>, Box<str>),
    Format(Format),
    MaxItems(usize),
    MaxLength(usize),
    MaxProperties(usize),
    Maximum(Limit),
    MinItems(usize),
    MinLength(usize),
    MinProperties(usize),
    Minimum(Limit),
    MultipleOf(Shown),
    Not(usize),
    OneOf(Box<[usize]>),
    Pattern(Box<str>, Pattern),
    Required(BTreeSet<Box<str>>),
    Type(BTreeSet<Kind>),
    UniqueItems,
}

/// A primitive type, in the order they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Array,
    Boolean,
    Integer,
    Null,
    Number,
    Object,
    String,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Array,
        Self::Boolean,
        Self::Integer,
        Self::Null,
        Self::Number,
        Self::Object,
        Self::String,
    ];

    pub(super) fn of(value: &Json<'_>) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(number) if number.is_integer() => Self::Integer,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Null => "null",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }
}

impl Node {
    /// Schemas that are tried on the same instance.
    pub(super) fn same_instance(&self) -> Vec<usize> {
        let of = |check: &Check| match check {
            Check::AllOf(all) | Check::AnyOf(all) | Check::OneOf(all) => all.to_vec(),
            Check::Not(one) => vec![*one],
            Check::Dependencies(_, schemas) => schemas.iter().map(|(_, schema)| *schema).collect(),
            _ => Vec::new(),
        };
        self.checks.iter().flat_map(of).collect()
    }
}

/// The steps are used up.
pub(super) struct TooManySteps;

struct Validation<'n> {
    nodes: &'n [Node],
    steps: usize,
}

pub(super) fn validate(
    nodes: &[Node],
    root: usize,
    instance: &Json<'_>,
    errors: &mut Vec<String>,
) -> bool {
    let mut validation = Validation { nodes, steps: SCHEMA_STEPS_MAX };
    let mut found = Vec::new();
    let ended = validation.node(root, instance, &mut found);
    let valid = ended.is_ok() && found.is_empty();
    errors.append(&mut found);
    if ended.is_err() {
        errors.push(format!("the instance takes more than {SCHEMA_STEPS_MAX} steps to validate"));
    }
    valid
}

impl<'n> Validation<'n> {
    fn step(&mut self, steps: usize) -> Result<(), TooManySteps> {
        self.steps = self.steps.checked_sub(steps).ok_or(TooManySteps)?;
        Ok(())
    }

    fn node(
        &mut self,
        node: usize,
        instance: &Json<'_>,
        errors: &mut Vec<String>,
    ) -> Result<(), TooManySteps> {
        self.step(1)?;
        let nodes = self.nodes;
        let node = &nodes[node];
        for check in &node.checks {
            self.step(1)?;
            self.check(node, check, instance, errors)?;
            if errors.len() >= SCHEMA_ERRORS_MAX {
                return Ok(());
            }
        }
        match instance {
            Json::Array(elements) => self.elements(node, elements, errors),
            Json::Object(members) => self.members(node, members, errors),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    fn elements(
        &mut self,
        node: &Node,
        elements: &[Json<'_>],
        errors: &mut Vec<String>,
    ) -> Result<(), TooManySteps> {
        for (at, element) in elements.iter().enumerate() {
            let schema = match &node.items {
                Items::All(schema) => Some(*schema),
                Items::Each(schemas) => schemas.get(at).copied().or(node.additional_items),
                Items::Any => node.additional_items,
            };
            if let Some(schema) = schema {
                self.node(schema, element, errors)?;
            }
            if errors.len() >= SCHEMA_ERRORS_MAX {
                return Ok(());
            }
        }
        Ok(())
    }

    fn members(
        &mut self,
        node: &Node,
        members: &Members<'_>,
        errors: &mut Vec<String>,
    ) -> Result<(), TooManySteps> {
        let described = !node.properties.is_empty()
            || !node.patterns.is_empty()
            || node.additional_properties.is_some();
        if !described {
            return Ok(());
        }
        let mut names = members.iter().collect::<Vec<_>>();
        names.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
        for (name, value) in names {
            self.step(1 + node.patterns.len())?;
            let mut schemas = Vec::new();
            schemas.extend(node.properties.get(name.as_ref()).copied());
            for (pattern, schema) in &node.patterns {
                if pattern.is_match(name).map_err(|_| TooManySteps)? {
                    schemas.push(*schema);
                }
            }
            if schemas.is_empty() {
                schemas.extend(node.additional_properties);
            }
            for schema in schemas {
                self.node(schema, value, errors)?;
            }
            if errors.len() >= SCHEMA_ERRORS_MAX {
                return Ok(());
            }
        }
        Ok(())
    }

    /// How many of the schemas the instance matches.
    fn matched(&mut self, schemas: &[usize], instance: &Json<'_>) -> Result<usize, TooManySteps> {
        let mut matched = 0;
        for schema in schemas {
            let mut unseen = Vec::new();
            self.node(*schema, instance, &mut unseen)?;
            matched += usize::from(unseen.is_empty());
        }
        Ok(matched)
    }

    fn check(
        &mut self,
        node: &Node,
        check: &Check,
        instance: &Json<'_>,
        errors: &mut Vec<String>,
    ) -> Result<(), TooManySteps> {
        let error = match check {
            Check::AllOf(schemas) => {
                let (matched, all) = (self.matched(schemas, instance)?, schemas.len());
                (matched < all).then(|| {
                    format!(
                        "instance failed to match all required schemas (matched only \
                         {matched} out of {all})"
                    )
                })
            }
            Check::AnyOf(schemas) => (self.matched(schemas, instance)? == 0).then(|| {
                let all = schemas.len();
                format!("instance failed to match at least one required schema among {all}")
            }),
            Check::OneOf(schemas) => {
                let (matched, all) = (self.matched(schemas, instance)?, schemas.len());
                (matched != 1).then(|| {
                    format!(
                        "instance failed to match exactly one schema (matched {matched} \
                     out of {all})"
                    )
                })
            }
            Check::Not(schema) => (self.matched(&[*schema], instance)? == 1)
                .then(|| "instance matched a schema which it should not have".to_owned()),
            Check::Dependencies(members, schemas) => {
                return self.dependencies(members, schemas, instance, errors);
            }
            Check::Type(kinds) => wrong_type(kinds, instance),
            Check::Enum(values, shown) => (!values.contains(&canonical(instance))).then(|| {
                let instance = shown_value(instance);
                format!("instance value ({instance}) not found in enum (possible values: {shown})")
            }),
            _ => match instance {
                Json::Number(number) => check.number(number),
                Json::String(text) => check.string(text)?,
                Json::Array(elements) => check.array(elements),
                Json::Object(members) => {
                    self.step(members.len() * (1 + node.patterns.len()))?;
                    check.object(node, members)?
                }
                Json::Null | Json::Bool(_) => None,
            },
        };
        push(error, errors);
        Ok(())
    }

    fn dependencies(
        &mut self,
        members: &[(Box<str>, BTreeSet<Box<str>>)],
        schemas: &[(Box<str>, usize)],
        instance: &Json<'_>,
        errors: &mut Vec<String>,
    ) -> Result<(), TooManySteps> {
        for (name, needed) in members {
            if instance.member(name).is_some() {
                let missing = needed.iter().filter(|name| instance.member(name).is_none());
                let missing = missing.map(|name| &**name).collect::<Vec<_>>();
                let error = (!missing.is_empty()).then(|| {
                    format!(
                        "property \"{name}\" of object has missing property dependencies \
                         (schema requires {}; \
                         missing: {})",
                        names(needed.iter().map(|name| &**name)),
                        names(missing)
                    )
                });
                push(error, errors);
            }
        }
        for (name, schema) in schemas {
            if instance.member(name).is_some() {
                self.node(*schema, instance, errors)?;
            }
        }
        Ok(())
    }
}

fn push(error: Option<String>, errors: &mut Vec<String>) {
    if let Some(mut error) = error
        && errors.len() < SCHEMA_ERRORS_MAX
    {
        if error.len() > SCHEMA_ERROR_BYTES_MAX {
            error.truncate(error.floor_char_boundary(SCHEMA_ERROR_BYTES_MAX));
        }
        errors.push(error);
    }
}

fn wrong_type(kinds: &BTreeSet<Kind>, instance: &Json<'_>) -> Option<String> {
    let kind = Kind::of(instance);
    (!kinds.contains(&kind)).then(|| {
        let allowed = names(kinds.iter().map(|kind| kind.name()));
        let found = kind.name();
        format!(
            "instance type ({found}) does not match any allowed primitive type (allowed: {allowed})"
        )
    })
}
