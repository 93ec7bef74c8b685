//! Texts of policies: wildcards, policy variables, and ARNs matched part by part.

use std::borrow::Cow;

use super::context::{Context, is_known};
use crate::limits::IAM_VALUE_BYTES_MAX;

/// What stands at one place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glyph {
    Char(char),
    /// `?`: one character.
    One,
    /// `*`: any number of characters.
    Many,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Glyph(Glyph),
    /// `${key}` or `${key, 'default'}`: what the request says, never a wildcard.
    Variable {
        key: Box<str>,
        default: Option<Box<str>>,
    },
}

/// What a text of a policy may hold besides characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    /// `*` and `?`.
    pub(super) wildcards: bool,
    /// `${…}`: since version 2012-10-17.
    pub(super) variables: bool,
}

/// How letters compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Exact,
    /// ASCII letters in either case are one.
    Ignored,
}

/// A text to compare with, which may depend on the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

impl Pattern {
    /// Refuses a variable that never has a value.
    pub(super) fn parse(text: &str, syntax: Syntax) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let variable = rest.strip_prefix("${").filter(|_| syntax.variables);
            if let Some(inner) = variable {
                let Some((name, after)) = inner.split_once('}') else {
                    return Err(format!("The policy variable in \"{text}\" has no end."));
                };
                pieces.push(variable_piece(name)?);
                rest = after;
                continue;
            }
            pieces.push(Piece::Glyph(match first {
                '?' if syntax.wildcards => Glyph::One,
                '*' if syntax.wildcards => Glyph::Many,
                other => Glyph::Char(other),
            }));
            rest = &rest[first.len_utf8()..];
        }
        Ok(Self(pieces))
    }

    /// Nothing when a variable has no value in this request, or a text is too long.
    pub(super) fn matches(&self, text: &str, case: Case, context: &Context<'_>) -> Option<bool> {
        if text.len() > IAM_VALUE_BYTES_MAX {
            return None;
        }
        let mut glyphs = Vec::with_capacity(self.0.len());
        for piece in &self.0 {
            match piece {
                Piece::Glyph(glyph) => glyphs.push(*glyph),
                Piece::Variable { key, default } => {
                    let value = context.sole(key).or(default.as_deref())?;
                    if value.len() > IAM_VALUE_BYTES_MAX {
                        return None;
                    }
                    glyphs.extend(value.chars().map(Glyph::Char));
                }
            }
        }
        Some(glob(&glyphs, text, case))
    }
}

fn variable_piece(name: &str) -> Result<Piece, String> {
    let mut chars = name.chars();
    if let (Some(letter @ ('*' | '?' | '$')), None) = (chars.next(), chars.next()) {
        return Ok(Piece::Glyph(Glyph::Char(letter)));
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            let inner = default.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
            let Some(inner) = inner else {
                return Err(format!("The default value of the policy variable {name} is no text."));
            };
            (key.trim(), Some(inner.into()))
        }
        None => (name, None),
    };
    if !is_known(key) {
        return Err(format!("The policy variable {key} is not supported."));
    }
    Ok(Piece::Variable { key: key.into(), default })
}

/// Goes back to the last `*` only: time is bounded by the product of both lengths.
fn glob(pattern: &[Glyph], text: &str, case: Case) -> bool {
    let equal = |left: char, right: char| match case {
        Case::Exact => left == right,
        Case::Ignored => left.eq_ignore_ascii_case(&right),
    };
    let (mut at, mut rest) = (0, text.chars());
    let mut many: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut after = rest.clone();
        match (pattern.get(at), after.next()) {
            (Some(Glyph::Many), _) => {
                at += 1;
                many = Some((at, rest.clone()));
            }
            (Some(Glyph::One), Some(_)) => (at, rest) = (at + 1, after),
            (Some(Glyph::Char(left)), Some(right)) if equal(*left, right) => {
                (at, rest) = (at + 1, after);
            }
            (None, None) => return true,
            _ => {
                let Some((start, from)) = &mut many else { return false };
                if from.next().is_none() {
                    return false;
                }
                (at, rest) = (*start, from.clone());
            }
        }
    }
}

/// An ARN of a policy: `*`, or six parts, of which wildcards stay in their part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArnPattern {
    Any,
    Parts(Box<[Pattern; 6]>),
}

impl ArnPattern {
    pub(super) fn parse(text: &str, syntax: Syntax) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let malformed = || format!("Resource {text} must be in ARN format or \"*\".");
        let parts = parts(text, syntax.variables);
        let parts: [Cow<'_, str>; 6] = parts.try_into().map_err(|_| malformed())?;
        if parts[0] != "arn" || parts[5].is_empty() {
            return Err(malformed());
        }
        let mut patterns = Vec::with_capacity(6);
        for part in &parts {
            patterns.push(Pattern::parse(part, syntax)?);
        }
        patterns.try_into().map(Self::Parts).map_err(|_| malformed())
    }

    pub(super) fn matches(&self, arn: &str, context: &Context<'_>) -> Option<bool> {
        let Self::Parts(patterns) = self else { return Some(true) };
        let mut parts = arn.splitn(6, ':');
        let mut all = Some(true);
        for pattern in patterns.iter() {
            let Some(part) = parts.next() else { return Some(false) };
            match pattern.matches(part, Case::Exact, context) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }
}

/// Splits at the first five colons that are not inside a variable.
fn parts(text: &str, variables: bool) -> Vec<Cow<'_, str>> {
    let (mut parts, mut start, mut inside) = (Vec::with_capacity(6), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'$' if variables && text[at..].starts_with("${") => inside = true,
            b'}' => inside = false,
            b':' if !inside && parts.len() < 5 => {
                parts.push(text[start..at].into());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].into());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Syntax = Syntax { wildcards: true, variables: true };

    fn context() -> Context<'static> {
        Context::default().with("aws:username", "a*b")
    }

    #[test]
    fn patterns() {
        let check = |pattern: &str, text: &str, expect: Option<bool>| {
            let parsed = Pattern::parse(pattern, ALL).unwrap();
            assert_eq!(parsed.matches(text, Case::Exact, &context()), expect, "{pattern} {text}");
        };
        check("", "", Some(true));
        check("", "a", Some(false));
        check("*", "", Some(true));
        check("?", "é", Some(true));
        check("?", "", Some(false));
        check("a*c?e", "abcbcde", Some(true));
        check("a*c?e", "abcbcd", Some(false));
        check("**a", "ba", Some(true));
        check("A", "a", Some(false));
        check("x-${aws:username}", "x-a*b", Some(true));
        check("x-${AWS:UserName}", "x-a*b", Some(true));
        check("x-${aws:username}", "x-acb", Some(false));
        check("${*}${?}${$}", "*?$", Some(true));
        check("${*}", "a", Some(false));
        check("${aws:userid}", "a", None);
        check("${aws:userid, 'no one'}", "no one", Some(true));
        check("*", &"a".repeat(IAM_VALUE_BYTES_MAX), Some(true));
        check("*", &"a".repeat(IAM_VALUE_BYTES_MAX + 1), None);
    }

    #[test]
    fn variables_that_are_none() {
        for text in ["${aws:username", "${aws:wings}", "${aws:userid, x}", "${}"] {
            assert!(Pattern::parse(text, ALL).is_err(), "{text}");
        }
        let plain = Syntax { wildcards: false, variables: false };
        let pattern = Pattern::parse("${x}*", plain).unwrap();
        assert_eq!(pattern.matches("${x}*", Case::Exact, &context()), Some(true));
        assert_eq!(pattern.matches("${x}y", Case::Exact, &context()), Some(false));
    }

    #[test]
    fn arns() {
        let check = |pattern: &str, arn: &str, expect: bool| {
            let parsed = ArnPattern::parse(pattern, ALL).unwrap();
            assert_eq!(parsed.matches(arn, &context()), Some(expect), "{pattern} {arn}");
        };
        let arn = "arn:aws:apigateway:us-east-1::/restapis/a:b";
        check("*", arn, true);
        check("arn:aws:apigateway:*::/restapis/*", arn, true);
        check("arn:aws:apigateway:*:/restapis/a:b", arn, false);
        check("arn:aws:*:*:*:*", arn, true);
        check("arn:aws:apigateway:eu-*::*", arn, false);
        check(
            "arn:aws:apigateway:us-east-1::/${aws:username}",
            "arn:aws:apigateway:us-east-1::/a*b",
            true,
        );
        for text in
            ["", "a", "arn:*", "arn:aws:apigateway:us-east-1:", "x:aws:a:b:c:d", "arn:a:b:c:d:"]
        {
            assert!(ArnPattern::parse(text, ALL).is_err(), "{text}");
        }
    }

    /// What a wildcard means, letter by letter.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', after @ ..], _) => (0..=text.len()).any(|taken| naive(after, &text[taken..])),
            (['?', after @ ..], [_, text @ ..]) => naive(after, text),
            ([left, after @ ..], [right, text @ ..]) => left == right && naive(after, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn wildcards_match_what_they_mean(pattern in "[ab*?é]{0,8}", text in "[abé]{0,10}") {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            let expect = naive(&letters(&pattern), &letters(&text));
            let parsed = Pattern::parse(&pattern, ALL).unwrap();
            prop_assert_eq!(parsed.matches(&text, Case::Exact, &context()), Some(expect));
        }
    }
}
