//! A number as json-smart holds it: an integer of any size, a double, or a decimal when the text is
//! longer than a double can be trusted with.

use std::borrow::Cow;
use std::fmt::Write;

use super::Decimal;

/// Longest text of a number with a fraction or an exponent that json-smart reads as a double.
const DOUBLE_CHARS_MAX: usize = 18;

/// A number, kept as its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number<'a>(Cow<'a, str>);

impl<'a> Number<'a> {
    /// A text that was checked to be a JSON number.
    pub(super) fn checked(text: &'a str) -> Self {
        Self(Cow::Borrowed(if text == "-0" { "0" } else { text }))
    }

    /// Reads a text that is a JSON number and nothing else.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        match super::Json::parse(text) {
            Ok(super::Json::Number(number)) if text.len() == text.trim().len() => Some(number),
            _ => None,
        }
    }

    /// An integer.
    #[must_use]
    pub fn integer(value: i64) -> Number<'static> {
        Number(Cow::Owned(value.to_string()))
    }

    /// A double, as Java writes it. One that is not finite has no JSON text: it is written `null`.
    #[must_use]
    pub fn double(value: f64) -> Number<'static> {
        Number(Cow::Owned(double_text(value)))
    }

    /// Whether there is neither fraction nor exponent.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
    }

    /// The nearest double.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        match &*self.0 {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            text => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The integer, if this is one of 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The number as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0
    }

    /// The exact value; `None`: not a number, or infinite once read as a double.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        Decimal::parse(&self.java_text())
    }

    /// What Java's `toString` of the number json-smart reads gives.
    #[must_use]
    pub fn java_text(&self) -> Cow<'_, str> {
        if self.is_integer() {
            Cow::Borrowed(&self.0)
        } else if self.0.len() > DOUBLE_CHARS_MAX
            && let Some(decimal) = Decimal::parse(&self.0)
            && !self.is_double_text()
        {
            Cow::Owned(decimal.to_string())
        } else {
            Cow::Owned(double_text(self.as_f64()))
        }
    }

    /// A result of [`Self::double`] is longer than what was read, and stays a double.
    fn is_double_text(&self) -> bool {
        matches!(self.0, Cow::Owned(_)) && double_text(self.as_f64()) == *self.0
    }

    /// A number that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Number<'static> {
        Number(Cow::Owned(self.0.into_owned()))
    }
}

/// `Double.toString` of Java: shortest digits, plain from 10⁻³ to below 10⁷, `1.0E10` elsewhere.
#[must_use]
pub fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let mut text = digits.to_owned();
    if !digits.contains('.') {
        text.push_str(".0");
    }
    // Java before 19 gives the least double two digits.
    if magnitude == 5e-324 {
        text = text.replace("5.0", "4.9");
    }
    let _ = write!(text, "E{exponent}");
    text
}

#[cfg(test)]
mod tests {
    use super::double_text;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        for (value, expect) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (-1.25e-9, "-1.25E-9"),
            (12_345_678.9, "1.23456789E7"),
            (5e-324, "4.9E-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double_text(value), expect);
        }
    }
}
