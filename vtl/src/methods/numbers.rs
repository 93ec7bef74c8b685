//! Numbers, booleans and characters.

use super::{Answer, class_cast, null_pointer};
use crate::number;
use crate::render::Halt;
use crate::text;
use crate::value::Value;

/// A method of a number.
pub(super) fn call(this: &Value, name: &str, arguments: &[Value]) -> Answer {
    let answer = match (name, arguments) {
        ("intValue", []) => number::int_value(this).map_or(Value::Null, Value::Int),
        ("longValue", []) => number::long_value(this).map_or(Value::Null, Value::Long),
        ("doubleValue", []) => number::double_value(this).map_or(Value::Null, Value::Double),
        ("shortValue", []) => small(this, |number| i32::from(number as i16)),
        ("byteValue", []) => small(this, |number| i32::from(number as i8)),
        ("compareTo", [other]) if std::mem::discriminant(this) == std::mem::discriminant(other) => {
            let order = match (this, other) {
                (Value::Double(this), Value::Double(other)) => this.total_cmp(other),
                _ => number::compare(this, other).unwrap_or(std::cmp::Ordering::Equal),
            };
            Value::Int(order as i32)
        }
        ("compareTo", [Value::Null]) => return Err(null_pointer()),
        ("compareTo", [_]) => return Err(class_cast(name)),
        ("isNaN", []) if matches!(this, Value::Double(_)) => double(this, f64::is_nan),
        ("isInfinite", []) if matches!(this, Value::Double(_)) => double(this, f64::is_infinite),
        _ => return of_class(this, name, arguments),
    };
    Ok(Some(answer))
}

fn small(this: &Value, narrow: impl Fn(i32) -> i32) -> Value {
    number::int_value(this).map_or(Value::Null, |number| Value::Int(narrow(number)))
}

fn double(this: &Value, test: impl Fn(f64) -> bool) -> Value {
    Value::Bool(number::double_value(this).is_some_and(test))
}

/// The methods of Java's number classes that need no number.
fn of_class(this: &Value, name: &str, arguments: &[Value]) -> Answer {
    let answer = match (this, name, arguments) {
        (Value::Int(_), "parseInt" | "valueOf" | "decode", [Value::Text(digits)]) => {
            Value::Int(parse(digits, 10)?)
        }
        (Value::Int(_), "parseInt" | "valueOf", [Value::Text(digits), Value::Int(radix)]) => {
            let radix = u32::try_from(*radix).ok().filter(|radix| (2..=36).contains(radix));
            let radix = radix.ok_or_else(|| Halt::fail("NumberFormatException: radix"))?;
            Value::Int(parse(digits, radix)?)
        }
        (Value::Long(_), "parseLong" | "valueOf", [Value::Text(digits)]) => {
            Value::Long(parse(digits, 10)?)
        }
        (Value::Double(_), "parseDouble" | "valueOf", [Value::Text(digits)]) => {
            Value::Double(parse_double(digits)?)
        }
        (Value::Int(_) | Value::Long(_) | Value::Double(_), _, [Value::Null])
            if name.starts_with("parse") =>
        {
            return Err(Halt::fail("NumberFormatException: null"));
        }
        (Value::Int(_), "valueOf", [Value::Int(number)]) => Value::Int(*number),
        (Value::Int(_), "toString", [Value::Int(number)]) => Value::from(number.to_string()),
        (Value::Int(_), "toString", [Value::Int(number), Value::Int(radix)]) => {
            Value::from(in_radix(i64::from(*number), *radix))
        }
        (Value::Int(_), "toHexString", [Value::Int(number)]) => format!("{number:x}").into(),
        (Value::Int(_), "toOctalString", [Value::Int(number)]) => format!("{number:o}").into(),
        (Value::Int(_), "toBinaryString", [Value::Int(number)]) => format!("{number:b}").into(),
        (Value::Int(_), "max", [Value::Int(one), Value::Int(other)]) => Value::Int(*one.max(other)),
        (Value::Int(_), "min", [Value::Int(one), Value::Int(other)]) => Value::Int(*one.min(other)),
        (Value::Int(_), "sum", [Value::Int(one), Value::Int(other)]) => {
            Value::Int(one.wrapping_add(*other))
        }
        (Value::Int(_), "compare", [Value::Int(one), Value::Int(other)]) => {
            Value::Int(one.cmp(other) as i32)
        }
        (Value::Int(_), "signum", [Value::Int(number)]) => Value::Int(number.signum()),
        (Value::Int(_), "reverse", [Value::Int(number)]) => Value::Int(number.reverse_bits()),
        (Value::Int(_), "bitCount", [Value::Int(number)]) => Value::Int(number.count_ones() as i32),
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn in_radix(number: i64, radix: i32) -> String {
    let radix = if (2..=36).contains(&radix) { radix as u64 } else { 10 };
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        digits.push(char::from_digit((rest % radix) as u32, radix as u32).unwrap_or('0'));
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// `parseInt` and `parseLong`: a sign and digits, nothing else.
fn parse<T: TryFrom<i128>>(digits: &str, radix: u32) -> Result<T, Halt> {
    let number = i128::from_str_radix(digits, radix).ok();
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| Halt::fail(format!("NumberFormatException: For input string: {digits:?}")))
}

fn parse_double(digits: &str) -> Result<f64, Halt> {
    let trimmed = text::trim(digits);
    let plain = trimmed.trim_end_matches(['d', 'D', 'f', 'F']);
    let fine = plain.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = match plain {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if fine && trimmed.len() - plain.len() < 2 => plain.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| Halt::fail(format!("NumberFormatException: {digits:?}")))
}

/// A method of a boolean or a character.
pub(super) fn call_small(this: &Value, name: &str, arguments: &[Value]) -> Answer {
    let answer = match (this, name, arguments) {
        (Value::Bool(value), "booleanValue", []) => Value::Bool(*value),
        (Value::Bool(value), "compareTo", [Value::Bool(other)]) => {
            Value::Int(value.cmp(other) as i32)
        }
        (Value::Bool(_), "parseBoolean" | "valueOf", [Value::Text(text)]) => {
            Value::Bool(text.eq_ignore_ascii_case("true"))
        }
        (Value::Bool(_), "parseBoolean", [Value::Null]) => Value::Bool(false),
        (Value::Bool(_), "toString", [Value::Bool(value)]) => Value::from(value.to_string()),
        (Value::Char(unit), "charValue", []) => Value::Char(*unit),
        (Value::Char(unit), "compareTo", [Value::Char(other)]) => {
            Value::Int(i32::from(*unit) - i32::from(*other))
        }
        (Value::Char(_), "isDigit", [Value::Char(unit)]) => class(*unit, |c| c.is_numeric()),
        (Value::Char(_), "isLetter", [Value::Char(unit)]) => class(*unit, char::is_alphabetic),
        (Value::Char(_), "isLetterOrDigit", [Value::Char(unit)]) => {
            class(*unit, char::is_alphanumeric)
        }
        (Value::Char(_), "isUpperCase", [Value::Char(unit)]) => class(*unit, char::is_uppercase),
        (Value::Char(_), "isLowerCase", [Value::Char(unit)]) => class(*unit, char::is_lowercase),
        (Value::Char(_), "isWhitespace", [Value::Char(unit)]) => class(*unit, char::is_whitespace),
        (Value::Char(_), "getNumericValue", [Value::Char(unit)]) => {
            let digit = text::from_unit(*unit).to_digit(36);
            Value::Int(digit.map_or(-1, |digit| digit as i32))
        }
        (_, "compareTo", [Value::Null]) => return Err(null_pointer()),
        (_, "compareTo", [_]) => return Err(class_cast(name)),
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn class(unit: u16, test: impl Fn(char) -> bool) -> Value {
    Value::Bool(test(text::from_unit(unit)))
}
