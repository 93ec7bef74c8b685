//! `java.math.BigDecimal`, as far as JSON needs it: order, multiples, text.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number of any precision: digits and the power of ten they are divided by.
#[derive(Debug, Clone)]
pub struct Decimal {
    negative: bool,
    /// ASCII digits without leading zeros; `0` for zero.
    digits: Vec<u8>,
    /// Digits behind the point; negative: zeros to append.
    scale: i64,
}

/// Exponents beyond this are no numbers to Java either (its scale is an `int`).
const EXPONENT_MAX: i64 = 2_147_483_647;

impl Decimal {
    /// Reads what Java's constructor reads: a sign, digits, a fraction, an exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = whole.bytes().chain(fraction.bytes()).collect::<Vec<_>>();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) || exponent.abs() > EXPONENT_MAX {
            return None;
        }
        let zeros = all.iter().take_while(|digit| **digit == b'0').count().min(all.len() - 1);
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        let digits = all[zeros..].to_vec();
        Some(Self { negative: negative && digits != b"0", digits, scale })
    }

    /// Whether the number is greater than zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.negative && !self.is_zero()
    }

    fn is_zero(&self) -> bool {
        self.digits == b"0"
    }

    /// Power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - self.scale
    }

    /// The integral part, toward zero; `None` where it does not fit.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let kept = usize::try_from(self.magnitude()).unwrap_or(0);
        if kept > 19 {
            return None;
        }
        let digits = self.digits.iter().copied().chain(std::iter::repeat(b'0')).take(kept);
        let value = digits.fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        i64::try_from(if self.negative { -value } else { value }).ok()
    }

    /// Without zeros at the end, as `stripTrailingZeros`.
    #[must_use]
    pub fn stripped(&self) -> Self {
        let mut stripped = self.clone();
        if stripped.is_zero() {
            stripped.scale = 0;
            return stripped;
        }
        while stripped.digits.len() > 1 && stripped.digits.last() == Some(&b'0') {
            stripped.digits.pop();
            stripped.scale -= 1;
        }
        stripped
    }

    /// Whether `self / divisor` is whole. Long division, digit by digit: time is bounded by the
    /// product of the lengths, and `None` says that the exponents lie too far apart to try.
    #[must_use]
    pub fn is_multiple_of(&self, divisor: &Self) -> Option<bool> {
        if divisor.is_zero() {
            return None;
        }
        let scale = self.scale.max(divisor.scale);
        let mut dividend = self.at_scale(scale)?;
        let divisor = divisor.at_scale(scale)?;
        let mut remainder: Vec<u8> = Vec::new();
        for digit in dividend.drain(..) {
            remainder.push(digit);
            while less(&divisor, &remainder) != Ordering::Greater {
                subtract(&mut remainder, &divisor);
            }
        }
        Some(remainder.iter().all(|digit| *digit == b'0'))
    }

    fn at_scale(&self, scale: i64) -> Option<Vec<u8>> {
        let zeros = usize::try_from(scale - self.scale).ok()?;
        if zeros + self.digits.len() > crate::limits::DECIMAL_DIGITS_MAX {
            return None;
        }
        let mut digits = self.digits.clone();
        digits.resize(digits.len() + zeros, b'0');
        Some(digits)
    }
}

/// Compares numbers of digits, leading zeros allowed on the right.
fn less(left: &[u8], right: &[u8]) -> Ordering {
    let right = &right[right.iter().take_while(|digit| **digit == b'0').count()..];
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// `from -= what`, digit by digit; `from` is not less.
fn subtract(from: &mut Vec<u8>, what: &[u8]) {
    let mut borrow = 0;
    let mut what = what.iter().rev();
    for digit in from.iter_mut().rev() {
        let take = what.next().map_or(0, |digit| digit - b'0') + borrow;
        let have = *digit - b'0';
        borrow = u8::from(have < take);
        *digit = have + borrow * 10 - take + b'0';
    }
    let zeros = from.iter().take_while(|digit| **digit == b'0').count();
    from.drain(..zeros);
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By value, as `compareTo`: `1.0` and `1` are equal.
impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |decimal: &Self| match (decimal.is_zero(), decimal.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let (left, right) = (self.stripped(), other.stripped());
        let size = left.magnitude().cmp(&right.magnitude());
        let size = size.then_with(|| left.digits.cmp(&right.digits));
        if self.negative { size.reverse() } else { size }
    }
}

/// Java's `toString`: plain while the scale is not negative and the number not below 10⁻⁶.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let adjusted = self.magnitude() - 1;
        if self.scale == 0 || (self.scale > 0 && adjusted >= -6) {
            return out.write_str(&self.plain());
        }
        let digits = String::from_utf8_lossy(&self.digits);
        let (first, rest) = digits.split_at(1);
        let sign = if self.negative { "-" } else { "" };
        let point = if rest.is_empty() { "" } else { "." };
        write!(out, "{sign}{first}{point}{rest}E{adjusted:+}")
    }
}

impl Decimal {
    /// Without an exponent, where the scale is known to be small beside the digits.
    fn plain(&self) -> String {
        let scale = usize::try_from(self.scale).unwrap_or(0);
        let mut digits = String::from_utf8_lossy(&self.digits).into_owned();
        if scale > 0 {
            if digits.len() <= scale {
                digits.insert_str(0, &"0".repeat(scale + 1 - digits.len()));
            }
            digits.insert(digits.len() - scale, '.');
        }
        if self.negative { format!("-{digits}") } else { digits }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect(text)
    }

    #[test]
    fn texts_are_javas() {
        for (text, expect) in [
            ("1.0E10", "1.0E+10"),
            ("1.50", "1.50"),
            ("-0.0000001", "-1E-7"),
            ("0.000001", "0.000001"),
            ("123e-2", "1.23"),
            ("12e3", "1.2E+4"),
            ("00012", "12"),
            ("-0", "0"),
            ("0.00", "0.00"),
        ] {
            assert_eq!(decimal(text).to_string(), expect);
        }
        for text in ["", "-", ".", "1e", "1x", "Infinity", "1e99999999999"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        let ascending = ["-1e9", "-2", "-0.5", "0.0", "1e-9", "0.999", "1.00", "1.1", "10", "9e99"];
        for (at, left) in ascending.iter().enumerate() {
            for (to, right) in ascending.iter().enumerate() {
                assert_eq!(decimal(left).cmp(&decimal(right)), at.cmp(&to), "{left} {right}");
            }
        }
    }

    #[test]
    fn multiples() {
        for (number, divisor, expect) in [
            ("0.35", "0.1", Some(false)),
            ("0.3", "0.1", Some(true)),
            ("1e3", "0.25", Some(true)),
            ("7", "3", Some(false)),
            ("-9", "3", Some(true)),
            ("0", "3", Some(true)),
            ("3", "0", None),
            ("1e2000000000", "3", None),
            ("123456789012345678901234567890", "10", Some(true)),
        ] {
            assert_eq!(decimal(number).is_multiple_of(&decimal(divisor)), expect, "{number}");
        }
    }
}
