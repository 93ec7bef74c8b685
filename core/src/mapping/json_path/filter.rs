//! Filters `[?(…)]`: their expressions, and how they are read.

use super::JsonPathError;
use super::cursor::{Cursor, unescape};
use super::path::Path;
use crate::json::{Decimal, Json};
use crate::limits::JSON_PATH_FILTER_DEPTH_MAX;
use crate::pattern::Pattern;

#[derive(Debug, Clone)]
pub(super) enum Filter {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    /// Whether a path exists, or does not.
    Exists(Path, bool),
    Compare(Operand, Operator, Operand),
}

#[derive(Debug, Clone)]
pub(super) enum Operand {
    Path(Path),
    Null,
    Bool(bool),
    Number(Decimal),
    String(String),
    Json(Json<'static>),
    Pattern(Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    GreaterOrEqual,
    LessOrEqual,
    Equal,
    SameTypeEqual,
    NotEqual,
    NotSameTypeEqual,
    Less,
    Greater,
    Matches,
    In,
    NotIn,
    Contains,
    Size,
    Exists,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
    /// `all`, `type` and `matches` take what cannot be written in a path: never true.
    Never,
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_uppercase().as_str() {
            ">=" => Self::GreaterOrEqual,
            "<=" => Self::LessOrEqual,
            "==" => Self::Equal,
            "===" => Self::SameTypeEqual,
            "!=" => Self::NotEqual,
            "!==" => Self::NotSameTypeEqual,
            "<" => Self::Less,
            ">" => Self::Greater,
            "=~" => Self::Matches,
            "IN" => Self::In,
            "NIN" => Self::NotIn,
            "CONTAINS" => Self::Contains,
            "SIZE" => Self::Size,
            "EXISTS" => Self::Exists,
            "EMPTY" => Self::Empty,
            "SUBSETOF" => Self::SubsetOf,
            "ANYOF" => Self::AnyOf,
            "NONEOF" => Self::NoneOf,
            "ALL" | "TYPE" | "MATCHES" => Self::Never,
            _ => return None,
        })
    }
}

impl Filter {
    /// Reads an expression in brackets.
    pub(super) fn read(cursor: Cursor) -> Result<Self, JsonPathError> {
        let mut reader = Reader { cursor, open: 0 };
        let filter = reader.or()?;
        reader.cursor.skip_blanks();
        if reader.cursor.in_bounds(reader.cursor.at) {
            return reader.cursor.error("the end of the filter is expected");
        }
        Ok(filter)
    }
}

struct Reader {
    cursor: Cursor,
    /// Brackets and negations around the place.
    open: usize,
}

impl Reader {
    fn or(&mut self) -> Result<Filter, JsonPathError> {
        let mut all = vec![self.and()?];
        while self.takes("||") {
            all.push(self.and()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::Or(all) })
    }

    fn and(&mut self) -> Result<Filter, JsonPathError> {
        let mut all = vec![self.operand()?];
        while self.takes("&&") {
            all.push(self.operand()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    /// Skips blanks and the text, if it comes next.
    fn takes(&mut self, text: &str) -> bool {
        let before = self.cursor.at;
        self.cursor.skip_blanks();
        let end = self.cursor.at + text.len();
        let found = end <= self.cursor.end() && self.cursor.text(self.cursor.at, end) == text;
        self.cursor.at = if found { end } else { before };
        found
    }

    fn operand(&mut self) -> Result<Filter, JsonPathError> {
        self.cursor.skip_blanks();
        let before = self.cursor.at;
        self.open += 1;
        if self.open > JSON_PATH_FILTER_DEPTH_MAX {
            return self.cursor.error("a filter is nested too deep");
        }
        let filter = if self.takes("!") {
            self.cursor.skip_blanks();
            if matches!(self.cursor.current()?, '$' | '@') {
                self.cursor.at = before;
                self.expression()
            } else {
                Ok(Filter::Not(Box::new(self.operand()?)))
            }
        } else if self.takes("(") {
            let inner = self.or()?;
            if self.takes(")") { Ok(inner) } else { self.cursor.error("`)` is expected") }
        } else {
            self.expression()
        };
        self.open -= 1;
        filter
    }

    fn expression(&mut self) -> Result<Filter, JsonPathError> {
        let (left, exists) = self.value()?;
        let before = self.cursor.at;
        if let Some(operator) = self.operator()? {
            match self.value() {
                Ok((right, _)) => return Ok(Filter::Compare(left, operator, right)),
                Err(error) if !matches!(left, Operand::Path(_)) => return Err(error),
                Err(_) => {}
            }
        }
        self.cursor.at = before;
        match left {
            Operand::Path(path) => Ok(Filter::Exists(path, exists)),
            _ => self.cursor.error("an operator is expected"),
        }
    }

    fn operator(&mut self) -> Result<Option<Operator>, JsonPathError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at;
        let signs = is_sign(self.cursor.current()?);
        while self.cursor.in_bounds(self.cursor.at) {
            let char = self.cursor.current()?;
            if if signs { !is_sign(char) } else { char == ' ' } {
                break;
            }
            self.cursor.at += 1;
        }
        Ok(Operator::parse(&self.cursor.text(start, self.cursor.at)))
    }

    /// A value; of a path also whether it must exist should it stand alone.
    fn value(&mut self) -> Result<(Operand, bool), JsonPathError> {
        self.cursor.skip_blanks();
        if self.cursor.current()? == '!' {
            self.cursor.at += 1;
            self.cursor.skip_blanks();
            if !matches!(self.cursor.current()?, '$' | '@') {
                return self.cursor.error("a path is expected behind `!`");
            }
        }
        let operand = match self.cursor.current()? {
            '$' | '@' => {
                let exists = self.cursor.significant_char_before(self.cursor.at) != '!';
                return Ok((Operand::Path(self.path()?), exists));
            }
            quote @ ('\'' | '"') => Operand::String(self.string(quote)?),
            't' | 'f' | 'n' => self.word()?,
            '{' => self.json(('{', '}'))?,
            '[' => self.json(('[', ']'))?,
            '/' => self.pattern()?,
            _ => self.number()?,
        };
        Ok((operand, true))
    }

    fn word(&mut self) -> Result<Operand, JsonPathError> {
        let words = [
            ("true", Operand::Bool(true)),
            ("false", Operand::Bool(false)),
            ("null", Operand::Null),
        ];
        for (word, operand) in words {
            if self.takes(word) {
                return Ok(operand);
            }
        }
        self.cursor.error("`true`, `false` or `null` is expected")
    }

    fn string(&mut self, quote: char) -> Result<String, JsonPathError> {
        let start = self.cursor.at + 1;
        let Some(end) = self.cursor.find_unescaped(start, quote) else {
            return self.cursor.error(format!("{quote} is missing"));
        };
        self.cursor.at = end + 1;
        match unescape(&self.cursor.text(start, end)) {
            Some(text) => Ok(text),
            None => self.cursor.error("no such escape"),
        }
    }

    fn json(&mut self, brackets: (char, char)) -> Result<Operand, JsonPathError> {
        let start = self.cursor.at;
        let Some(end) = self.cursor.closing(start, brackets, false) else {
            return self.cursor.error(format!("{} is missing", brackets.1));
        };
        self.cursor.at = end + 1;
        match Json::parse_lenient(&self.cursor.text(start, end + 1)) {
            Ok(json) => Ok(Operand::Json(json.into_owned())),
            Err(error) => self.cursor.error(error.message),
        }
    }

    fn pattern(&mut self) -> Result<Operand, JsonPathError> {
        let start = self.cursor.at + 1;
        let Some(end) = self.cursor.find_unescaped(start, '/') else {
            return self.cursor.error("`/` is missing");
        };
        let mut flags = end + 1;
        while self.cursor.in_bounds(flags) && "dixmsuU".contains(self.cursor.char(flags)?) {
            flags += 1;
        }
        self.cursor.at = flags;
        let text = self.cursor.text(start, end);
        match Pattern::java_whole(&text, &self.cursor.text(end + 1, flags)) {
            Ok(pattern) => Ok(Operand::Pattern(pattern)),
            Err(message) => self.cursor.error(message),
        }
    }

    fn number(&mut self) -> Result<Operand, JsonPathError> {
        let start = self.cursor.at;
        while self.cursor.in_bounds(self.cursor.at)
            && matches!(self.cursor.current()?, '0'..='9' | '-' | '.' | 'e' | 'E')
        {
            self.cursor.at += 1;
        }
        match Decimal::parse(&self.cursor.text(start, self.cursor.at)) {
            Some(number) => Ok(Operand::Number(number)),
            None => self.cursor.error("a value is expected"),
        }
    }

    /// A path ends at a blank, an operator or a `)` that closes no function of its own.
    fn path(&mut self) -> Result<Path, JsonPathError> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        while self.cursor.in_bounds(self.cursor.at) {
            if self.cursor.current()? == '[' {
                let Some(end) = self.cursor.closing(self.cursor.at, ('[', ']'), false) else {
                    return self.cursor.error("`]` is missing");
                };
                self.cursor.at = end + 1;
            }
            let char = self.cursor.current()?;
            let ends = match char {
                ')' => !self.closes_function(start),
                _ => is_sign(char) || char == ' ',
            };
            if ends || !self.cursor.in_bounds(self.cursor.at) {
                break;
            }
            self.cursor.at += 1;
        }
        Path::read(self.cursor.part(start, self.cursor.at, true))
    }

    /// Whether the `)` here ends `.name()`.
    fn closes_function(&self, start: usize) -> bool {
        let before = self.cursor.text(start, self.cursor.at);
        let before = before.trim_end_matches(' ');
        before.strip_suffix('(').is_some_and(|name| name.chars().skip(1).any(|char| char == '.'))
    }
}

fn is_sign(char: char) -> bool {
    matches!(char, '<' | '>' | '=' | '~' | '!')
}
