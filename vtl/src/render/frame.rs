//! The context of a macro, in front of that of its caller.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::{Halt, Render};
use crate::program::{Argument, Expression, Slot};
use crate::value::Value;

/// A macro that runs, or a loop at an element that is null.
pub(super) struct Frame<'p> {
    pub(super) parent: Option<Rc<Self>>,
    /// Arguments that are evaluated whenever they are read.
    pub(super) arguments: RefCell<Vec<(Slot, &'p Argument)>>,
    pub(super) locals: RefCell<Vec<(Slot, Value)>>,
    /// The variable of a loop, while it is null.
    pub(super) hidden: Option<(Slot, Cell<bool>)>,
}

impl Frame<'_> {
    pub(super) fn new(parent: Option<Rc<Self>>) -> Self {
        Self { parent, arguments: RefCell::default(), locals: RefCell::default(), hidden: None }
    }

    pub(super) fn put(&self, slot: Slot, value: &Value) {
        if let Some((hidden, active)) = &self.hidden {
            if *hidden == slot && value.is_null() {
                active.set(true);
            }
            return;
        }
        let mut locals = self.locals.borrow_mut();
        match locals.iter_mut().find(|(local, _)| *local == slot) {
            Some((_, place)) => *place = value.clone(),
            None => locals.push((slot, value.clone())),
        }
    }

    pub(super) fn forget(&self, slot: Slot) {
        if let Some((hidden, active)) = &self.hidden
            && *hidden == slot
        {
            active.set(false);
        }
        self.locals.borrow_mut().retain(|(local, _)| *local != slot);
        self.arguments.borrow_mut().retain(|(argument, _)| *argument != slot);
    }

    fn hides(&self, slot: Slot) -> bool {
        self.hidden.as_ref().is_some_and(|(hidden, active)| *hidden == slot && active.get())
    }

    fn local(&self, slot: Slot) -> Option<Value> {
        let locals = self.locals.borrow();
        let (_, value) = locals.iter().find(|(local, _)| *local == slot)?;
        Some(value.clone()).filter(|value| !value.is_null())
    }
}

impl<'p> Render<'p, '_> {
    /// The value of a variable, from the innermost macro outward.
    pub(super) fn variable_in(
        &mut self,
        innermost: Rc<Frame<'p>>,
        slot: Slot,
    ) -> Result<Value, Halt> {
        let mut next = Some(innermost);
        while let Some(frame) = next {
            if frame.hides(slot) {
                return Ok(Value::Null);
            }
            if let Some(value) = frame.local(slot) {
                return Ok(value);
            }
            let arguments = frame.arguments.borrow();
            let argument = arguments.iter().find(|(argument, _)| *argument == slot);
            let argument = argument.map(|(_, argument)| *argument);
            drop(arguments);
            if let Some(argument) = argument {
                return self.argument(frame.parent.clone(), &argument.value);
            }
            next = frame.parent.clone();
        }
        Ok(self.global(slot))
    }

    /// Evaluates an argument where the call stands.
    fn argument(
        &mut self,
        caller: Option<Rc<Frame<'p>>>,
        value: &'p Expression,
    ) -> Result<Value, Halt> {
        self.meter.step()?;
        let frame = std::mem::replace(&mut self.frame, caller);
        let value = self.deeper(|render| render.value(value));
        self.frame = frame;
        value
    }

    /// The source of the argument that a parameter stands for.
    pub(super) fn argument_literal(&self, slot: Slot) -> Option<&'p str> {
        let mut frame = self.frame.as_ref();
        while let Some(inner) = frame {
            // The source stays known after the variable was forgotten.
            let arguments = inner.arguments.borrow();
            if let Some((_, argument)) = arguments.iter().find(|(argument, _)| *argument == slot) {
                return Some(&argument.literal);
            }
            frame = inner.parent.as_ref();
        }
        None
    }
}
