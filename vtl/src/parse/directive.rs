//! `#foreach`, `#define`, `#macro`, `#evaluate`, `#break`, `#stop` and calls of macros.

use super::{ParseError, Parser};
use crate::lex::Kind;
use crate::program::{Argument, Block, Call, Expression, Foreach, Macro, Node, Place};

/// An argument as the directive sees it.
struct Given {
    kind: Kind,
    first: usize,
    argument: Argument,
}

impl Parser<'_> {
    /// A directive that begins with its name; None when it prints nothing.
    pub(super) fn directive(&mut self) -> Result<Option<Node>, ParseError> {
        let first = self.take()?;
        let image = self.image(first);
        // After `#`, which other text may stand before: the name is cut where it is in plain cases.
        let name = match self.tokens[first].kind {
            Kind::BracketedWord => image.get(2..image.len() - 1),
            _ => image.get(1..),
        };
        let name: Box<str> = name.unwrap_or_default().into();
        self.lexer.enter_directive();
        if !self.lexer.is_left_parenthesis_next() {
            if &*name == "macro" {
                return Err(self.error(first, "#macro needs a name in parentheses"));
            }
            self.lexer.pop();
            return self.bare(first, name);
        }
        let given = self.given(first, &name)?;
        let has_block =
            matches!(&*name, "foreach" | "macro" | "literal" | "define") || name.starts_with('@');
        if !has_block {
            return self.line(first, name, given);
        }
        let start = self.next;
        let block = self.block()?;
        let end = self.next;
        self.expect(Kind::End, &format!("#end of #{name}"))?;
        let place = self.place(first);
        match &*name {
            // Without a list there is nothing to go over.
            "foreach" if given.len() == 2 => Ok(None),
            "foreach" => self.foreach(given, block, place).map(Some),
            "define" => self.define(first, given, block).map(Some),
            "macro" => self.macro_definition(first, given, block).map(|()| None),
            "literal" if start < end => Ok(Some(Node::Text(self.literal(start, end - 1)))),
            "literal" => Err(self.error(first, "#literal is empty")),
            _ => Ok(Some(self.call(first, &name[1..], given, Some(block)))),
        }
    }

    /// A name without parentheses.
    fn bare(&mut self, first: usize, name: Box<str>) -> Result<Option<Node>, ParseError> {
        let place = self.place(first);
        Ok(Some(match &*name {
            "break" => Node::Break(None, place),
            "stop" => Node::Stop,
            "evaluate" => return Err(self.error(first, "#evaluate needs one argument")),
            "include" => return Ok(None),
            "parse" => Node::Refused("#parse needs an argument", place),
            "foreach" | "define" | "literal" => {
                return Err(self.error(first, format!("#{name} needs arguments in parentheses")));
            }
            _ if name.starts_with('@') => Node::Text(format!("#{name}").into()),
            _ => self.call(first, &name, Vec::new(), None),
        }))
    }

    /// A directive without a block.
    fn line(
        &mut self,
        first: usize,
        name: Box<str>,
        mut given: Vec<Given>,
    ) -> Result<Option<Node>, ParseError> {
        let place = self.place(first);
        Ok(Some(match &*name {
            "break" | "stop" if given.len() > 1 => {
                return Err(self.error(first, format!("#{name} takes one argument")));
            }
            "break" => Node::Break(given.pop().map(|given| given.argument.value), place),
            "stop" => Node::Stop,
            "evaluate" => {
                let text = given.pop().filter(|text| {
                    given.is_empty()
                        && matches!(
                            text.kind,
                            Kind::String | Kind::Identifier | Kind::LeftCurlyOfReference
                        )
                });
                let Some(text) = text else {
                    return Err(self.error(first, "#evaluate needs one text or reference"));
                };
                self.evaluates = true;
                Node::Evaluate(text.argument.value, place)
            }
            "include" if given.is_empty() => return Ok(None),
            "include" => Node::Refused("#include has no files to read", place),
            "parse" => Node::Refused("#parse has no files to read", place),
            _ => self.call(first, &name, given, None),
        }))
    }

    /// The arguments in parentheses, with or without commas.
    fn given(&mut self, name_token: usize, name: &str) -> Result<Vec<Given>, ParseError> {
        self.accept(Kind::Whitespace)?;
        self.expect(Kind::LeftParenthesis, "\"(\"")?;
        let mut given = Vec::new();
        while self.another_argument_follows()? {
            self.accept(Kind::Whitespace)?;
            if self.accept(Kind::Comma)? {
                self.accept(Kind::Whitespace)?;
            }
            let first = self.next;
            let kind = self.peek(0)?;
            let value = if kind == Kind::Word {
                self.take()?;
                Expression::Nothing
            } else {
                self.operand()?
            };
            let literal = self.literal(first, self.next - 1);
            self.check_argument(name_token, name, kind, given.len())?;
            given.push(Given { kind, first, argument: Argument { value, literal } });
        }
        self.accept(Kind::Whitespace)?;
        self.expect(Kind::RightParenthesis, "an argument or \")\"")?;
        Ok(given)
    }

    fn another_argument_follows(&mut self) -> Result<bool, ParseError> {
        let begins = |kind: Kind| kind.begins_value() || kind == Kind::Word;
        Ok(match self.peek(0)? {
            Kind::Whitespace => {
                let kind = self.peek(1)?;
                kind == Kind::Comma || begins(kind)
            }
            Kind::Comma => {
                let kind = self.peek(1)?;
                kind == Kind::Whitespace || begins(kind)
            }
            kind => begins(kind),
        })
    }

    /// A word is allowed as the name of a macro and as the `in` of a loop.
    fn check_argument(
        &mut self,
        name_token: usize,
        name: &str,
        kind: Kind,
        position: usize,
    ) -> Result<(), ParseError> {
        let built_in = matches!(
            name,
            "foreach"
                | "include"
                | "parse"
                | "macro"
                | "literal"
                | "evaluate"
                | "break"
                | "define"
                | "stop"
        );
        let word = kind == Kind::Word;
        let wanted = match name {
            "macro" if position == 0 => Some(true),
            "foreach" if position == 1 => None,
            _ if built_in => Some(false),
            _ => None,
        };
        if wanted.is_some_and(|wanted| wanted != word) {
            let message = format!("argument {} of #{name} makes no sense", position + 1);
            return Err(self.error(name_token, message));
        }
        Ok(())
    }

    fn foreach(
        &mut self,
        given: Vec<Given>,
        block: Block,
        place: Place,
    ) -> Result<Node, ParseError> {
        let Ok([element, _, list]) = <[Given; 3]>::try_from(given) else {
            return Ok(Node::Refused("#foreach is written #foreach($element in $list)", place));
        };
        let slot = match &element.argument.value {
            Expression::Reference(reference) => reference.slot,
            _ => {
                let image = self.image(element.first);
                let skipped = image.chars().next().map_or(0, char::len_utf8);
                let name = image[skipped..].to_owned();
                self.names.slot(&name)
            }
        };
        self.loops += 1;
        Ok(Node::Foreach(Box::new(Foreach {
            id: self.loops,
            element: slot,
            list: list.argument.value,
            block,
            place,
        })))
    }

    fn define(
        &mut self,
        name_token: usize,
        given: Vec<Given>,
        block: Block,
    ) -> Result<Node, ParseError> {
        let Ok([variable]) = <[Given; 1]>::try_from(given) else {
            return Err(self.error(name_token, "#define needs the name of one variable"));
        };
        let image = self.image(variable.first);
        let skipped = image.chars().next().map_or(0, char::len_utf8);
        let name = image[skipped..].to_owned();
        Ok(Node::Define(self.names.slot(&name), block))
    }

    fn macro_definition(
        &mut self,
        name_token: usize,
        given: Vec<Given>,
        block: Block,
    ) -> Result<(), ParseError> {
        let Some((name, parameters)) = given.split_first() else {
            return Err(self.error(name_token, "#macro needs a name"));
        };
        let name: Box<str> = self.image(name.first).into();
        let mut slots = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let image = self.image(parameter.first);
            let name = image.strip_prefix('$').unwrap_or(image).to_owned();
            slots.push(self.names.slot(&name));
        }
        // The first definition of a name stays.
        if !self.macros.iter().any(|known| known.name == name) {
            self.macros.push(Macro { name, parameters: slots, block });
        }
        Ok(())
    }

    fn call(&mut self, first: usize, name: &str, given: Vec<Given>, body: Option<Block>) -> Node {
        let place = self.place(first);
        let has_word = given.iter().any(|given| given.kind == Kind::Word);
        let literal = self.tokens[first..self.next].iter().map(|token| &*token.image);
        let literal = literal.collect::<String>().into();
        let arguments = given.into_iter().map(|given| given.argument).collect();
        let call = Call { name: name.into(), arguments, has_word, body, literal, place };
        Node::Call(Box::new(call))
    }
}
