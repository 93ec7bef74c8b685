//! The shape of a file: its length, its functions, its lines, its first line.

use super::{Finding, Source};

/// Without the tests at its end.
const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

/// A file opens by saying what it owns.
pub fn opens_with_its_purpose(source: &Source) -> Vec<Finding> {
    if source.text.starts_with("//!") {
        return Vec::new();
    }
    let message = "must open with `//!`: what it owns and what it must not know";
    vec![Finding::new("head", source, 1, message)]
}

/// A file is short enough to be read.
pub fn file_length(source: &Source) -> Vec<Finding> {
    let lines = source.product_lines();
    if lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    let message = format!("{lines} lines without tests, at most {FILE_LINES_MAX}: split it");
    vec![Finding::new("file-length", source, 0, message)]
}

/// A function is short enough to be understood.
pub fn function_length(source: &Source) -> Vec<Finding> {
    let too_long = source.items("fn").filter_map(|item| {
        let body = &source.text[item.at..source.item_end(item.at)];
        let lines = body.lines().count();
        let message =
            format!("`{}` has {lines} lines, at most {FUNCTION_LINES_MAX}: split it", item.name);
        (lines > FUNCTION_LINES_MAX)
            .then(|| Finding::new("function-length", source, source.line_of(item.at), message))
    });
    too_long.collect()
}

/// Lines fit on a screen; an address cannot be broken.
pub fn columns(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    let too_long = lines.filter(|(_, line)| {
        line.chars().count() > COLUMNS_MAX
            && !line.contains("http://")
            && !line.contains("https://")
    });
    let message = |line: &str| format!("{} columns, at most {COLUMNS_MAX}", line.chars().count());
    too_long
        .map(|(index, line)| Finding::new("columns", source, index + 1, message(line)))
        .collect()
}

/// Every unsafe block says why it is sound.
pub fn unsafe_is_explained(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().collect::<Vec<_>>();
    let blocks = source.words("unsafe").filter(|at| {
        let rest = source.code[at + "unsafe".len()..].trim_start();
        rest.starts_with('{') || rest.starts_with("impl")
    });
    let unexplained = blocks.map(|at| source.line_of(at)).filter(|line| {
        // The statement around the block may have started a few lines above it.
        let above = &lines[line.saturating_sub(8)..*line];
        !above.iter().any(|text| text.contains("SAFETY:"))
    });
    unexplained
        .map(|line| Finding::new("unsafe", source, line, "needs a `// SAFETY:` comment above it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::lines_found;
    use super::*;

    #[test]
    fn a_file_without_a_purpose_is_found() {
        assert_eq!(lines_found(opens_with_its_purpose, "a.rs", "use x;\n//! late\n"), [1]);
        assert!(lines_found(opens_with_its_purpose, "a.rs", "//! First.\n").is_empty());
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let line = "use a::b;\n";
        assert_eq!(lines_found(file_length, "a.rs", &line.repeat(501)), [0]);
        let with_tests =
            format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", line.repeat(500), line.repeat(300));
        assert!(lines_found(file_length, "a.rs", &with_tests).is_empty());
    }

    #[test]
    fn a_long_function_is_found_by_its_own_length() {
        let body =
            |lines: usize| format!("fn a(x: [u8; 2]) {{\n{}}}\n", "    x();\n".repeat(lines));
        assert_eq!(lines_found(function_length, "a.rs", &body(69)), [1]);
        assert!(lines_found(function_length, "a.rs", &body(68).repeat(2)).is_empty());
        let declared = format!("trait A {{ fn a(); }}\n{}", "use a;\n".repeat(90));
        assert!(lines_found(function_length, "a.rs", &declared).is_empty());
    }

    #[test]
    fn a_long_line_is_found_unless_it_holds_an_address() {
        let long = "x".repeat(101);
        assert_eq!(lines_found(columns, "a.rs", &format!("short\n{long}\n")), [2]);
        assert!(lines_found(columns, "a.rs", &format!("// https://{long}")).is_empty());
        assert!(lines_found(columns, "a.rs", &"é".repeat(100)).is_empty());
    }

    #[test]
    fn an_unsafe_block_without_a_reason_is_found() {
        assert_eq!(
            lines_found(unsafe_is_explained, "a.rs", "fn a() {\n    unsafe { b() }\n}"),
            [2]
        );
        let explained = "// SAFETY: it is.\nlet x = unsafe { b() };";
        assert!(lines_found(unsafe_is_explained, "a.rs", explained).is_empty());
        assert!(lines_found(unsafe_is_explained, "a.rs", "// unsafe { is just a word").is_empty());
    }
}
