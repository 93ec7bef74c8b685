//! Blocks, text, comments, escapes, `#if` and `#set`.

use super::{ParseError, Parser};
use crate::lex::Kind;
use crate::program::{Arm, Block, Node, Set};

/// Directives that are words of the grammar.
const DIRECTIVES: [&str; 9] =
    ["foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop"];

impl Parser<'_> {
    /// A whole text.
    pub(super) fn template(&mut self) -> Result<Block, ParseError> {
        let block = self.block()?;
        self.expect(Kind::Eof, "text, a reference or a directive")?;
        Ok(block)
    }

    /// Statements, up to what is none.
    pub(super) fn block(&mut self) -> Result<Block, ParseError> {
        self.nested(|parser| {
            let mut block = Block::new();
            let mut text = String::new();
            while parser.peek(0)?.begins_statement() {
                match parser.statement()? {
                    Some(Node::Text(more)) => text.push_str(&more),
                    Some(node) => {
                        append_text(&mut block, &mut text);
                        block.push(node);
                    }
                    None => {}
                }
            }
            append_text(&mut block, &mut text);
            block.shrink_to_fit();
            Ok(block)
        })
    }

    fn statement(&mut self) -> Result<Option<Node>, ParseError> {
        let kind = self.peek(0)?;
        let reference = match kind {
            Kind::Identifier => true,
            Kind::LeftCurlyOfReference => self.peek(1)? == Kind::Identifier,
            _ => false,
        };
        if reference {
            return Ok(Some(self.reference_statement()?));
        }
        let node = match kind {
            Kind::If => self.if_statement()?,
            Kind::LineComment | Kind::EndOfComment | Kind::EndOfFormalComment => {
                self.comment(kind)?
            }
            Kind::TextBlock => {
                let token = self.take()?;
                let image = self.image(token);
                Node::Text(image.get(3..image.len() - 3).unwrap_or_default().into())
            }
            Kind::Set => self.set()?,
            Kind::EscapedDirective => {
                let token = self.take()?;
                Node::Text(self.unescaped_directive(token))
            }
            Kind::DoubleEscape => self.double_escapes()?,
            Kind::Word | Kind::BracketedWord => return self.directive(),
            _ => {
                let token = self.take()?;
                Node::Text(self.literal(token, token))
            }
        };
        Ok(Some(node))
    }

    /// A comment prints what the lexer took along before it.
    fn comment(&mut self, kind: Kind) -> Result<Node, ParseError> {
        let token = self.take()?;
        let image = self.image(token);
        let begin = image.find("##").or_else(|| image.find("#*")).unwrap_or(0);
        let text = image[..begin].into();
        if kind == Kind::LineComment {
            self.accept(Kind::EndOfLineComment)?;
        }
        Ok(Node::Text(text))
    }

    fn is_directive(&self, name: &str) -> bool {
        let mut macros = self.macros.iter().map(|each| &each.name).chain(&self.known);
        DIRECTIVES.contains(&name) || macros.any(|known| **known == *name)
    }

    /// `\#if` is `#if` when there is such a directive, and stays as it is when there is none.
    fn unescaped_directive(&mut self, token: usize) -> Box<str> {
        let image = self.image(token);
        let escapes = image.rfind('\\').unwrap_or(0);
        let directive = &image[escapes + 1..];
        let name = directive[1..].trim_start_matches('{').trim_end_matches('}');
        let built_in = ["if", "end", "set", "else", "elseif"].contains(&name);
        let text: Box<str> = if built_in || self.is_directive(name) {
            [&image[..escapes / 2], directive].concat().into()
        } else {
            image.into()
        };
        self.tokens[token].image = text.to_string();
        text
    }

    /// `\\` is one backslash before a directive and two elsewhere.
    fn double_escapes(&mut self) -> Result<Node, ParseError> {
        let mut count = 0;
        while self.accept(Kind::DoubleEscape)? {
            count += 1;
        }
        let control = match self.peek(0)? {
            Kind::If | Kind::Else | Kind::ElseIf | Kind::End => true,
            Kind::Eof => false,
            _ => {
                let image = self.image(self.next);
                let first = image.chars().next().map_or(0, char::len_utf8);
                self.is_directive(&image[first..])
            }
        };
        Ok(Node::Text(if control { "\\" } else { "\\\\" }.repeat(count).into()))
    }

    fn if_statement(&mut self) -> Result<Node, ParseError> {
        let mut arms = Vec::new();
        loop {
            self.take()?;
            self.accept(Kind::Whitespace)?;
            self.expect(Kind::LeftParenthesis, "\"(\" and a condition")?;
            let condition = Some(self.expression()?);
            self.expect(Kind::RightParenthesis, "\")\" after the condition")?;
            arms.push(Arm { condition, block: self.block()? });
            if self.peek(0)? != Kind::ElseIf {
                break;
            }
        }
        if self.accept(Kind::Else)? {
            arms.push(Arm { condition: None, block: self.block()? });
        }
        self.expect(Kind::End, "#end of #if")?;
        Ok(Node::If(arms))
    }

    fn set(&mut self) -> Result<Node, ParseError> {
        self.take()?;
        self.accept(Kind::Whitespace)?;
        let first = self.next;
        let reference = self.reference()?;
        let last = self.next - 1;
        self.accept(Kind::Whitespace)?;
        self.expect(Kind::Assign, "\"=\" in #set")?;
        let value = self.expression()?;
        self.expect(Kind::RightParenthesis, "\")\" after the value")?;
        self.lexer.in_set = false;
        let literal = self.literal(first, last);
        let place = self.place(first);
        let slot = if reference.steps.is_empty() {
            // What follows the first character is the name, whatever it is: `${x}` sets `{`.
            let image = self.image(first);
            let skipped = image.chars().next().map_or(0, char::len_utf8);
            let name = image[skipped..].to_owned();
            self.names.slot(&name)
        } else {
            reference.slot
        };
        Ok(Node::Set(Box::new(Set { slot, steps: reference.steps, value, place, literal })))
    }
}

fn append_text(block: &mut Block, text: &mut String) {
    if !text.is_empty() {
        block.push(Node::Text(std::mem::take(text).into()));
    }
}
