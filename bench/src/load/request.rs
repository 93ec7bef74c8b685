//! The bytes of the request that every connection repeats.

use crate::target::Target;

/// One header line as given on the command line, `name: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    name: String,
    value: String,
}

impl std::str::FromStr for Header {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let Some((name, value)) = line.split_once(':') else {
            return Err(format!("{line:?} has no colon: write 'name: value'"));
        };
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(token) {
            return Err(format!("{name:?} is not a header name"));
        }
        let framing = ["content-length", "transfer-encoding"];
        if framing.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err(format!("{name} follows from the body and cannot be given"));
        }
        let value = value.trim();
        if let Some(odd) = value.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(format!("{odd:?} cannot be in the value of {name}"));
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

impl Header {
    /// The line with its CRLF.
    pub fn line(&self) -> String {
        format!("{}: {}\r\n", self.name, self.value)
    }
}

/// What stands in a path or a header value for the number of the request.
pub const NUMBER: &str = "{n}";
/// Digits of the number: the length of a request never changes.
const NUMBER_DIGITS: usize = 10;

/// Which number a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// One after the other, so that no request is like another.
    Counted,
    /// At random, all numbers below this one alike; at least 1.
    Below(u64),
}

impl Numbers {
    /// The number of the request that has the `count`.
    pub(super) fn of(self, count: u64) -> u64 {
        match self {
            Self::Counted => count,
            // The remainder favours no number by more than one in 2^64 / below.
            Self::Below(below) => mix(count) % below.max(1),
        }
    }
}

/// SplitMix64: neighbours in, numbers without a pattern out, and the same ones in every run.
fn mix(count: u64) -> u64 {
    let mut z = count.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Writes `number` at the start of `at`, modulo 10^10.
pub(super) fn write_number(at: &mut [u8], number: u64) {
    let mut rest = number;
    for digit in at[..NUMBER_DIGITS].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Head and body in one piece, so that a request is one write, and where in it the number stands:
/// at the first place that asks for it.
pub(super) fn bytes(
    target: &Target,
    method: &str,
    headers: &[Header],
    body: &[u8],
) -> (Vec<u8>, Option<usize>) {
    let mut head = format!("{method} {} HTTP/1.1\r\n", target.path);
    if !headers.iter().any(|header| header.name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("Host: {}\r\n", target.authority));
    }
    headers.iter().for_each(|header| head.push_str(&header.line()));
    if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let number_at = head.find(NUMBER);
    let head = head.replacen(NUMBER, &"0".repeat(NUMBER_DIGITS), 1);
    ([head.as_bytes(), body].concat(), number_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let header: Header = "x-api-key:  abc ".parse().unwrap();
        assert_eq!(header.line(), "x-api-key: abc\r\n");
        for (line, part) in [
            ("no colon", "no colon"),
            (": v", "not a header name"),
            ("a b: v", "not a header name"),
            ("a: v\r\nb: w", "cannot be in the value"),
            ("Content-Length: 3", "follows from the body"),
            ("transfer-encoding: chunked", "follows from the body"),
        ] {
            let error = line.parse::<Header>().unwrap_err();
            assert!(error.contains(part), "{line:?}: {error}");
        }
    }

    #[test]
    fn numbers() {
        let target: Target = "http://127.0.0.1:1/a?id={n}&b".parse().unwrap();
        let (mut request, at) = bytes(&target, "GET", &[], b"");
        write_number(&mut request[at.unwrap()..], 12_345_678_901);
        let text = String::from_utf8(request).unwrap();
        assert!(text.starts_with("GET /a?id=2345678901&b HTTP/1.1\r\n"), "{text}");
        let plain: Target = "http://127.0.0.1:1/a".parse().unwrap();
        assert_eq!(bytes(&plain, "GET", &[], b"").1, None);

        let header: Header = "x-api-key: bench-{n}".parse().unwrap();
        let (mut request, at) = bytes(&plain, "GET", &[header], b"");
        write_number(&mut request[at.unwrap()..], 7);
        let text = String::from_utf8(request).unwrap();
        assert!(text.ends_with("x-api-key: bench-0000000007\r\n\r\n"), "{text}");
    }

    #[test]
    fn numbers_below_a_bound_reach_all_of_it_alike() {
        assert_eq!(Numbers::Counted.of(42), 42);
        assert_eq!(Numbers::Below(1).of(42), 0);
        let mut seen = [0_u32; 10];
        (0..10_000).for_each(|count| seen[Numbers::Below(10).of(count) as usize] += 1);
        assert!(seen.iter().all(|times| (800..1200).contains(times)), "{seen:?}");
    }

    #[test]
    fn requests() {
        let target: Target = "http://127.0.0.1:8080/a?b=c".parse().unwrap();
        let check = |method: &str, headers: &[&str], body: &str, expect: &str| {
            let headers: Vec<Header> = headers.iter().map(|line| line.parse().unwrap()).collect();
            let (got, _) = bytes(&target, method, &headers, body.as_bytes());
            assert_eq!(String::from_utf8(got).unwrap(), expect);
        };
        check("GET", &[], "", "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n");
        check("GET", &["HOST: x", "k: v"], "", "GET /a?b=c HTTP/1.1\r\nHOST: x\r\nk: v\r\n\r\n");
        let post = "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Length: ";
        check("POST", &[], "", &format!("{post}0\r\n\r\n"));
        check("POST", &[], "{}", &format!("{post}2\r\n\r\n{{}}"));
    }
}
