//! One template and one path, for tests of a method that need not be reached by its path.

use super::build::segments;
use super::{PathRanges, Route, Router, path_parameters};
use crate::router::build::Segment;
use crate::snapshot::MethodIx;

/// Names and values of the path parameters, in the order of the template; `None` when the path
/// does not fit.
#[must_use]
pub fn fit(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let route = Route { template, verb: "GET", method: MethodIx(0) };
    let router = Router::build([route]).ok()?;
    let mut ranges = PathRanges::default();
    router.find(path.as_bytes(), "GET", &mut ranges)?;
    let values = ranges.as_slice().iter();
    let values = values.map(|&(start, end)| path[usize::from(start)..usize::from(end)].to_owned());
    Some(path_parameters(template).map(str::to_owned).zip(values).collect())
}

/// Path parameters whose values are their own text in the template (aws-facts 262).
#[must_use]
pub fn placeholders(template: &str) -> Vec<(String, String)> {
    let named = |segment: Segment<'_>| match segment {
        Segment::Static(_) => None,
        Segment::Param(name) => Some((name.to_owned(), format!("{{{name}}}"))),
        Segment::Greedy(name) => Some((name.to_owned(), format!("{{{name}+}}"))),
    };
    segments(template).filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(entries: &[(&str, &str)]) -> Vec<(String, String)> {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn paths_fit_their_templates() {
        let check = |template: &str, path: &str, expect: Option<&[(&str, &str)]>| {
            assert_eq!(fit(template, path), expect.map(pairs), "{template} {path}");
        };
        check("/", "/", Some(&[]));
        check("/pets", "/pets", Some(&[]));
        check("/pets", "/random/test", None);
        check("/pets/{petId}", "/pets/123", Some(&[("petId", "123")]));
        check("/pets/{petId}", "/pets", None);
        check("/{a}/x/{rest+}", "/1/x/2/3", Some(&[("a", "1"), ("rest", "2/3")]));
        check("/pets/{petId}", "/pets/..", None);
    }

    #[test]
    fn templates_stand_for_themselves() {
        let expect = pairs(&[("a", "{a}"), ("rest", "{rest+}")]);
        assert_eq!(placeholders("/{a}/x/{rest+}"), expect);
        assert!(placeholders("/pets").is_empty());
    }
}
