//! Condition operators: their names, and how a policy's value compares with a request's.

use std::net::IpAddr;

use ipnet::IpNet;

use super::context::Context;
use super::pattern::{ArnPattern, Case, Pattern, Syntax};
use crate::date;

/// Which side of the policy's value the request's lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// What values are, and how they compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Text {
        case: Case,
        wildcards: bool,
    },
    Number(Order),
    Date(Order),
    Bool,
    Address,
    Arn,
    /// Whether the key is absent.
    Null,
}

const fn text(case: Case, wildcards: bool) -> Test {
    Test::Text { case, wildcards }
}

/// Name, test, and whether it holds when the test does not
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).
const OPERATORS: &[(&str, Test, bool)] = &[
    ("StringEquals", text(Case::Exact, false), false),
    ("StringNotEquals", text(Case::Exact, false), true),
    ("StringEqualsIgnoreCase", text(Case::Ignored, false), false),
    ("StringNotEqualsIgnoreCase", text(Case::Ignored, false), true),
    ("StringLike", text(Case::Exact, true), false),
    ("StringNotLike", text(Case::Exact, true), true),
    ("NumericEquals", Test::Number(Order::Equal), false),
    ("NumericNotEquals", Test::Number(Order::Equal), true),
    ("NumericLessThan", Test::Number(Order::Less), false),
    ("NumericLessThanEquals", Test::Number(Order::LessOrEqual), false),
    ("NumericGreaterThan", Test::Number(Order::Greater), false),
    ("NumericGreaterThanEquals", Test::Number(Order::GreaterOrEqual), false),
    ("DateEquals", Test::Date(Order::Equal), false),
    ("DateNotEquals", Test::Date(Order::Equal), true),
    ("DateLessThan", Test::Date(Order::Less), false),
    ("DateLessThanEquals", Test::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Test::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Test::Date(Order::GreaterOrEqual), false),
    ("Bool", Test::Bool, false),
    ("IpAddress", Test::Address, false),
    ("NotIpAddress", Test::Address, true),
    ("ArnEquals", Test::Arn, false),
    ("ArnLike", Test::Arn, false),
    ("ArnNotEquals", Test::Arn, true),
    ("ArnNotLike", Test::Arn, true),
    ("Null", Test::Null, false),
];

/// The test of a name, and whether it is turned round.
pub(super) fn find(name: &str) -> Option<(Test, bool)> {
    let found = OPERATORS.iter().find(|(it, ..)| *it == name);
    found.map(|&(_, test, negated)| (test, negated))
}

/// A value of a policy, ready to compare.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Text(Pattern, Case),
    Number(f64, Order),
    /// Unix seconds.
    Date(i64, Order),
    Bool(bool),
    Address(IpNet),
    Arn(ArnPattern),
}

impl Operand {
    pub(super) fn parse(test: Test, value: &str, variables: bool) -> Result<Self, String> {
        let wrong = |what: &str| format!("The value {value} is no {what}.");
        Ok(match test {
            Test::Text { case, wildcards } => {
                Self::Text(Pattern::parse(value, Syntax { wildcards, variables })?, case)
            }
            Test::Number(order) => {
                Self::Number(number(value).ok_or_else(|| wrong("number"))?, order)
            }
            Test::Date(order) => Self::Date(moment(value).ok_or_else(|| wrong("date"))?, order),
            Test::Bool | Test::Null => Self::Bool(boolean(value).ok_or_else(|| wrong("boolean"))?),
            Test::Address => {
                let net = value.parse().or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
                Self::Address(net.map_err(|_| wrong("IP address or CIDR block"))?)
            }
            Test::Arn => {
                let syntax = Syntax { wildcards: true, variables };
                Self::Arn(ArnPattern::parse(value, syntax).map_err(|_| wrong("ARN"))?)
            }
        })
    }

    /// Nothing when the request's value is of another kind, or a variable has none.
    pub(super) fn matches(&self, value: &str, context: &Context<'_>) -> Option<bool> {
        match self {
            Self::Text(pattern, case) => pattern.matches(value, *case, context),
            Self::Number(operand, order) => Some(order.holds(number(value)?, *operand)),
            Self::Date(operand, order) => Some(order.holds(moment(value)?, *operand)),
            Self::Bool(operand) => Some(boolean(value)? == *operand),
            Self::Address(net) => {
                let address: IpAddr = value.parse().ok()?;
                Some(net.contains(&address.to_canonical()))
            }
            Self::Arn(pattern) => pattern.matches(value, context),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

/// ISO 8601 or Unix seconds.
fn moment(text: &str) -> Option<i64> {
    date::parse_extended(text.as_bytes()).or_else(|| text.parse().ok())
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
