//! Request identifiers in AWS's forms, made without allocation.

use std::cell::RefCell;

/// Longest trace id of a client that is passed on, bytes; a longer one is replaced.
pub(crate) const TRACE_ID_BYTES_MAX: usize = 256;

/// The identifiers of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identifiers {
    /// `x-amzn-RequestId`: a UUID, version 4.
    pub(crate) request_id: [u8; 36],
    /// `x-amz-apigw-id`: 15 letters and `=`.
    pub(crate) extended_request_id: [u8; 16],
    /// `Root=1-{8 hex}-{24 hex}` (aws-facts 127).
    pub(crate) trace_id: [u8; 40],
}

/// Makes identifiers; one per worker. They are unique, not secret.
#[derive(Debug)]
pub(crate) struct Generator(RefCell<fastrand::Rng>);

impl Generator {
    /// Seeded by the operating system.
    pub(crate) fn new() -> Self {
        Self(RefCell::new(fastrand::Rng::new()))
    }

    /// A random number, any as likely as any other.
    pub(crate) fn random(&self) -> u32 {
        self.0.borrow_mut().u32(..)
    }

    /// Fresh identifiers for a request received at `unix_ms`.
    pub(crate) fn next(&self, unix_ms: u64) -> Identifiers {
        let mut rng = self.0.borrow_mut();
        let (a, b, c, d) = (rng.u64(..), rng.u64(..), rng.u64(..), rng.u64(..));
        Identifiers {
            request_id: uuid(a, b),
            extended_request_id: extended(c, d),
            trace_id: trace(unix_ms / 1_000, b ^ c, a ^ d),
        }
    }
}

/// The eight hexadecimal digits of a value, all at once: a nibble a byte, then letters where a
/// nibble is above nine.
const fn hex(value: u32) -> [u8; 8] {
    let mut spread = value as u64;
    spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let above_nine = (spread + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (spread + 0x3030_3030_3030_3030 + above_nine * (b'a' - b'9' - 1) as u64).to_be_bytes()
}

/// Eight letters of URL-safe base64 from the low six bits of each byte, all at once.
const fn letters(bits: u64) -> [u8; 8] {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    /// 1 in each byte that is at least `least`; no byte is above 63.
    const fn at_least(values: u64, least: u64) -> u64 {
        ((values + ONES * (0x80 - least)) >> 7) & ONES
    }
    let values = bits & (ONES * 63);
    // A is 65; from 26 on small letters, from 52 on digits, then the two marks. No byte borrows.
    let up = ONES * 65 + at_least(values, 26) * 6 + at_least(values, 63) * 49;
    let down = at_least(values, 52) * 75 + at_least(values, 62) * 13;
    (values + up - down).to_le_bytes()
}

fn uuid(a: u64, b: u64) -> [u8; 36] {
    let a = (a & !0xf000) | 0x4000; // version 4
    let b = (b & !(0b11 << 62)) | (0b10 << 62); // RFC 9562 variant
    let mut text = [b'-'; 36];
    let (low, high) = (hex(a as u32), hex((b >> 32) as u32));
    text[0..8].copy_from_slice(&hex((a >> 32) as u32));
    text[9..13].copy_from_slice(&low[..4]);
    text[14..18].copy_from_slice(&low[4..]);
    text[19..23].copy_from_slice(&high[..4]);
    text[24..28].copy_from_slice(&high[4..]);
    text[28..36].copy_from_slice(&hex(b as u32));
    text
}

fn extended(c: u64, d: u64) -> [u8; 16] {
    let mut text = [b'='; 16];
    text[..8].copy_from_slice(&letters(c));
    text[8..15].copy_from_slice(&letters(d)[..7]);
    text
}

fn trace(unix_s: u64, e: u64, f: u64) -> [u8; 40] {
    let mut text = *b"Root=1-00000000-000000000000000000000000";
    text[7..15].copy_from_slice(&hex(unix_s as u32));
    text[16..24].copy_from_slice(&hex((e >> 32) as u32));
    text[24..32].copy_from_slice(&hex(e as u32));
    text[32..40].copy_from_slice(&hex(f as u32));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_those_of_the_standard_library() {
        for value in [0, 1, 0x9a9a_9a9a, 0x0123_4567, 0x89ab_cdef, u32::MAX, 0x1000_0001] {
            assert_eq!(hex(value), *format!("{value:08x}").as_bytes(), "{value:x}");
        }
    }

    #[test]
    fn letters_are_those_of_base64() {
        let all = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (value, letter) in all.iter().enumerate() {
            let neighbours = [0, value as u8, 63, value as u8, 0xc0 | value as u8, 0, 1, 2];
            let got = letters(u64::from_le_bytes(neighbours));
            assert_eq!(got, [b'A', *letter, b'_', *letter, *letter, b'A', b'B', b'C']);
        }
    }

    #[test]
    fn identifiers_have_aws_forms() {
        let generator = Generator::new();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1_000 {
            let made = generator.next(1_700_000_000_123);
            let uuid = std::str::from_utf8(&made.request_id).expect("text");
            assert_eq!(&uuid[14..15], "4");
            assert!("89ab".contains(&uuid[19..20]));
            for dash in [8, 13, 18, 23] {
                assert_eq!(&uuid[dash..=dash], "-");
            }
            assert!(made.trace_id.starts_with(b"Root=1-6553f100-"));
            assert_eq!(made.extended_request_id[15], b'=');
            assert!(seen.insert(made.request_id));
        }
    }
}
