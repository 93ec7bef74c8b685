//! How a function is named in calls: by name, partial ARN or ARN, with a qualifier
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>). It must not know which
//! functions there are.

use std::fmt;

use crate::error::LambdaError;

/// The qualifier of what can still change.
pub(crate) const LATEST: &str = "$LATEST";

/// Longest name, and longest qualifier.
const NAME_CHARS_MAX: usize = 64;
const QUALIFIER_CHARS_MAX: usize = 128;
/// Longest way to name a function.
const REFERENCE_CHARS_MAX: usize = 256;

/// A function as a call names it. Account and region of an ARN do not count: documents written for
/// AWS find their functions here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) name: Box<str>,
    pub(crate) qualifier: Option<Box<str>>,
}

impl Reference {
    /// Reads `name`, `name:qualifier`, `account:function:name` or an ARN, and the qualifier of the
    /// query, which must not say something else.
    pub(crate) fn parse(text: &str, query: Option<&str>) -> Result<Self, LambdaError> {
        let (name, own) = split(text).ok_or_else(|| mismatch(text, "functionName", PATTERN))?;
        if let Some(wrong) = query.filter(|query| !is_qualifier(query)) {
            return Err(mismatch(wrong, "qualifier", QUALIFIER_PATTERN));
        }
        match (own, query) {
            (Some(own), Some(query)) if own != query => Err(LambdaError::invalid_parameter(
                "The derived qualifier from the function name does not match the specified \
                 qualifier.",
            )),
            (own, query) => {
                Ok(Self { name: name.into(), qualifier: own.or(query).map(Into::into) })
            }
        }
    }
}

const PATTERN: &str = "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?\
    (function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";
const QUALIFIER_PATTERN: &str = "(|[a-zA-Z0-9$_-]+)";

fn mismatch(value: &str, member: &str, pattern: &str) -> LambdaError {
    let shown: String = value.chars().take(REFERENCE_CHARS_MAX).collect();
    LambdaError::validation(&format!(
        "1 validation error detected: Value '{shown}' at '{member}' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: {pattern}"
    ))
}

fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if text.len() > REFERENCE_CHARS_MAX {
        return None;
    }
    let parts: Vec<&str> = text.split(':').collect();
    let (name, qualifier) = match parts[..] {
        [name] => (name, None),
        ["function", name] => (name, None),
        [name, qualifier] | ["function", name, qualifier] => (name, Some(qualifier)),
        ["arn", partition, "lambda", region, account, "function", name]
            if partition.starts_with("aws") && is_region(region) && is_account(account) =>
        {
            (name, None)
        }
        ["arn", partition, "lambda", region, account, "function", name, qualifier]
            if partition.starts_with("aws") && is_region(region) && is_account(account) =>
        {
            (name, Some(qualifier))
        }
        [account, "function", name] if is_account(account) => (name, None),
        [account, "function", name, qualifier] if is_account(account) => (name, Some(qualifier)),
        _ => return None,
    };
    let qualified = qualifier.is_none_or(is_qualifier);
    (is_name(name) && qualified).then_some((name, qualifier))
}

/// Letters, digits, `-` and `_`, up to 64: it also names a folder.
pub(crate) fn is_name(text: &str) -> bool {
    matches!(text.len(), 1..=NAME_CHARS_MAX) && text.bytes().all(is_word)
}

/// `$LATEST`, a version, or an alias.
fn is_qualifier(text: &str) -> bool {
    text == LATEST || matches!(text.len(), 1..=QUALIFIER_CHARS_MAX) && text.bytes().all(is_word)
}

/// A word that is no number: numbers are versions.
pub(crate) fn is_alias(text: &str) -> bool {
    is_qualifier(text) && text != LATEST && !text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    matches!(text.len(), 1..=32) && text.bytes().all(is_letter)
}

/// Whose functions a runner has.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) region: Box<str>,
    pub(crate) account_id: Box<str>,
}

impl Owner {
    /// The ARN of a function, or of what a qualifier leads to.
    pub(crate) fn arn<'a>(&'a self, name: &'a str, qualifier: Option<&'a str>) -> Arn<'a> {
        Arn { owner: self, name, qualifier }
    }
}

/// `arn:aws:lambda:{region}:{account}:function:{name}[:{qualifier}]`
#[derive(Clone, Copy)]
pub(crate) struct Arn<'a> {
    owner: &'a Owner,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Owner { region, account_id } = self.owner;
        write!(f, "arn:aws:lambda:{region}:{account_id}:function:{}", self.name)?;
        self.qualifier.map_or(Ok(()), |qualifier| write!(f, ":{qualifier}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn functions_are_named_in_five_ways() {
        let check = |text: &str, query: Option<&str>, expect: Option<(&str, Option<&str>)>| {
            let read = Reference::parse(text, query).ok();
            let expect = expect.map(|(name, qualifier)| Reference {
                name: name.into(),
                qualifier: qualifier.map(Into::into),
            });
            assert_eq!(read, expect, "{text} {query:?}");
        };
        check("pets", None, Some(("pets", None)));
        check("pets:prod", None, Some(("pets", Some("prod"))));
        check("pets", Some("$LATEST"), Some(("pets", Some("$LATEST"))));
        check("pets:1", Some("1"), Some(("pets", Some("1"))));
        check("pets:1", Some("2"), None);
        check("123456789012:function:pets", None, Some(("pets", None)));
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:pets";
        check(arn, None, Some(("pets", None)));
        check(&format!("{arn}:$LATEST"), None, Some(("pets", Some("$LATEST"))));
        check("arn:aws:lambda:eu-west-1:1:function:pets", None, None);
        check("arn:aws:sqs:eu-west-1:123456789012:function:pets", None, None);
        for wrong in ["", "..", "a/b", "a b", "pets:", "a:b:c:d:e", &"a".repeat(65)] {
            check(wrong, None, None);
        }
    }

    proptest! {
        #[test]
        fn an_arn_is_read_as_it_is_written(
            name in "[a-zA-Z0-9_-]{1,64}",
            qualifier in prop::option::of("[a-zA-Z0-9_-]{1,40}|[$]LATEST"),
        ) {
            let owner = Owner { region: "eu-west-1".into(), account_id: "000000000000".into() };
            let arn = owner.arn(&name, qualifier.as_deref()).to_string();
            let read = Reference::parse(&arn, None).expect("an ARN");
            let found = (&*read.name, read.qualifier.as_deref());
            prop_assert_eq!(found, (&*name, qualifier.as_deref()));
        }

        #[test]
        fn what_is_read_can_name_a_folder(text in "\\PC{0,40}|[a:$/.]{0,12}") {
            if let Ok(read) = Reference::parse(&text, None) {
                prop_assert!(is_name(&read.name) && !read.name.contains(['/', '.']));
            }
        }
    }
}
