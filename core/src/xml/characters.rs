//! What XML 1.0 says about single characters: which there are, which make names, which are escaped
//! and what a reference stands for.

/// Characters of a name or a text that a message shows.
const SHOWN_CHARS_MAX: usize = 100;

/// Where a text is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between tags.
    Content,
    /// Between the quotes of an attribute.
    Attribute,
}

/// `Char` of <https://www.w3.org/TR/xml/#charsets>.
pub(super) const fn is_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// White space.
pub(super) const fn is_space(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' ')
}

/// A name with or without a prefix: `QName` of <https://www.w3.org/TR/xml-names/#ns-qualnames>.
pub(super) fn is_name(text: &str) -> bool {
    let (prefix, local) = text.split_once(':').unwrap_or(("_", text));
    [prefix, local].iter().all(|part| {
        part.starts_with(starts_name) && part.chars().all(|char| starts_name(char) || inside(char))
    })
}

const fn starts_name(char: char) -> bool {
    matches!(char,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

const fn inside(char: char) -> bool {
    matches!(char, 
        '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Appends a text that may stand between tags and between the quotes of an attribute.
///
/// # Errors
/// XML has no way to write one of its characters.
pub fn escape(text: &str, out: &mut String) -> Result<(), String> {
    escape_for(Place::Attribute, text, out)
}

/// Appends a text that is read back as it is in that place.
pub(super) fn escape_for(place: Place, text: &str, out: &mut String) -> Result<(), String> {
    let mut plain = 0;
    for (at, char) in text.char_indices() {
        let escaped = match (char, place) {
            ('&', _) => "&amp;",
            ('<', _) => "&lt;",
            ('>', _) => "&gt;",
            // A reader makes a line feed of it.
            ('\r', _) => "&#13;",
            ('"', Place::Attribute) => "&quot;",
            ('\'', Place::Attribute) => "&#39;",
            // A reader makes a space of it.
            ('\t', Place::Attribute) => "&#9;",
            ('\n', Place::Attribute) => "&#10;",
            _ if is_char(char) => continue,
            _ => return Err(no_character(char)),
        };
        out.push_str(&text[plain..at]);
        out.push_str(escaped);
        plain = at + char.len_utf8();
    }
    out.push_str(&text[plain..]);
    Ok(())
}

/// What `&…;` stands for.
pub(super) fn resolve(reference: &str) -> Result<char, String> {
    let (digits, radix) = match reference {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => match (reference.strip_prefix("#x"), reference.strip_prefix('#')) {
            (Some(digits), _) => (digits, 16),
            (None, Some(digits)) => (digits, 10),
            (None, None) => {
                return Err(format!("the entity &{}; is not defined", shown(reference)));
            }
        },
    };
    let all_digits = digits.bytes().all(|byte| char::from(byte).is_digit(radix));
    let number = u32::from_str_radix(digits, radix).ok().filter(|_| all_digits);
    let char = number.and_then(char::from_u32).filter(|char| is_char(*char));
    char.ok_or_else(|| format!("&{}; is no character of XML", shown(reference)))
}

/// The message about a character.
pub(super) fn no_character(char: char) -> String {
    format!("U+{:04X} is no character of XML", u32::from(char))
}

/// A text for a message: short, and on one line.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for char in text.chars().take(SHOWN_CHARS_MAX) {
        match char {
            '"' | '\'' => shown.push(char),
            char => shown.extend(char.escape_debug()),
        }
    }
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}
