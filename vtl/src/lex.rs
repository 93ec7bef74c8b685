//! From text to tokens, as Velocity 1.7 cuts it: a stack of states, the longest match of the
//! state's tokens, and the earlier one on a tie.
//!
//! What a token is depends on what came before (`)` in a directive takes the rest of the line with
//! it, `#set` the blanks before it), and the parser switches states too, so tokens are made one at
//! a time. This module knows no grammar.

mod scan;
mod token;

pub(crate) use token::{Kind, Token};

use scan::longest;
use token::Class;

/// Where in the language the lexer stands; the names are those of Velocity's grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Default,
    Reference,
    RefModifier,
    RefMod2,
    RefIndex,
    PreDirective,
    Directive,
    TextBlock,
    FormalComment,
    MultiLineComment,
    SingleLineComment,
}

#[derive(Debug, Clone, Copy)]
struct Saved {
    state: State,
    opened: u32,
    closed: u32,
}

/// Text that is no token of the state it stands in, at a byte.
#[derive(Debug)]
pub(crate) struct NoToken {
    pub(crate) at: usize,
}

/// Cuts one text.
#[derive(Debug)]
pub(crate) struct Lexer<'s> {
    source: &'s str,
    at: usize,
    /// Where the backslashes end that were seen last: counted once, not from each of them.
    escapes_end: usize,
    state: State,
    stack: Vec<Saved>,
    opened: u32,
    closed: u32,
    /// In a comment or a text block: `$` and `#` mean nothing.
    muted: bool,
    pub(crate) in_set: bool,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            source,
            at: 0,
            escapes_end: 0,
            state: State::Default,
            stack: Vec::new(),
            opened: 0,
            closed: 0,
            muted: false,
            in_set: false,
        }
    }

    /// The next token; `Kind::Eof` at the end and ever after.
    pub(crate) fn next_token(&mut self) -> Result<Token, NoToken> {
        let mut special = Special::default();
        loop {
            let begin = self.at;
            if begin == self.source.len() {
                return Ok(Token::new(Kind::Eof, "", begin, special.text()));
            }
            let (kind, class) = self.one(begin)?;
            match class {
                Class::Token => {
                    let image = &self.source[begin..self.at];
                    let mut token = Token::new(kind, image, begin, special.text());
                    self.act(&mut token);
                    return Ok(token);
                }
                Class::Special => {
                    special.push(&self.source[begin..self.at]);
                    self.back_one();
                    self.pop();
                }
                Class::Skip => {}
                Class::More => unreachable!("one() goes on after a prefix"),
            }
        }
    }

    /// Goes over one match and the prefixes before it.
    fn one(&mut self, begin: usize) -> Result<(Kind, Class), NoToken> {
        loop {
            let rest = &self.source.as_bytes()[self.at..];
            if self.at >= self.escapes_end {
                let escapes = rest.iter().take_while(|byte| **byte == b'\\').count();
                self.escapes_end = self.at + escapes;
            }
            let escapes = self.escapes_end - self.at;
            let Some((kind, length)) = longest(self.state, rest, escapes) else {
                return Err(NoToken { at: self.at });
            };
            self.at += length;
            match kind.class() {
                Class::More => self.act_on_prefix(kind),
                class @ (Class::Token | Class::Special | Class::Skip) => return Ok((kind, class)),
            }
            if self.at == self.source.len() {
                return Err(NoToken { at: begin });
            }
        }
    }

    fn back_one(&mut self) {
        let last = self.source[..self.at].chars().next_back().map_or(0, char::len_utf8);
        self.at -= last;
    }

    /// After the name of a directive the parser knows that arguments may follow.
    pub(crate) fn enter_directive(&mut self) {
        self.state = State::Directive;
    }

    /// Whether `(` follows, after blanks.
    pub(crate) fn is_left_parenthesis_next(&self) -> bool {
        let rest = self.source.as_bytes()[self.at..].iter();
        let mut rest = rest.skip_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        rest.next() == Some(&b'(')
    }

    fn push(&mut self, state: State) {
        self.stack.push(Saved { state: self.state, opened: self.opened, closed: self.closed });
        self.opened = 0;
        self.state = state;
    }

    /// Back to the state below; false when there is none.
    pub(crate) fn pop(&mut self) -> bool {
        match self.stack.pop() {
            Some(saved) => {
                (self.state, self.opened, self.closed) = (saved.state, saved.opened, saved.closed);
                true
            }
            None => {
                self.opened = 0;
                self.state = State::Default;
                false
            }
        }
    }

    fn act_on_prefix(&mut self, kind: Kind) {
        if self.muted {
            return;
        }
        let leaves = match kind {
            Kind::Hash => matches!(self.state, State::Reference | State::RefModifier),
            Kind::Dollar | Kind::DollarBang => self.state == State::Reference,
            _ => false,
        };
        if leaves {
            self.pop();
        }
        match kind {
            Kind::Dollar | Kind::DollarBang => self.push(State::Reference),
            Kind::Hash => self.push(State::PreDirective),
            Kind::OpenTextBlock => self.mute(State::TextBlock),
            Kind::OpenFormalComment => {
                self.back_one();
                self.mute(State::FormalComment);
            }
            Kind::OpenComment => self.mute(State::MultiLineComment),
            _ => {}
        }
    }

    fn mute(&mut self, state: State) {
        self.muted = true;
        self.push(state);
    }

    fn act(&mut self, token: &mut Token) {
        match token.kind {
            Kind::IndexLeft => self.push(State::RefIndex),
            Kind::IndexRight | Kind::RightCurlyOfReference => {
                self.pop();
            }
            Kind::LeftParenthesis => {
                self.opened += 1;
                if self.state == State::RefModifier {
                    self.state = State::RefMod2;
                }
            }
            Kind::RightParenthesis => self.close_parenthesis(),
            Kind::RightParenthesisOfMethod => self.state = State::Reference,
            Kind::Set => {
                self.push(State::Directive);
                self.in_set = true;
                self.opened += 1;
            }
            Kind::LineComment => {
                if self.state == State::Reference {
                    self.pop();
                }
                self.mute(State::SingleLineComment);
            }
            Kind::EndOfLineComment
            | Kind::EndOfFormalComment
            | Kind::EndOfComment
            | Kind::TextBlock => {
                self.muted = false;
                self.pop();
            }
            Kind::String if self.state == State::Directive && !self.in_set && self.opened == 0 => {
                self.pop();
            }
            Kind::Integer => {
                if token.image.ends_with("..") {
                    self.at -= 2;
                    token.image.truncate(token.image.len() - 2);
                }
                let inside = matches!(self.state, State::RefMod2 | State::RefIndex);
                self.leave_after_number(inside);
            }
            Kind::Float => self.leave_after_number(self.state == State::RefMod2),
            Kind::End | Kind::Else => {
                self.pop();
            }
            Kind::If | Kind::ElseIf => self.state = State::Directive,
            Kind::Dot => {
                self.at -= 1;
                token.image.truncate(1);
                token.image.replace_range(.., ".");
                self.state = State::RefModifier;
            }
            _ => {}
        }
    }

    fn leave_after_number(&mut self, inside: bool) {
        if self.opened == 0 && !self.in_set && !inside {
            self.pop();
        }
    }

    /// Drops to the state whose parenthesis this one closes.
    fn close_parenthesis(&mut self) {
        while !self.muted {
            if self.opened == 0 {
                if !self.pop() {
                    return;
                }
            } else if self.opened == self.closed + 1 {
                self.pop();
                return;
            } else {
                self.closed += 1;
                return;
            }
        }
    }
}

/// What was read and taken for no token, before a token: only its `$` and `#` are printed.
#[derive(Default)]
struct Special {
    text: String,
    comment: bool,
}

impl Special {
    fn push(&mut self, image: &str) {
        self.comment = image.starts_with("##");
        let bytes = image.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'#' | b'$' => self.text.push(bytes[at] as char),
                b'\\' => {
                    let run = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
                    if bytes.get(at + run) == Some(&b'$') {
                        self.text.push_str(&image[at..=at + run]);
                        at += run + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn text(&mut self) -> String {
        if self.comment { String::new() } else { std::mem::take(&mut self.text) }
    }
}
