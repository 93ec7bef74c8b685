//! Regular expressions of Java and of ECMAScript, brought to the syntax of `fancy-regex`.
//!
//! What needs no look-around and no back reference runs in linear time; the rest may go back a
//! bounded number of steps. What the two dialects mean and this crate cannot is refused when
//! compiled.

use fancy_regex::{Regex, RegexBuilder};

use crate::limits::{REGEX_BACKTRACK_STEPS_MAX, REGEX_BYTES_MAX, REGEX_PATTERN_BYTES_MAX};

/// A compiled regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
}

/// The answer would take more than
/// [`REGEX_BACKTRACK_STEPS_MAX`] steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManySteps;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Java,
    Ecma,
}

impl Pattern {
    /// `Pattern.compile(text, flags)` of Java for `matches()`: the whole input. `flags` are letters
    /// of `dixmsuU`, as behind a pattern of a JSONPath.
    ///
    /// # Errors
    /// One sentence: no such syntax, or one that is not supported.
    pub fn java_whole(text: &str, flags: &str) -> Result<Self, String> {
        let held = Flags {
            dot_all: flags.contains('s'),
            unix_lines: flags.contains('d'),
            multi_line: flags.contains('m'),
            comments: flags.contains('x'),
        };
        let kept = flags.chars().filter(|flag| "ixm".contains(*flag)).collect::<String>();
        let set = if kept.is_empty() { String::new() } else { format!("(?{kept})") };
        let body = Translation::new(text, Dialect::Java, held).all()?;
        Self::build(text, &format!(r"{set}\A(?:{body})\z"))
    }

    /// `new RegExp(text).test` of ECMAScript: anywhere in the input.
    ///
    /// # Errors
    /// One sentence: no such syntax, or one that is not supported.
    pub fn ecma(text: &str) -> Result<Self, String> {
        Self::build(text, &Translation::new(text, Dialect::Ecma, Flags::default()).all()?)
    }

    fn build(text: &str, translated: &str) -> Result<Self, String> {
        if text.len() > REGEX_PATTERN_BYTES_MAX {
            return Err(format!("a pattern is longer than {REGEX_PATTERN_BYTES_MAX} bytes"));
        }
        let built = RegexBuilder::new(translated)
            .backtrack_limit(REGEX_BACKTRACK_STEPS_MAX)
            .delegate_size_limit(REGEX_BYTES_MAX)
            .delegate_dfa_size_limit(REGEX_BYTES_MAX)
            .build();
        built.map(|regex| Self { regex }).map_err(|error| format!("pattern {text}: {error}"))
    }

    /// Whether the input matches.
    ///
    /// # Errors
    /// The bound of steps was reached.
    pub fn is_match(&self, input: &str) -> Result<bool, TooManySteps> {
        self.regex.is_match(input).map_err(|_| TooManySteps)
    }
}

/// Java's flags that change what a sign means.
#[derive(Clone, Copy, Default)]
struct Flags {
    dot_all: bool,
    unix_lines: bool,
    multi_line: bool,
    comments: bool,
}

struct Translation {
    chars: Vec<char>,
    at: usize,
    dialect: Dialect,
    /// Those that hold here.
    flags: Flags,
    /// Those that hold again behind each group that is open.
    groups: Vec<Flags>,
    out: String,
    /// Brackets of character classes that are open.
    classes: usize,
    /// The last thing read is a quantifier that can still become lazy.
    after_quantifier: bool,
}

/// Ends a line for Java.
const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";
const JAVA_SPACE: &str = r" \t\n\x0B\x0C\r";
const ECMA_SPACE: &str = concat!(
    r" \t\n\x0B\x0C\r\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{2028}\x{2029}",
    r"\x{202f}\x{205f}\x{3000}\x{feff}",
);
const HORIZONTAL: &str = r" \t\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}";
const VERTICAL: &str = r"\n\x0B\x0C\r\x{85}\x{2028}\x{2029}";

/// Java's POSIX classes, which are of ASCII alone.
const POSIX: [(&str, &str); 13] = [
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", r"\x00-\x7F"),
    ("Alpha", "a-zA-Z"),
    ("Digit", "0-9"),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", r"!-/:-@\[-`{-~"),
    ("Graph", "!-~"),
    ("Print", " -~"),
    ("Blank", r" \t"),
    ("Cntrl", r"\x00-\x1F\x7F"),
    ("XDigit", "0-9a-fA-F"),
    ("Space", JAVA_SPACE),
];

impl Translation {
    fn new(text: &str, dialect: Dialect, flags: Flags) -> Self {
        let chars = text.chars().take(REGEX_PATTERN_BYTES_MAX + 1).collect();
        Self {
            chars,
            at: 0,
            dialect,
            flags,
            groups: Vec::new(),
            out: String::with_capacity(text.len()),
            classes: 0,
            after_quantifier: false,
        }
    }

    fn next(&mut self) -> Option<char> {
        let char = self.chars.get(self.at).copied()?;
        self.at += 1;
        Some(char)
    }

    fn all(mut self) -> Result<String, String> {
        while let Some(char) = self.next() {
            let quantifier = matches!(char, '*' | '+' | '?') && self.classes == 0;
            match (char, self.classes, self.dialect) {
                ('\\', ..) => self.escape()?,
                ('.', 0, _) => self.dot(),
                ('[', 0, _) | ('[', _, Dialect::Java) => self.open_class(),
                (']', 1.., _) => {
                    self.classes -= 1;
                    self.out.push(']');
                }
                ('[' | '&' | '~' | '#', 1.., Dialect::Ecma) => self.literal(char),
                ('-', 1.., _) if self.chars.get(self.at) == Some(&'-') => self.out.push_str(r"\-"),
                ('~', 1.., Dialect::Java) => self.literal('~'),
                ('(', 0, Dialect::Java) => self.open_java_group()?,
                (')', 0, Dialect::Java) => self.close_java_group()?,
                ('$', 0, Dialect::Java) => self.dollar(),
                ('#', 0, Dialect::Java) if self.flags.comments => {
                    while self.next().is_some_and(|char| char != '\n') {}
                }
                ('{', 0, Dialect::Java) if !self.is_quantifier()? => {
                    return Err("illegal repetition: `{` begins no number".to_owned());
                }
                ('(', 0, Dialect::Ecma) => self.open_group()?,
                ('*' | '+' | '?', 0, Dialect::Ecma) => self.quantifier(char)?,
                // Behind another quantifier the digits stand for themselves.
                ('{', 0, Dialect::Ecma) if !self.after_quantifier && self.is_quantifier()? => {
                    self.out.push(char);
                    while let Some(char) = self.next() {
                        self.out.push(char);
                        if char == '}' {
                            break;
                        }
                    }
                    self.after_quantifier = true;
                    continue;
                }
                ('{', 0, Dialect::Ecma) => self.out.push_str(r"\{"),
                _ => self.out.push(char),
            }
            // `?` behind a quantifier makes it lazy, and ends it.
            self.after_quantifier = quantifier && !self.after_quantifier;
        }
        if self.classes > 0 {
            Err("a character class does not end".to_owned())
        } else {
            Ok(self.out)
        }
    }

    fn dot(&mut self) {
        match (self.dialect, self.flags) {
            (Dialect::Ecma, _) => self.out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            (Dialect::Java, Flags { dot_all: true, .. }) => self.out.push_str("(?s:.)"),
            (Dialect::Java, Flags { unix_lines: true, .. }) => self.out.push_str(r"[^\n]"),
            (Dialect::Java, _) => self.set(LINE_ENDS, true),
        }
    }

    /// Java's `$` stands before the last line end, too. Where the pattern ends with it, the input
    /// has to end as well.
    fn dollar(&mut self) {
        if self.at == self.chars.len() {
            self.out.push('$');
        } else if self.flags.multi_line {
            self.out.push_str(r"(?=\r\n|(?<!\r)\n|[\r\x{85}\x{2028}\x{2029}]|\z)");
        } else {
            self.out.push_str(&format!(r"(?=(?:\r\n|[{LINE_ENDS}])?\z)"));
        }
    }

    fn open_java_group(&mut self) -> Result<(), String> {
        self.groups.push(self.flags);
        self.out.push('(');
        if self.chars.get(self.at) != Some(&'?') {
            return Ok(());
        }
        let rest = self.chars[self.at + 1..].iter();
        let letters = rest.take_while(|char| char.is_ascii_alphabetic() || **char == '-');
        let letters = letters.collect::<String>();
        let end = self.chars.get(self.at + 1 + letters.len()).copied();
        if letters.is_empty() && end != Some(')') {
            return Ok(());
        }
        let end = end.filter(|end| matches!(end, ':' | ')'));
        let end = end.ok_or_else(|| format!("`(?{letters}` is no group"))?;
        self.at += letters.len() + 2;
        self.set_flags(&letters)?;
        if end == ')' {
            // They hold to the end of the group around them.
            self.groups.pop();
        }
        self.out.push(end);
        Ok(())
    }

    /// Takes flags over, and writes those that the two syntaxes share.
    fn set_flags(&mut self, letters: &str) -> Result<(), String> {
        let (on, off) = letters.split_once('-').unwrap_or((letters, ""));
        for (flags, value) in [(on, true), (off, false)] {
            for flag in flags.chars() {
                match flag {
                    's' => self.flags.dot_all = value,
                    'd' => self.flags.unix_lines = value,
                    'm' => self.flags.multi_line = value,
                    'x' => self.flags.comments = value,
                    'i' | 'u' => {}
                    _ => return Err(format!("the flag `{flag}` is not supported")),
                }
            }
        }
        let shared = |flags: &str| flags.chars().filter(|flag| "imx".contains(*flag)).collect();
        let (on, off): (String, String) = (shared(on), shared(off));
        match (on.is_empty(), off.is_empty()) {
            (true, true) if self.chars.get(self.at - 1) == Some(&')') => self.out.push_str("?:"),
            (_, true) => self.out.extend(["?", &on]),
            (_, false) => self.out.extend(["?", &on, "-", &off]),
        }
        Ok(())
    }

    fn close_java_group(&mut self) -> Result<(), String> {
        self.flags = self.groups.pop().ok_or("a `)` closes nothing")?;
        self.out.push(')');
        Ok(())
    }

    /// ECMAScript 5 has no named groups, no look-behind and no flags inside.
    fn open_group(&mut self) -> Result<(), String> {
        let rest = &self.chars[self.at..];
        if rest.starts_with(&['?']) && !matches!(rest.get(1), Some(':' | '=' | '!')) {
            return Err("a group begins with `?`".to_owned());
        }
        self.out.push('(');
        if rest.starts_with(&['?']) {
            self.out.extend(['?', rest[1]]);
            self.at += 2;
        }
        Ok(())
    }

    /// Nothing can be repeated twice, and there are no possessive quantifiers.
    fn quantifier(&mut self, char: char) -> Result<(), String> {
        if self.after_quantifier && char != '?' {
            return Err("a quantifier has nothing to repeat".to_owned());
        }
        self.out.push(char);
        Ok(())
    }

    fn open_class(&mut self) {
        let rest = &self.chars[self.at..];
        if self.dialect == Dialect::Ecma && rest.starts_with(&[']']) {
            self.at += 1;
            self.out.push_str("(?!)");
        } else if self.dialect == Dialect::Ecma && rest.starts_with(&['^', ']']) {
            self.at += 2;
            self.out.push_str(r"[\x{0}-\x{10FFFF}]");
        } else {
            self.classes += 1;
            self.out.push('[');
            if self.dialect == Dialect::Java {
                self.begin_java_class();
            }
        }
    }

    /// A `]` that comes first stands for itself.
    fn begin_java_class(&mut self) {
        if self.chars.get(self.at) == Some(&'^') {
            self.at += 1;
            self.out.push('^');
        }
        if self.chars.get(self.at) == Some(&']') {
            self.at += 1;
            self.out.push_str(r"\]");
        }
    }

    fn is_quantifier(&self) -> Result<bool, String> {
        let rest = self.chars[self.at..].iter().take_while(|char| **char != '}');
        let inner = rest.collect::<String>();
        let (least, most) = inner.split_once(',').unwrap_or((&inner, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if self.at + inner.len() >= self.chars.len()
            || least.is_empty()
            || !digits(least)
            || !digits(most)
        {
            return Ok(false);
        }
        let most = if most.is_empty() { least } else { most };
        match (least.parse::<u16>(), most.parse::<u16>()) {
            (Ok(least), Ok(most)) if least <= most => Ok(true),
            _ => Err("the numbers of a quantifier are out of order, or too large".to_owned()),
        }
    }

    fn literal(&mut self, char: char) {
        if char.is_ascii_alphanumeric() || char == '_' || !char.is_ascii() || char == ' ' {
            self.out.push(char);
        } else if char.is_ascii_control() {
            self.code(u32::from(char));
        } else {
            self.out.push('\\');
            self.out.push(char);
        }
    }

    fn code(&mut self, code: u32) {
        self.out.push_str(&format!("\\x{{{code:X}}}"));
    }

    fn set(&mut self, members: &str, negated: bool) {
        match (self.classes > 0, negated) {
            (true, false) => self.out.push_str(members),
            (_, true) => self.out.push_str(&format!("[^{members}]")),
            (false, false) => self.out.push_str(&format!("[{members}]")),
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(char) = self.next() else { return Err("`\\` at the end".to_owned()) };
        let java = self.dialect == Dialect::Java;
        let space = if java { JAVA_SPACE } else { ECMA_SPACE };
        match char {
            'd' | 'D' => self.set("0-9", char == 'D'),
            'w' | 'W' => self.set("a-zA-Z0-9_", char == 'W'),
            's' | 'S' => self.set(space, char == 'S'),
            'h' | 'H' if java => self.set(HORIZONTAL, char == 'H'),
            'v' | 'V' if java => self.set(VERTICAL, char == 'V'),
            'v' => self.code(0x0b),
            't' | 'n' | 'r' => self.out.extend(['\\', char]),
            'f' => self.code(0x0c),
            'a' if java => self.code(7),
            'e' if java => self.code(0x1b),
            'b' if self.classes > 0 && !java => self.code(8),
            'b' | 'B' if self.classes == 0 => self.out.extend(['\\', char]),
            'A' | 'z' if java && self.classes == 0 => self.out.extend(['\\', char]),
            'Z' if java && self.classes == 0 => {
                self.out.push_str(&format!(r"(?=(?:\r\n|[{LINE_ENDS}])?\z)"));
            }
            'R' if java && self.classes == 0 => {
                self.out.push_str(&format!(r"(?:\r\n|[\x0B\x0C{LINE_ENDS}])"));
            }
            'u' => self.hexadecimal(4)?,
            'x' => self.hexadecimal(2)?,
            'c' => self.control()?,
            '0' => self.octal(),
            '1'..='9' if self.classes == 0 => self.out.extend(['\\', char]),
            'k' if self.chars.get(self.at) == Some(&'<') => self.out.push_str("\\k"),
            'p' | 'P' if java => self.property(char == 'P')?,
            'Q' if java => self.quoted(),
            _ if char.is_ascii_alphabetic() && java => {
                return Err(format!("`\\{char}` is not supported"));
            }
            _ => self.literal(char),
        }
        Ok(())
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<(), String> {
        let text = self.chars[self.at..].iter().take(digits).collect::<String>();
        let code = u32::from_str_radix(&text, 16).ok();
        match code.filter(|_| text.len() == digits && !text.starts_with('+')) {
            Some(0xd800..=0xdfff) => Err("half a surrogate pair is not supported".to_owned()),
            Some(code) => {
                self.at += digits;
                self.code(code);
                Ok(())
            }
            // Of ECMAScript, an escape that is none stands for its letter.
            None if self.dialect == Dialect::Ecma => {
                self.out.push(self.chars[self.at - 1]);
                Ok(())
            }
            None => Err(format!("{digits} hexadecimal digits are missing")),
        }
    }

    fn control(&mut self) -> Result<(), String> {
        match self.next() {
            Some(char) if char.is_ascii() => self.code(u32::from(char) ^ 0x40),
            _ => return Err("a letter is missing behind `\\c`".to_owned()),
        }
        Ok(())
    }

    fn octal(&mut self) {
        let rest = self.chars[self.at..].iter().take(3).map_while(|char| char.to_digit(8));
        let digits = rest.collect::<Vec<_>>();
        self.at += digits.len();
        self.code(digits.iter().fold(0, |code, digit| code * 8 + digit) & 0xff);
    }

    fn property(&mut self, negated: bool) -> Result<(), String> {
        let braced = self.chars.get(self.at) == Some(&'{');
        let rest = &self.chars[self.at + usize::from(braced)..];
        let length = if braced { rest.iter().position(|char| *char == '}') } else { Some(1) };
        let length = length.filter(|length| *length <= rest.len());
        let length = length.ok_or_else(|| "a property does not end".to_owned())?;
        let name = rest[..length].iter().collect::<String>();
        self.at += length + 2 * usize::from(braced);
        if let Some((_, members)) = POSIX.iter().find(|(known, _)| *known == name) {
            self.set(members, negated);
        } else {
            let letter = if negated { 'P' } else { 'p' };
            let name = name.strip_prefix("Is").unwrap_or(&name);
            self.out.push_str(&format!("\\{letter}{{{name}}}"));
        }
        Ok(())
    }

    fn quoted(&mut self) {
        while let Some(char) = self.next() {
            if char == '\\' && self.chars.get(self.at) == Some(&'E') {
                self.at += 1;
                return;
            }
            self.literal(char);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn javas_whole_matches() {
        for (pattern, flags, input, expect) in [
            ("a.c", "", "abc", true),
            ("a.c", "", "abcd", false),
            ("a|ab", "", "ab", true),
            ("a.c", "", "a\nc", false),
            ("a.c", "s", "a\nc", true),
            ("(?s)a.c", "", "a\nc", true),
            ("ABC", "i", "abc", true),
            (r"\d+", "", "12", true),
            (r"\d+", "", "١", false),
            (r"\w", "", "é", false),
            (r"[\d.]+", "", "1.2", true),
            (r"[^\d]+", "", "ab", true),
            (r"[a-z&&[^b]]", "", "b", false),
            (r"\Qa.b\E+", "", "a.bb", true),
            (r"\p{Alpha}+", "", "aZ", true),
            (r"\u0041\x42\0103", "", "ABC", true),
            (r"(?=.*\d).+", "", "ab1", true),
            (r"(a)\1", "", "aa", true),
            (r"a++b", "", "aab", true),
            ("a # comment", "x", "a", true),
        ] {
            let compiled = Pattern::java_whole(pattern, flags).expect(pattern);
            assert_eq!(compiled.is_match(input), Ok(expect), "{pattern} {input}");
        }
    }

    #[test]
    fn ecmas_matches_anywhere() {
        for (pattern, input, expect) in [
            ("^a", "ab", true),
            ("b", "abc", true),
            ("^[a-z]+$", "ab1", false),
            (r"[[]", "[", true),
            (r"[a&&b]", "&", true),
            ("^a{,3}$", "a{,3}", true),
            ("^a{2}$", "aa", true),
            (r"^\/$", "/", true),
            (r"^(?=.*[A-Z])(?=.*\d).{4,}$", "aB1c", true),
            (r"[^]", "\n", true),
            (r"^\s$", "\u{a0}", true),
            (r"^\u00e9$", "é", true),
        ] {
            assert_eq!(
                Pattern::ecma(pattern).expect(pattern).is_match(input),
                Ok(expect),
                "{pattern}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let patterns =
            ["(", "[a", "a**", "\\", r"\y", r"\u12", r"\p{Nope}", r"(?<a>x)\k<b>", "a)|(b", "{"];
        for pattern in patterns {
            assert!(Pattern::java_whole(pattern, "").is_err(), "{pattern}");
        }
        assert!(Pattern::ecma(&"a".repeat(5_000)).is_err());
        assert!(Pattern::ecma(&"(".repeat(2_000)).is_err());
        assert!(Pattern::ecma(r"(\w{900}){900}").is_err());
    }

    #[test]
    fn going_back_is_bounded() {
        let pattern = Pattern::ecma(r"^(?:(a|aa)+)+\1\1[bc]$").expect("a pattern");
        let input = format!("{}d", "a".repeat(64));
        assert!(pattern.is_match(&input).is_err());
    }
}
