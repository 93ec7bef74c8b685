//! Java's regular expressions, on `fancy-regex`, with bounds.
//!
//! Java's classes are of ASCII where those of Rust are of Unicode, its dot knows more line ends,
//! and its `$` matches before the last one. Everything else is written alike.

use std::fmt::Write;

use fancy_regex::{Captures, Regex, RegexBuilder};

use crate::limits::{PATTERN_BACKTRACKS_MAX, PATTERN_BYTES_MAX, PATTERN_COMPILED_BYTES_MAX};
use crate::render::{Halt, Meter};
use crate::value::Value;

/// A compiled regular expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    whole: Regex,
}

impl Pattern {
    /// Compiles what Java would; the error is a message for the log.
    pub(crate) fn new(source: &str) -> Result<Self, String> {
        if source.len() > PATTERN_BYTES_MAX {
            return Err(format!("a pattern has at most {PATTERN_BYTES_MAX} bytes"));
        }
        let translated = translate(source);
        let build = |source: &str| {
            RegexBuilder::new(source)
                .backtrack_limit(PATTERN_BACKTRACKS_MAX)
                .delegate_size_limit(PATTERN_COMPILED_BYTES_MAX)
                .delegate_dfa_size_limit(PATTERN_COMPILED_BYTES_MAX)
                .build()
                .map_err(|error| format!("PatternSyntaxException: {error}"))
        };
        let regex = build(&translated)?;
        let whole = build(&format!("\\A(?:{translated})\\z"))?;
        Ok(Self { regex, whole })
    }

    /// `matches`
    pub(super) fn is_whole(&self, text: &str, meter: &mut Meter) -> Result<bool, Halt> {
        meter.steps(4 + text.len() as u64 / 4)?;
        self.whole.is_match(text).map_err(failed)
    }

    /// `split`: without empty texts at the end for a limit of 0, in at most so many parts for one
    /// above, all of them for one below.
    pub(super) fn split(
        &self,
        text: &str,
        limit: i32,
        meter: &mut Meter,
    ) -> Result<Vec<Value>, Halt> {
        let mut parts = Vec::new();
        let mut start = 0;
        for found in self.regex.find_iter(text) {
            meter.steps(4)?;
            let found = found.map_err(failed)?;
            if limit > 0 && parts.len() + 1 == limit as usize {
                break;
            }
            // An empty match at the start makes no part.
            if found.end() == 0 {
                continue;
            }
            // Java finds an empty match at the end only where something else was found.
            if found.start() == found.end() && found.start() == text.len() {
                break;
            }
            meter.make(found.start() - start)?;
            parts.push(&text[start..found.start()]);
            start = found.end();
        }
        if parts.is_empty() {
            return Ok(vec![Value::text(text)]);
        }
        parts.push(&text[start..]);
        if limit == 0 {
            while parts.last().is_some_and(|part| part.is_empty()) {
                parts.pop();
            }
        }
        Ok(parts.into_iter().map(Value::text).collect())
    }

    /// `replaceAll` and `replaceFirst`, with `$1`, `${name}` and `\` in the replacement.
    pub(super) fn replace(
        &self,
        text: &str,
        with: &str,
        all: bool,
        meter: &mut Meter,
    ) -> Result<String, Halt> {
        let mut out = String::new();
        let mut start = 0;
        for found in self.regex.captures_iter(text) {
            meter.steps(8)?;
            let captures = found.map_err(failed)?;
            let Some(whole) = captures.get(0) else { break };
            out.push_str(&text[start..whole.start()]);
            let before = out.len();
            expand(&captures, with, &mut out)?;
            meter.make(out.len() - before + whole.start() - start)?;
            start = whole.end();
            if !all {
                break;
            }
        }
        out.push_str(&text[start..]);
        meter.make(text.len() - start)?;
        Ok(out)
    }
}

fn failed(error: fancy_regex::Error) -> Halt {
    Halt::fail(format!("a search with a regular expression: {error}"))
}

fn expand(captures: &Captures<'_, str>, with: &str, out: &mut String) -> Result<(), Halt> {
    let illegal = |what: &str| Halt::fail(format!("IllegalArgumentException: {what}"));
    let mut characters = with.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let escaped = characters.next();
                out.push(escaped.ok_or_else(|| illegal("character to be escaped is missing"))?);
            }
            '$' => match characters.next() {
                Some('{') => {
                    let name = characters.by_ref().take_while(|character| *character != '}');
                    let name = name.collect::<String>();
                    let group = captures.name(&name);
                    out.push_str(group.map_or("", |group| group.as_str()));
                }
                Some(digit @ '0'..='9') => {
                    let mut group = digit as usize - '0' as usize;
                    if group >= captures.len() {
                        return Err(Halt::fail(format!(
                            "IndexOutOfBoundsException: No group {group}"
                        )));
                    }
                    // As many digits as make a group that exists.
                    while let Some(more) = characters.peek().and_then(|more| more.to_digit(10)) {
                        let longer = group * 10 + more as usize;
                        if longer >= captures.len() {
                            break;
                        }
                        group = longer;
                        characters.next();
                    }
                    out.push_str(captures.get(group).map_or("", |group| group.as_str()));
                }
                _ => return Err(illegal("Illegal group reference")),
            },
            _ => out.push(character),
        }
    }
    Ok(())
}

const LINE_ENDS: &str = "\\n\\r\\u{85}\\u{2028}\\u{2029}";

/// Which flags hold that change what a dot and a dollar mean.
#[derive(Clone, Copy, Default)]
struct Flags {
    dot_all: bool,
    multi_line: bool,
    unix_lines: bool,
}

/// From Java's syntax to Rust's.
fn translate(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 16);
    let mut characters = source.chars().peekable();
    let mut in_class = 0usize;
    let mut flags = Flags::default();
    let mut groups = Vec::new();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('Q') => quoted(&mut characters, &mut out),
                Some(escaped) => escape(escaped, in_class > 0, &mut characters, &mut out),
                None => out.push('\\'),
            },
            '[' => {
                in_class += 1;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            ']' if in_class > 0 => {
                in_class -= 1;
                out.push(']');
            }
            // Means something in a class of Rust's that it does not in one of Java's.
            '~' if in_class > 0 => out.push_str("\\~"),
            '-' if in_class > 0 && characters.peek() == Some(&'-') => out.push_str("\\-"),
            _ if in_class > 0 => out.push(character),
            '(' => {
                groups.push(flags);
                out.push('(');
                if characters.next_if_eq(&'?').is_some() {
                    out.push('?');
                    if set_flags(&mut characters, &mut out, &mut flags) {
                        groups.pop();
                    }
                }
            }
            ')' => {
                flags = groups.pop().unwrap_or(flags);
                out.push(')');
            }
            '.' if flags.dot_all => out.push_str("(?s:.)"),
            '.' if flags.unix_lines => out.push_str("[^\\n]"),
            '.' => {
                let _ = write!(out, "[^{LINE_ENDS}]");
            }
            '$' if flags.multi_line => {
                let _ =
                    write!(out, "(?=\\r\\n|(?<!\\r)\\n|[\\r\\u{{85}}\\u{{2028}}\\u{{2029}}]|\\z)");
            }
            '$' => {
                let _ = write!(out, "(?=(?:\\r\\n|[{LINE_ENDS}])?\\z)");
            }
            _ => out.push(character),
        }
    }
    out
}

/// `\Q…\E`
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut quoted = String::new();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next_if_eq(&'E').is_some() {
            break;
        }
        quoted.push(character);
    }
    out.push_str(&fancy_regex::escape(&quoted));
}

/// Flags behind `(?`; true when they hold to the end of the group around them.
fn set_flags(
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
    flags: &mut Flags,
) -> bool {
    let mut on = true;
    while let Some(flag) = characters.next_if(|next| "imsxduU-".contains(*next)) {
        match flag {
            '-' => on = false,
            's' => flags.dot_all = on,
            'm' => flags.multi_line = on,
            'd' => flags.unix_lines = on,
            _ => {}
        }
        // Of Java's flags, Rust knows these by the same names.
        if "imsx-".contains(flag) {
            out.push(flag);
        }
    }
    if out.ends_with('?') && characters.peek() == Some(&')') {
        out.push('u');
    }
    if characters.next_if_eq(&')').is_some() {
        out.push(')');
        return true;
    }
    false
}

fn escape(
    escaped: char,
    in_class: bool,
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) {
    let class = match escaped {
        'd' => Some(("0-9", false)),
        'D' => Some(("0-9", true)),
        'w' => Some(("a-zA-Z0-9_", false)),
        'W' => Some(("a-zA-Z0-9_", true)),
        's' => Some((" \\t\\n\\x0B\\f\\r", false)),
        'S' => Some((" \\t\\n\\x0B\\f\\r", true)),
        'h' => Some((
            " \\t\\xA0\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}",
            false,
        )),
        _ => None,
    };
    match (escaped, class) {
        (_, Some((members, false))) if in_class => out.push_str(members),
        (_, Some((members, negated))) => {
            let _ = write!(out, "[{}{members}]", if negated { "^" } else { "" });
        }
        ('p' | 'P', None) if rest.peek() == Some(&'{') => {
            rest.next();
            let name = rest.by_ref().take_while(|character| *character != '}');
            property(escaped, &name.collect::<String>(), in_class, out);
        }
        ('Z', None) => {
            let _ = write!(out, "(?=(?:\\r\\n|[{LINE_ENDS}])?\\z)");
        }
        ('R', None) => {
            let _ = write!(out, "(?:\\r\\n|[\\x0B\\f{LINE_ENDS}])");
        }
        ('e', None) => out.push_str("\\x1B"),
        ('u', None) => {
            let digits = (0..4).map_while(|_| rest.next()).collect::<String>();
            let _ = write!(out, "\\u{{{digits}}}");
        }
        // A letter that Java gives no meaning is an error there; a sign stands for itself.
        _ if escaped.is_ascii_alphanumeric() => {
            out.push('\\');
            out.push(escaped);
        }
        _ if escaped.is_ascii_punctuation() => {
            out.push('\\');
            out.push(escaped);
        }
        _ => out.push(escaped),
    }
}

/// The POSIX classes are of ASCII; the others have the names of Unicode.
fn property(letter: char, name: &str, in_class: bool, out: &mut String) {
    let members = match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => "\\x00-\\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => "!-/:-@\\[-`{-\\~",
        "Graph" => "!-\\~",
        "Print" => " -\\~",
        "Blank" => " \\t",
        "Cntrl" => "\\x00-\\x1F\\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => " \\t\\n\\x0B\\f\\r",
        _ => {
            let name = name.strip_prefix("Is").unwrap_or(name);
            let _ = write!(out, "\\{letter}{{{name}}}");
            return;
        }
    };
    let negated = if letter == 'P' { "^" } else { "" };
    let _ = if in_class && letter == 'p' {
        write!(out, "{members}")
    } else {
        write!(out, "[{negated}{members}]")
    };
}
