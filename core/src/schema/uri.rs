//! `java.net.URI`: RFC 2396, with other characters than ASCII allowed wherever escapes are.

/// Whether the text is a URI, or a reference to one.
pub(super) fn is_uri(text: &str) -> bool {
    let (rest, fragment) = match text.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (text, None),
    };
    if !fragment.is_none_or(|fragment| is_made_of(fragment, URIC)) {
        return false;
    }
    let colon = rest.find([':', '/', '?']).filter(|at| rest[*at..].starts_with(':'));
    let Some(colon) = colon else { return is_hierarchical(rest) };
    let (scheme, part) = (&rest[..colon], &rest[colon + 1..]);
    let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    first
        && scheme.bytes().all(plain)
        && !part.is_empty()
        && if part.starts_with('/') { is_hierarchical(part) } else { is_made_of(part, URIC) }
}

const UNRESERVED: &str = "-_.!~*'()";
/// Characters of a query or a fragment beyond letters and digits.
const URIC: &str = "-_.!~*'();/?:@&=+$,[]";
const PATH: &str = "-_.!~*'():@&=+$,;/";
const AUTHORITY: &str = "-_.!~*'()$,;:@&=+";

fn is_hierarchical(part: &str) -> bool {
    let (path, query) = match part.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (part, None),
    };
    if !query.is_none_or(|query| is_made_of(query, URIC)) {
        return false;
    }
    let Some(rest) = path.strip_prefix("//") else { return is_made_of(path, PATH) };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    // An empty authority needs something behind it.
    if authority.is_empty() {
        return (!path.is_empty() || query.is_some()) && is_made_of(path, PATH);
    }
    is_authority(authority) && is_made_of(path, PATH)
}

fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let address = address.split_once('%').map_or(address, |(address, _)| address);
        let port = port.strip_prefix(':').unwrap_or(port);
        return is_made_of(user, "-_.!~*'();:&=+$,")
            && address.parse::<std::net::Ipv6Addr>().is_ok()
            && port.bytes().all(|byte| byte.is_ascii_digit());
    }
    is_made_of(authority, AUTHORITY)
}

/// Letters, digits, the marks, escapes, and what is not ASCII and no blank or control.
fn is_made_of(text: &str, marks: &str) -> bool {
    debug_assert!(UNRESERVED.chars().all(|mark| marks.contains(mark)));
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let valid = match char {
            '%' => {
                let mut digit = || chars.next().is_some_and(|char| char.is_ascii_hexdigit());
                digit() && digit()
            }
            _ if char.is_ascii() => char.is_ascii_alphanumeric() || marks.contains(char),
            _ => !char.is_whitespace() && !char.is_control(),
        };
        if !valid {
            return false;
        }
    }
    true
}
