//! Renders a program: variables, the chain of macros, output, fuel.
//!
//! Velocity's contexts are kept as they are: a macro's arguments are evaluated each time they are
//! read, in the context of the caller, and what a macro sets is set for all.

mod arena;
mod directive;
mod error;
mod expression;
mod frame;
mod meter;
mod print;
mod reference;
mod set;

use std::borrow::Cow;
use std::rc::Rc;

pub use error::RenderError;
pub(crate) use error::{Halt, Outcome};
pub(crate) use expression::{ELEMENT_BYTES, ENTRY_BYTES};
pub(crate) use meter::Meter;
pub(crate) use set::{counted_from_end, out_of_bounds};

use crate::limits::Limits;
use crate::program::{Block, LoopSlots, Macro, Names, Program, Slot};
use crate::value::{HostId, Value, break_cycles};
use arena::Arena;
use frame::Frame;

/// What the embedder gives to a template.
pub trait Env {
    /// The value of a variable that the template has not set. Asked once per name and rendering.
    fn root(&mut self, name: &str) -> Value;

    /// A property of one of the embedder's objects; null when it has none of that name.
    fn property(&mut self, object: HostId, name: &str) -> Value {
        let _ = (object, name);
        Value::Null
    }

    /// Calls a method of one of the embedder's objects. Null when it has none of that name and for
    /// nothing found; an error ends the rendering with that message.
    fn call(&mut self, object: HostId, method: &str, arguments: &[Value]) -> Result<Value, String> {
        let _ = (object, method, arguments);
        Ok(Value::Null)
    }

    /// Writes the text that an object of the embedder prints as.
    fn print(&mut self, object: HostId, out: &mut String) {
        let _ = (object, out);
    }
}

/// What a reference without a value prints, and whether it equals the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Undefined {
    /// Its source text, as Velocity does; nothing when it is written `$!x`.
    #[default]
    Source,
    /// Nothing, as API Gateway does; there `$x == ""` holds for it too.
    Nothing,
}

/// How to render.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The bounds.
    pub limits: Limits,
    /// What a reference without a value prints.
    pub undefined: Undefined,
}

/// A `#define` block, or the body of a call.
struct Defined<'p> {
    block: &'p Block,
    frame: Option<Rc<Frame<'p>>>,
    running: u32,
    running_max: u32,
}

/// One rendering.
pub(crate) struct Render<'p, 'e> {
    env: &'e mut dyn Env,
    names: Cow<'p, Names>,
    /// By slot; None when the embedder was not asked yet.
    values: Vec<Option<Value>>,
    frame: Option<Rc<Frame<'p>>>,
    blocks: Vec<Defined<'p>>,
    macros: Vec<&'p Macro>,
    programs: &'p Arena,
    loop_slots: LoopSlots,
    undefined: Undefined,
    limits: &'e Limits,
    meter: Meter,
    out: String,
    depth: usize,
    macro_depth: usize,
    /// Containers that were put into containers: one may hold itself by now.
    changed: Vec<Value>,
}

/// Renders a program behind what `out` holds.
pub(crate) fn render(
    program: &Program,
    env: &mut dyn Env,
    options: &Options,
    out: &mut String,
) -> Result<(), RenderError> {
    let limits = &options.limits;
    let programs = Arena::default();
    let mut render = Render {
        env,
        names: Cow::Borrowed(&program.names),
        values: vec![None; program.names.len()],
        frame: None,
        blocks: Vec::new(),
        macros: program.macros.iter().collect(),
        programs: &programs,
        loop_slots: program.loop_slots,
        undefined: options.undefined,
        limits,
        meter: Meter::new(limits, out.len()),
        out: std::mem::take(out),
        depth: 0,
        macro_depth: 0,
        changed: Vec::new(),
    };
    let outcome = render.block(&program.block);
    *out = std::mem::take(&mut render.out);
    let changed = std::mem::take(&mut render.changed);
    if !changed.is_empty() {
        break_cycles(changed);
    }
    match outcome {
        Ok(()) | Err(Halt::Stop | Halt::Break | Halt::BreakLoop(_)) => Ok(()),
        Err(Halt::Fail(error)) => Err(*error),
    }
}

impl<'p> Render<'p, '_> {
    pub(crate) fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// A method of one of the embedder's objects.
    pub(crate) fn env_call(
        &mut self,
        object: HostId,
        name: &str,
        arguments: &[Value],
    ) -> Result<Value, Halt> {
        let value = self.env.call(object, name, arguments).map_err(Halt::fail)?;
        if let Value::Text(text) = &value {
            self.meter.read(text.len())?;
        }
        Ok(value)
    }

    /// Writes to the output, or to the text that is being made.
    fn write(&mut self, text: &str) -> Outcome {
        self.meter.write(self.out.len(), text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    /// Runs `write` with an empty output and says what it wrote.
    fn captured(&mut self, write: impl FnOnce(&mut Self) -> Outcome) -> Result<String, Halt> {
        let outer = std::mem::take(&mut self.out);
        let bounds = self.meter.capture();
        let outcome = write(self);
        let text = std::mem::replace(&mut self.out, outer);
        self.meter.release(bounds, text.len());
        outcome.map(|()| text)
    }

    /// Runs something one level deeper.
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Halt>) -> Result<T, Halt> {
        if self.depth == self.limits.call_depth_max {
            let max = self.limits.call_depth_max;
            return Err(Halt::fail(format!("more than {max} blocks run inside each other")));
        }
        self.depth += 1;
        let outcome = run(self);
        self.depth -= 1;
        outcome
    }

    /// The value of a variable.
    fn variable(&mut self, slot: Slot) -> Result<Value, Halt> {
        match self.frame.clone() {
            None => Ok(self.global(slot)),
            Some(frame) => self.variable_in(frame, slot),
        }
    }

    fn global(&mut self, slot: Slot) -> Value {
        let place = &mut self.values[slot as usize];
        if place.is_none() {
            *place = Some(self.env.root(self.names.name(slot)));
        }
        place.clone().unwrap_or_default()
    }

    fn put(&mut self, slot: Slot, value: Value) {
        let mut frame = self.frame.as_ref();
        while let Some(inner) = frame {
            inner.put(slot, &value);
            frame = inner.parent.as_ref();
        }
        self.values[slot as usize] = Some(value);
    }

    fn forget(&mut self, slot: Slot) {
        let mut frame = self.frame.as_ref();
        while let Some(inner) = frame {
            inner.forget(slot);
            frame = inner.parent.as_ref();
        }
        self.values[slot as usize] = Some(Value::Null);
    }

    /// Sets a variable, or takes it away when there is no value.
    fn restore(&mut self, slot: Slot, value: Value) {
        if value.is_null() { self.forget(slot) } else { self.put(slot, value) }
    }
}
