//! References: from the variable along its steps to a value, and onto the output.

use super::{Halt, Outcome, Render, Undefined};
use crate::methods::property;
use crate::number;
use crate::program::{Expression, Method, Reference, Step};
use crate::value::Value;

impl<'p> Render<'p, '_> {
    /// The value of a reference; null when any step has none.
    pub(super) fn execute(&mut self, reference: &'p Reference) -> Result<Value, Halt> {
        self.meter.step()?;
        if self.frame.is_none()
            && let Some(value) = &self.values[reference.slot as usize]
            && let Some(value) = in_maps(value, &reference.steps, &mut Value::clone)
        {
            self.meter.steps(reference.steps.len() as u64)?;
            return Ok(value);
        }
        let value = self.variable(reference.slot)?;
        if reference.steps.is_empty() {
            return Ok(value);
        }
        self.follow(value, &reference.steps, reference)
    }

    fn follow(
        &mut self,
        mut value: Value,
        steps: &'p [Step],
        reference: &'p Reference,
    ) -> Result<Value, Halt> {
        for step in steps {
            if value.is_null() {
                break;
            }
            value = self
                .step(&value, step)
                .map_err(|halt| halt.at(reference.place, &reference.literal, value.type_name()))?;
        }
        Ok(value)
    }

    /// One step from a value that is not null.
    pub(super) fn step(&mut self, value: &Value, step: &'p Step) -> Result<Value, Halt> {
        self.meter.step()?;
        match step {
            Step::Property(name) => Ok(match value {
                Value::Host(object) => self.env.property(*object, name),
                _ => property(value, name),
            }),
            Step::Index(index) => {
                let index = self.value(index)?;
                self.index(value, index)
            }
            Step::Method(method) => self.method(value, method),
        }
    }

    fn method(&mut self, value: &Value, method: &'p Method) -> Result<Value, Halt> {
        let pattern = method.pattern.as_ref();
        let name = &*method.name;
        match &method.arguments[..] {
            [] => self.call_method(value, name, &[], pattern),
            [one] => {
                let arguments = [self.value(one)?];
                self.call_method(value, name, &arguments, pattern)
            }
            [one, other] => {
                let arguments = [self.value(one)?, self.value(other)?];
                self.call_method(value, name, &arguments, pattern)
            }
            many => {
                let arguments = self.values_of(many)?;
                self.call_method(value, name, &arguments, pattern)
            }
        }
    }

    fn values_of(&mut self, expressions: &'p [Expression]) -> Result<Vec<Value>, Halt> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            values.push(self.value(expression)?);
        }
        Ok(values)
    }

    /// Writes the value of a reference, or what stands for none.
    pub(super) fn print_reference(&mut self, reference: &'p Reference) -> Outcome {
        if self.print_plain(reference)? {
            return Ok(());
        }
        let value = self.execute(reference)?;
        if reference.escaped {
            self.write(&reference.escapes)?;
            if value.is_null() {
                self.write("\\")?;
            }
            return self.write_null_text(reference);
        }
        let printed = match &value {
            Value::Null => false,
            // A block that runs inside itself too often is asked for its text again.
            Value::Block(block) => {
                if self.run_block(*block, true)? {
                    return Ok(());
                }
                false
            }
            _ => true,
        };
        if printed {
            self.write_prefix(reference)?;
            return self
                .print(&value)
                .map_err(|halt| halt.at(reference.place, &reference.literal, value.type_name()));
        }
        if !reference.escapes.is_empty() {
            self.write(&reference.escapes)?;
        }
        self.write_prefix(reference)?;
        match self.undefined {
            Undefined::Source => self.write_null_text(reference),
            Undefined::Nothing => Ok(()),
        }
    }

    /// Writes a text or a whole number that is found in maps, where it lies; false for all else.
    fn print_plain(&mut self, reference: &Reference) -> Result<bool, Halt> {
        let decorated =
            reference.escaped || !reference.escapes.is_empty() || !reference.prefix.is_empty();
        if decorated || self.frame.is_some() {
            return Ok(false);
        }
        let Some(value) = &self.values[reference.slot as usize] else { return Ok(false) };
        let (out, meter) = (&mut self.out, &mut self.meter);
        let written = in_maps(value, &reference.steps, &mut |value| match value {
            Value::Text(text) => {
                meter.write(out.len(), text.len())?;
                out.push_str(text);
                Ok(true)
            }
            Value::Int(number) => {
                let start = out.len();
                number::write_int(*number, out);
                meter.write(start, out.len() - start)?;
                Ok(true)
            }
            _ => Ok(false),
        });
        if !written.unwrap_or(Ok(false))? {
            return Ok(false);
        }
        self.meter.steps(1 + reference.steps.len() as u64)?;
        Ok(true)
    }

    fn write_prefix(&mut self, reference: &Reference) -> Outcome {
        if !reference.escapes.is_empty() {
            self.write(&reference.escapes)?;
        }
        if !reference.prefix.is_empty() {
            self.write(&reference.prefix)?;
        }
        Ok(())
    }

    /// The source of the reference, or of the argument that it stands for.
    fn write_null_text(&mut self, reference: &'p Reference) -> Outcome {
        let given = if reference.plain { self.argument_literal(reference.slot) } else { None };
        self.write(given.unwrap_or(&reference.null_text))
    }
}

/// Steps that are taken without a copy on the way.
const STEPS_IN_PLACE_MAX: usize = 16;

/// Looks at what properties lead to, as long as they lead through maps; None when they do not.
fn in_maps<T>(value: &Value, steps: &[Step], look: &mut impl FnMut(&Value) -> T) -> Option<T> {
    match (steps, value) {
        // Each step is one level of the stack, and maps may lead in circles.
        _ if steps.len() > STEPS_IN_PLACE_MAX => None,
        ([], value) => Some(look(value)),
        ([Step::Property(name), rest @ ..], Value::Map(map)) => {
            map.with(name, |value| in_maps(value?, rest, look))
        }
        _ => None,
    }
}
