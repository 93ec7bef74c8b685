//! The longest match of a state's tokens at the start of some text.

use super::State;
use super::token::Kind;

/// The best match so far: a later one must be longer.
struct Best {
    found: Option<(Kind, usize)>,
    escapes: usize,
}

impl Best {
    fn offer(&mut self, kind: Kind, length: usize) {
        if length > self.found.map_or(0, |(_, longest)| longest) {
            self.found = Some((kind, length));
        }
    }

    fn fixed(&mut self, kind: Kind, rest: &[u8], text: &[u8]) {
        if rest.starts_with(text) {
            self.offer(kind, text.len());
        }
    }
}

/// The token that `rest`, which is not empty, begins with; `escapes` backslashes lead it.
pub(super) fn longest(state: State, rest: &[u8], escapes: usize) -> Option<(Kind, usize)> {
    let mut best = Best { found: None, escapes };
    match state {
        State::Default => default(&mut best, rest),
        State::Reference => reference(&mut best, rest),
        State::RefModifier => modifier(&mut best, rest),
        State::RefMod2 => arguments(&mut best, rest),
        State::RefIndex => index(&mut best, rest),
        State::PreDirective => pre_directive(&mut best, rest),
        State::Directive => directive(&mut best, rest),
        State::TextBlock => {
            prefixes(&mut best, rest);
            best.fixed(Kind::TextBlock, rest, b"]]#");
            best.offer(Kind::MoreOfTextBlock, character(rest));
        }
        State::FormalComment => {
            prefixes(&mut best, rest);
            best.fixed(Kind::EndOfFormalComment, rest, b"*#");
            best.offer(Kind::SkippedInComment, character(rest));
        }
        State::MultiLineComment => {
            prefixes(&mut best, rest);
            best.fixed(Kind::EndOfComment, rest, b"*#");
            best.offer(Kind::SkippedInComment, character(rest));
        }
        State::SingleLineComment => {
            prefixes(&mut best, rest);
            best.offer(Kind::EndOfLineComment, line_end(rest));
            best.offer(Kind::SkippedInComment, character(rest));
        }
    }
    best.found
}

fn default(best: &mut Best, rest: &[u8]) {
    best.offer(Kind::EscapedDirective, escaped_directive(rest, best.escapes));
    best.offer(Kind::Set, set(rest));
    prefixes(best, rest);
    best.fixed(Kind::LineComment, rest, b"##");
    best.fixed(Kind::DoubleEscape, rest, b"\\\\");
    best.fixed(Kind::Escape, rest, b"\\");
    best.offer(Kind::Text, run(rest, |byte| !matches!(byte, b'$' | b'#' | b'\\')));
    empty_index(best, rest);
}

fn reference(best: &mut Best, rest: &[u8]) {
    best.fixed(Kind::IndexLeft, rest, b"[");
    best.offer(Kind::Set, set(rest));
    prefixes(best, rest);
    best.fixed(Kind::LineComment, rest, b"##");
    names(best, rest);
    curlies(best, rest);
    best.offer(Kind::ReferenceTerminator, character(rest));
    empty_index(best, rest);
}

fn modifier(best: &mut Best, rest: &[u8]) {
    best.fixed(Kind::IndexLeft, rest, b"[");
    best.fixed(Kind::LeftParenthesis, rest, b"(");
    best.offer(Kind::Set, set(rest));
    prefixes(best, rest);
    names(best, rest);
    curlies(best, rest);
    best.offer(Kind::ReferenceTerminator, character(rest));
}

fn arguments(best: &mut Best, rest: &[u8]) {
    brackets(best, rest);
    best.fixed(Kind::RightParenthesisOfMethod, rest, b")");
    best.offer(Kind::Set, set(rest));
    prefixes(best, rest);
    best.offer(Kind::Whitespace, run(rest, is_blank));
    best.offer(Kind::String, string(rest));
    booleans(best, rest);
    numbers(best, rest);
    best.offer(Kind::Identifier, identifier(rest));
    best.offer(Kind::Dot, dot(rest));
}

fn index(best: &mut Best, rest: &[u8]) {
    best.fixed(Kind::IndexRight, rest, b"]");
    prefixes(best, rest);
    best.offer(Kind::Whitespace, run(rest, is_blank));
    best.offer(Kind::String, string(rest));
    booleans(best, rest);
    numbers(best, rest);
}

fn directive(best: &mut Best, rest: &[u8]) {
    brackets(best, rest);
    best.fixed(Kind::LeftParenthesis, rest, b"(");
    if rest[0] == b')' {
        best.offer(Kind::RightParenthesis, 1 + rest_of_line(&rest[1..]));
    }
    prefixes(best, rest);
    best.fixed(Kind::LineComment, rest, b"##");
    best.offer(Kind::Whitespace, run(rest, is_blank));
    best.offer(Kind::String, string(rest));
    booleans(best, rest);
    for (kind, symbol, word) in OPERATORS {
        best.fixed(kind, rest, symbol);
        best.fixed(kind, rest, word);
    }
    numbers(best, rest);
    words(best, rest);
}

const OPERATORS: [(Kind, &[u8], &[u8]); 15] = [
    (Kind::Minus, b"-", b"-"),
    (Kind::Plus, b"+", b"+"),
    (Kind::Multiply, b"*", b"*"),
    (Kind::Divide, b"/", b"/"),
    (Kind::Modulo, b"%", b"%"),
    (Kind::And, b"&&", b"and"),
    (Kind::Or, b"||", b"or"),
    (Kind::Less, b"<", b"lt"),
    (Kind::LessOrEqual, b"<=", b"le"),
    (Kind::Greater, b">", b"gt"),
    (Kind::GreaterOrEqual, b">=", b"ge"),
    (Kind::Equal, b"==", b"eq"),
    (Kind::NotEqual, b"!=", b"ne"),
    (Kind::Not, b"!", b"not"),
    (Kind::Assign, b"=", b"="),
];

fn pre_directive(best: &mut Best, rest: &[u8]) {
    prefixes(best, rest);
    best.fixed(Kind::LineComment, rest, b"##");
    for (kind, bare, braced, line) in [
        (Kind::End, &b"end"[..], &b"{end}"[..], true),
        (Kind::If, b"if", b"{if}", false),
        (Kind::ElseIf, b"elseif", b"{elseif}", false),
        (Kind::Else, b"else", b"{else}", true),
    ] {
        for name in [bare, braced] {
            if let Some(after) = rest.strip_prefix(name) {
                best.offer(kind, name.len() + if line { rest_of_line(after) } else { 0 });
            }
        }
    }
    numbers(best, rest);
    words(best, rest);
    best.offer(Kind::DirectiveTerminator, character(rest));
}

/// What begins a reference, a directive or a comment in any state.
fn prefixes(best: &mut Best, rest: &[u8]) {
    let escapes = best.escapes;
    if rest.get(escapes) == Some(&b'$') {
        best.offer(Kind::Dollar, escapes + 1);
        let more = run(&rest[escapes + 1..], |byte| byte == b'\\');
        if rest.get(escapes + 1 + more) == Some(&b'!') {
            best.offer(Kind::DollarBang, escapes + more + 2);
        }
    }
    best.fixed(Kind::OpenTextBlock, rest, b"#[[");
    if rest.starts_with(b"#**") && rest.get(3).is_some_and(|byte| *byte != b'#') {
        best.offer(Kind::OpenFormalComment, 3 + character(&rest[3..]));
    }
    best.fixed(Kind::OpenComment, rest, b"#*");
    best.fixed(Kind::Hash, rest, b"#");
}

fn brackets(best: &mut Best, rest: &[u8]) {
    best.fixed(Kind::LeftBracket, rest, b"[");
    best.fixed(Kind::RightBracket, rest, b"]");
    best.fixed(Kind::Comma, rest, b",");
    best.fixed(Kind::DoubleDot, rest, b"..");
    best.fixed(Kind::Colon, rest, b":");
    best.fixed(Kind::LeftCurly, rest, b"{");
    best.fixed(Kind::RightCurly, rest, b"}");
}

fn names(best: &mut Best, rest: &[u8]) {
    booleans(best, rest);
    best.offer(Kind::Identifier, identifier(rest));
    best.offer(Kind::Dot, dot(rest));
}

fn booleans(best: &mut Best, rest: &[u8]) {
    best.fixed(Kind::True, rest, b"true");
    best.fixed(Kind::False, rest, b"false");
}

fn curlies(best: &mut Best, rest: &[u8]) {
    best.fixed(Kind::LeftCurlyOfReference, rest, b"{");
    best.fixed(Kind::RightCurlyOfReference, rest, b"}");
}

fn empty_index(best: &mut Best, rest: &[u8]) {
    for text in [&b"$["[..], b"$![", b"$\\![", b"$."] {
        best.fixed(Kind::EmptyIndex, rest, text);
    }
}

fn numbers(best: &mut Best, rest: &[u8]) {
    let sign = usize::from(rest[0] == b'-');
    let digits = run(&rest[sign..], |byte| byte.is_ascii_digit());
    let after = &rest[sign + digits..];
    if digits > 0 {
        let dots = if after.starts_with(b"..") { 2 } else { 0 };
        best.offer(Kind::Integer, sign + digits + dots);
        if let exponent @ 1.. = exponent(after) {
            best.offer(Kind::Float, sign + digits + exponent);
        }
    }
    if after.first() == Some(&b'.') {
        let fraction = run(&after[1..], |byte| byte.is_ascii_digit());
        if digits > 0 || fraction > 0 {
            let length = sign + digits + 1 + fraction;
            best.offer(Kind::Float, length + exponent(&rest[length..]));
        }
    }
}

fn exponent(rest: &[u8]) -> usize {
    if !matches!(rest.first(), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
    match run(&rest[1 + sign..], |byte| byte.is_ascii_digit()) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

fn words(best: &mut Best, rest: &[u8]) {
    best.offer(Kind::Word, word(rest));
    best.offer(Kind::BracketedWord, bracketed_word(rest));
}

fn word(rest: &[u8]) -> usize {
    let begins = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'@');
    if rest.first().is_some_and(begins) { run(rest, is_directive_character) } else { 0 }
}

fn bracketed_word(rest: &[u8]) -> usize {
    let begins = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    if rest.first() != Some(&b'{') || !rest.get(1).is_some_and(begins) {
        return 0;
    }
    let length = 1 + run(&rest[1..], is_directive_character);
    if rest.get(length) == Some(&b'}') { length + 1 } else { 0 }
}

fn is_directive_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@')
}

fn identifier(rest: &[u8]) -> usize {
    if rest[0].is_ascii_alphabetic() || rest[0] == b'_' {
        run(rest, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    } else {
        0
    }
}

fn dot(rest: &[u8]) -> usize {
    let dotted = rest[0] == b'.' && rest.get(1).is_some_and(u8::is_ascii_alphabetic);
    if dotted { 2 } else { 0 }
}

/// `\#name`, with an even number of backslashes before it.
fn escaped_directive(rest: &[u8], escapes: usize) -> usize {
    if escapes.is_multiple_of(2) || rest.get(escapes) != Some(&b'#') {
        return 0;
    }
    let name = &rest[escapes + 1..];
    match word(name).max(bracketed_word(name)) {
        0 => 0,
        length => escapes + 1 + length,
    }
}

/// `#set(` with the blanks before it.
fn set(rest: &[u8]) -> usize {
    let before = run(rest, |byte| matches!(byte, b' ' | b'\t'));
    for name in [&b"#set"[..], b"#{set}"] {
        if let Some(after) = rest[before..].strip_prefix(name) {
            let blanks = run(after, |byte| byte == b' ');
            if after.get(blanks) == Some(&b'(') {
                return before + name.len() + blanks + 1;
            }
        }
    }
    0
}

/// A text in quotes; a quote is doubled inside of it. The longest that is closed.
fn string(rest: &[u8]) -> usize {
    let quote = rest[0];
    if !matches!(quote, b'"' | b'\'') {
        return 0;
    }
    let (mut at, mut closed) = (1, 0);
    while let Some(length) = rest[at..].iter().position(|byte| *byte == quote) {
        closed = at + length + 1;
        if rest.get(closed) != Some(&quote) {
            break;
        }
        at = closed + 1;
    }
    closed
}

/// Blanks and one line end, or nothing.
fn rest_of_line(rest: &[u8]) -> usize {
    let blanks = run(rest, |byte| matches!(byte, b' ' | b'\t'));
    match line_end(&rest[blanks..]) {
        0 => 0,
        end => blanks + end,
    }
}

fn line_end(rest: &[u8]) -> usize {
    match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn run(rest: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|byte| !holds(*byte)).unwrap_or(rest.len())
}

/// Bytes of the first character.
fn character(rest: &[u8]) -> usize {
    match rest[0] {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    }
}
