//! The steps of a path, and how they are read.

use super::JsonPathError;
use super::cursor::{Cursor, unescape};
use super::filter::Filter;
use super::function::{Argument, Function};
use crate::limits::JSON_PATH_DEPTH_MAX;

/// A path, or one inside a filter or among the arguments of a function.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Begins with `$`: at the root, also inside a filter.
    pub(super) is_root: bool,
    pub(super) steps: Vec<Step>,
    /// Leads to one place at most.
    pub(super) definite: bool,
}

/// One step, and whether all before it lead to one place at most.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) token: Token,
    pub(super) upstream_definite: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Token {
    /// `.name`, `['name']`, `['one','other']`; not empty.
    Names(Vec<Box<str>>),
    /// `[1]`, `[0,-1]`; not empty.
    Indexes(Vec<i32>),
    /// `[1:]`, `[:2]`, `[1:2]`; not both are absent.
    Slice(Option<i32>, Option<i32>),
    /// `*`
    Wildcard,
    /// `..`
    Scan,
    /// `[?(…)]`
    Filter(Box<Filter>),
    /// `.length()`
    Function(Function, Vec<Argument>),
}

impl Path {
    /// A path as a template has it.
    pub(super) fn compile(text: &str) -> Result<Self, JsonPathError> {
        let mut chars = text.chars().collect::<Vec<_>>();
        if !matches!(chars.first(), Some('$' | '@')) {
            chars.splice(0..0, ['$', '.']);
        }
        let mut cursor = Cursor::new(chars, 0, 0);
        cursor.trim();
        if cursor.char(cursor.end().saturating_sub(1))? == '.' {
            return cursor.error("a path must not end with `.`");
        }
        Self::read(cursor)
    }

    /// A path that begins with `$` or `@`.
    pub(super) fn read(mut cursor: Cursor) -> Result<Self, JsonPathError> {
        if cursor.depth > JSON_PATH_DEPTH_MAX {
            return cursor.error("paths are nested too deep");
        }
        while matches!(cursor.current()?, ' ' | '\t' | '\r' | '\n') {
            cursor.at += 1;
        }
        let is_root = match cursor.current()? {
            '$' => true,
            '@' => false,
            _ => return cursor.error("a path must start with `$` or `@`"),
        };
        let mut reader = Reader { cursor, tokens: Vec::new() };
        if !reader.cursor.is_tail() {
            reader.cursor.at += 1;
            if !matches!(reader.cursor.current()?, '.' | '[') {
                return reader.cursor.error("`.` or `[` is expected");
            }
            reader.all()?;
        }
        Ok(Self::of(is_root, reader.tokens))
    }

    pub(super) fn of(is_root: bool, tokens: Vec<Token>) -> Self {
        let tokens = function_of_scan(tokens);
        let last = tokens.len().saturating_sub(1);
        let mut definite = true;
        let mut steps = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.into_iter().enumerate() {
            let upstream_definite = definite;
            definite &= match &token {
                Token::Names(names) => names.len() == 1 || at == last,
                Token::Indexes(indexes) => indexes.len() == 1,
                Token::Function(..) => true,
                Token::Slice(..) | Token::Wildcard | Token::Scan | Token::Filter(_) => false,
            };
            steps.push(Step { token, upstream_definite });
        }
        Self { is_root, steps, definite }
    }

    pub(super) fn ends_in_function(&self) -> bool {
        matches!(self.steps.last(), Some(Step { token: Token::Function(..), .. }))
    }
}

/// `$..a.sum()` means `$.sum($..a)`: a function behind a scan takes all that was found at once.
fn function_of_scan(mut tokens: Vec<Token>) -> Vec<Token> {
    let is_function = |token: &Token| matches!(token, Token::Function(..));
    if !matches!(tokens.first(), Some(Token::Scan)) || !tokens.last().is_some_and(is_function) {
        return tokens;
    }
    let Some(at) = tokens.iter().position(is_function) else { return tokens };
    let mut rest = tokens.split_off(at);
    if let Some(Token::Function(_, arguments)) = rest.first_mut() {
        *arguments = vec![Argument::path(Path::of(true, tokens))];
    }
    rest
}

struct Reader {
    cursor: Cursor,
    tokens: Vec<Token>,
}

impl Reader {
    /// Reads steps to the end. One character that is left over is ignored, as Jayway does.
    fn all(&mut self) -> Result<(), JsonPathError> {
        loop {
            match self.cursor.current()? {
                '[' => self.bracket()?,
                '.' => {
                    self.dot()?;
                    continue;
                }
                '*' => self.wildcard()?,
                _ => self.name_or_function()?,
            }
            if self.cursor.is_tail() {
                return Ok(());
            }
        }
    }

    fn dot(&mut self) -> Result<(), JsonPathError> {
        if !self.cursor.is_tail() && self.cursor.char(self.cursor.at + 1)? == '.' {
            self.tokens.push(Token::Scan);
            self.cursor.at += 2;
        } else if self.cursor.is_tail() {
            return self.cursor.error("a path must not end with `.`");
        } else {
            self.cursor.at += 1;
        }
        if self.cursor.current()? == '.' {
            return self.cursor.error("`.` is not expected");
        }
        Ok(())
    }

    fn bracket(&mut self) -> Result<(), JsonPathError> {
        let next = self.cursor.significant_char_after(self.cursor.at);
        match next {
            '\'' | '"' => self.quoted_names(next),
            '-' | ':' => self.indexes(),
            _ if next.is_ascii_digit() => self.indexes(),
            '*' => self.wildcard(),
            '?' => self.filter(),
            _ => self.cursor.error("a name in quotes, an index, `*` or `?` is expected"),
        }
    }

    fn wildcard(&mut self) -> Result<(), JsonPathError> {
        let at = self.cursor.at;
        if self.cursor.current()? == '[' {
            let star = self.cursor.significant_is(at, '*').unwrap_or(at);
            match self.cursor.significant_is(star, ']') {
                Some(close) => self.cursor.at = close + 1,
                None => return self.cursor.error("`]` is expected behind `*`"),
            }
        } else {
            self.cursor.at += 1;
        }
        self.tokens.push(Token::Wildcard);
        Ok(())
    }

    fn filter(&mut self) -> Result<(), JsonPathError> {
        let start = self.cursor.at;
        let question = self.cursor.significant_is(start, '?').unwrap_or(start);
        let open = self.cursor.significant_is(question, '(');
        let close = open.and_then(|open| self.cursor.closing(open, ('(', ')'), true));
        let end = close.and_then(|close| self.cursor.significant_is(close, ']'));
        let (Some(open), Some(close), Some(end)) = (open, close, end) else {
            return self.cursor.error("`(`, `)` or `]` of a filter is missing");
        };
        let filter = Filter::read(self.cursor.part(open, close + 1, false))?;
        self.tokens.push(Token::Filter(Box::new(filter)));
        self.cursor.at = end + 1;
        Ok(())
    }

    fn indexes(&mut self) -> Result<(), JsonPathError> {
        let start = self.cursor.at + 1;
        let Some(end) = self.cursor.find(start, ']') else {
            return self.cursor.error("`]` is missing");
        };
        let text = self.cursor.text(start, end);
        let text = text.trim();
        let token = if text.contains(':') { slice(text) } else { indexes(text) };
        let Some(token) = token else {
            return self.cursor.error(format!("[{text}] is neither an index nor a slice"));
        };
        self.tokens.push(token);
        self.cursor.at = end + 1;
        Ok(())
    }

    /// `['one', 'other']`.
    fn quoted_names(&mut self, quote: char) -> Result<(), JsonPathError> {
        let mut names: Vec<Box<str>> = Vec::new();
        let mut at = self.cursor.at + 1;
        let mut start = None;
        let mut last_quote = 0;
        let mut after_comma = false;
        while self.cursor.in_bounds(at) {
            let char = self.cursor.char(at)?;
            match (char, start) {
                ('\\', _) => at += 1,
                (']', None) if after_comma => return self.cursor.error("a name is empty"),
                (']', None) => break,
                (char, Some(from)) if char == quote => {
                    if !matches!(self.cursor.significant_char_after(at), ']' | ',') {
                        return self.cursor.error("`,` or `]` is expected behind a name");
                    }
                    last_quote = at;
                    let Some(name) = unescape(&self.cursor.text(from, at)) else {
                        return self.cursor.error("no such escape");
                    };
                    names.push(name.into());
                    start = None;
                }
                (char, None) if char == quote => {
                    start = Some(at + 1);
                    after_comma = false;
                }
                (',', None) if after_comma => return self.cursor.error("a name is empty"),
                (',', None) => after_comma = true,
                _ => {}
            }
            at += 1;
        }
        if start.is_some() || names.is_empty() {
            return self.cursor.error(format!("{quote} is missing"));
        }
        let Some(end) = self.cursor.significant_is(last_quote, ']') else {
            return self.cursor.error("`]` is missing");
        };
        self.cursor.at = end + 1;
        self.tokens.push(Token::Names(names));
        Ok(())
    }

    fn name_or_function(&mut self) -> Result<(), JsonPathError> {
        let start = self.cursor.at;
        let mut end = start;
        while self.cursor.in_bounds(end) && !matches!(self.cursor.char(end)?, '.' | '[' | '(') {
            if self.cursor.char(end)? == ' ' {
                return self.cursor.error("a name with a blank must be written ['…']");
            }
            end += 1;
        }
        if self.cursor.in_bounds(end) && self.cursor.char(end)? == '(' {
            return self.function(start, end);
        }
        self.tokens.push(Token::Names(vec![self.cursor.text(start, end).into()]));
        self.cursor.at = end;
        Ok(())
    }

    fn function(&mut self, start: usize, open: usize) -> Result<(), JsonPathError> {
        let name = self.cursor.text(start, open);
        let Some(function) = Function::parse(&name) else {
            return self.cursor.error(format!("there is no function {name}"));
        };
        let mut opened = 1;
        let mut at = open;
        while opened > 0 {
            at += 1;
            if !self.cursor.in_bounds(at) {
                return self.cursor.error(format!("`)` of {name} is missing"));
            }
            opened += i32::from(self.cursor.char(at)? == '(');
            opened -= i32::from(self.cursor.char(at)? == ')');
        }
        let arguments = if self.cursor.char(open + 1)? == ')' {
            // Not behind it: what follows is read as part of a name, as Jayway does.
            self.cursor.at = open + 1;
            Vec::new()
        } else {
            self.cursor.at = open + 1;
            Argument::read_all(&mut self.cursor)?
        };
        self.tokens.push(Token::Function(function, arguments));
        Ok(())
    }
}

/// `1:2`; a third number is ignored.
fn slice(text: &str) -> Option<Token> {
    let mut ends = text.split(':').map(|end| match end {
        "" => Some(None),
        digits => digits.parse::<i32>().ok().map(Some),
    });
    let (from, to) = (ends.next()??, ends.next().unwrap_or(Some(None))?);
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b':');
    (plain && (from.is_some() || to.is_some())).then_some(Token::Slice(from, to))
}

fn indexes(text: &str) -> Option<Token> {
    let list = text.split(',').map(|index| index.trim_matches(' '));
    let plain = |index: &str| index.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = list.map(|index| plain(index).then(|| index.parse::<i32>().ok()).flatten());
    Some(Token::Indexes(parsed.collect::<Option<Vec<_>>>()?))
}
