//! Statements, compiled: what they are about, and whether a request is that.

use super::condition::{Condition, all, any};
use super::grammar::{Many, Pairs, Statement as Written};
use super::pattern::{ArnPattern, Case, Pattern, Syntax};
use super::principal::Principals;
use super::{PolicyKind, Request};

/// What a statement does with a request it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// An element, or with `Not` everything but it.
#[derive(Debug, Clone, PartialEq)]
struct Element<T> {
    listed: T,
    negated: bool,
}

impl<T> Element<T> {
    /// Of an element and its `Not` form a statement has one.
    fn of(is: Option<T>, not: Option<T>, none: &str) -> Result<Self, String> {
        match (is, not) {
            (Some(listed), None) => Ok(Self { listed, negated: false }),
            (None, Some(listed)) => Ok(Self { listed, negated: true }),
            (None, None) => Err(none.into()),
            (Some(_), Some(_)) => Err("Syntax errors in policy.".into()),
        }
    }

    fn compiled<U>(
        self,
        compile: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<Element<U>, String> {
        Ok(Element { listed: compile(self.listed)?, negated: self.negated })
    }

    fn turned(&self, outcome: Option<bool>) -> Option<bool> {
        outcome.map(|it| it != self.negated)
    }
}

/// A statement, ready to decide.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    principals: Option<Element<Principals>>,
    actions: Element<Vec<Pattern>>,
    resources: Element<Vec<ArnPattern>>,
    conditions: Vec<Condition>,
}

impl Statement {
    pub(super) fn compile(
        written: Written,
        kind: PolicyKind,
        variables: bool,
    ) -> Result<Self, String> {
        let effect = match &*written.effect {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return Err(format!("Invalid effect: {other}")),
        };
        let none = "Policy statement must contain actions.";
        let actions = Element::of(written.action, written.not_action, none)?
            .compiled(|texts| compiled(&texts, none, action))?;
        let none = "Policy statement must contain resources.";
        let syntax = Syntax { wildcards: true, variables };
        let arn = |text: &str| ArnPattern::parse(text, syntax);
        let resources = Element::of(written.resource, written.not_resource, none)?
            .compiled(|texts| compiled(&texts, none, arn))?;
        let principals = match (kind, written.principal, written.not_principal) {
            (PolicyKind::Identity, None, None) => None,
            (PolicyKind::Identity, ..) => {
                return Err("Policy document should not specify a principal.".into());
            }
            (PolicyKind::Resource, is, not) => {
                let element = Element::of(is, not, "Policy statement must contain principals.")?;
                Some(element.compiled(Principals::parse)?)
            }
        };
        let mut conditions = Vec::new();
        for (operator, Pairs(keys)) in written.condition.map(|it| it.0).unwrap_or_default() {
            for (key, Many(values)) in keys {
                let values: Vec<String> = values.into_iter().map(|value| value.0).collect();
                conditions.push(Condition::parse(&operator, &key, &values, variables)?);
            }
        }
        Ok(Self { effect, principals, actions, resources, conditions })
    }

    /// Nothing when it cannot be said: a variable without a value, a value of the wrong kind.
    fn is_about(&self, request: &Request<'_>) -> Option<bool> {
        let Request { principal, action, resource, context } = request;
        let principal = self
            .principals
            .as_ref()
            .map_or(Some(true), |it| it.turned(Some(it.listed.include(*principal))));
        let actions = self.actions.listed.iter();
        let action = any(actions.map(|it| it.matches(action, Case::Ignored, context)));
        let resources = self.resources.listed.iter();
        let resource = any(resources.map(|it| it.matches(resource, context)));
        let first = [principal, self.actions.turned(action), self.resources.turned(resource)];
        let conditions = self.conditions.iter().map(|condition| condition.holds(context));
        all(first.into_iter().chain(conditions))
    }

    /// What cannot be said never allows, and always denies.
    pub(super) fn applies(&self, request: &Request<'_>) -> bool {
        self.is_about(request).unwrap_or(match self.effect {
            Effect::Allow => false,
            Effect::Deny => true,
        })
    }
}

fn compiled<T>(
    Many(texts): &Many<String>,
    none: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    if texts.is_empty() {
        return Err(none.into());
    }
    texts.iter().map(|text| parse(text)).collect()
}

/// `*`, or a vendor and a name with wildcards: `apigateway:*`. Policy variables do not count here.
fn action(text: &str) -> Result<Pattern, String> {
    if text != "*" {
        let Some((vendor, name)) = text.split_once(':') else {
            return Err("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, \
                        etc."
                .into());
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if vendor.is_empty() || !vendor.bytes().all(plain) {
            return Err(format!("Vendor {vendor} is not valid"));
        }
        if name.is_empty() || !name.bytes().all(|byte| plain(byte) || b"*?".contains(&byte)) {
            return Err(format!("The action {text} is not valid."));
        }
    }
    Pattern::parse(text, Syntax { wildcards: true, variables: false })
}
