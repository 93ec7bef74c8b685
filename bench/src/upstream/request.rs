//! The head of a request: what it asks of the upstream, and how its body is framed.

use std::mem::MaybeUninit;
use std::str::FromStr;

use crate::limits::{DELAY_MS_MAX, HEADERS_MAX, RESPONSE_BODY_BYTES_MAX};

/// What the path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Fixed,
    Delay {
        ms: u64,
    },
    Bytes {
        total: u64,
    },
    Chunked {
        total: u64,
    },
    Status {
        code: u16,
    },
    Close,
    Echo,
    /// Of a Lambda function.
    Invoke,
    /// A known path with a number that is none or too large.
    Bad,
}

/// Where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
}

/// One request without its body; borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) head_bytes: usize,
    pub(super) ask: Ask,
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
    /// HEAD: the answer has no body.
    pub(super) head_only: bool,
    pub(super) expects_continue: bool,
}

/// The request is answered 400 and the connection closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Parses the head at the start of `input`; `None` when it is not complete.
pub(super) fn parse(input: &[u8]) -> Result<Option<Request>, Malformed> {
    let mut headers = [const { MaybeUninit::uninit() }; HEADERS_MAX];
    let mut raw = httparse::Request::new(&mut []);
    let head_bytes = match raw.parse_with_uninit_headers(input, &mut headers) {
        Ok(httparse::Status::Complete(bytes)) => bytes,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(Malformed),
    };
    let (Some(method), Some(path), Some(minor)) = (raw.method, raw.path, raw.version) else {
        return Err(Malformed);
    };
    let mut request = Request {
        head_bytes,
        ask: ask(path),
        framing: Framing::Length(0),
        keep_alive: minor == 1,
        head_only: method == "HEAD",
        expects_continue: false,
    };
    let mut length = None;
    for header in raw.headers.iter() {
        request.apply(header.name, header.value, &mut length)?;
    }
    match (length, request.framing) {
        (Some(_), Framing::Chunked) => Err(Malformed),
        (Some(bytes), _) => Ok(Some(Request { framing: Framing::Length(bytes), ..request })),
        (None, _) => Ok(Some(request)),
    }
}

impl Request {
    fn apply(
        &mut self,
        name: &str,
        value: &[u8],
        length: &mut Option<u64>,
    ) -> Result<(), Malformed> {
        match name.len() {
            6 if name.eq_ignore_ascii_case("expect") => {
                self.expects_continue = value.eq_ignore_ascii_case(b"100-continue");
            }
            10 if name.eq_ignore_ascii_case("connection") => {
                if value.eq_ignore_ascii_case(b"close") {
                    self.keep_alive = false;
                } else if value.eq_ignore_ascii_case(b"keep-alive") {
                    self.keep_alive = true;
                }
            }
            14 if name.eq_ignore_ascii_case("content-length") => {
                let bytes = decimal(value).ok_or(Malformed)?;
                if length.replace(bytes).is_some_and(|earlier| earlier != bytes) {
                    return Err(Malformed);
                }
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                if !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Malformed);
                }
                self.framing = Framing::Chunked;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Digits only: no sign, no space.
fn decimal(value: &[u8]) -> Option<u64> {
    if !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn ask(path: &str) -> Ask {
    let path = path.split('?').next().unwrap_or(path);
    if path == "/" {
        return Ask::Fixed;
    }
    if path.starts_with("/2015-03-31/functions/") {
        return Ask::Invoke;
    }
    let mut segments = path.splitn(3, '/').skip(1);
    match (segments.next(), segments.next()) {
        (Some("echo"), None) => Ask::Echo,
        (Some("close"), None) => Ask::Close,
        (Some("delay"), Some(ms)) => {
            number(ms, 0, DELAY_MS_MAX).map_or(Ask::Bad, |ms| Ask::Delay { ms })
        }
        (Some("bytes"), Some(total)) => {
            number(total, 0, RESPONSE_BODY_BYTES_MAX).map_or(Ask::Bad, |total| Ask::Bytes { total })
        }
        (Some("chunked"), Some(total)) => number(total, 0, RESPONSE_BODY_BYTES_MAX)
            .map_or(Ask::Bad, |total| Ask::Chunked { total }),
        (Some("status"), Some(code)) => {
            number(code, 200, 599).map_or(Ask::Bad, |code| Ask::Status { code })
        }
        _ => Ask::Fixed,
    }
}

fn number<N: FromStr + PartialOrd>(text: &str, least: N, most: N) -> Option<N> {
    text.parse().ok().filter(|number| *number >= least && *number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, expect) in [
            ("/", Ask::Fixed),
            ("/anything/else", Ask::Fixed),
            ("/?a=/echo", Ask::Fixed),
            ("/delay/250", Ask::Delay { ms: 250 }),
            ("/delay/250?x=1", Ask::Delay { ms: 250 }),
            ("/delay/600001", Ask::Bad),
            ("/delay/-1", Ask::Bad),
            ("/bytes/1048576", Ask::Bytes { total: 1 << 20 }),
            ("/bytes/99999999999", Ask::Bad),
            ("/chunked/5", Ask::Chunked { total: 5 }),
            ("/status/503", Ask::Status { code: 503 }),
            ("/status/100", Ask::Bad),
            ("/echo", Ask::Echo),
            ("/close", Ask::Close),
        ] {
            assert_eq!(ask(path), expect, "{path}");
        }
    }

    fn check(head: &str, expect: Result<Option<Request>, Malformed>) {
        assert_eq!(parse(head.as_bytes()), expect, "{head:?}");
    }

    #[test]
    fn heads() {
        let plain = Request {
            head_bytes: 18,
            ask: Ask::Fixed,
            framing: Framing::Length(0),
            keep_alive: true,
            head_only: false,
            expects_continue: false,
        };
        check("GET / HTTP/1.1\r\n\r\n", Ok(Some(plain)));
        check("GET / HTTP/1.0\r\n\r\nGET", Ok(Some(Request { keep_alive: false, ..plain })));
        check("GET / HTTP/1.1\r\n", Ok(None));
        check("GET\r\n\r\n", Err(Malformed));
        check(
            "HEAD / HTTP/1.1\r\nConnection: Close\r\n\r\n",
            Ok(Some(Request { head_bytes: 38, keep_alive: false, head_only: true, ..plain })),
        );
        check(
            "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
            Ok(Some(Request {
                head_bytes: 64,
                ask: Ask::Echo,
                framing: Framing::Length(3),
                expects_continue: true,
                ..plain
            })),
        );
        check(
            "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            Ok(Some(Request { head_bytes: 46, framing: Framing::Chunked, ..plain })),
        );
    }

    #[test]
    fn ambiguous_framing_is_refused() {
        for headers in [
            "Content-Length: 3\r\nContent-Length: 4",
            "Content-Length: 3\r\nTransfer-Encoding: chunked",
            "Content-Length: +3",
            "Content-Length: ",
            "Transfer-Encoding: gzip, chunked",
        ] {
            check(&format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n"), Err(Malformed));
        }
    }
}
