//! `docs/limits.md`, made from the constants of `core/src/limits.rs` and `vtl/src/limits.rs` and
//! their comments.

use std::fmt::Write as _;

const OPENING: &str = "# Limits

Every quota, timeout, buffer and queue bound is a constant in `core/src/limits.rs`, those of the
template language in `vtl/src/limits.rs`. This page is made from these files;
`UPDATE_DOCS=1 cargo test -p ringway-tests --test tidy` makes it anew.
";

/// The page for this text of `limits.rs`.
pub fn page(source: &str) -> String {
    let mut page = OPENING.to_owned();
    let mut comment = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            comment.push(text.trim());
        } else if let Some(title) = section(line) {
            let _ =
                write!(page, "\n## {title}\n\n| Name | Value | What it bounds |\n|---|---|---|\n");
        } else if let Some((name, value)) = constant(line) {
            let what = comment.join(" ").replace('|', "\\|");
            let _ = writeln!(page, "| `{name}` | {value} | {what} |");
            comment.clear();
        } else {
            comment.clear();
        }
    }
    page
}

/// `// --- Title -----`
fn section(line: &str) -> Option<&str> {
    Some(line.strip_prefix("// --- ")?.trim_end_matches('-').trim())
}

/// `pub const NAME: type = value;`
fn constant(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("pub const ")?.split_once(':')?;
    let (_, value) = rest.split_once('=')?;
    Some((name, value.trim().trim_end_matches(';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_becomes_a_row_with_its_comment() {
        let source = "\
            //! x\n\n// --- Requests ----\n\n/// Longest head,\n/// bytes.\n\
            pub const HEAD_BYTES_MAX: usize = 10_240;\npub const BARE: u8 = 1;\n";
        let rows = page(source);
        assert!(rows.contains("\n## Requests\n"), "{rows}");
        assert!(rows.contains("| `HEAD_BYTES_MAX` | 10_240 | Longest head, bytes. |\n"), "{rows}");
        assert!(rows.contains("| `BARE` | 1 |  |\n"), "{rows}");
    }
}
