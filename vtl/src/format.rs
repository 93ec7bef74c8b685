//! `String.format`: `%s %d %x %f %c %b %n %%`, with flags, width and precision.

use crate::limits::FORMAT_WIDTH_MAX;
use crate::number;
use crate::render::{Halt, Render};
use crate::text;
use crate::value::Value;

/// One `%` with what stands between it and its letter.
#[derive(Default)]
struct Directive {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    comma: bool,
    width: usize,
    precision: Option<usize>,
    argument: Option<usize>,
}

/// Formats values.
pub(crate) fn format(
    render: &mut Render<'_, '_>,
    template: &str,
    values: &[Value],
) -> Result<String, Halt> {
    let mut out = String::new();
    let mut characters = template.chars().peekable();
    let mut next = 0;
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        render.meter().step()?;
        let directive = read(&mut characters)?;
        let Some(letter) = characters.next() else { return Err(unknown('%')) };
        match letter {
            'n' => out.push('\n'),
            '%' => pad("%", &directive, &mut out),
            _ => {
                let at = directive.argument.map_or(next, |at| at.wrapping_sub(1));
                next += usize::from(directive.argument.is_none());
                let value = values.get(at).ok_or_else(|| {
                    Halt::fail(format!("MissingFormatArgumentException: %{letter}"))
                })?;
                let text = formatted(render, letter, &directive, value)?;
                pad(&text, &directive, &mut out);
                render.meter().make(text.len().max(directive.width))?;
            }
        }
    }
    Ok(out)
}

fn unknown(letter: char) -> Halt {
    Halt::fail(format!("UnknownFormatConversionException: {letter}"))
}

fn read(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Directive, Halt> {
    let mut directive = Directive::default();
    while let Some(flag) = characters.peek() {
        match flag {
            '-' => directive.left = true,
            '0' => directive.zero = true,
            '+' => directive.plus = true,
            ' ' => directive.space = true,
            ',' => directive.comma = true,
            _ => break,
        }
        characters.next();
    }
    directive.width = count(characters)?.unwrap_or(0);
    if characters.peek() == Some(&'$') {
        characters.next();
        let argument = directive.width;
        directive = read(characters)?;
        directive.argument = Some(argument);
        return Ok(directive);
    }
    if characters.peek() == Some(&'.') {
        characters.next();
        directive.precision = count(characters)?;
    }
    Ok(directive)
}

fn count(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>, Halt> {
    let mut count = None;
    while let Some(digit) = characters.peek().and_then(|character| character.to_digit(10)) {
        characters.next();
        let longer = count.unwrap_or(0) * 10 + digit as usize;
        if longer > FORMAT_WIDTH_MAX {
            return Err(Halt::fail(format!("a width of format is at most {FORMAT_WIDTH_MAX}")));
        }
        count = Some(longer);
    }
    Ok(count)
}

fn formatted(
    render: &mut Render<'_, '_>,
    letter: char,
    directive: &Directive,
    value: &Value,
) -> Result<String, Halt> {
    let wrong = || {
        Halt::fail(format!("IllegalFormatConversionException: {letter} != {}", value.type_name()))
    };
    Ok(match (letter, value) {
        ('b' | 'B', value) => {
            let holds = !matches!(value, Value::Null | Value::Bool(false));
            cased(letter, truncated(&holds.to_string(), directive))
        }
        (_, Value::Null) => cased(letter, truncated("null", directive)),
        ('s' | 'S', value) => {
            let text = render.text_of(value)?.unwrap_or_default().into_owned();
            cased(letter, truncated(&text, directive))
        }
        ('d', Value::Int(_) | Value::Long(_) | Value::Big(_)) => {
            let mut digits = String::new();
            number::write(value, &mut digits);
            let negative = digits.starts_with('-');
            signed(digits.trim_start_matches('-'), negative, directive)
        }
        ('x' | 'X', Value::Int(number)) => {
            cased(letter, signed(&format!("{number:x}"), false, directive))
        }
        ('x' | 'X', Value::Long(number)) => {
            cased(letter, signed(&format!("{number:x}"), false, directive))
        }
        ('o', Value::Int(number)) => signed(&format!("{number:o}"), false, directive),
        ('o', Value::Long(number)) => signed(&format!("{number:o}"), false, directive),
        ('f', Value::Double(number)) => {
            let digits = half_up(number.abs(), directive.precision.unwrap_or(6));
            signed(&digits, number.is_sign_negative(), directive)
        }
        ('c' | 'C', Value::Char(unit)) => cased(letter, text::from_unit(*unit).to_string()),
        ('c' | 'C', Value::Int(code)) => {
            let code = u32::try_from(*code).ok().and_then(char::from_u32);
            cased(letter, code.ok_or_else(wrong)?.to_string())
        }
        ('d' | 'x' | 'X' | 'o' | 'f' | 'c' | 'C', _) => return Err(wrong()),
        _ => return Err(unknown(letter)),
    })
}

/// Java rounds half up what the shortest digits say; Rust rounds the exact value half to even.
fn half_up(number: f64, precision: usize) -> String {
    if !number.is_finite() {
        return if number.is_nan() { "NaN".to_owned() } else { "Infinity".to_owned() };
    }
    let mut digits = format!("{number}");
    if !digits.contains('.') {
        digits.push('.');
    }
    let point = digits.find('.').unwrap_or(0);
    let cut = point + 1 + precision;
    let rounds_up = digits.as_bytes().get(cut).is_some_and(|digit| *digit >= b'5');
    while digits.len() < cut {
        digits.push('0');
    }
    digits.truncate(cut);
    let mut digits = digits.into_bytes();
    if rounds_up {
        let mut at = digits.len();
        loop {
            if at == 0 {
                digits.insert(0, b'1');
                break;
            }
            at -= 1;
            match digits[at] {
                b'.' => {}
                b'9' => digits[at] = b'0',
                _ => {
                    digits[at] += 1;
                    break;
                }
            }
        }
    }
    if digits.last() == Some(&b'.') {
        digits.pop();
    }
    String::from_utf8(digits).unwrap_or_default()
}

fn cased(letter: char, text: String) -> String {
    if letter.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn truncated(text: &str, directive: &Directive) -> String {
    match directive.precision {
        Some(length) => text[..text::byte_position(text, length)].to_owned(),
        None => text.to_owned(),
    }
}

/// Digits with their sign, groups and zeros.
fn signed(digits: &str, negative: bool, directive: &Directive) -> String {
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut number = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if directive.comma && at > 0 && (whole.len() - at) % 3 == 0 {
            number.push(',');
        }
        number.push(digit);
    }
    number.push_str(fraction);
    let sign = match (negative, directive.plus, directive.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    };
    let missing = directive.width.saturating_sub(number.len() + sign.len());
    let zeros = if directive.zero { missing } else { 0 };
    [sign, &"0".repeat(zeros), &number].concat()
}

fn pad(text: &str, directive: &Directive, out: &mut String) {
    let missing = directive.width.saturating_sub(text::length(text));
    let blanks = " ".repeat(missing);
    if directive.left {
        out.push_str(text);
        out.push_str(&blanks);
    } else {
        out.push_str(&blanks);
        out.push_str(text);
    }
}
