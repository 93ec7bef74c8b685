//! `$ref`: to which model, and where in it.

/// AWS's address of a model begins with this, the id of the API and `/models/`.
const BASE: &str = "https://apigateway.amazonaws.com/restapis/";

/// The model a reference leads to, `None` for the same one, and the tokens of the pointer into it.
pub(super) fn parse(reference: &str) -> Result<(Option<String>, Vec<String>), String> {
    let (place, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let model = if place.is_empty() {
        None
    } else if let Some(rest) = place.strip_prefix(BASE) {
        let name = rest.split_once("/models/").map(|(_, name)| name);
        Some(name.ok_or_else(|| format!("$ref {reference} leads to no model"))?)
    } else {
        Some(place.strip_prefix("./").unwrap_or(place))
    };
    if model.is_some_and(|name| name.is_empty() || name.contains(['/', ':', '?'])) {
        return Err(format!("$ref {reference} leads out of the API: nothing is loaded"));
    }
    Ok((model.map(str::to_owned), pointer(fragment)?))
}

fn pointer(fragment: &str) -> Result<Vec<String>, String> {
    let decoded = decoded(fragment).ok_or_else(|| format!("#{fragment} is not encoded well"))?;
    if decoded.is_empty() {
        return Ok(Vec::new());
    }
    let Some(tokens) = decoded.strip_prefix('/') else {
        return Err(format!("#{fragment} is no JSON pointer"));
    };
    Ok(tokens.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
}

/// Percent-decoding.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let code = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(code).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Pointer tokens as text.
pub(super) fn text(tokens: &[String]) -> String {
    tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect()
}
