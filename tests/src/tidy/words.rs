//! Words that say nothing, and words that promise work for later.

use super::{Finding, Source};

const FUNCTION_PREFIXES: [&str; 4] = ["get_", "do_", "handle_", "process_"];
const TYPE_SUFFIXES: [&str; 6] = ["Manager", "Helper", "Util", "Utils", "Wrapper", "Impl"];
const FILE_NAMES: [&str; 7] = ["utils", "util", "common", "types", "helpers", "helper", "misc"];
// Put together here, so that this file does not find itself.
const MARKERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const TEST_ATTRIBUTES: [&str; 2] = ["#[ignore", "#[should_panic"];

/// A function is named after what it returns or does, not after "doing".
pub fn function_names(source: &Source) -> Vec<Finding> {
    let named = source.items("fn").filter_map(|item| {
        let prefix = FUNCTION_PREFIXES.iter().find(|prefix| item.name.starts_with(**prefix))?;
        let message = format!("`{}`: a name must not start with `{prefix}`", item.name);
        Some(Finding::new("function-name", source, source.line_of(item.at), message))
    });
    named.collect()
}

/// A type is named after what it is.
pub fn type_names(source: &Source) -> Vec<Finding> {
    let kinds = ["struct", "enum", "trait", "type", "union"];
    let items = kinds.into_iter().flat_map(|kind| source.items(kind));
    let named = items.filter_map(|item| {
        let suffix = TYPE_SUFFIXES.iter().find(|suffix| item.name.ends_with(**suffix))?;
        let message = format!("`{}`: a name must not end in `{suffix}`", item.name);
        Some(Finding::new("type-name", source, source.line_of(item.at), message))
    });
    named.collect()
}

/// A file is named after what it owns; a drawer for everything owns nothing.
pub fn file_names(source: &Source) -> Vec<Finding> {
    let parts = source.path.trim_end_matches(".rs").split('/');
    let drawer = parts.into_iter().find(|part| FILE_NAMES.contains(part));
    let message = |part: &str| format!("`{part}` says nothing: name it after what it owns");
    drawer.map(|part| Finding::new("file-name", source, 0, message(part))).into_iter().collect()
}

/// What is not done is an issue, not a remark in the code.
pub fn markers(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    let marked = lines.filter_map(|(index, line)| {
        let mut words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
        let word = words.find(|word| MARKERS.contains(word))?;
        let message = format!("{word}: do it, or open an issue");
        Some(Finding::new("marker", source, index + 1, message))
    });
    marked.collect()
}

/// A test runs, and says itself what it expects.
pub fn test_attributes(source: &Source) -> Vec<Finding> {
    let found = TEST_ATTRIBUTES.iter().flat_map(|attribute| {
        let places = source.code.match_indices(attribute);
        places.map(move |(at, _)| (source.line_of(at), format!("{attribute}] is not used here")))
    });
    found.map(|(line, message)| Finding::new("test-attribute", source, line, message)).collect()
}

/// A test that waits for time to pass is slow on one machine and wrong on another.
pub fn sleeps_in_tests(source: &Source) -> Vec<Finding> {
    let sleeps = source.words("sleep").filter(|at| {
        let called = source.code[at + "sleep".len()..].trim_start().starts_with('(');
        called && (!source.is_product() || source.folder() == "tests" || source.is_test(*at))
    });
    let message = "ask again until it is so (tests/src/poll.rs), do not sleep";
    sleeps.map(|at| Finding::new("sleep", source, source.line_of(at), message)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::lines_found;
    use super::*;

    #[test]
    fn empty_names_are_found() {
        let text = "fn get_a() {}\nfn get() {}\nfn widget_get_() {}\nfn process_b() {}\n";
        assert_eq!(lines_found(function_names, "a.rs", text), [1, 4]);
        let text = "struct PoolManager;\nstruct Implicit;\nenum XWrapper {}\ntype FooImpl = u8;\n";
        assert_eq!(lines_found(type_names, "a.rs", text), [1, 3, 4]);
        assert_eq!(lines_found(file_names, "core/src/utils.rs", ""), [0]);
        assert_eq!(lines_found(file_names, "core/src/common/a.rs", ""), [0]);
        assert!(lines_found(file_names, "core/src/type.rs", "").is_empty());
    }

    #[test]
    fn names_in_text_are_not_names() {
        let text = "// fn get_a() {}\nlet a = \"fn get_b() {}\";\n";
        assert!(lines_found(function_names, "a.rs", text).is_empty());
    }

    #[test]
    fn promises_are_found_in_comments_and_strings() {
        let text = MARKERS.map(|marker| format!("// {marker}: later")).join("\n");
        assert_eq!(lines_found(markers, "a.rs", &text), [1, 2, 3]);
        assert!(lines_found(markers, "a.rs", "// a todo list\n// XXXL\n").is_empty());
    }

    #[test]
    fn tests_that_do_not_run_or_wait_blindly_are_found() {
        let text = "#[test]\n#[ignore]\nfn a() {}\n#[test]\n#[should_panic(expected = 1)]\n";
        assert_eq!(lines_found(test_attributes, "a.rs", text), [2, 5]);
        let text =
            "fn a() { sleep(1) }\n#[cfg(test)]\nmod tests {\nfn b() { thread::sleep(x) }\n}\n";
        assert_eq!(lines_found(sleeps_in_tests, "core/src/a.rs", text), [4]);
        assert_eq!(lines_found(sleeps_in_tests, "proxy/tests/a.rs", text), [1, 4]);
    }
}
