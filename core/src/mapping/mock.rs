//! The status code a MOCK integration reads from its request template.
//!
//! AWS reads the text with a very lenient JSON parser (aws-facts 190 to 194): keys need no quotes,
//! commas may be left over, and an unquoted key may contain anything up to its colon.

/// The `statusCode` of an object, the last when there are several; `None`: the text is rejected,
/// has none, or one that is no number of up to three digits. The method then answers 500.
#[must_use]
pub fn mock_status(text: &[u8]) -> Option<u16> {
    let inner = text.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?;
    let mut status = None;
    let mut rest = skip_separators(inner);
    while !rest.is_empty() {
        let (key, after_key) = key(rest)?;
        let (value, after_value) = value(after_key.trim_ascii_start())?;
        if key == b"statusCode" {
            status = number(value);
        }
        rest = after_value.trim_ascii_start();
        if !rest.is_empty() && rest[0] != b',' {
            return None;
        }
        rest = skip_separators(rest);
    }
    status
}

fn skip_separators(text: &[u8]) -> &[u8] {
    let is_separator = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
    let end = text.iter().position(|byte| !is_separator(byte)).unwrap_or(text.len());
    &text[end..]
}

/// A key, and what follows its colon. An unquoted key may hold braces and quotes, but not start
/// with an opening brace or bracket.
fn key(text: &[u8]) -> Option<(&[u8], &[u8])> {
    match text {
        [quote @ (b'"' | b'\''), ..] => {
            let (key, after) = quoted(text, *quote)?;
            Some((key, after.trim_ascii_start().strip_prefix(b":")?))
        }
        [b'{' | b'[', ..] => None,
        _ => {
            let colon = text.iter().position(|&byte| byte == b':')?;
            Some((text[..colon].trim_ascii_end(), &text[colon + 1..]))
        }
    }
}

/// A value without its quotes or blanks, and what follows it.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    match text {
        [quote @ (b'"' | b'\''), ..] => quoted(text, *quote),
        [b'{' | b'[', ..] => Some(text.split_at(nested(text)?)),
        _ => {
            let end = text.iter().position(|&byte| byte == b',').unwrap_or(text.len());
            Some((text[..end].trim_ascii(), &text[end..]))
        }
    }
}

/// What stands between a quote and its match, and what follows.
fn quoted(text: &[u8], quote: u8) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return Some((&text[1..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// Length of an object or list. A quote without a match is text, as in `[it's]`.
fn nested(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    // A quote is without a match only when every later one of its kind is escaped, and those are
    // without one too: no need to look again, which would take a time quadratic in the text.
    let mut lone = [false; 2];
    while at < text.len() {
        match text[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            quote @ (b'"' | b'\'') if !lone[usize::from(quote == b'"')] => {
                match quoted(&text[at..], quote) {
                    Some((inner, _)) => at += inner.len() + 1,
                    None => lone[usize::from(quote == b'"')] = true,
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn number(text: &[u8]) -> Option<u16> {
    let is_number = matches!(text.len(), 1..=3) && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| text.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lone_quotes_take_linear_time() {
        // A quadratic reader would not end within the patience of any test run.
        let text = format!("{{statusCode: 200, a: [\"{}]}}", "\\'\\\"".repeat(2_000_000));
        assert_eq!(mock_status(text.as_bytes()), Some(200));
        assert_eq!(mock_status(b"{statusCode: 200, a: [it\\'s \\' 'x' ]}"), Some(200));
    }

    #[test]
    fn recorded_as_accepted() {
        for text in [
            "{ statusCode: 200 }",
            "{statusCode: 200, \"value\": 'goog'}",
            "{'statusCode': 200, '': ''}",
            "{\"statusCode\": 200 , }",
            "{\"statusCode\": 200 ,, }",
            "{\"statusCode\": 200 , null: null }",
            "{statusCode: 200, \" \": \" \"}",
            "{statusCode: 200, foo}: [ba r]}",
            "{statusCode: 200, foo'}: [ba r]}",
            "{statusCode: 200, }foo: [ba r]}",
            "{statusCode: 200, }foo: ''}",
            "{statusCode: 200,super{ f}oo: [ba r]}",
        ] {
            assert_eq!(mock_status(text.as_bytes()), Some(200), "{text}");
        }
    }

    #[test]
    fn recorded_as_rejected() {
        for text in [
            "{\"statusCode': 200 }",
            "{'statusCode\": 200 }",
            "{'statusCode: 200 }",
            "statusCode: 200",
            "{statusCode: 200, {foo: [ba r]}",
        ] {
            assert_eq!(mock_status(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn others() {
        let check = |text: &str, expect| assert_eq!(mock_status(text.as_bytes()), expect, "{text}");
        check("", None);
        check("{}", None);
        check("{", None);
        check("[]", None);
        check("\n{\n  \"statusCode\" : 404\n}\n", Some(404));
        check("{\"statusCode\": \"301\"}", Some(301));
        check("{\"statusCode\": 200.0}", None);
        check("{\"statusCode\": -1}", None);
        check("{\"statusCode\": 65736}", None);
        check("{\"statusCode\": }", None);
        check("{\"StatusCode\": 200}", None);
        check("{\"statusCode\": 200, \"statusCode\": 201}", Some(201));
        check("{\"body\": {\"statusCode\": 500, \"a\": [\"}\"]}, \"statusCode\": 202}", Some(202));
        check("{\"body\": \"a, \\\"statusCode\\\": 500\", \"statusCode\": 203}", Some(203));
        check("{\"body\": [it's], \"statusCode\": 204}", Some(204));
        check("{\"a\": [, \"statusCode\": 200}", None);
        check("{\"a\" 1, \"statusCode\": 200}", None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_rejected(text in "[{}\\[\\]:,'\"a \\\\2]{0,40}") {
            let text = format!("{{statusCode: 7, {text}}}");
            prop_assert!(matches!(mock_status(text.as_bytes()), Some(7) | None));
        }

        #[test]
        fn strict_json_is_read(
            status in 0_u16..=999,
            key in "[a-z{}:,' ]{0,9}",
            value in "[a-z{}:,' ]{0,9}",
        ) {
            let inner = serde_json::json!({ &key: &value });
            let text = serde_json::json!({ "k": inner, &key: [&value], "statusCode": status });
            prop_assert_eq!(mock_status(text.to_string().as_bytes()), Some(status));
        }
    }
}
