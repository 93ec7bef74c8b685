//! Templates and integration responses.

use std::sync::Arc;

use super::super::{choose_template, response_body, select, select_status, selection_pattern};
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
        body_use: BodyUse::None,
        content_handling: ContentHandling::Always(Conversion::Pass),
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
        assert_eq!(select_status(&selector, status).map(|rule| rule.status), expect);
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
    let status = |text| select(&of_function, text).map(|rule| rule.status);
    assert_eq!(status("a four hundred b"), Some(0));
    assert_eq!(status("other"), Some(1));
    assert_eq!(status(""), Some(2));
}

#[test]
fn patterns_that_are_refused() {
    for text in ["(", "a)|(b", "[", r"((\w{100}){100}){100}", "*a", r"\Qa\E)"] {
        assert!(selection_pattern(text).is_err(), "{text}");
    }
}

#[test]
fn patterns_are_those_of_java() {
    let check = |pattern: &str, text: &str, expect: bool| {
        let selector = selector(&[pattern], false);
        assert_eq!(select(&selector, text).is_some(), expect, "{pattern} on {text:?}");
    };
    check("(?!2).*", "404", true);
    check("(?!2).*", "200", false);
    check(r"(\d)\1\1", "555", true);
    check(r"(\d)\1\1", "556", false);
    check("4\\d++", "404", true);
    check(r"\Q[Bad] \E.*", "[Bad] request", true);
    check("(?i).*error.*", "An ERROR", true);
    // The point of Java stops at the end of a line, unless it is told otherwise.
    check(".*error.*", "one\nerror", false);
    check("(?s).*error.*", "one\nerror", true);
    check(r"(\n|.)*error(\n|.)*", "one\nerror\n", true);
    check("404", "404\n", false);
    // What goes back without an end matches nothing.
    check("(a*)*b\\1", &"a".repeat(5_000), false);
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
