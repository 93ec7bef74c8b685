//! References: `$x`, `${x}`, `$!x`, with properties, methods and indexes.

use super::{ParseError, Parser};
use crate::lex::Kind;
use crate::methods::Pattern;
use crate::program::{Expression, Method, Node, Reference, Step};

/// How a reference begins.
struct Root {
    name: String,
    escapes: usize,
    escaped: bool,
    prefix: Box<str>,
    quiet: bool,
}

impl Parser<'_> {
    /// A reference between text.
    pub(super) fn reference_statement(&mut self) -> Result<Node, ParseError> {
        let first = self.next;
        Ok(match self.silenced(first) {
            Some(text) => {
                self.reference()?;
                Node::Text(text)
            }
            None if self.is_runt(first) => {
                let text = self.image(first).into();
                self.reference()?;
                Node::Text(text)
            }
            None => Node::Reference(Box::new(self.reference()?)),
        })
    }

    /// A reference as a value.
    pub(super) fn reference_operand(&mut self) -> Result<Expression, ParseError> {
        let first = self.next;
        let nothing = self.silenced(first).is_some() || self.is_runt(first);
        let reference = self.reference()?;
        Ok(if nothing { Expression::Nothing } else { Expression::Reference(Box::new(reference)) })
    }

    /// A name that no `$` stands before.
    fn is_runt(&self, first: usize) -> bool {
        !self.image(first).contains('$')
    }

    /// `$\!x` is text that loses one backslash.
    fn silenced(&self, first: usize) -> Option<Box<str>> {
        let image = self.image(first);
        image.contains("\\!").then_some(())?;
        let dollar = image.find('$')?;
        let start = dollar + image[dollar..].find('\\')?;
        let count = image[start..].bytes().take_while(|byte| *byte == b'\\').count();
        Some([&image[..start + count - 1], &image[start + count..]].concat().into())
    }

    pub(super) fn reference(&mut self) -> Result<Reference, ParseError> {
        let first = self.next;
        let curly = self.accept(Kind::LeftCurlyOfReference)?;
        let identifier = self.expect(Kind::Identifier, "the name of a variable")?;
        let mut steps = Vec::new();
        self.nested(|parser| parser.steps(&mut steps))?;
        if curly {
            self.expect(Kind::RightCurlyOfReference, "\"}\"")?;
        }
        let last = self.next - 1;
        let root = self.root(first, identifier);
        let literal = self.literal(first, last);
        let null_text = if root.quiet && !root.escaped { "".into() } else { literal.clone() };
        let plain = steps.is_empty() && null_text.strip_prefix('$') == Some(&root.name);
        Ok(Reference {
            slot: self.names.slot(&root.name),
            steps,
            escaped: root.escaped,
            escapes: "\\".repeat(root.escapes).into(),
            prefix: root.prefix,
            null_text,
            plain,
            literal,
            place: self.place(first),
        })
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), ParseError> {
        self.indexes(steps)?;
        while self.peek(0)? == Kind::Dot && self.peek(1)? == Kind::Identifier {
            self.take()?;
            let is_call = self.peek(1)? == Kind::LeftParenthesis && {
                let third = self.peek(2)?;
                third.begins_value()
                    || matches!(third, Kind::Whitespace | Kind::RightParenthesisOfMethod)
            };
            let name = self.take()?;
            let name: Box<str> = self.image(name).into();
            steps.push(if is_call { self.method(name)? } else { Step::Property(name) });
            self.indexes(steps)?;
        }
        Ok(())
    }

    fn indexes(&mut self, steps: &mut Vec<Step>) -> Result<(), ParseError> {
        while self.accept(Kind::IndexLeft)? {
            let index = self.index()?;
            steps.push(Step::Index(index));
        }
        Ok(())
    }

    fn method(&mut self, name: Box<str>) -> Result<Step, ParseError> {
        self.take()?;
        let mut arguments = Vec::new();
        if !self.accept(Kind::RightParenthesisOfMethod)? {
            loop {
                arguments.push(self.parameter()?);
                if !self.accept(Kind::Comma)? {
                    break;
                }
            }
            self.expect(Kind::RightParenthesisOfMethod, "\",\" or \")\"")?;
        }
        let takes_pattern = matches!(&*name, "replaceAll" | "replaceFirst" | "matches" | "split");
        let pattern = match arguments.first() {
            Some(Expression::Text(text)) if takes_pattern => Some(Pattern::new(text)),
            _ => None,
        };
        Ok(Step::Method(Box::new(Method { name, arguments, pattern })))
    }

    /// Understands the beginning and leaves its token without the escapes.
    fn root(&mut self, first: usize, identifier: usize) -> Root {
        let mut image = std::mem::take(&mut self.tokens[first].image);
        let count = image.bytes().take_while(|byte| *byte == b'\\').count();
        image.drain(..count);
        let dollar = image.rfind('$').unwrap_or(0);
        let prefix = image[..dollar].into();
        image.drain(..dollar);
        let quiet = image.starts_with("$!");
        let name = if first != identifier {
            self.tokens[identifier].image.clone()
        } else {
            image[if quiet { 2 } else { usize::from(image.starts_with('$')) }..].to_owned()
        };
        self.tokens[first].image = image;
        Root { name, escapes: count / 2, escaped: count % 2 == 1, prefix, quiet }
    }
}
