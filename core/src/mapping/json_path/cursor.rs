//! A place in the text of a path or a filter. Blanks at the end are out of bounds, but there.

use super::JsonPathError;

/// The characters, and where the reader stands.
pub(super) struct Cursor {
    chars: Vec<char>,
    /// Characters in bounds.
    end: usize,
    /// Where the reader stands.
    pub(super) at: usize,
    /// Where this text lies in the whole path.
    offset: usize,
    /// How many paths lie around this text.
    pub(super) depth: usize,
}

impl Cursor {
    pub(super) fn new(chars: Vec<char>, offset: usize, depth: usize) -> Self {
        Self { end: chars.len(), chars, at: 0, offset, depth }
    }

    /// Leaves blanks out at both ends.
    pub(super) fn trim(&mut self) {
        while self.at + 1 < self.end && self.chars[self.at] == ' ' {
            self.at += 1;
        }
        while self.at + 1 < self.end && self.chars[self.end - 1] == ' ' {
            self.end -= 1;
        }
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Result<T, JsonPathError> {
        Err(JsonPathError { position: self.offset + self.at, message: message.into() })
    }

    pub(super) fn char(&self, at: usize) -> Result<char, JsonPathError> {
        match self.chars.get(at) {
            Some(char) => Ok(*char),
            None => self.error("the path ends too early"),
        }
    }

    pub(super) fn current(&self) -> Result<char, JsonPathError> {
        self.char(self.at)
    }

    pub(super) fn current_is(&self, char: char) -> bool {
        self.chars.get(self.at) == Some(&char)
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    pub(super) fn in_bounds(&self, at: usize) -> bool {
        at < self.end
    }

    /// Whether nothing follows the character the reader stands on.
    pub(super) fn is_tail(&self) -> bool {
        !self.in_bounds(self.at + 1)
    }

    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.chars[from.min(to)..to.min(self.chars.len())].iter().collect()
    }

    /// A part as a text of its own, one path deeper where `deeper`.
    pub(super) fn part(&self, from: usize, to: usize, deeper: bool) -> Self {
        let chars = self.chars[from.min(to)..to.min(self.chars.len())].to_vec();
        Self::new(chars, self.offset + from, self.depth + usize::from(deeper))
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.in_bounds(self.at) && self.at + 1 < self.end && self.current_is(' ') {
            self.at += 1;
        }
    }

    /// Index of the first character behind `at` that is no blank, if it is in bounds.
    pub(super) fn significant_after(&self, at: usize) -> Option<usize> {
        (at + 1..self.end).find(|to| self.chars[*to] != ' ')
    }

    /// The first character behind `at` that is no blank; a blank at the end.
    pub(super) fn significant_char_after(&self, at: usize) -> char {
        self.significant_after(at).map_or(' ', |to| self.chars[to])
    }

    /// The same, if it is this one.
    pub(super) fn significant_is(&self, at: usize, char: char) -> Option<usize> {
        self.significant_after(at).filter(|to| self.chars[*to] == char)
    }

    pub(super) fn significant_char_before(&self, at: usize) -> char {
        (0..at).rev().map(|to| self.chars[to]).find(|char| *char != ' ').unwrap_or(' ')
    }

    pub(super) fn find(&self, from: usize, char: char) -> Option<usize> {
        (from..self.end).find(|at| self.chars[*at] == char)
    }

    /// The next such character that no single backslash stands before.
    pub(super) fn find_unescaped(&self, from: usize, char: char) -> Option<usize> {
        let mut escaped = false;
        for at in from..self.end {
            if escaped {
                escaped = false;
            } else if self.chars[at] == '\\' {
                escaped = true;
            } else if self.chars[at] == char {
                return Some(at);
            }
        }
        None
    }

    /// The bracket that closes the one at `open`. Texts in `'` (and regular expressions, if wanted)
    /// hide brackets.
    pub(super) fn closing(
        &self,
        open: usize,
        (opening, closing): (char, char),
        skip_regex: bool,
    ) -> Option<usize> {
        let mut opened = 1;
        let mut at = open + 1;
        while at < self.end {
            if self.chars[at] == '\'' || (self.chars[at] == '"') {
                at = self.find_unescaped(at + 1, self.chars[at])? + 1;
                if at >= self.end {
                    return None;
                }
            }
            if skip_regex && self.chars[at] == '/' {
                at = self.find_unescaped(at + 1, '/')? + 1;
                if at >= self.end {
                    return None;
                }
            }
            opened += usize::from(self.chars[at] == opening);
            if self.chars[at] == closing {
                opened -= 1;
                if opened == 0 {
                    return Some(at);
                }
            }
            at += 1;
        }
        None
    }
}

/// Resolves the escapes of a name or a text in quotes.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let plain = if char != '\\' {
            char
        } else {
            match chars.next() {
                None => '\\',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('t') => '\t',
                Some('n') => '\n',
                Some('b') => '\u{8}',
                Some('u') => {
                    let digits = chars.by_ref().take(4).collect::<String>();
                    if digits.len() == 4 {
                        units.push(u16::from_str_radix(&digits, 16).ok()?);
                    }
                    continue;
                }
                Some(other) => other,
            }
        };
        out.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        out.push(plain);
    }
    out.push_str(&String::from_utf16_lossy(&units));
    Some(out)
}
