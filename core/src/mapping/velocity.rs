//! Tells texts from Velocity templates.

/// Directives of Velocity 1.7, and `@` of a block macro.
const DIRECTIVES: &[&str] = &[
    "set", "if", "elseif", "else", "end", "foreach", "include", "parse", "stop", "break",
    "evaluate", "define", "macro",
];

/// True when a mapping template means itself: Velocity would print the text unchanged, whatever the
/// request. Doubtful texts count as templates.
#[must_use]
pub fn is_static_template(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['$', '#']) {
        let after = &rest[at + 1..];
        let special = if rest.as_bytes()[at] == b'$' { is_reference } else { is_directive };
        if special(after) {
            return false;
        }
        rest = after;
    }
    true
}

/// What follows a `$`: `name`, `!name`, `{name}`, `!{name}`.
fn is_reference(after: &str) -> bool {
    let name = after.trim_start_matches('!');
    let name = name.strip_prefix('{').unwrap_or(name);
    name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
}

/// What follows a `#`: a comment, a literal block, a directive, or the call of a block macro.
/// `#else` and `#end` are directives whatever follows them.
fn is_directive(after: &str) -> bool {
    if after.starts_with(['#', '*', '@']) || after.starts_with("[[") {
        return true;
    }
    let name = after.strip_prefix('{').unwrap_or(after);
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    let word = &name[..name.find(|char| !is_word(char)).unwrap_or(name.len())];
    word.starts_with("else") || word.starts_with("end") || DIRECTIVES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for text in [
            "",
            "{ \"statusCode\": 200 }",
            "{ statusCode: 200 }",
            "costs $5.00, $ and $!, 100$",
            "colour #fff, issue #12, # heading, http://x/#/path",
            "#settings",
            "{\"a\": \"é #ø $ø\"}",
        ] {
            assert!(is_static_template(text), "{text}");
        }
    }

    #[test]
    fn templates() {
        for text in [
            "$input.json('$')",
            "$!x",
            "${x}",
            "$!{x}",
            "$_x",
            "a ## comment",
            "#* comment *#",
            "#[[ $x ]]#",
            "#set($a = 1)",
            "#if (true)",
            "#{else}",
            "#endpoint",
            "#@block()",
            "é$context.stage",
        ] {
            assert!(!is_static_template(text), "{text}");
        }
    }
}
