//! JSON path to line and column, in JSON or YAML text. Paths are those errors carry:
//! `$.paths['/pets/{petId}'].get.x-amazon-apigateway-integration.uri`, `$.apis[0].stages[1].x`.

use std::iter::Peekable;
use std::str::Chars;

use super::document::is_json;
use super::json::Position;
use super::{locate_json, locate_yaml};

/// One step of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathStep {
    /// `.name` or `['name']`.
    Key(String),
    /// `[0]`.
    Index(usize),
}

impl PathStep {
    /// The step leads to the member called `name`.
    pub(super) fn is_key(&self, name: &str) -> bool {
        matches!(self, Self::Key(key) if key == name)
    }

    /// The step leads to the element at `position`.
    pub(super) const fn is_index(&self, position: usize) -> bool {
        matches!(self, Self::Index(index) if *index == position)
    }
}

/// Line and column (from 1, in characters) of a JSON path, or of its nearest ancestor that exists.
/// A member is found at its key. `None` when the path does not begin with `$` or the text is empty.
#[must_use]
pub fn locate(text: &str, path: &str) -> Option<(u32, u32)> {
    let steps = parse(path)?;
    find(text, &steps)
}

fn find(text: &str, steps: &[PathStep]) -> Option<Position> {
    // A byte order mark is not a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_json(text) { locate_json::find(text, steps) } else { locate_yaml::find(text, steps) }
}

/// The steps of `$.a['b'][0]`, up to the first that cannot be read.
pub(super) fn parse(path: &str) -> Option<Vec<PathStep>> {
    let mut chars = path.strip_prefix('$')?.chars().peekable();
    Some(std::iter::from_fn(|| step(&mut chars)).collect())
}

fn step(chars: &mut Peekable<Chars<'_>>) -> Option<PathStep> {
    match chars.next()? {
        '.' => bare_name(chars).map(PathStep::Key),
        '[' if chars.peek() == Some(&'\'') => quoted_name(chars).map(PathStep::Key),
        '[' => index(chars).map(PathStep::Index),
        _ => None,
    }
}

fn bare_name(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| !matches!(c, '.' | '[')) {
        name.push(c);
    }
    (!name.is_empty()).then_some(name)
}

fn quoted_name(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    chars.next();
    let mut name = String::new();
    loop {
        match chars.next()? {
            '\\' => name.push(chars.next()?),
            '\'' => break,
            c => name.push(c),
        }
    }
    (chars.next()? == ']').then_some(name)
}

fn index(chars: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let mut digits = String::new();
    while let Some(c) = chars.next_if(char::is_ascii_digit) {
        digits.push(c);
    }
    (chars.next()? == ']').then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paths() {
        let key = |k: &str| PathStep::Key(k.into());
        assert_eq!(parse("$"), Some(vec![]));
        assert_eq!(
            parse(r"$.paths['/a/{b}'].get[3]['it\'s']"),
            Some(vec![key("paths"), key("/a/{b}"), key("get"), PathStep::Index(3), key("it's")])
        );
        for bad in ["$.a", "$.a.", "$.a[", "$.a[1", "$.a['a'", "$.a[99999999999999999999]"] {
            assert_eq!(parse(bad), Some(vec![key("a")]), "{bad}");
        }
        assert_eq!((parse(""), parse("paths")), (None, None));
    }

    const JSON: &str =
        "{\n  \"a\": 1,\n  \"é\": {\"c\": [10, {\"d\": 2}, [3]]},\n  \"z\": {\"c\": 1}\n}";
    const YAML: &str = "# top\na: 1\né:\n  c:\n    - 10\n    - d: 2\n    - [3]\n\"z\": {c: 1}\n";

    #[track_caller]
    fn check(path: &str, json: (u32, u32), yaml: (u32, u32)) {
        assert_eq!(locate(JSON, path), Some(json), "JSON {path}");
        assert_eq!(locate(YAML, path), Some(yaml), "YAML {path}");
    }

    #[test]
    fn finds_members_and_elements() {
        check("$.a", (2, 3), (2, 1));
        check("$['é']", (3, 3), (3, 1));
        check("$['é'].c", (3, 9), (4, 3));
        check("$['é'].c[0]", (3, 15), (5, 7));
        check("$['é'].c[1]", (3, 19), (6, 7));
        check("$['é'].c[1].d", (3, 20), (6, 7));
        check("$['é'].c[2]", (3, 29), (7, 7));
        check("$['é'].c[2][0]", (3, 30), (7, 8));
        check("$.z.c", (4, 9), (8, 7));
    }

    #[test]
    fn finds_the_nearest_ancestor() {
        check("$.a.c", (2, 3), (2, 1));
        check("$['é'].c[7].x", (3, 9), (4, 3));
        check("$['é'].nothing", (3, 3), (3, 1));
        check("$.z[0]", (4, 3), (8, 1));
        assert_eq!(locate(JSON, "$.nothing"), Some((1, 1)));
        assert_eq!(locate(YAML, "$.nothing"), Some((2, 1)));
    }

    #[test]
    fn survives_text_that_is_neither() {
        for text in ["", "{", "[[[", "{\"a", "{\"a\":", "a: [", "\t", "- *x", "}"] {
            let _ = locate(text, "$.a[0].b");
        }
        assert_eq!(locate("a: 1\nb: [", "$.a"), Some((1, 1)));
    }
}
