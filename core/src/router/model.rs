//! The router against a naive model: a list of templates, matched one by one as aws-facts 120 to
//! 123 say.

#![allow(clippy::unwrap_used, reason = "a test that meets nothing must fail")]

use proptest::prelude::*;

use super::build::{Segment, segments};
use super::{PathRanges, Route, Router};
use crate::limits;
use crate::snapshot::MethodIx;

/// Kinds in AWS's order of precedence.
fn rank(segment: &Segment<'_>) -> u8 {
    match segment {
        Segment::Static(_) => 0,
        Segment::Param(_) => 1,
        Segment::Greedy(_) => 2,
    }
}

/// Values of the parameters when the template fits the path.
fn fit(template: &[Segment<'_>], path: &[&str]) -> Option<Vec<String>> {
    match (template, path) {
        ([], []) => Some(Vec::new()),
        ([Segment::Greedy(_)], [_, ..]) => {
            let rest = path.join("/");
            (!rest.is_empty()).then(|| vec![rest])
        }
        ([Segment::Static(text), template @ ..], [part, path @ ..]) => {
            (text == part).then(|| fit(template, path))?
        }
        ([Segment::Param(_), template @ ..], [part, path @ ..]) if !part.is_empty() => {
            let mut values = vec![(*part).to_string()];
            values.extend(fit(template, path)?);
            Some(values)
        }
        _ => None,
    }
}

/// Segments that count, or nothing for a path with dot segments.
fn parts(path: &str) -> Option<Vec<&str>> {
    let path = path.trim_start_matches('/');
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    let parts: Vec<&str> = path.split('/').collect();
    let dotted =
        |part: &&str| matches!(part.to_lowercase().replace("%2e", ".").as_str(), "." | "..");
    (!parts.iter().any(dotted)).then_some(parts)
}

/// The resource is chosen by path; then only greedy parameters on its own branch may stand in.
fn model(routes: &[(String, &str)], path: &str, verb: &str) -> Option<(usize, Vec<String>)> {
    const ALL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    if !ALL.contains(&verb) {
        return None;
    }
    let path = parts(path)?;
    let mut fits: Vec<(Vec<Segment<'_>>, Vec<String>)> = Vec::new();
    for (template, _) in routes {
        let template: Vec<_> = segments(template).collect();
        if let Some(values) = fit(&template, &path) {
            fits.push((template, values));
        }
    }
    fits.sort_by_key(|(template, _)| template.iter().map(rank).collect::<Vec<_>>());
    let method = |template: &[Segment<'_>]| {
        let of = |wanted: &str| {
            routes.iter().position(|(text, verb)| {
                *verb == wanted && segments(text).collect::<Vec<_>>() == template
            })
        };
        of(verb).or_else(|| of("ANY"))
    };
    let (best, values) = fits.first()?.clone();
    if let Some(ix) = method(&best) {
        return Some((ix, values));
    }
    let above = |template: &[Segment<'_>]| {
        template.len() <= best.len()
            && matches!(template.last(), Some(Segment::Greedy(_)))
            && template[..template.len() - 1] == best[..template.len() - 1]
    };
    let mut stand_ins: Vec<_> = fits.iter().filter(|(template, _)| above(template)).collect();
    stand_ins.sort_by_key(|(template, _)| std::cmp::Reverse(template.len()));
    stand_ins.iter().find_map(|(template, values)| Some((method(template)?, values.clone())))
}

fn router(routes: &[(String, &str)]) -> Router {
    let numbered = routes.iter().enumerate();
    Router::build(numbered.map(|(ix, (template, verb))| Route {
        template,
        verb,
        method: MethodIx(ix as u32),
    }))
    .unwrap()
}

fn find(router: &Router, path: &str, verb: &str) -> Option<(usize, Vec<String>)> {
    let mut params = PathRanges::default();
    let method = router.find(path.as_bytes(), verb, &mut params)?;
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    Some((method.0 as usize, params.values(path.as_bytes()).map(text).collect()))
}

/// Small alphabets, so that templates share branches and paths hit them.
fn template() -> impl Strategy<Value = String> {
    let part = prop_oneof![3 => Just("a"), 2 => Just("b"), 3 => Just("{}")];
    (prop::collection::vec(part, 0..4), prop::bool::weighted(0.35)).prop_map(|(parts, greedy)| {
        let mut text = String::new();
        for (depth, part) in parts.iter().enumerate() {
            let part = if *part == "{}" { format!("{{p{depth}}}") } else { (*part).to_string() };
            text.push_str(&format!("/{part}"));
        }
        if greedy {
            text.push_str("/{rest+}");
        }
        if text.is_empty() { "/".into() } else { text }
    })
}

fn routes() -> impl Strategy<Value = Vec<(String, &'static str)>> {
    let verb = prop_oneof![Just("GET"), Just("POST"), Just("ANY")];
    prop::collection::vec((template(), verb), 0..12).prop_map(|mut routes| {
        routes.sort();
        routes.dedup();
        routes
    })
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        12 => Just("a"), 8 => Just("b"), 4 => Just("c"), 2 => Just(""), 1 => Just("a%2Fb"),
        1 => Just(".."), 1 => Just("%2E"), 1 => Just(".a"),
    ];
    let part = prop::collection::vec(part, 0..5);
    (prop_oneof![8 => Just("/"), 1 => Just("//"), 1 => Just("")], part, prop::bool::weighted(0.2))
        .prop_map(|(front, parts, slash)| {
            format!("{front}{}{}", parts.join("/"), if slash { "/" } else { "" })
        })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12_000,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn finds_what_the_model_finds(
        routes in routes(),
        requests in prop::collection::vec(
            (path(), prop::sample::select(&["GET", "POST", "DELETE", "OPTIONS", "TRACE"][..])),
            1..8,
        ),
    ) {
        let router = router(&routes);
        for (path, verb) in requests {
            let expected = model(&routes, &path, verb);
            let found = find(&router, &path, verb);
            prop_assert_eq!(found, expected, "{} {} in {:?}", verb, path, routes);
        }
    }
}

/// `check("VERB template; …", "VERB path", "template value value")`, or `-` for nothing.
fn check(routes: &str, request: &str, expected: &str) {
    let route = |text: &str| -> (String, &'static str) {
        let (verb, template) = text.trim().split_once(' ').unwrap();
        let known = ["GET", "POST", "OPTIONS", "ANY", "PUT"];
        (template.to_string(), known.into_iter().find(|known| *known == verb).unwrap())
    };
    let routes: Vec<_> = routes.split(';').map(route).collect();
    let (verb, path) = request.split_once(' ').unwrap();
    let found = find(&router(&routes), path, verb).map_or_else(
        || "-".to_string(),
        |(ix, values)| {
            let mut text = format!("{} {}", routes[ix].1, routes[ix].0);
            values.iter().for_each(|value| text.push_str(&format!(" {value}")));
            text
        },
    );
    assert_eq!(found, expected, "{request} in {routes:?}");
}

#[test]
fn recorded_precedence() {
    // aws-facts 121.
    let recorded = "POST /test; ANY /test/any; OPTIONS /{proxy+}";
    check(recorded, "OPTIONS /test", "OPTIONS /{proxy+} test");
    check(recorded, "POST /test", "POST /test");
    check(recorded, "OPTIONS /test/any", "ANY /test/any");
    check(recorded, "GET /test/any", "ANY /test/any");
    check(recorded, "GET /test", "-");
    // aws-facts 123.
    let deeper = "GET /proxy/bar/{param}; GET /proxy/{proxy+}";
    check(deeper, "GET /proxy/bar/foobar", "GET /proxy/bar/{param} foobar");
    check(deeper, "GET /proxy/bar/foobar/more", "GET /proxy/{proxy+} bar/foobar/more");
    check(deeper, "GET /proxy/bar", "GET /proxy/{proxy+} bar");
    check(deeper, "GET /proxy", "-");
}

#[test]
fn slashes_and_escapes() {
    let one = "GET /; GET /pets/{petId}; GET /files/{path+}";
    check(one, "GET /", "GET /");
    check(one, "GET ///", "GET /");
    check(one, "GET //pets/7/", "GET /pets/{petId} 7");
    check(one, "GET /pets/foo%2Fbar", "GET /pets/{petId} foo%2Fbar");
    check(one, "GET /p%65ts/7", "-");
    check(one, "GET /pets//", "-");
    check(one, "GET /files/this/is/a/req2%Fuest", "GET /files/{path+} this/is/a/req2%Fuest");
    check(one, "GET /files/a//b/", "GET /files/{path+} a//b");
    check(one, "GET /files/a/../b", "-");
    check(one, "GET /files/%2e%2E/b", "-");
    check(one, "GET /files/...", "GET /files/{path+} ...");
    check(one, "TRACE /", "-");
    check("ANY /", "TRACE /", "-");
}

#[test]
fn a_verb_does_not_move_a_request_to_a_parameter() {
    check("POST /a; GET /{x}", "GET /a", "-");
    check("POST /a/b; GET /{x}/b; GET /{p+}", "GET /a/b", "GET /{p+} a/b");
    check("POST /a/{p+}; GET /{q+}", "GET /a/b/c", "GET /{q+} a/b/c");
    check("POST /{x}/b; PUT /{x}/{p+}", "PUT /a/b", "PUT /{x}/{p+} a b");
}

#[test]
fn refuses_what_cannot_be_told_apart() {
    let refused = |routes: &[(&str, &str)]| {
        let routes =
            routes.iter().map(|&(verb, template)| Route { template, verb, method: MethodIx(0) });
        Router::build(routes).unwrap_err()[0].to_string()
    };
    let siblings = refused(&[("GET", "/{a}"), ("GET", "/{b}/c")]);
    assert!(
        siblings.starts_with("$.paths['/{b}/c']: A sibling ({a}) of this resource"),
        "{siblings}"
    );
    assert!(refused(&[("GET", "/{a+}/b")]).contains("child of a resource with a greedy"));
    assert!(refused(&[("GET", "/a"), ("GET", "/a/")]).contains("defined twice"));
    assert!(refused(&[("GET", "/{a}/{a}")]).contains("there twice"));
    assert!(refused(&[("TRACE", "/")]).contains("Invalid HTTP method"));
    assert!(refused(&[("GET", "/a b")]).contains("no request path can carry"));
    assert!(refused(&[("GET", "/a/../b")]).contains("no request path can carry"));
    assert!(refused(&[("GET", &"/a".repeat(limits::PATH_SEGMENTS_MAX + 1))]).contains("segments"));
    let wide: String = (0..=limits::PATH_PARAMETERS_MAX).map(|ix| format!("/{{p{ix}}}")).collect();
    assert!(refused(&[("GET", &wide)]).contains("variables"));
}

#[test]
fn a_thousand_routes() {
    let routes: Vec<_> = (0..1_000).map(|ix| (format!("/r{ix}/{{id}}/items"), "GET")).collect();
    let router = router(&routes);
    for ix in 0..1_000 {
        let found = find(&router, &format!("/r{ix}/{ix}/items"), "GET");
        assert_eq!(found, Some((ix, vec![ix.to_string()])));
    }
    assert_eq!(find(&router, "/r1000/1/items", "GET"), None);
}
