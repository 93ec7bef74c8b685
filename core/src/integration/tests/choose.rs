//! Templates and integration responses.

use std::sync::Arc;

use super::super::{
    Selection, choose_template, response_body, select, select_status, selection_pattern,
};
use super::*;
use crate::error::ResponseType;
use crate::mapping::BodyUse;
use crate::snapshot::{ContentHandling, Conversion, ResponseRule, ResponseSelector};
use crate::template::MappingTemplate;

#[test]
fn request_templates() {
    // aws-facts 150; WHEN_NO_TEMPLATES was resolved to one of the two before.
    let check = |known: &[&str],
                 passthrough,
                 content_type: Option<&str>,
                 expect: Result<Option<u8>, ()>| {
        let known = known.iter().zip(0_u8..).map(|(name, n)| ((*name).into(), n)).collect();
        let found =
            choose_template(&MediaTypes(known), passthrough, content_type.map(str::as_bytes))
                .map(|found| found.copied())
                .map_err(|error| {
                    assert_eq!(error.response_type, ResponseType::UnsupportedMediaType)
                });
        assert_eq!(found, expect, "{content_type:?}");
    };
    let both = ["text/xml", "application/json"];
    for passthrough in [Passthrough::Pass, Passthrough::Refuse] {
        check(&both, passthrough, None, Ok(Some(1)));
        check(&both, passthrough, Some("Application/JSON ; charset=utf-8"), Ok(Some(1)));
        check(&both, passthrough, Some("text/xml"), Ok(Some(0)));
    }
    check(&both, Passthrough::Pass, Some("text/plain"), Ok(None));
    check(&both, Passthrough::Refuse, Some("text/plain"), Err(()));
    check(&both, Passthrough::Refuse, Some(""), Err(()));
    check(&["text/xml"], Passthrough::Refuse, None, Err(()));
    check(&[], Passthrough::Pass, None, Ok(None));
}

fn rule(status: u16, templates: &[(&str, Option<&str>)]) -> ResponseRule {
    let template = |(name, text): &(&str, Option<&str>)| {
        let text = text.unwrap_or_default();
        ((*name).into(), MappingTemplate::Text(text.into()))
    };
    ResponseRule {
        status,
        headers: Box::default(),
        templates: MediaTypes(templates.iter().map(template).collect()),
        content_handling: ContentHandling::Always(Conversion::Pass),
        body_use: BodyUse::None,
    }
}

fn selector(patterns: &[&str], default: bool) -> ResponseSelector {
    let pattern = |(text, n): (&&str, u16)| (Arc::new(selection_pattern(text).expect(text)), n);
    ResponseSelector {
        patterns: patterns.iter().zip(0..).map(pattern).collect(),
        default: default.then_some(patterns.len() as u16),
        rules: (0..=patterns.len() as u16).map(|n| rule(n, &[])).collect(),
    }
}

#[test]
fn selection() {
    let check = |patterns: &[&str], default, status, expect: Option<u16>| {
        let selector = selector(patterns, default);
        assert_eq!(select_status(&selector, status).rule.map(|rule| rule.status), expect);
    };
    // aws-facts 180.
    check(&[r"4\d{2}"], true, 404, Some(0));
    check(&[r"4\d{2}"], true, 201, Some(1));
    check(&[r"4\d{2}"], false, 201, None);
    check(&["40|404", ".*"], true, 404, Some(0));
    check(&["40", ".*"], true, 404, Some(1));
    check(&["0", "7", "65535"], false, 0, Some(0));
    check(&["0", "7", "65535"], false, 7, Some(1));
    check(&["0", "7", "65535"], false, 65_535, Some(2));
    // aws-facts 181.
    let of_function = selector(&[".*four hundred.*", ".+"], true);
    let status = |text| select(&of_function, text).rule.map(|rule| rule.status);
    assert_eq!(status("a four hundred b"), Some(0));
    assert_eq!(status("other"), Some(1));
    assert_eq!(status(""), Some(2));
}

#[test]
fn patterns_are_javas_and_match_whole() {
    // Each line was held against `java.util.regex.Pattern.matches`.
    let trace = "Error: boom\n    at index.js:1\n";
    for (pattern, text, expect) in [
        (".*Error.*", "an Error here", true),
        (".*Error.*", trace, false),
        (".*Error.*", "Error\r", false),
        (".*Error.*", "Error\u{2028}", false),
        ("(?s).*Error.*", trace, true),
        ("(?d).*Error.*", "Error\rcarriage", true),
        ("(?s:.*)Error.*", "a\nError b", true),
        ("(?s:.*)Error.*", trace, false),
        ("((?s).*)Error.*", trace, false),
        ("(?s)(?-s).*Error.*", trace, false),
        (r"[\s\S]*Error[\s\S]*", trace, true),
        (r"(?:.|\n)*Error(?:.|\n)*", trace, true),
        (r".*Error.*\R.*\R", trace, true),
        ("Error$", "Error\n", false),
        (r"Error$\n", "Error\n", true),
        (r"(?m)Error: boom$\s+at.*$\n", trace, true),
        ("^Error.*$", "Error: x", true),
        ("Error", "an Error", false),
        ("(?i)error.*", "ERROR x", true),
        ("err(?i)OR.*", "error", true),
        ("(err(?i)or)X", "errORx", false),
        ("(?i-i)error", "Error", false),
        ("(?!.*Timeout).*Error.*", "an Error", true),
        ("(?!.*Timeout).*Error.*", "a Timeout Error", false),
        (".*(?<=Bad)Request.*", "a BadRequest", true),
        (r"(\w)\1", "aa", true),
        (r"(?<c>\w)\k<c>", "aa", true),
        ("a++b", "aab", true),
        (".*+Error", "an Error", false),
        ("(?>a|ab)c", "abc", false),
        (r#"\Q{"code":\E[0-9]+}"#, r#"{"code":404}"#, true),
        (r".*\[BadRequest\].*", "x [BadRequest] y", true),
        (r"\p{Upper}\p{Lower}+ \d{3}", "Code 404", true),
        ("[a-z&&[^e]]+", "bad", true),
        ("[a-z&&[^e]]+", "bed", false),
        ("[]a]+", "a]", true),
        (r"4\d{2}|5..", "503", true),
        ("(?x) 4 \\d+ # client's ( fault\n", "404", true),
        ("(?)a", "a", true),
        ("", "", true),
        (".*é.*", "café au lait", true),
        (".", "😀", true),
        (r"\d+", "٣", false),
    ] {
        let compiled = selection_pattern(pattern).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(compiled.is_match(text), Ok(expect), "{pattern} {text:?}");
    }
}

#[test]
fn patterns_that_are_refused() {
    let check = |text: &str, expect: &str| {
        let error = selection_pattern(text).expect_err(text);
        let said = error.strip_prefix("invalid or unsupported selection pattern: ");
        assert!(said.is_some_and(|said| said.contains(expect)), "{text}: {error}");
    };
    check("(", "Opening parenthesis");
    check("a)|(b", "a `)` closes nothing");
    check("[", "a character class does not end");
    check("*", "Target of repeat operator is invalid");
    check("{\"code\": 1}", "illegal repetition");
    check("a{,3}", "illegal repetition");
    check("(?y)a", "the flag `y` is not supported");
    check("(?U)a", "the flag `U` is not supported");
    check("(?i", "`(?i` is no group");
    check(r"\y", "`\\y` is not supported");
    check(r"(\p{L}{100}){100}", "building NFA");
    check(&"a".repeat(5_000), "longer than 4096 bytes");
}

#[test]
fn a_pattern_that_gives_up_does_not_match() {
    let selector = selector(&[r"(?:(a|aa)+)+\1\1b", ".*c"], true);
    let of = |text: &str| {
        let Selection { rule, gave_up } = select(&selector, text);
        (rule.map(|rule| rule.status), gave_up)
    };
    assert_eq!(of("aaab"), (Some(0), false));
    assert_eq!(of("xc"), (Some(1), false));
    assert_eq!(of(&format!("{}c", "a".repeat(64))), (Some(1), true));
    assert_eq!(of(&format!("{}d", "a".repeat(64))), (Some(2), true));
}

#[test]
fn response_templates() {
    let check = |templates: &[(&str, Option<&str>)],
                 content_type: Option<&str>,
                 expect: (&str, Option<&str>)| {
        let rule = rule(200, templates);
        let chosen = response_body(&rule, content_type.map(str::as_bytes));
        let text = chosen.template.and_then(MappingTemplate::as_text);
        assert_eq!((chosen.content_type, text), expect, "{content_type:?}");
    };
    // aws-facts 183.
    let both = [("text/xml", Some("<a/>")), ("application/json", None)];
    check(&[], Some("text/html"), ("application/json", None));
    check(&both, Some("text/XML; charset=utf-8"), ("text/xml", Some("<a/>")));
    check(&both, Some("text/html"), ("application/json", Some("")));
    check(&both, None, ("application/json", Some("")));
    check(&both[..1], None, ("text/xml", Some("<a/>")));
}
