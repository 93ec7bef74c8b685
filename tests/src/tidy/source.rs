//! A Rust source file with its strings and comments blanked out, and its test code marked.
//!
//! A small lexer, not a parser: enough to tell code from text and to match braces.

use std::fs;
use std::ops::Range;
use std::path::Path;

/// One source file.
pub struct Source {
    /// Relative to the root of the workspace, with slashes.
    pub path: String,
    /// As it is on disk.
    pub text: String,
    /// The same bytes, with comments, strings and character literals replaced by blanks.
    pub code: String,
    tests: Vec<Range<usize>>,
}

/// An item found in the code.
pub struct Named<'source> {
    /// Its name.
    pub name: &'source str,
    /// Where its keyword stands, as a byte offset.
    pub at: usize,
}

impl Source {
    /// A file of this path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let code = blank(&text);
        let tests = test_items(&code);
        Self { path: path.into(), text, code, tests }
    }

    /// The crate folder it lies in: `core`, `proxy`, ….
    pub fn folder(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Whether it is part of a library or binary, not of its tests, benches or examples.
    pub fn is_product(&self) -> bool {
        self.path.split('/').nth(1) == Some("src") && !self.is_test_file()
    }

    fn is_test_file(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// Whether this offset lies in an item under `#[cfg(test)]`.
    pub fn is_test(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// The number of lines outside of items under `#[cfg(test)]`.
    pub fn product_lines(&self) -> usize {
        let all = self.text.lines().count();
        let tests = self.tests.iter().map(|range| self.text[range.clone()].lines().count());
        all - tests.sum::<usize>()
    }

    /// The line of an offset, counted from 1.
    pub fn line_of(&self, at: usize) -> usize {
        self.text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Where this word stands alone in the code.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = self.code.as_bytes();
        let found = self.code.match_indices(word).map(|(at, _)| at);
        found.filter(move |at| {
            let before = at.checked_sub(1).is_none_or(|before| !is_name(bytes[before]));
            before && bytes.get(at + word.len()).is_none_or(|after| !is_name(*after))
        })
    }

    /// The items this keyword introduces: `fn` finds functions, `struct` structs.
    pub fn items<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = Named<'a>> + 'a {
        self.words(keyword).filter_map(move |at| {
            let rest = &self.code[at + keyword.len()..];
            let name = rest.trim_start();
            let end = name.bytes().position(|byte| !is_name(byte)).unwrap_or(name.len());
            (end > 0 && name.len() < rest.len()).then(|| Named { name: &name[..end], at })
        })
    }

    /// The end of the item that starts at `at`: after its block, or after its semicolon.
    pub fn item_end(&self, at: usize) -> usize {
        item_end(&self.code, at)
    }
}

/// Every `.rs` file below `root`, generated folders left out.
///
/// # Panics
/// When a folder or file cannot be read.
pub fn tree(root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    collect(root, root, &mut sources);
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

fn collect(root: &Path, directory: &Path, into: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).expect("a source folder can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(root, &path, into);
            }
        } else if name.ends_with(".rs") {
            let relative = path.strip_prefix(root).expect("found below the root");
            let text = fs::read_to_string(&path).expect("a source file is UTF-8");
            into.push(Source::new(relative.to_string_lossy(), text));
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Replaces comments, strings and character literals by blanks, byte for byte.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at);
        if let Some(end) = end {
            for byte in &mut code[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        // A name is skipped whole, so that the r of `for"` is no raw string.
        at = end.unwrap_or_else(|| at + name_length(&bytes[at..]).max(1));
    }
    String::from_utf8(code).expect("whole characters are blanked")
}

fn name_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_name(**byte)).count()
}

/// The end of the comment or literal that starts here, if one does.
fn literal_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if rest.starts_with(b"/*") {
        return Some(block_comment_end(bytes, at));
    }
    let prefix = rest.iter().take_while(|byte| matches!(**byte, b'b' | b'c' | b'r')).count();
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    let raw = rest[..prefix].contains(&b'r');
    match rest.get(prefix + hashes) {
        Some(b'"') if raw => Some(raw_string_end(bytes, at + prefix + hashes + 1, hashes)),
        Some(b'"') if hashes == 0 => Some(quoted_end(bytes, at + prefix + 1, b'"')),
        Some(b'\'') if hashes == 0 && !raw => character_end(bytes, at + prefix),
        _ => None,
    }
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn raw_string_end(bytes: &[u8], start: usize, hashes: usize) -> usize {
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let found = bytes[start..].windows(close.len()).position(|window| window == close);
    found.map_or(bytes.len(), |found| start + found + close.len())
}

fn quoted_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A character literal is `'\…'` or `'x'`; anything else after a quote is a lifetime.
fn character_end(bytes: &[u8], quote: usize) -> Option<usize> {
    let first = *bytes.get(quote + 1)?;
    if first == b'\\' {
        return Some(quoted_end(bytes, quote + 1, b'\''));
    }
    let length = match first {
        0..0x80 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    };
    (bytes.get(quote + 1 + length) == Some(&b'\'')).then_some(quote + length + 2)
}

fn test_items(code: &str) -> Vec<Range<usize>> {
    let starts = code.match_indices("#[cfg(test)]").map(|(at, mark)| (at, at + mark.len()));
    starts.map(|(at, after)| at..item_end(code, after)).collect()
}

/// After the first block or semicolon outside of round and square brackets.
fn item_end(code: &str, start: usize) -> usize {
    let (mut brackets, mut braces) = (0_usize, 0_usize);
    for (offset, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b'{' => braces += 1,
            b'}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return offset + 1;
                }
            }
            b';' if brackets == 0 && braces == 0 => return offset + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_code_is_blanked_and_code_is_not() {
        let text = r####"let a = "x // y"; // tail
let b = r#"raw " quote"#; let c = '"'; let d = b'\''; fn e<'a>(f: &'a str) {}
/* one /* two */ still */ let g = r#fn; let h = 'é'; for"" "####;
        let code = blank(text);
        assert_eq!(code.len(), text.len());
        for gone in ["x", "y", "tail", "raw", "quote", "one", "two", "still", "é", "\""] {
            assert!(!code.contains(gone), "{gone} in {code}");
        }
        for kept in ["let a =", "let c =", "let d =", "fn e<'a>(f: &'a str) {}", "let g = r#fn"] {
            assert!(code.contains(kept), "{kept} not in {code}");
        }
    }

    #[test]
    fn items_under_cfg_test_are_tests_and_the_rest_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nfn c() {}\n";
        let source = Source::new("core/src/a.rs", text);
        let found = source.items("fn").map(|item| (item.name, source.is_test(item.at)));
        assert_eq!(found.collect::<Vec<_>>(), [("a", false), ("b", true), ("c", false)]);
        assert_eq!(source.product_lines(), 2);
    }

    #[test]
    fn words_stand_alone() {
        let source = Source::new("a.rs", "monoio::x; amonoio; monoio_y; (monoio)");
        assert_eq!(source.words("monoio").collect::<Vec<_>>(), [0, 31]);
    }

    #[test]
    fn a_test_file_is_no_product() {
        assert!(Source::new("core/src/a.rs", "").is_product());
        assert!(!Source::new("core/src/a/tests.rs", "").is_product());
        assert!(!Source::new("core/tests/a.rs", "").is_product());
        assert!(!Source::new("bench/benches/a.rs", "").is_product());
    }
}
