//! The Velocity template language, version 1.7: parse once, render many times, bounded.
//!
//! A [`Template`] is immutable and shared by threads. What a template sees beyond its own variables
//! comes from the embedder through [`Env`]: values, and objects that are known by a number
//! ([`HostId`]) and answer by name. There is no reflection and no class: a template reaches what is
//! written here and what `Env` gives, nothing else.
//!
//! ```
//! use ringway_vtl::{Env, HostId, Map, Options, Template, Value};
//!
//! struct Request<'r> {
//!     body: &'r str,
//! }
//!
//! const INPUT: HostId = HostId(0);
//!
//! impl Env for Request<'_> {
//!     fn root(&mut self, name: &str) -> Value {
//!         match name {
//!             "input" => Value::Host(INPUT),
//!             "stage" => Map::from_iter([("name", "prod")]).into(),
//!             _ => Value::Null,
//!         }
//!     }
//!
//!     fn property(&mut self, _object: HostId, name: &str) -> Value {
//!         if name == "body" { Value::text(self.body) } else { Value::Null }
//!     }
//!
//!     fn call(
//!         &mut self,
//!         _object: HostId,
//!         method: &str,
//!         arguments: &[Value],
//!     ) -> Result<Value, String> {
//!         match (method, arguments) {
//!             ("repeat", [Value::Int(times @ 0..=9)]) => {
//!                 Ok(self.body.repeat(*times as usize).into())
//!             }
//!             _ => Ok(Value::Null),
//!         }
//!     }
//! }
//!
//! let template = Template::parse("$stage.name:#foreach($n in [1..2]) $n=$input.repeat($n)#end")?;
//! let mut out = String::new();
//! template.render(&mut Request { body: "ab" }, &Options::default(), &mut out)?;
//! assert_eq!(out, "prod: 1=ab 2=abab");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The language is held against Apache Velocity 1.7 itself; where it differs, `vtl/README.md` says
//! so. This crate must not know what an API, a request or AWS is.

#![forbid(unsafe_code)]

pub mod limits;

mod format;
mod lex;
mod methods;
mod number;
mod parse;
mod program;
mod render;
mod text;
mod uses;
mod value;

pub use limits::Limits;
pub use parse::ParseError;
pub use program::Place;
pub use render::{Env, Options, RenderError, Undefined};
pub use uses::Uses;
pub use value::{BlockId, HostId, List, ListKind, LoopScope, Map, SmallMap, Text, Value};

use program::{Names, Program};

/// A parsed template.
#[derive(Debug)]
pub struct Template {
    program: Program,
}

impl Template {
    /// Parses a text. What Velocity refuses when it reads a template is refused here.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        parse::program(source, Names::default(), &[]).map(|program| Self { program })
    }

    /// What the template looks at of the variable of this name.
    pub fn uses(&self, name: &str) -> Uses {
        uses::uses(&self.program, name)
    }

    /// Renders into `out`, behind what is there. After an error, `out` holds what came before it.
    pub fn render(
        &self,
        env: &mut dyn Env,
        options: &Options,
        out: &mut String,
    ) -> Result<(), RenderError> {
        render::render(&self.program, env, options, out)
    }
}
