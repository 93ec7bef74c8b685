//! Blocks and directives.

use std::cell::Cell;
use std::rc::Rc;

use super::expression::ENTRY_BYTES;
use super::frame::Frame;
use super::{Defined, Halt, Outcome, Render};
use crate::limits::{DEFINE_DEPTH_MAX, MACRO_DEPTH_MAX};
use crate::parse;
use crate::program::{Arm, Block, Call, Expression, Foreach, LoopSlots, Macro, Node, Place, Slot};
use crate::value::{BlockId, List, ListKind, LoopScope, Map, Scope, Value};

/// What an `#evaluate` costs beyond its text.
const EVALUATED_BYTES: usize = 1_024;
const EVALUATED_STEPS: u64 = 100;

/// A list or the values of a map, while a loop goes over it.
struct Elements {
    values: List,
    changes: Changes,
    seen: u32,
}

enum Changes {
    List(List),
    Map(Map),
    None,
}

impl Elements {
    /// None for what cannot be looped over.
    fn of(value: &Value) -> Option<Self> {
        let (values, changes) = match value {
            Value::List(list) if list.kind().is_indexed() => {
                (list.clone(), Changes::List(list.clone()))
            }
            Value::List(list) => (list.clone(), Changes::None),
            Value::Map(map) => (map.list(ListKind::Values), Changes::Map(map.clone())),
            Value::Scope(scope) => (scope.0.storage.list(ListKind::Values), Changes::None),
            _ => return None,
        };
        let mut elements = Self { values, changes, seen: 0 };
        elements.seen = elements.now();
        Some(elements)
    }

    fn now(&self) -> u32 {
        match &self.changes {
            Changes::List(list) => list.changes(),
            Changes::Map(map) => map.changes(),
            Changes::None => 0,
        }
    }
}

impl<'p> Render<'p, '_> {
    pub(super) fn block(&mut self, block: &'p Block) -> Outcome {
        for node in block {
            self.node(node)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &'p Node) -> Outcome {
        self.meter.step()?;
        match node {
            Node::Text(text) => self.write(text),
            Node::Reference(reference) => self.print_reference(reference),
            Node::Set(set) => self.set(set),
            Node::If(arms) => self.arms(arms),
            Node::Foreach(foreach) => self.deeper(|render| render.foreach(foreach)),
            Node::Define(slot, block) => {
                let frame = self.frame.clone();
                let value = self.defined(block, frame, DEFINE_DEPTH_MAX)?;
                self.put(*slot, value);
                Ok(())
            }
            Node::Call(call) => self.call(call),
            Node::Evaluate(text, place) => {
                self.evaluate(text).map_err(|halt| halt.at(*place, "#evaluate", ""))
            }
            Node::Break(scope, place) => self.break_of(scope.as_ref(), *place),
            Node::Stop => Err(Halt::Stop),
            Node::Refused(reason, place) => Err(Halt::fail(*reason).at(*place, "", "")),
        }
    }

    fn arms(&mut self, arms: &'p [Arm]) -> Outcome {
        for Arm { condition, block } in arms {
            let holds = match condition {
                Some(condition) => self.is_true(condition)?,
                None => true,
            };
            if holds {
                return self.block(block);
            }
        }
        Ok(())
    }

    fn break_of(&mut self, scope: Option<&'p Expression>, place: Place) -> Outcome {
        let Some(scope) = scope else { return Err(Halt::Break) };
        match self.value(scope)? {
            Value::Scope(scope) => Err(Halt::BreakLoop(scope.0.owner)),
            other => {
                let halt = Halt::fail("#break takes a loop such as $foreach.parent");
                Err(halt.at(place, "#break", other.type_name()))
            }
        }
    }

    fn foreach(&mut self, foreach: &'p Foreach) -> Outcome {
        let list = self.value(&foreach.list)?;
        let Some(elements) = Elements::of(&list) else { return Ok(()) };
        let LoopSlots { scope, count, has_next } = self.loop_slots;
        let element = foreach.element;
        let before = self.variable(element)?;
        let count_before = self.optional(count)?;
        let has_next_before = self.optional(has_next)?;
        let state = match scope {
            Some(slot) => Some(self.enter_scope(slot, foreach.id)?),
            None => None,
        };
        let outcome = self.turns(foreach, &elements, state.as_deref());
        if let Err(Halt::Fail(_)) = outcome {
            return outcome;
        }
        self.restore(element, before);
        for (slot, before) in [(count, count_before), (has_next, has_next_before)] {
            if let Some(slot) = slot {
                self.restore(slot, before);
            }
        }
        if let Some(slot) = scope {
            self.leave_scope(slot)?;
        }
        match outcome {
            Err(Halt::Break) => Ok(()),
            Err(Halt::BreakLoop(id)) if id == foreach.id => Ok(()),
            other => other,
        }
    }

    fn optional(&mut self, slot: Option<Slot>) -> Result<Value, Halt> {
        slot.map_or(Ok(Value::Null), |slot| self.variable(slot))
    }

    fn turns(
        &mut self,
        foreach: &'p Foreach,
        elements: &Elements,
        state: Option<&Scope>,
    ) -> Outcome {
        let LoopSlots { count, has_next, .. } = self.loop_slots;
        let mut null_frame = None;
        let mut at = 0;
        while at != elements.values.len() && (at as u32) < self.limits.foreach_turns_max {
            self.meter.step()?;
            let value = match elements.values.get(at) {
                Some(value) if elements.now() == elements.seen => value,
                _ => {
                    let halt = Halt::fail("the list changed while a loop went over it");
                    return Err(halt.at(foreach.place, "#foreach", ""));
                }
            };
            at += 1;
            let more = at != elements.values.len();
            if let Some(slot) = count {
                self.put(slot, Value::Int(at as i32));
            }
            if let Some(slot) = has_next {
                self.put(slot, Value::Bool(more));
            }
            let is_null = value.is_null();
            self.put(foreach.element, value);
            if let Some(state) = state {
                state.index.set(at as i32 - 1);
                state.has_next.set(more);
            }
            if is_null {
                let frame = null_frame.get_or_insert_with(|| {
                    let mut frame = Frame::new(self.frame.clone());
                    frame.hidden = Some((foreach.element, Cell::new(true)));
                    Rc::new(frame)
                });
                let outer = self.frame.replace(frame.clone());
                let outcome = self.block(&foreach.block);
                self.frame = outer;
                outcome?;
            } else {
                self.block(&foreach.block)?;
            }
        }
        Ok(())
    }

    fn enter_scope(&mut self, slot: Slot, owner: u32) -> Result<Rc<Scope>, Halt> {
        let (parent, replaced) = match self.variable(slot)? {
            Value::Scope(parent) => (Some(parent), Value::Null),
            other => (None, other),
        };
        let scope = Rc::new(Scope {
            owner,
            index: Cell::new(-1),
            has_next: Cell::new(false),
            parent,
            replaced,
            storage: Map::new(),
        });
        self.put(slot, Value::Scope(LoopScope(scope.clone())));
        Ok(scope)
    }

    fn leave_scope(&mut self, slot: Slot) -> Outcome {
        if let Value::Scope(LoopScope(scope)) = self.variable(slot)? {
            match &scope.parent {
                Some(parent) => self.put(slot, Value::Scope(parent.clone())),
                None => self.restore(slot, scope.replaced.clone()),
            }
        }
        Ok(())
    }

    fn defined(
        &mut self,
        block: &'p Block,
        frame: Option<Rc<Frame<'p>>>,
        running_max: u32,
    ) -> Result<Value, Halt> {
        self.meter.make(64)?;
        let id = BlockId(self.blocks.len() as u32);
        self.blocks.push(Defined { block, frame, running: 0, running_max });
        Ok(Value::Block(id))
    }

    /// Renders a block, in the current context or in that of its definition; false when it runs
    /// inside itself too often.
    pub(super) fn run_block(&mut self, id: BlockId, here: bool) -> Result<bool, Halt> {
        let Some(defined) = self.blocks.get_mut(id.0 as usize) else { return Ok(false) };
        if defined.running == defined.running_max {
            return Ok(false);
        }
        defined.running += 1;
        let block = defined.block;
        let outer = self.frame.clone();
        if !here {
            self.frame.clone_from(&defined.frame);
        }
        let outcome = self.deeper(|render| render.block(block));
        self.frame = outer;
        self.blocks[id.0 as usize].running -= 1;
        match outcome {
            Ok(()) | Err(Halt::Break) => Ok(true),
            Err(halt) => Err(halt),
        }
    }

    fn call(&mut self, call: &'p Call) -> Outcome {
        self.meter.steps(self.macros.len() as u64 / 8)?;
        let Some(found) = self.macros.iter().find(|known| known.name == call.name) else {
            return self.write(&call.literal);
        };
        let found = *found;
        if call.has_word {
            let halt = Halt::fail("a macro takes no bare words");
            return Err(halt.at(call.place, &call.literal, ""));
        }
        if self.macro_depth == MACRO_DEPTH_MAX {
            let halt = Halt::fail(format!("more than {MACRO_DEPTH_MAX} macros inside each other"));
            return Err(halt.at(call.place, &call.literal, ""));
        }
        let frame = self.frame_of(call, found)?;
        let outer = self.frame.replace(Rc::new(frame));
        self.macro_depth += 1;
        let outcome = self.deeper(|render| render.block(&found.block));
        self.macro_depth -= 1;
        self.frame = outer;
        match outcome {
            Err(Halt::Break) => Ok(()),
            other => other,
        }
    }

    /// The context of a macro: what is constant is evaluated now, the rest when it is read.
    fn frame_of(&mut self, call: &'p Call, found: &'p Macro) -> Result<Frame<'p>, Halt> {
        let frame = Frame::new(self.frame.clone());
        for (slot, argument) in found.parameters.iter().zip(&call.arguments) {
            let constant = matches!(
                argument.value,
                Expression::Nothing
                    | Expression::Bool(_)
                    | Expression::Int(_)
                    | Expression::Long(_)
                    | Expression::Big(_)
                    | Expression::Double(_)
            );
            if constant {
                let value = self.value(&argument.value)?;
                frame.locals.borrow_mut().push((*slot, value));
            } else {
                frame.arguments.borrow_mut().push((*slot, argument));
            }
        }
        if let Some(body) = &call.body
            && let Some(slot) = self.names.find("bodyContent")
        {
            let outer = self.frame.clone();
            let body = self.defined(body, outer, MACRO_DEPTH_MAX as u32)?;
            frame.locals.borrow_mut().push((slot, body));
        }
        Ok(frame)
    }

    fn evaluate(&mut self, text: &'p Expression) -> Outcome {
        let value = self.value(text)?;
        let source = self.text_of(&value)?.unwrap_or_default();
        // A program is about ten times its text, and costs more than to render what is in it.
        let names = self.names.len() + self.macros.len();
        self.meter.make(EVALUATED_BYTES + source.len() * 10 + names * ENTRY_BYTES)?;
        self.meter.steps(EVALUATED_STEPS + source.len() as u64 + names as u64 * 4)?;
        let known = self.macros.iter().map(|each| each.name.clone()).collect::<Vec<_>>();
        let names = self.names.clone().into_owned();
        let program = parse::program(&source, names, &known)
            .map_err(|error| Halt::fail(error.to_string()))?;
        let (program, rest) = self.programs.keep(program);
        self.programs = rest;
        self.names.to_mut().clone_from(&program.names);
        self.values.resize(program.names.len(), None);
        self.loop_slots = LoopSlots::of(&program.names);
        for each in &program.macros {
            if !self.macros.iter().any(|known| known.name == each.name) {
                self.macros.push(each);
            }
        }
        match self.deeper(|render| render.block(&program.block)) {
            Err(Halt::Stop | Halt::Break) => Ok(()),
            other => other,
        }
    }
}
