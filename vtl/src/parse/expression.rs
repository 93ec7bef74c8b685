//! Conditions, arithmetic and literals.

use std::ops::Range;

use super::{ParseError, Parser};
use crate::lex::Kind;
use crate::limits::PARSE_DEPTH_MAX;
use crate::program::{Binary, Expression, Operator};

/// The binary operators from the loosest to the tightest.
const LEVELS: [&[(Kind, Operator)]; 6] = [
    &[(Kind::Or, Operator::Or)],
    &[(Kind::And, Operator::And)],
    &[(Kind::Equal, Operator::Equal), (Kind::NotEqual, Operator::NotEqual)],
    &[
        (Kind::Less, Operator::Less),
        (Kind::Greater, Operator::Greater),
        (Kind::LessOrEqual, Operator::LessOrEqual),
        (Kind::GreaterOrEqual, Operator::GreaterOrEqual),
    ],
    &[(Kind::Plus, Operator::Add), (Kind::Minus, Operator::Subtract)],
    &[
        (Kind::Multiply, Operator::Multiply),
        (Kind::Divide, Operator::Divide),
        (Kind::Modulo, Operator::Modulo),
    ],
];

/// A side of an operator, and the tokens that are printed for it when it has no value.
struct Operand {
    value: Expression,
    tokens: Range<usize>,
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expression, ParseError> {
        Ok(self.nested(|parser| parser.level(0))?.value)
    }

    /// Operators of one level; those of one level are taken from the left.
    fn level(&mut self, level: usize) -> Result<Operand, ParseError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        let mut chained = 0;
        loop {
            let kind = self.peek(0)?;
            let Some((_, operator)) = operators.iter().find(|(found, _)| *found == kind) else {
                return Ok(left);
            };
            // A chain leans to the left: it is as deep as it is long.
            chained += 1;
            if chained > PARSE_DEPTH_MAX {
                let token = self.next;
                return Err(self.error(token, "too many operators in a row"));
            }
            self.take()?;
            let begin = self.next;
            let right = self.level(level + 1)?;
            let literals = if *operator == Operator::Add {
                (self.literal_of(&left.tokens), self.literal_of(&right.tokens))
            } else {
                Default::default()
            };
            let (operator, left_value, right) = (*operator, left.value, right.value);
            let binary = Binary { operator, left: left_value, right, literals };
            // The source of an operation is that of its right side.
            left =
                Operand { value: Expression::Binary(Box::new(binary)), tokens: begin..self.next };
        }
    }

    fn literal_of(&self, tokens: &Range<usize>) -> Box<str> {
        self.literal(tokens.start, tokens.end - 1)
    }

    fn unary(&mut self) -> Result<Operand, ParseError> {
        let blank = self.peek(0)? == Kind::Whitespace;
        if self.peek(usize::from(blank))? == Kind::Not {
            self.accept(Kind::Whitespace)?;
            self.take()?;
            let begin = self.next;
            let operand = self.nested(Self::unary)?.value;
            let value = Expression::Not(Box::new(operand));
            return Ok(Operand { value, tokens: begin..self.next });
        }
        self.accept(Kind::Whitespace)?;
        let parenthesis = self.accept(Kind::LeftParenthesis)?;
        let begin = self.next;
        let value = if parenthesis { self.expression()? } else { self.operand()? };
        let tokens = begin..self.next;
        if parenthesis {
            self.expect(Kind::RightParenthesis, "\")\"")?;
        }
        self.accept(Kind::Whitespace)?;
        Ok(Operand { value, tokens })
    }

    /// A value between blanks, as arguments and elements are.
    pub(super) fn parameter(&mut self) -> Result<Expression, ParseError> {
        self.accept(Kind::Whitespace)?;
        let value = self.operand()?;
        self.accept(Kind::Whitespace)?;
        Ok(value)
    }

    /// A literal or a reference.
    pub(super) fn operand(&mut self) -> Result<Expression, ParseError> {
        let kind = self.peek(0)?;
        Ok(match kind {
            Kind::String => self.string()?,
            Kind::Integer => {
                let token = self.take()?;
                self.integer(token)?
            }
            Kind::Float => {
                let token = self.take()?;
                Expression::Double(self.image(token).parse::<f64>().unwrap_or(f64::NAN))
            }
            Kind::True | Kind::False => {
                self.take()?;
                Expression::Bool(kind == Kind::True)
            }
            Kind::LeftBracket => self.nested(Self::list)?,
            Kind::LeftCurly => self.nested(Self::map)?,
            Kind::Identifier | Kind::LeftCurlyOfReference => self.reference_operand()?,
            _ => return Err(self.unexpected("a value")),
        })
    }

    /// Without lists, maps and fractions, as it stands between `[` and `]` of an index.
    pub(super) fn index(&mut self) -> Result<Expression, ParseError> {
        self.accept(Kind::Whitespace)?;
        let value = match self.peek(0)? {
            Kind::Float | Kind::LeftBracket | Kind::LeftCurly => {
                return Err(self.unexpected("an index"));
            }
            _ => self.operand()?,
        };
        self.accept(Kind::Whitespace)?;
        self.expect(Kind::IndexRight, "\"]\"")?;
        Ok(value)
    }

    fn integer(&mut self, token: usize) -> Result<Expression, ParseError> {
        // Other text may stand before the digits where Java would not read a number at all.
        let image = self.image(token);
        if let Ok(value) = image.parse::<i32>() {
            return Ok(Expression::Int(value));
        }
        if let Ok(value) = image.parse::<i64>() {
            return Ok(Expression::Long(value));
        }
        match image.parse::<i128>() {
            Ok(value) => Ok(Expression::Big(Box::new(value))),
            Err(_) => Err(self.error(token, "a number that is too large")),
        }
    }

    fn list(&mut self) -> Result<Expression, ParseError> {
        self.take()?;
        let mut values = Vec::new();
        if self.accept(Kind::RightBracket)? {
            return Ok(Expression::List(values));
        }
        let first = self.parameter()?;
        let ranges = matches!(first, Expression::Reference(_) | Expression::Int(_))
            || matches!(first, Expression::Long(_) | Expression::Big(_) | Expression::Nothing);
        if ranges && self.accept(Kind::DoubleDot)? {
            self.accept(Kind::Whitespace)?;
            let kind = self.peek(0)?;
            if !matches!(kind, Kind::Integer | Kind::Identifier | Kind::LeftCurlyOfReference) {
                return Err(self.unexpected("a number or a reference"));
            }
            let last = self.operand()?;
            self.accept(Kind::Whitespace)?;
            self.expect(Kind::RightBracket, "\"]\"")?;
            return Ok(Expression::Range(Box::new((first, last))));
        }
        values.push(first);
        while self.accept(Kind::Comma)? {
            values.push(self.parameter()?);
        }
        self.expect(Kind::RightBracket, "\",\" or \"]\"")?;
        Ok(Expression::List(values))
    }

    fn map(&mut self) -> Result<Expression, ParseError> {
        self.take()?;
        let mut entries = Vec::new();
        let blank = self.peek(0)? == Kind::Whitespace;
        if self.peek(usize::from(blank))?.begins_value() {
            loop {
                let key = self.parameter()?;
                self.expect(Kind::Colon, "\":\"")?;
                entries.push((key, self.parameter()?));
                if !self.accept(Kind::Comma)? {
                    break;
                }
            }
        } else {
            self.accept(Kind::Whitespace)?;
        }
        if !self.accept(Kind::RightCurly)? && !self.accept(Kind::RightCurlyOfReference)? {
            return Err(self.unexpected("\",\" or \"}\""));
        }
        Ok(Expression::Map(entries))
    }

    /// A text; in double quotes it is a template of its own when it has a `$` or a `#`.
    fn string(&mut self) -> Result<Expression, ParseError> {
        let token = self.take()?;
        let image = self.image(token);
        let quote = &image[..1];
        let mut text = image[1..image.len() - 1].to_owned();
        let mut interpolates = false;
        if quote == "\"" {
            interpolates = image.contains(['$', '#']);
            let Some(unescaped) = unescape(&text) else {
                return Err(self.error(token, "\\u is followed by four hexadecimal digits"));
            };
            text = unescaped;
        }
        let text = text.replace(&quote.repeat(2), quote);
        if !interpolates {
            return Ok(Expression::Text(text.into()));
        }
        let cut = !text.contains("##");
        let source = if cut { text + " " } else { text };
        let place = self.place(token);
        let depth = self.depth;
        let mut inner = Parser::new(&source, std::mem::take(&mut self.names), Vec::new());
        inner.known = std::mem::take(&mut self.known);
        inner.macros = std::mem::take(&mut self.macros);
        (inner.loops, inner.depth, inner.base) = (self.loops, depth, Some(place));
        let block = inner.template();
        let Parser { names, known, macros, loops, evaluates, .. } = inner;
        (self.names, self.known, self.macros, self.loops) = (names, known, macros, loops);
        self.evaluates |= evaluates;
        Ok(Expression::Interpolated(block?, cut))
    }
}

/// `\u0041` is `A`; surrogates come in pairs. None for anything but four digits.
fn unescape(text: &str) -> Option<String> {
    if !text.contains("\\u") {
        return Some(text.to_owned());
    }
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        units.extend(rest[..at].encode_utf16());
        let digits = rest.get(at + 2..at + 6)?;
        units.push(u16::from_str_radix(digits, 16).ok()?);
        rest = &rest[at + 6..];
    }
    units.extend(rest.encode_utf16());
    Some(crate::text::from_units(&units))
}
