//! From tokens to a program: the grammar of Velocity 1.7, with its look-ahead.
//!
//! Tokens are asked for one at a time and never earlier than the grammar needs them, because the
//! parser tells the lexer when arguments may follow. Rendering is not known here.

mod directive;
mod expression;
mod reference;
mod statement;

use std::fmt;

use crate::lex::{Kind, Lexer, NoToken, Token};
use crate::limits::{PARSE_DEPTH_MAX, TEMPLATE_BYTES_MAX};
use crate::program::{LoopSlots, Macro, Names, Place, Program};

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// What was found, and what was expected.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at line {}, column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for ParseError {}

/// Parses `source`; `names` are the variables that have numbers already, `known` the macros that
/// are defined outside of it.
pub(crate) fn program(
    source: &str,
    names: Names,
    known: &[Box<str>],
) -> Result<Program, ParseError> {
    if source.len() > TEMPLATE_BYTES_MAX {
        let message = format!("a template has at most {TEMPLATE_BYTES_MAX} bytes");
        return Err(ParseError { line: 1, column: 1, message });
    }
    let mut parser = Parser::new(source, names, known.to_vec());
    let block = parser.template()?;
    let Parser { mut names, macros, evaluates, .. } = parser;
    if evaluates {
        for name in ["foreach", "velocityCount", "velocityHasNext"] {
            names.slot(name);
        }
    }
    let loop_slots = LoopSlots::of(&names);
    Ok(Program { block, macros, names, loop_slots })
}

struct Parser<'s> {
    source: &'s str,
    lexer: Lexer<'s>,
    /// All that were cut so far: a node that means nothing prints those it was made of.
    tokens: Vec<Token>,
    /// The next one to take.
    next: usize,
    names: Names,
    macros: Vec<Macro>,
    known: Vec<Box<str>>,
    loops: u32,
    evaluates: bool,
    depth: usize,
    /// Where a text in quotes stands, for what is in it.
    base: Option<Place>,
    /// The last place asked for and its byte: places are asked for in order.
    last_place: (usize, Place),
}

impl<'s> Parser<'s> {
    fn new(source: &'s str, names: Names, known: Vec<Box<str>>) -> Self {
        Self {
            source,
            lexer: Lexer::new(source),
            tokens: Vec::new(),
            next: 0,
            names,
            macros: Vec::new(),
            known,
            loops: 0,
            evaluates: false,
            depth: 0,
            base: None,
            last_place: (0, Place { line: 1, column: 1 }),
        }
    }

    /// The kind of the next token but `ahead`.
    fn peek(&mut self, ahead: usize) -> Result<Kind, ParseError> {
        while self.tokens.len() <= self.next + ahead {
            match self.lexer.next_token() {
                Ok(token) => self.tokens.push(token),
                Err(NoToken { at }) => return Err(self.no_token(at)),
            }
        }
        Ok(self.tokens[self.next + ahead].kind)
    }

    /// Takes the next token and says its number.
    fn take(&mut self) -> Result<usize, ParseError> {
        self.peek(0)?;
        self.next += 1;
        Ok(self.next - 1)
    }

    /// Takes the next token if it is of this kind.
    fn accept(&mut self, kind: Kind) -> Result<bool, ParseError> {
        let found = self.peek(0)? == kind;
        self.next += usize::from(found);
        Ok(found)
    }

    fn expect(&mut self, kind: Kind, what: &str) -> Result<usize, ParseError> {
        if self.peek(0)? == kind { self.take() } else { Err(self.unexpected(what)) }
    }

    fn image(&self, token: usize) -> &str {
        &self.tokens[token].image
    }

    /// The text of some tokens as it is printed when they mean nothing.
    fn literal(&self, first: usize, last: usize) -> Box<str> {
        let mut literal = String::new();
        for token in &self.tokens[first..=last] {
            token.write_literal(&mut literal);
        }
        literal.into()
    }

    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        if self.depth == PARSE_DEPTH_MAX {
            let message = format!("more than {PARSE_DEPTH_MAX} levels inside each other");
            return Err(self.error(self.next.min(self.tokens.len().saturating_sub(1)), message));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn place(&mut self, token: usize) -> Place {
        let at = self.tokens.get(token).map_or(0, |token| token.at);
        self.place_of(at)
    }

    fn place_of(&mut self, at: usize) -> Place {
        if let Some(base) = self.base {
            return base;
        }
        let (from, mut place) = self.last_place;
        let (from, start) =
            if at < from { (0, Place { line: 1, column: 1 }) } else { (from, place) };
        place = start;
        for character in self.source[from..at].chars() {
            if character == '\n' {
                place = Place { line: place.line + 1, column: 1 };
            } else {
                place.column += 1;
            }
        }
        self.last_place = (at, place);
        place
    }

    fn error(&mut self, token: usize, message: impl Into<String>) -> ParseError {
        let Place { line, column } = self.place(token);
        ParseError { line, column, message: message.into() }
    }

    fn no_token(&mut self, at: usize) -> ParseError {
        let Place { line, column } = self.place_of(at);
        let rest = self.source[at..].chars().take(20).collect::<String>();
        let message = if rest.is_empty() {
            "the template ends too early".to_owned()
        } else {
            format!("{rest:?} makes no sense here")
        };
        ParseError { line, column, message }
    }

    fn unexpected(&mut self, expected: &str) -> ParseError {
        let found = match self.tokens.get(self.next) {
            Some(token) if token.kind != Kind::Eof => format!("{:?}", token.image),
            _ => "the end of the template".to_owned(),
        };
        self.error(self.next, format!("found {found}, expected {expected}"))
    }
}
