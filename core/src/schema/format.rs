//! `format`: those the library knows for draft 4. Others check nothing.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{email, uri};
use crate::pattern::Pattern;

/// A format, of strings alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Base64,
    DateTime,
    Email,
    /// Hexadecimal digits of this number: `md5`, `sha1`, `sha256`, `sha512`.
    Hexadecimal(usize),
    Hostname,
    Ipv4,
    Ipv6,
    JsonPointer,
    MacAddress,
    Regex,
    Uri,
    Uuid,
}

impl Format {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "base64" => Self::Base64,
            "date-time" => Self::DateTime,
            "email" => Self::Email,
            "hostname" => Self::Hostname,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "json-pointer" => Self::JsonPointer,
            "mac" => Self::MacAddress,
            "md5" => Self::Hexadecimal(32),
            "regex" => Self::Regex,
            "sha1" => Self::Hexadecimal(40),
            "sha256" => Self::Hexadecimal(64),
            "sha512" => Self::Hexadecimal(128),
            "uri" => Self::Uri,
            "uuid" => Self::Uuid,
            _ => return None,
        })
    }

    /// What is wrong with a text.
    pub(super) fn error(self, text: &str) -> Option<String> {
        let (valid, words) = match self {
            Self::Base64 => return base64(text),
            Self::Hexadecimal(digits) => return hexadecimal(text, digits),
            Self::DateTime => (is_date_time(text), DATE_TIME),
            Self::Email => (email::is_email(text), "is not a valid email address"),
            Self::Hostname => (is_hostname(text), "is not a valid hostname"),
            Self::Ipv4 => (text.parse::<Ipv4Addr>().is_ok(), "is not a valid IPv4 address"),
            Self::Ipv6 => (is_ipv6(text), "is not a valid IPv6 address"),
            Self::Regex => {
                (Pattern::ecma(text).is_ok(), "is not a valid ECMA 262 regular expression")
            }
            Self::Uri => (uri::is_uri(text), "is not a valid URI"),
            Self::JsonPointer => (is_pointer(text), "is not a valid JSON Pointer"),
            Self::MacAddress => (is_mac(text), "is not a valid MAC address"),
            Self::Uuid => (is_uuid(text), "is not a valid UUID"),
        };
        let input = if matches!(self, Self::JsonPointer | Self::MacAddress | Self::Uuid) {
            "input "
        } else {
            ""
        };
        (!valid).then(|| format!("{input}string \"{text}\" {words}"))
    }
}

const DATE_TIME: &str = "is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, \
                         yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]";

fn base64(text: &str) -> Option<String> {
    let length = text.encode_utf16().count();
    if !length.is_multiple_of(4) {
        return Some(format!("input has illegal length (must be a multiple of 4, found {length})"));
    }
    let body = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let known = |char: char| char.is_ascii_alphanumeric() || char == '+' || char == '/';
    let at = body.chars().position(|char| !known(char))?;
    let char = body.chars().nth(at).unwrap_or_default();
    Some(format!("illegal character \"{char}\" at index {at} (not in Base64 alphabet)"))
}

fn hexadecimal(text: &str, digits: usize) -> Option<String> {
    let length = text.encode_utf16().count();
    if length != digits {
        return Some(format!("input string has incorrect length ({length}, expected {digits})"));
    }
    let at = text.chars().position(|char| !char.is_ascii_hexdigit())?;
    let char = text.chars().nth(at).unwrap_or_default();
    Some(format!("illegal character \"{char}\" in input at index {at}"))
}

/// `2020-02-29T00:00:00.123+01:00`; letters of either case, a zone with or without `:`.
fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = bytes.get(from..to)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    let separators = [(4, b"--"), (7, b"--"), (10, b"Tt"), (13, b"::"), (16, b"::")];
    let separated =
        separators.iter().all(|(at, any)| bytes.get(*at).is_some_and(|byte| any.contains(byte)));
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let (Some(hour), Some(minute), Some(second)) = (number(11, 13), number(14, 16), number(17, 19))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    let mut zone = 19;
    if bytes.get(zone) == Some(&b'.') {
        let digits = bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=12).contains(&digits) {
            return false;
        }
        zone += 1 + digits;
    }
    separated
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && is_zone(&bytes[zone..])
}

/// `Z`, or hours and then minutes, seconds and milliseconds, with or without `:`.
fn is_zone(zone: &[u8]) -> bool {
    let [b'+' | b'-', rest @ ..] = zone else { return matches!(zone, [b'Z' | b'z']) };
    let Some((hours, mut rest)) = rest.split_first_chunk::<2>() else { return false };
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if !digits(hours) || hours > b"23" {
        return false;
    }
    let separator: &[u8] = if rest.starts_with(b":") { b":" } else { b"" };
    for _ in 0..2 {
        if rest.is_empty() {
            return true;
        }
        let part = rest.strip_prefix(separator).and_then(|rest| rest.split_first_chunk::<2>());
        match part {
            Some((sixtieth, further)) if digits(sixtieth) && sixtieth < b"60" => rest = further,
            _ => return false,
        }
    }
    let point = usize::from(!separator.is_empty());
    rest.is_empty()
        || (rest.len() == 3 + point && rest.starts_with(&b"."[..point]) && digits(&rest[point..]))
}

/// Guava's `InternetDomainName`.
fn is_hostname(text: &str) -> bool {
    let dotted = text.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let name = dotted.strip_suffix('.').unwrap_or(&dotted);
    let labels = name.split('.').collect::<Vec<_>>();
    let label = |label: &&str| {
        let ascii = label.chars().filter(char::is_ascii);
        let inner = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
        (1..=63).contains(&label.encode_utf16().count())
            && { ascii }.all(inner)
            && !label.starts_with(['-', '_'])
            && !label.ends_with(['-', '_'])
    };
    name.encode_utf16().count() <= 253
        && labels.len() <= 127
        && labels.iter().all(label)
        && labels.last().is_some_and(|last| !last.starts_with(|char: char| char.is_ascii_digit()))
}

/// Guava's `InetAddresses`: with a zone; an address of IPv4 in disguise is one of IPv4.
fn is_ipv6(text: &str) -> bool {
    let address = match text.split_once('%') {
        Some((address, _)) => address,
        None => text,
    };
    address.parse::<Ipv6Addr>().is_ok_and(|address| address.to_ipv4_mapped().is_none())
}

fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    (text.is_empty() || text.starts_with('/')) && escapes
}

/// The library takes all letters.
fn is_mac(text: &str) -> bool {
    let digits =
        |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split(':').count() == 6 && text.split(':').all(digits)
}

/// Java's `UUID.fromString`, which takes short groups.
fn is_uuid(text: &str) -> bool {
    let group = |part: &str| {
        (1..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    text.len() <= 36 && text.split('-').count() == 5 && text.split('-').all(group)
}
