//! Keywords of one primitive type: whether they hold, and the sentence if they do not.

use std::collections::BTreeSet;

use ahash::AHashSet;

use super::check::{Check, Limit, Node, TooManySteps};
use super::text::{Shown, canonical_in_order, names};
use crate::json::{Json, Members, Number};

impl Check {
    pub(super) fn number(&self, number: &Number<'_>) -> Option<String> {
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

    pub(super) fn string(&self, text: &str) -> Result<Option<String>, TooManySteps> {
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

    pub(super) fn array(&self, elements: &[Json<'_>]) -> Option<String> {
        let length = elements.len();
        match self {
            Self::AdditionalItems(most) if length > *most => Some(format!(
                "schema only allows {most} elements in array but instance has {length} elements"
            )),
            Self::MaxItems(most) if length > *most => Some(format!(
                "array is too long: must have at most {most} elements but instance has \
                 {length} elements"
            )),
            Self::MinItems(least) if length < *least => Some(format!(
                "array is too short: must have at least {least} elements but instance has \
                 {length} elements"
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

    pub(super) fn object(
        &self,
        node: &Node,
        members: &Members<'_>,
    ) -> Result<Option<String>, TooManySteps> {
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
                "object has too few properties (found {length} but schema requires at least \
                 {least})"
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
