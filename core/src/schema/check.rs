//! Validation: the checks of a node, then the children of the instance, as the library goes.

use std::collections::BTreeSet;
use std::fmt::Write;

use ahash::{AHashMap, AHashSet};

use super::format::Format;
use crate::json::{Decimal, Json, Members, Number};
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

/// A number of a schema or an instance, and how it is printed: an integer as it is, another without the
/// zeros at its end.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) value: Decimal,
    text: String,
}

impl Shown {
    pub(super) fn of(number: &Number<'_>) -> Option<Self> {
        let value = Decimal::parse(number.source())?;
        let text = if number.is_integer() {
            number.source().to_owned()
        } else {
            value.stripped().to_string()
        };
        Some(Self { value, text })
    }

    /// As a bound of a schema: without an exponent where 64 bits hold it.
    pub(super) fn bound(self) -> Self {
        let whole = self.value.as_i64().filter(|whole| {
            Decimal::parse(&whole.to_string()).is_some_and(|whole| whole == self.value)
        });
        Self { text: whole.map_or(self.text, |whole| whole.to_string()), ..self }
    }
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
struct TooManySteps;

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
                        "instance failed to match all required schemas (matched only {matched} out of {all})"
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
                    format!("instance failed to match exactly one schema (matched {matched} out of {all})")
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
                        "property \"{name}\" of object has missing property dependencies (schema requires {}; \
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

impl Check {
    fn number(&self, number: &Number<'_>) -> Option<String> {
        if !matches!(self, Self::Maximum(_) | Self::Minimum(_) | Self::MultipleOf(_)) {
            return None;
        }
        let Some(Shown { value: found, text }) = Shown::of(number) else {
            return Some("a number is out of range".to_owned());
        };
        match self {
            Self::Maximum(Limit { bound, .. }) if found > bound.value => Some(format!(
                "numeric instance is greater than the required maximum (maximum: {}, found: {})",
                bound.text, text
            )),
            Self::Maximum(Limit { bound, strict: true }) if found == bound.value => Some(format!(
                "numeric instance is not strictly lower than the required maximum {}",
                bound.text
            )),
            Self::Minimum(Limit { bound, .. }) if found < bound.value => Some(format!(
                "numeric instance is lower than the required minimum (minimum: {}, found: {})",
                bound.text, text
            )),
            Self::Minimum(Limit { bound, strict: true }) if found == bound.value => Some(format!(
                "numeric instance is not strictly greater than the required minimum {}",
                bound.text
            )),
            Self::MultipleOf(divisor) if found.is_multiple_of(&divisor.value) != Some(true) => {
                Some(format!("remainder of division is not zero ({} / {})", text, divisor.text))
            }
            _ => None,
        }
    }

    fn string(&self, text: &str) -> Result<Option<String>, TooManySteps> {
        let length = || text.chars().count();
        Ok(match self {
            Self::MaxLength(most) if length() > *most => Some(format!(
                "string \"{text}\" is too long (length: {}, maximum allowed: {most})",
                length()
            )),
            Self::MinLength(least) if length() < *least => Some(format!(
                "string \"{text}\" is too short (length: {}, required minimum: {least})",
                length()
            )),
            Self::Pattern(source, pattern) => {
                let matches = pattern.is_match(text).map_err(|_| TooManySteps)?;
                (!matches).then(|| {
                    format!("ECMA 262 regex \"{source}\" does not match input string \"{text}\"")
                })
            }
            Self::Format(format) => format.error(text),
            _ => None,
        })
    }

    fn array(&self, elements: &[Json<'_>]) -> Option<String> {
        let length = elements.len();
        match self {
            Self::AdditionalItems(most) if length > *most => Some(format!(
                "schema only allows {most} elements in array but instance has {length} elements"
            )),
            Self::MaxItems(most) if length > *most => Some(format!(
                "array is too long: must have at most {most} elements but instance has {length} elements"
            )),
            Self::MinItems(least) if length < *least => Some(format!(
                "array is too short: must have at least {least} elements but instance has {length} elements"
            )),
            Self::UniqueItems => {
                let mut seen = AHashSet::new();
                let unique =
                    elements.iter().all(|element| seen.insert(canonical_in_order(element)));
                (!unique).then(|| "array must not contain duplicate elements".to_owned())
            }
            _ => None,
        }
    }

    fn object(&self, node: &Node, members: &Members<'_>) -> Result<Option<String>, TooManySteps> {
        let length = members.len();
        Ok(match self {
            Self::AdditionalProperties => {
                let mut unknown = BTreeSet::new();
                for name in
                    members.keys().filter(|name| !node.properties.contains_key(name.as_ref()))
                {
                    let mut known = false;
                    for (pattern, _) in &node.patterns {
                        known |= pattern.is_match(name).map_err(|_| TooManySteps)?;
                    }
                    if !known {
                        unknown.insert(name.as_ref());
                    }
                }
                (!unknown.is_empty()).then(|| {
                    format!(
                        "object instance has properties which are not allowed by the schema: {}",
                        names(unknown)
                    )
                })
            }
            Self::MaxProperties(most) if length > *most => Some(format!(
                "object has too many properties (found {length} but schema requires at most {most})"
            )),
            Self::MinProperties(least) if length < *least => Some(format!(
                "object has too few properties (found {length} but schema requires at least {least})"
            )),
            Self::Required(required) => {
                let missing = required.iter().filter(|name| !members.contains_key(&***name));
                let missing = missing.map(|name| &**name).collect::<Vec<_>>();
                (!missing.is_empty())
                    .then(|| format!("object has missing required properties ({})", names(missing)))
            }
            _ => None,
        })
    }
}

/// Names as a JSON array.
fn names<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let mut out = "[".to_owned();
    for (at, name) in names.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(name, &mut out);
    }
    out.push(']');
    out
}

fn shown_value(value: &Json<'_>) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// JSON as Jackson writes it: numbers without zeros at their end.
pub(super) fn write(value: &Json<'_>, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => match Shown::of(number) {
            Some(shown) => out.push_str(&shown.text),
            None => out.push_str(number.source()),
        },
        Json::String(text) => write_string(text, out),
        Json::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    Json::String(text.into()).write(crate::json::Escapes::Least, out);
}

/// A text that equal values share: numbers by value, members by name.
pub(super) fn canonical(value: &Json<'_>) -> String {
    let mut out = String::new();
    write_canonical(value, true, &mut out);
    out
}

/// The same with members in their order: among elements of an array, the library takes objects with members in
/// another order for different ones.
fn canonical_in_order(value: &Json<'_>) -> String {
    let mut out = String::new();
    write_canonical(value, false, &mut out);
    out
}

fn write_canonical(value: &Json<'_>, sorted: bool, out: &mut String) {
    match value {
        Json::Number(number) => match Decimal::parse(number.source()) {
            Some(decimal) => {
                let _ = write!(out, "{}", decimal.stripped());
            }
            None => out.push_str(number.source()),
        },
        Json::Array(elements) => {
            out.push('[');
            for element in elements {
                write_canonical(element, sorted, out);
                out.push(',');
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut members = members.iter().collect::<Vec<_>>();
            if sorted {
                members.sort_by(|(left, _), (right, _)| left.cmp(right));
            }
            out.push('{');
            for (name, value) in members {
                write_string(name, out);
                write_canonical(value, sorted, out);
                out.push(',');
            }
            out.push('}');
        }
        Json::Null | Json::Bool(_) | Json::String(_) => write(value, out),
    }
}
