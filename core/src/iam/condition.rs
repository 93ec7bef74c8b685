//! Conditions of a statement: all of them must hold.

use super::context::{Context, is_known};
use super::operator::{Operand, Test, find};

/// For a key with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    /// `ForAllValues`: holds for a key without values, too.
    All,
    /// `ForAnyValue`.
    Any,
}

/// One operator on one key; any of its values may match.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    quantifier: Option<Quantifier>,
    is_null_test: bool,
    negated: bool,
    if_exists: bool,
    key: Box<str>,
    operands: Vec<Operand>,
}

impl Condition {
    /// `name` is an operator as it stands in a policy: `ForAnyValue:StringNotLikeIfExists`.
    pub(super) fn parse(
        name: &str,
        key: &str,
        values: &[String],
        variables: bool,
    ) -> Result<Self, String> {
        let unknown = || format!("Invalid Condition type : {name}.");
        let (quantifier, rest) = match name.split_once(':') {
            None => (None, name),
            Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return Err(unknown()),
        };
        let bare = rest.strip_suffix("IfExists");
        let (test, negated) = find(bare.unwrap_or(rest)).ok_or_else(unknown)?;
        if test == Test::Null && (quantifier.is_some() || bare.is_some()) {
            return Err(unknown());
        }
        if !is_known(key) {
            return Err(format!("The condition key {key} is not supported."));
        }
        if values.is_empty() {
            return Err(format!("The condition key {key} has no value."));
        }
        let operands = values.iter().map(|value| Operand::parse(test, value, variables));
        Ok(Self {
            quantifier,
            is_null_test: test == Test::Null,
            negated,
            if_exists: bare.is_some(),
            key: key.into(),
            operands: operands.collect::<Result<_, _>>()?,
        })
    }

    /// Nothing when it cannot be said
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>).
    pub(super) fn holds(&self, context: &Context<'_>) -> Option<bool> {
        let mut values = context.values(&self.key).peekable();
        let absent = values.peek().is_none();
        if self.is_null_test {
            return Some(self.operands.contains(&Operand::Bool(absent)));
        }
        if absent {
            return Some(match self.quantifier {
                Some(Quantifier::All) => true,
                Some(Quantifier::Any) => self.if_exists,
                None => self.if_exists || self.negated,
            });
        }
        let matched = |value| any(self.operands.iter().map(|it| it.matches(value, context)));
        let turned = |outcome: Option<bool>| outcome.map(|it| it != self.negated);
        match self.quantifier {
            None => turned(any(values.map(matched))),
            Some(Quantifier::Any) => any(values.map(|value| turned(matched(value)))),
            Some(Quantifier::All) => all(values.map(|value| turned(matched(value)))),
        }
    }
}

/// True as soon as one is; unsaid when one of the others is.
pub(super) fn any(outcomes: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(outcomes.map(|outcome| outcome.map(|it| !it))).map(|it| !it)
}

/// False as soon as one is; unsaid when one of the others is.
pub(super) fn all(mut outcomes: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    outcomes
        .try_fold(Some(true), |so_far, outcome| match outcome {
            Some(false) => Err(()),
            Some(true) => Ok(so_far),
            None => Ok(None),
        })
        .unwrap_or(Some(false))
}
