//! The router against a list of templates that is matched one by one, as aws-facts 120 to 123 say.

use std::cmp::Reverse;

use ringway_core::router::{PathRanges, Route, Router};
use ringway_core::snapshot::MethodIx;

const VERBS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

/// Where a request went: the number of its route, and the values of the parameters.
type Answer = Option<(usize, Vec<Vec<u8>>)>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Static(&'a str),
    Param,
    Greedy,
}

/// Lines `VERB TEMPLATE`, an empty line, and lines `VERB PATH` (any bytes): whatever can be built
/// finds what the list finds.
pub fn router(bytes: &[u8]) {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let routes: Vec<(&str, &str)> = lines
        .by_ref()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(' '))
        .collect();
    let numbered = routes.iter().enumerate();
    let built = Router::build(numbered.map(|(ix, &(verb, template))| Route {
        template,
        verb,
        method: MethodIx(ix as u32),
    }));
    let Ok(router) = built else { return };
    for line in lines {
        let Some(blank) = line.iter().position(|&byte| byte == b' ') else { continue };
        let Ok(verb) = std::str::from_utf8(&line[..blank]) else { continue };
        let path = &line[blank + 1..];
        let mut params = PathRanges::default();
        let found = router.find(path, verb, &mut params).map(|method| {
            (method.0 as usize, params.values(path).map(<[u8]>::to_vec).collect::<Vec<_>>())
        });
        assert_eq!(found, expected(&routes, path, verb), "{verb} {}", path.escape_ascii());
    }
}

fn parts_of(template: &str) -> Vec<Part<'_>> {
    let inner = template.trim_start_matches('/');
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let part = |text| match text {
        text if str::starts_with(text, "{") && text.ends_with("+}") => Part::Greedy,
        text if text.starts_with('{') && text.ends_with('}') => Part::Param,
        text => Part::Static(text),
    };
    if inner.is_empty() { Vec::new() } else { inner.split('/').map(part).collect() }
}

/// Segments that count, or nothing for a path with dot segments.
fn segments(path: &[u8]) -> Option<Vec<&[u8]>> {
    let start = path.iter().position(|&byte| byte != b'/').unwrap_or(path.len());
    let path = path[start..].strip_suffix(b"/").unwrap_or(&path[start..]);
    if path.is_empty() {
        return Some(Vec::new());
    }
    let segments: Vec<_> = path.split(|&byte| byte == b'/').collect();
    let dotted = |segment: &&[u8]| {
        let text = String::from_utf8_lossy(segment).to_lowercase().replace("%2e", ".");
        text == "." || text == ".."
    };
    (!segments.iter().any(dotted)).then_some(segments)
}

fn fit(template: &[Part<'_>], path: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
    match (template, path) {
        ([], []) => Some(Vec::new()),
        ([Part::Greedy], [_, ..]) => {
            let rest = path.join(&b'/');
            (!rest.is_empty()).then(|| vec![rest])
        }
        ([Part::Static(text), template @ ..], [segment, path @ ..]) => {
            if text.as_bytes() == *segment { fit(template, path) } else { None }
        }
        ([Part::Param, template @ ..], [segment, path @ ..]) if !segment.is_empty() => {
            let mut values = vec![segment.to_vec()];
            values.extend(fit(template, path)?);
            Some(values)
        }
        _ => None,
    }
}

/// The resource is chosen by its path; then only greedy parameters on its branch may stand in.
fn expected(routes: &[(&str, &str)], path: &[u8], verb: &str) -> Answer {
    if !VERBS.contains(&verb) {
        return None;
    }
    let path = segments(path)?;
    let rank = |part: &Part<'_>| match part {
        Part::Static(_) => 0,
        Part::Param => 1,
        Part::Greedy => 2,
    };
    let templates = routes.iter().map(|(_, template)| parts_of(template));
    let mut fits: Vec<_> =
        templates.filter_map(|parts| Some((fit(&parts, &path)?, parts))).collect();
    fits.sort_by_key(|(_, parts)| parts.iter().map(rank).collect::<Vec<u8>>());
    let method = |parts: &[Part<'_>]| {
        let of = |wanted: &str| {
            let is =
                |(verb, template): &(&str, &str)| *verb == wanted && parts_of(template) == parts;
            routes.iter().position(is)
        };
        of(verb).or_else(|| of("ANY"))
    };
    let (values, best) = fits.first()?.clone();
    if let Some(ix) = method(&best) {
        return Some((ix, values));
    }
    let above = |parts: &[Part<'_>]| {
        parts.len() <= best.len()
            && parts.last() == Some(&Part::Greedy)
            && parts[..parts.len() - 1] == best[..parts.len() - 1]
    };
    let mut stand_ins: Vec<_> = fits.iter().filter(|(_, parts)| above(parts)).collect();
    stand_ins.sort_by_key(|(_, parts)| Reverse(parts.len()));
    stand_ins.iter().find_map(|(values, parts)| Some((method(parts)?, values.clone())))
}
