//! Parameters of a query string, where they stand.

use super::percent::decoded;

/// The parameters in order, as sent; nothing between two `&` is no parameter.
pub(crate) fn parameters(query: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    query.split(|&byte| byte == b'&').filter(|parameter| !parameter.is_empty())
}

/// Name and value of a parameter, as sent; without `=` the value is empty.
pub(crate) fn name_and_value(parameter: &[u8]) -> (&[u8], &[u8]) {
    match parameter.iter().position(|&byte| byte == b'=') {
        Some(at) => (&parameter[..at], &parameter[at + 1..]),
        None => (parameter, b""),
    }
}

/// Values of a parameter, in order, as sent. Names are compared decoded: a back end would read
/// `%78` as `x` too.
pub(crate) fn values<'a>(query: &'a [u8], name: &str) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    parameters(query)
        .map(name_and_value)
        .filter(move |(sent, _)| is_named(sent, name))
        .map(|(_, value)| value)
}

/// True when two names, each as it stands in a query, mean the same.
pub(crate) fn same_name(a: &[u8], b: &[u8]) -> bool {
    a == b || (is_encoded(a) || is_encoded(b)) && decoded(a).eq(decoded(b))
}

fn is_named(sent: &[u8], name: &str) -> bool {
    sent == name.as_bytes() || is_encoded(sent) && decoded(sent).eq(name.bytes())
}

fn is_encoded(text: &[u8]) -> bool {
    text.iter().any(|&byte| matches!(byte, b'%' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let check = |query: &str, name: &str, expect: &[&str]| {
            let values: Vec<_> =
                values(query.as_bytes(), name).map(String::from_utf8_lossy).collect();
            assert_eq!(values, expect, "{query} {name}");
        };
        check("", "x", &[]);
        check("x=1&y=2&x=3", "x", &["1", "3"]);
        check("x&&x=&=1", "x", &["", ""]);
        check("=1", "", &["1"]);
        check("x=a=b%26", "x", &["a=b%26"]);
        check("%78=1&a+b=2&a%20b=3&X=4", "x", &["1"]);
        check("%78=1&a+b=2&a%20b=3", "a b", &["2", "3"]);
        check("a%2=1", "a%2", &["1"]);
        check("a;x=1", "x", &[]);
    }
}
