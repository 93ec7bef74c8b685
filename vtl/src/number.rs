//! Arithmetic and comparison as Velocity's `MathUtils` does it, and Java's text of a number.

use std::cmp::Ordering;
use std::fmt::Write;

use crate::program::Operator;
use crate::value::Value;

/// A number, by the type that decides how it is computed.
enum Number {
    Int(i64),
    Big(i128),
    Double(f64),
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Int(number) => Some(Number::Int(i64::from(*number))),
        Value::Long(number) => Some(Number::Int(*number)),
        Value::Big(number) => Some(Number::Big(**number)),
        Value::Double(number) => Some(Number::Double(*number)),
        _ => None,
    }
}

/// `Number.intValue`; None for what is no number.
pub(crate) fn int_value(value: &Value) -> Option<i32> {
    Some(match number(value)? {
        Number::Int(number) => number as i32,
        Number::Big(number) => number as i32,
        Number::Double(number) => number as i32,
    })
}

/// `Number.longValue`.
pub(crate) fn long_value(value: &Value) -> Option<i64> {
    Some(match number(value)? {
        Number::Int(number) => number,
        Number::Big(number) => number as i64,
        Number::Double(number) => number as i64,
    })
}

/// `Number.doubleValue`.
pub(crate) fn double_value(value: &Value) -> Option<f64> {
    Some(match number(value)? {
        Number::Int(number) => number as f64,
        Number::Big(number) => number as f64,
        Number::Double(number) => number,
    })
}

/// How two numbers compare; None when one is no number. What is no number compares as equal, as
/// Velocity has it.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (number(left)?, number(right)?) {
        (Number::Int(left), Number::Int(right)) => left.cmp(&right),
        (Number::Big(left), Number::Big(right)) => left.cmp(&right),
        (Number::Big(left), Number::Int(right)) => left.cmp(&i128::from(right)),
        (Number::Int(left), Number::Big(right)) => i128::from(left).cmp(&right),
        (left, right) => to_double(left).partial_cmp(&to_double(right)).unwrap_or(Ordering::Equal),
    })
}

fn to_double(number: Number) -> f64 {
    match number {
        Number::Int(number) => number as f64,
        Number::Big(number) => number as f64,
        Number::Double(number) => number,
    }
}

/// The result of an arithmetic operator: null for operands that are no numbers and for a division
/// by zero; an error for one that is too large.
pub(crate) fn compute(
    operator: Operator,
    left: &Value,
    right: &Value,
) -> Result<Value, &'static str> {
    let (Some(one), Some(other)) = (number(left), number(right)) else {
        return Ok(Value::Null);
    };
    let divides = matches!(operator, Operator::Divide | Operator::Modulo);
    if divides && double_value(right) == Some(0.0) {
        return Ok(Value::Null);
    }
    match (one, other) {
        (Number::Int(one), Number::Int(other)) => {
            let long = matches!(left, Value::Long(_)) || matches!(right, Value::Long(_));
            Ok(match integers(operator, one, other) {
                Some(result) => wrap(result, long),
                None => exact(operator, i128::from(one), i128::from(other))?,
            })
        }
        (Number::Double(_), _) | (_, Number::Double(_)) => {
            let one = double_value(left).unwrap_or(f64::NAN);
            let other = double_value(right).unwrap_or(f64::NAN);
            Ok(Value::Double(match operator {
                Operator::Add => one + other,
                Operator::Subtract => one - other,
                Operator::Multiply => one * other,
                Operator::Divide => one / other,
                _ => one % other,
            }))
        }
        (one, other) => exact(operator, to_big(one), to_big(other)),
    }
}

fn to_big(number: Number) -> i128 {
    match number {
        Number::Int(number) => i128::from(number),
        Number::Big(number) => number,
        Number::Double(number) => number as i128,
    }
}

/// None when the result needs more than 64 bits.
fn integers(operator: Operator, one: i64, other: i64) -> Option<i64> {
    match operator {
        Operator::Add => one.checked_add(other),
        Operator::Subtract => one.checked_sub(other),
        // Java multiplies first and divides back to see whether bits were lost, which overlooks
        // one case.
        Operator::Multiply => match one.checked_mul(other) {
            None if one.wrapping_mul(other).wrapping_div(other) == one => Some(one),
            product => product,
        },
        Operator::Divide => Some(one.wrapping_div(other)),
        _ => Some(one.wrapping_rem(other)),
    }
}

fn wrap(result: i64, long: bool) -> Value {
    match i32::try_from(result) {
        Ok(result) if !long => Value::Int(result),
        _ => Value::Long(result),
    }
}

fn exact(operator: Operator, one: i128, other: i128) -> Result<Value, &'static str> {
    let result = match operator {
        Operator::Add => one.checked_add(other),
        Operator::Subtract => one.checked_sub(other),
        Operator::Multiply => one.checked_mul(other),
        Operator::Divide => one.checked_div(other),
        _ if other < 0 => return Err("BigInteger: modulus not positive"),
        _ => one.checked_rem_euclid(other),
    };
    result.map(|number| Value::Big(Box::new(number))).ok_or("a number of more than 127 bits")
}

/// `Double.toString`.
pub(crate) fn write_double(number: f64, out: &mut String) {
    if number.is_nan() {
        out.push_str("NaN");
        return;
    }
    if number.is_sign_negative() {
        out.push('-');
    }
    let number = number.abs();
    if number.is_infinite() {
        out.push_str("Infinity");
    } else if number == 0.0 || (1e-3..1e7).contains(&number) {
        let start = out.len();
        let _ = write!(out, "{number}");
        if !out[start..].contains('.') {
            out.push_str(".0");
        }
    } else {
        let start = out.len();
        let _ = write!(out, "{number:E}");
        if !out[start..].contains('.')
            && let Some(exponent) = out[start..].find('E')
        {
            out.insert_str(start + exponent, ".0");
        }
    }
}

/// Writes a whole number without the machinery of formatting.
pub(crate) fn write_int(number: i32, out: &mut String) {
    let mut digits = [0u8; 11];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// Java's text of a number.
pub(crate) fn write(value: &Value, out: &mut String) {
    let _ = match value {
        Value::Int(number) => {
            write_int(*number, out);
            Ok(())
        }
        Value::Long(number) => write!(out, "{number}"),
        Value::Big(number) => write!(out, "{number}"),
        Value::Double(number) => {
            write_double(*number, out);
            Ok(())
        }
        _ => Ok(()),
    };
}
