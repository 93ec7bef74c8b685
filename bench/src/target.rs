//! Where load may go: `http://` and `https://` on a loopback address, nowhere else.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// As they are.
    Http,
    /// Through TLS.
    Https,
}

impl Scheme {
    fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }

    fn port(self) -> &'static str {
        match self {
            Self::Http => "80",
            Self::Https => "443",
        }
    }
}

/// A URL on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Plain or TLS.
    pub scheme: Scheme,
    /// Always loopback.
    pub address: SocketAddr,
    /// Host and port as written, for the `Host` header.
    pub authority: String,
    /// Path with query, from `/`.
    pub path: String,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let known = [Scheme::Http, Scheme::Https].into_iter();
        let mut known =
            known.filter_map(|scheme| Some((scheme, url.strip_prefix(scheme.prefix())?)));
        let Some((scheme, rest)) = known.next() else {
            return Err(format!("{url:?} does not start with http:// or https://"));
        };
        let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        if let Some(odd) = path.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
            return Err(format!("{url:?} has {odd:?} in its path: percent-encode it"));
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let address = address(authority, scheme.port())?;
        Ok(Self { scheme, address, authority: authority.to_owned(), path })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.scheme.prefix(), self.authority, self.path)
    }
}

/// `host:port` on this machine; the port defaults to 80. Names other than `localhost` are refused
/// without asking DNS.
pub fn loopback(authority: &str) -> Result<SocketAddr, String> {
    address(authority, Scheme::Http.port())
}

fn address(authority: &str, default_port: &str) -> Result<SocketAddr, String> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, default_port),
    };
    let port: u16 = port.parse().map_err(|_| format!("{port:?} is no port, in {authority:?}"))?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let address = match bare {
        "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => bare.parse().ok(),
    };
    match address {
        Some(address) if address.is_loopback() => Ok(SocketAddr::new(address, port)),
        _ => {
            Err(format!("{host:?} is not a loopback address: the benchmark stays on this machine"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: Result<(&str, &str), &str>) {
        match (url.parse::<Target>(), expect) {
            (Ok(target), Ok((address, path))) => {
                assert_eq!(target.address, address.parse().unwrap(), "{url}");
                assert_eq!(target.path, path, "{url}");
            }
            (Err(error), Err(part)) => assert!(error.contains(part), "{url}: {error}"),
            (got, expect) => panic!("{url}: {got:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn urls() {
        check("http://127.0.0.1:8080/a/b?c=d", Ok(("127.0.0.1:8080", "/a/b?c=d")));
        check("http://localhost:1", Ok(("127.0.0.1:1", "/")));
        check("http://127.9.9.9", Ok(("127.9.9.9:80", "/")));
        check("http://[::1]:8080?x", Ok(("[::1]:8080", "/?x")));
        check("http://[::1]", Ok(("[::1]:80", "/")));
        check("https://127.0.0.1/a", Ok(("127.0.0.1:443", "/a")));
        check("https://[::1]:8443", Ok(("[::1]:8443", "/")));
        check("ftp://127.0.0.1/", Err("does not start with http://"));
        check("http://10.0.0.1/", Err("not a loopback address"));
        check("http://example.com/", Err("not a loopback address"));
        check("http://localhost.example.com/", Err("not a loopback address"));
        check("http://127.0.0.1:99999/", Err("is no port"));
        check("http://127.0.0.1@10.0.0.1:80/", Err("not a loopback address"));
        check("http://127.0.0.1:80/a b", Err("percent-encode"));
        check("http://127.0.0.1:80/a\r\nx: y", Err("percent-encode"));
    }
}
