//! A template after parsing: a tree of nodes with numbered variables and ready texts.
//!
//! Nothing here changes while a template renders, so that all threads share it.

use std::collections::HashMap;

use crate::methods::Pattern;

/// The number of a variable.
pub(crate) type Slot = u32;

/// The names of the variables, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    names: Vec<Box<str>>,
    slots: HashMap<Box<str>, Slot, ahash::RandomState>,
}

impl Names {
    pub(crate) fn slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let slot = self.names.len() as Slot;
        self.names.push(name.into());
        self.slots.insert(name.into(), slot);
        slot
    }

    pub(crate) fn find(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).copied()
    }

    pub(crate) fn name(&self, slot: Slot) -> &str {
        &self.names[slot as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// Where something stands in the template, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// Statements in a row.
pub(crate) type Block = Vec<Node>;

/// One statement.
#[derive(Debug)]
pub(crate) enum Node {
    Text(Box<str>),
    Reference(Box<Reference>),
    Set(Box<Set>),
    If(Vec<Arm>),
    Foreach(Box<Foreach>),
    /// `#define`: the variable and what is rendered when it is printed.
    Define(Slot, Block),
    Call(Box<Call>),
    Evaluate(Expression, Place),
    /// `#break`, of the nearest block or of the one given.
    Break(Option<Expression>, Place),
    Stop,
    /// What may be parsed but not run, and why.
    Refused(&'static str, Place),
}

/// `#if`, `#elseif` and, without a condition, `#else`.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) condition: Option<Expression>,
    pub(crate) block: Block,
}

/// `#set(target = value)`.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) slot: Slot,
    /// The way from the variable to what is set; empty for the variable itself.
    pub(crate) steps: Vec<Step>,
    pub(crate) value: Expression,
    pub(crate) place: Place,
    pub(crate) literal: Box<str>,
}

/// `#foreach($element in list)`.
#[derive(Debug)]
pub(crate) struct Foreach {
    pub(crate) id: u32,
    pub(crate) element: Slot,
    pub(crate) list: Expression,
    pub(crate) block: Block,
    pub(crate) place: Place,
}

/// `#name(arguments)`, or `#@name(arguments) body #end`.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: Box<str>,
    pub(crate) arguments: Vec<Argument>,
    /// One of the arguments is a bare word, which no macro takes.
    pub(crate) has_word: bool,
    pub(crate) body: Option<Block>,
    /// Printed when there is no such macro.
    pub(crate) literal: Box<str>,
    pub(crate) place: Place,
}

/// What is given to a macro, with its text.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) value: Expression,
    pub(crate) literal: Box<str>,
}

/// `#macro(name $parameters)`.
#[derive(Debug)]
pub(crate) struct Macro {
    pub(crate) name: Box<str>,
    pub(crate) parameters: Vec<Slot>,
    pub(crate) block: Block,
}

/// A variable and the way from it.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) slot: Slot,
    pub(crate) steps: Vec<Step>,
    /// `\$x`: prints its source when it has a value.
    pub(crate) escaped: bool,
    /// Backslashes before it, halved.
    pub(crate) escapes: Box<str>,
    /// Other text that the lexer took along.
    pub(crate) prefix: Box<str>,
    /// Printed when it has no value.
    pub(crate) null_text: Box<str>,
    /// Exactly `$name`: in a macro, the source of the argument is printed in its place.
    pub(crate) plain: bool,
    pub(crate) literal: Box<str>,
    pub(crate) place: Place,
}

/// From one value to the next.
#[derive(Debug)]
pub(crate) enum Step {
    Property(Box<str>),
    Index(Expression),
    Method(Box<Method>),
}

/// `.name(arguments)`.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: Box<str>,
    pub(crate) arguments: Vec<Expression>,
    /// The first argument as a regular expression, when it is one and constant.
    pub(crate) pattern: Option<Result<Pattern, String>>,
}

/// Something with a value.
#[derive(Debug)]
pub(crate) enum Expression {
    /// A word, or a name without `$`: no value.
    Nothing,
    Bool(bool),
    Int(i32),
    Long(i64),
    Big(Box<i128>),
    Double(f64),
    Text(crate::value::Text),
    /// A text in double quotes with something in it, and whether its last character is to be cut.
    Interpolated(Block, bool),
    Reference(Box<Reference>),
    List(Vec<Self>),
    Range(Box<(Self, Self)>),
    Map(Vec<(Self, Self)>),
    Not(Box<Self>),
    Binary(Box<Binary>),
}

/// `left operator right`.
#[derive(Debug)]
pub(crate) struct Binary {
    pub(crate) operator: Operator,
    pub(crate) left: Expression,
    pub(crate) right: Expression,
    /// The sources of both sides: `+` prints that of a side without a value.
    pub(crate) literals: (Box<str>, Box<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// A parsed text.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) block: Block,
    pub(crate) macros: Vec<Macro>,
    pub(crate) names: Names,
    /// The variables that loops set, where the program reads them.
    pub(crate) loop_slots: LoopSlots,
}

/// The numbers of `$foreach`, `$velocityCount` and `$velocityHasNext`, when they are read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LoopSlots {
    pub(crate) scope: Option<Slot>,
    pub(crate) count: Option<Slot>,
    pub(crate) has_next: Option<Slot>,
}

impl LoopSlots {
    pub(crate) fn of(names: &Names) -> Self {
        Self {
            scope: names.find("foreach"),
            count: names.find("velocityCount"),
            has_next: names.find("velocityHasNext"),
        }
    }
}
