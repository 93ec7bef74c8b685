//! The order of the phases is written once.

use std::collections::BTreeSet;

use super::{Finding, Source};

const PIPELINE: &str = "proxy/src/pipeline.rs";

/// Only `pipeline.rs` names two phases in one function; elsewhere they could get an order of
/// their own.
pub fn only_the_pipeline_names_two_phases(source: &Source) -> Vec<Finding> {
    if source.folder() != "proxy" || !source.is_product() || source.path == PIPELINE {
        return Vec::new();
    }
    let functions = source.items("fn").filter(|item| !source.is_test(item.at));
    let found = functions.filter_map(|item| {
        let phases = phases_in(&source.code[item.at..source.item_end(item.at)]);
        let names = phases.iter().copied().collect::<Vec<_>>().join(" and ");
        let message = format!("`{}` names the phases {names}: only {PIPELINE} may", item.name);
        (phases.len() > 1).then(|| Finding::new("phases", source, source.line_of(item.at), message))
    });
    found.collect()
}

/// The names after `phase::`.
fn phases_in(code: &str) -> BTreeSet<&str> {
    let places = code.match_indices("phase::").map(|(at, path)| &code[at + path.len()..]);
    let names = places.map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        &rest[..end.unwrap_or(rest.len())]
    });
    // A capital is a type that the folder shares, not a phase.
    names.filter(|name| name.starts_with(|letter: char| letter.is_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::lines_found;
    use super::*;

    #[test]
    fn a_second_pipeline_is_found() {
        let text = "fn a() {\n phase::throttle::run();\n phase::validate::run();\n}\n";
        let check = only_the_pipeline_names_two_phases;
        assert_eq!(lines_found(check, "proxy/src/connection.rs", text), [1]);
        assert!(lines_found(check, PIPELINE, text).is_empty());
        let single = "\
            fn a() { phase::throttle::x(); phase::throttle::y(); phase::Caller }\n\
            fn b() { phase::validate::x() }\n";
        assert!(lines_found(check, "proxy/src/connection.rs", single).is_empty());
    }
}
