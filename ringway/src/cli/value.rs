//! How the values of flags are written.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;

use super::listen::SelfSigned;

/// `IP:PORT`, `localhost:PORT`, `:PORT` or `PORT`; the last three mean 127.0.0.1.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(addr) = text.parse() {
        return Ok(addr);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(if port == text { port } else { "" });
    match port.parse::<NonZeroU16>() {
        Ok(port) => Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.get())),
        Err(_) => Err("not an address: expected IP:PORT, for example 127.0.0.1:8080".into()),
    }
}

/// A yes, a no, or a yes with an address.
pub(super) fn self_signed(text: &str) -> Result<SelfSigned, String> {
    match text {
        "true" => Ok(SelfSigned::On),
        "false" => Ok(SelfSigned::Off),
        _ => address(text).map(SelfSigned::At),
    }
}

/// A host name, in small letters.
pub(super) fn host_suffix(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() > 253 || !text.split('.').all(label) {
        return Err("not a host name: expected for example localhost or api.example.com".into());
    }
    Ok(text.to_ascii_lowercase())
}

/// Twelve digits.
pub(super) fn account_id(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.into());
    }
    Err("not an account: expected twelve digits, for example 000000000000".into())
}

/// As AWS names its regions.
pub(super) fn region(text: &str) -> Result<String, String> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=32).contains(&text.len()) && text.bytes().all(letter) {
        return Ok(text.into());
    }
    Err("not a region: expected for example us-east-1".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_short_forms() {
        let check = |text, expect: &str| assert_eq!(address(text).unwrap().to_string(), expect);
        check("9000", "127.0.0.1:9000");
        check(":9000", "127.0.0.1:9000");
        check("localhost:9000", "127.0.0.1:9000");
        check("[::1]:9000", "[::1]:9000");
        check("0.0.0.0:0", "0.0.0.0:0");
        for bad in ["", "localhost", "localhost9000", "example.com:80", "70000"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
