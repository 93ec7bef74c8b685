//! `InternetAddress` of Java Mail in its strict mode, which decides what an email address is.

/// Whether a text is one address: `local@domain`, or a name and one in `<>`.
pub(super) fn is_email(text: &str) -> bool {
    let text = text.trim_matches(|char: char| char <= ' ');
    match outside_quotes(text, '<') {
        Some(open) => match text.strip_suffix('>') {
            Some(inner) => is_phrase(&text[..open]) && is_address(&inner[open + 1..]),
            None => false,
        },
        None => is_address(text),
    }
}

/// The first such character that stands in no quotes.
fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if char == wanted && !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn is_phrase(phrase: &str) -> bool {
    "()<>@,;:".chars().all(|special| outside_quotes(phrase, special).is_none())
}

fn is_address(address: &str) -> bool {
    let Some(at) = outside_quotes(address, '@') else { return false };
    let (local, domain) = (&address[..at], &address[at + 1..]);
    is_local(local) && is_domain(domain)
}

fn is_local(local: &str) -> bool {
    if local.starts_with('"') {
        let inner = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        return inner
            .is_some_and(|inner| outside_quotes(inner, '"').is_none() && !inner.contains('\n'));
    }
    is_dotted(local)
        && !local
            .chars()
            .any(|char| char <= ' ' || char == '\u{7f}' || "()<>@,;:\\\"[]".contains(char))
}

fn is_domain(domain: &str) -> bool {
    if let Some(inner) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !inner.contains(['[', ']', '@']) && !inner.chars().any(|char| char <= ' ');
    }
    is_dotted(domain)
        && domain.chars().all(|char| char.is_alphanumeric() || char == '-' || char == '.')
}

fn is_dotted(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty())
}
