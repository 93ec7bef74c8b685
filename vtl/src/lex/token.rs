//! The tokens of the language.

/// What becomes of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Token,
    /// Ends a reference or a directive; its last character is read again.
    Special,
    Skip,
    /// The beginning of a longer token.
    More,
}

/// The kinds of tokens, in the order in which a tie is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Eof,
    IndexLeft,
    IndexRight,
    LeftBracket,
    RightBracket,
    Comma,
    DoubleDot,
    Colon,
    LeftCurly,
    RightCurly,
    LeftParenthesis,
    RightParenthesis,
    RightParenthesisOfMethod,
    EscapedDirective,
    Set,
    Dollar,
    DollarBang,
    OpenTextBlock,
    OpenFormalComment,
    OpenComment,
    Hash,
    LineComment,
    DoubleEscape,
    Escape,
    Text,
    EndOfLineComment,
    EndOfFormalComment,
    EndOfComment,
    TextBlock,
    SkippedInComment,
    MoreOfTextBlock,
    Whitespace,
    String,
    True,
    False,
    Minus,
    Plus,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Not,
    Assign,
    End,
    If,
    ElseIf,
    Else,
    Integer,
    Float,
    Word,
    BracketedWord,
    Identifier,
    Dot,
    LeftCurlyOfReference,
    RightCurlyOfReference,
    ReferenceTerminator,
    DirectiveTerminator,
    EmptyIndex,
}

impl Kind {
    pub(super) fn class(self) -> Class {
        match self {
            Self::Dollar
            | Self::DollarBang
            | Self::OpenTextBlock
            | Self::OpenFormalComment
            | Self::OpenComment
            | Self::Hash
            | Self::MoreOfTextBlock => Class::More,
            Self::SkippedInComment => Class::Skip,
            Self::ReferenceTerminator | Self::DirectiveTerminator => Class::Special,
            _ => Class::Token,
        }
    }

    /// Whether a statement may begin with it.
    pub(crate) fn begins_statement(self) -> bool {
        self.is_text()
            || matches!(
                self,
                Self::If
                    | Self::Identifier
                    | Self::LeftCurlyOfReference
                    | Self::LineComment
                    | Self::EndOfComment
                    | Self::EndOfFormalComment
                    | Self::TextBlock
                    | Self::Set
                    | Self::EscapedDirective
                    | Self::DoubleEscape
                    | Self::Word
                    | Self::BracketedWord
            )
    }

    /// Whether it is printed as it stands, outside of directives.
    pub(crate) fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Dot
                | Self::RightParenthesis
                | Self::LeftParenthesis
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::Escape
                | Self::LeftCurlyOfReference
                | Self::RightCurlyOfReference
                | Self::EmptyIndex
        )
    }

    /// Whether a value may begin with it.
    pub(crate) fn begins_value(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::Integer
                | Self::LeftBracket
                | Self::LeftCurly
                | Self::True
                | Self::False
                | Self::Identifier
                | Self::LeftCurlyOfReference
                | Self::Float
        )
    }
}

/// A piece of the template.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Its text; a reference loses the escapes before it when it is understood.
    pub(crate) image: String,
    /// What stands before it and belongs to no token.
    pub(crate) special: String,
    /// Where it begins, in bytes.
    pub(crate) at: usize,
}

impl Token {
    pub(super) fn new(kind: Kind, image: &str, at: usize, special: String) -> Self {
        Self { kind, image: image.to_owned(), special, at }
    }

    /// Its text as it is printed when it means nothing.
    pub(crate) fn write_literal(&self, out: &mut String) {
        if self.kind != Kind::EndOfComment {
            out.push_str(&self.special);
            out.push_str(&self.image);
        }
    }
}
