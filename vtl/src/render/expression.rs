//! Values and truth.

use super::{Halt, Render, Undefined};
use crate::number;
use crate::program::{Binary, Expression, Operator};
use crate::value::{Budget, List, ListKind, Map, Value, equals};

/// About the bytes of an element of a list, and of an entry of a map.
pub(crate) const ELEMENT_BYTES: usize = 32;
pub(crate) const ENTRY_BYTES: usize = 96;

impl<'p> Render<'p, '_> {
    /// The value of an expression; null for none.
    pub(super) fn value(&mut self, expression: &'p Expression) -> Result<Value, Halt> {
        Ok(match expression {
            Expression::Nothing => Value::Null,
            Expression::Bool(value) => Value::Bool(*value),
            Expression::Int(number) => Value::Int(*number),
            Expression::Long(number) => Value::Long(*number),
            Expression::Big(number) => Value::Big(number.clone()),
            Expression::Double(number) => Value::Double(*number),
            Expression::Text(text) => {
                self.meter.make(text.len())?;
                Value::Text(text.clone())
            }
            Expression::Interpolated(block, cut) => {
                let mut text = self.captured(|render| render.block(block))?;
                if *cut {
                    text.pop();
                }
                Value::from(text)
            }
            Expression::Reference(reference) => self.execute(reference)?,
            Expression::List(elements) => {
                self.meter.make(elements.len() * ELEMENT_BYTES + ENTRY_BYTES)?;
                let mut values = Vec::with_capacity(elements.len());
                for element in elements {
                    values.push(self.value(element)?);
                }
                Value::List(List::new(ListKind::Array, values))
            }
            Expression::Range(ends) => self.range(&ends.0, &ends.1)?,
            Expression::Map(entries) => {
                self.meter.make((entries.len() + 1) * ENTRY_BYTES)?;
                let map = Map::with_capacity(entries.len());
                for (key, value) in entries {
                    let key = self.value(key)?;
                    let value = self.value(value)?;
                    map.insert(key, value);
                }
                Value::Map(map)
            }
            Expression::Not(_) => Value::Bool(self.is_true(expression)?),
            Expression::Binary(binary) => self.binary(binary)?,
        })
    }

    /// Whether a condition holds. Texts, numbers and lists that are not behind a reference do not.
    pub(super) fn is_true(&mut self, expression: &'p Expression) -> Result<bool, Halt> {
        Ok(match expression {
            Expression::Bool(value) => *value,
            Expression::Reference(reference) => match self.execute(reference)? {
                Value::Null => false,
                Value::Bool(value) => value,
                Value::Block(block) => self.block_text(block)?.is_some(),
                _ => true,
            },
            Expression::Not(operand) => !self.is_true(operand)?,
            Expression::Binary(binary) => match binary.operator {
                Operator::Add
                | Operator::Subtract
                | Operator::Multiply
                | Operator::Divide
                | Operator::Modulo => false,
                _ => matches!(self.binary(binary)?, Value::Bool(true)),
            },
            _ => false,
        })
    }

    fn range(&mut self, first: &'p Expression, last: &'p Expression) -> Result<Value, Halt> {
        let (first, last) = (self.value(first)?, self.value(last)?);
        let (Some(first), Some(last)) = (number::int_value(&first), number::int_value(&last))
        else {
            return Ok(Value::Null);
        };
        let count = first.abs_diff(last) as usize + 1;
        self.meter.make(count.saturating_mul(ELEMENT_BYTES))?;
        let values = if first < last {
            (first..=last).map(Value::Int).collect()
        } else {
            (last..=first).rev().map(Value::Int).collect()
        };
        Ok(Value::List(List::new(ListKind::Array, values)))
    }

    fn binary(&mut self, binary: &'p Binary) -> Result<Value, Halt> {
        self.meter.step()?;
        let operator = binary.operator;
        if operator == Operator::And {
            return Ok(Value::Bool(self.is_true(&binary.left)? && self.is_true(&binary.right)?));
        }
        if operator == Operator::Or {
            return Ok(Value::Bool(self.is_true(&binary.left)? || self.is_true(&binary.right)?));
        }
        let left = self.value(&binary.left)?;
        let right = self.value(&binary.right)?;
        Ok(match operator {
            Operator::Equal => Value::Bool(self.same(&left, &right)?),
            Operator::NotEqual => Value::Bool(!self.same(&left, &right)?),
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let order = number::compare(&left, &right);
                Value::Bool(order.is_some_and(|order| match operator {
                    Operator::Less => order.is_lt(),
                    Operator::LessOrEqual => order.is_le(),
                    Operator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
            Operator::Add if is_text(&left) || is_text(&right) => {
                let mut text = String::new();
                for (value, literal) in [(&left, &binary.literals.0), (&right, &binary.literals.1)]
                {
                    match self.text_of(value)? {
                        Some(part) => text.push_str(&part),
                        None => text.push_str(literal),
                    }
                }
                self.meter.make(text.len())?;
                Value::from(text)
            }
            _ => number::compute(operator, &left, &right).map_err(Halt::fail)?,
        })
    }

    /// `==`: numbers by value, values of one type by `equals`, others by their texts.
    fn same(&mut self, left: &Value, right: &Value) -> Result<bool, Halt> {
        if let (Value::Text(left), Value::Text(right)) = (left, right) {
            self.meter.read(left.len().min(right.len()))?;
            return Ok(left == right);
        }
        if let Some(order) = number::compare(left, right) {
            return Ok(order.is_eq());
        }
        if !left.is_null() && !right.is_null() && are_related(left, right) {
            self.meter.steps(16)?;
            let mut budget = Budget::default();
            let same = equals(left, right, &mut budget);
            self.meter.steps(budget.used())?;
            return Ok(same);
        }
        match (self.text_of(left)?, self.text_of(right)?) {
            (None, None) => Ok(true),
            (Some(left), Some(right)) => Ok(left == right),
            // No value equals the empty text in API Gateway, though not in Velocity.
            (None, Some(text)) | (Some(text), None) => {
                Ok(text.is_empty() && self.undefined == Undefined::Nothing)
            }
        }
    }
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Text(_))
}

/// Whether the class of one is that of the other or above it.
fn are_related(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            let related = |kind: ListKind| matches!(kind, ListKind::Array | ListKind::Json);
            left.kind() == right.kind() || (related(left.kind()) && related(right.kind()))
        }
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}
