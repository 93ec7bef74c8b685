//! Reads one response, strictly: anything that HTTP/1.1 does not allow is `Malformed`.
//!
//! A state machine over the bytes; knows nothing of sockets.

use std::mem::MaybeUninit;

use crate::chunked::Decoder;
use crate::limits::{HEAD_BYTES_MAX, HEADERS_MAX};
use crate::stats::Failure;

/// A complete response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body_bytes: u64,
    /// The connection may carry the next request.
    pub(super) keep_alive: bool,
}

/// What a reader needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Bytes behind those there are.
    More,
    /// All bytes were body and are counted: the buffer may be emptied. `left` bytes at least
    /// are missing.
    Drained {
        left: u64,
    },
    Done(Answer),
}

#[derive(Clone, Copy)]
enum Framing {
    Length(u64),
    Chunked(Decoder),
    UntilClose,
}

/// The state between two reads of one response.
pub(super) struct Reader {
    head_only: bool,
    body: Option<(Head, Framing)>,
    body_bytes: u64,
}

#[derive(Clone, Copy)]
struct Head {
    bytes: usize,
    status: u16,
    keep_alive: bool,
}

impl Reader {
    /// `head_only`: the request was HEAD, so no body follows.
    pub(super) fn new(head_only: bool) -> Self {
        Self { head_only, body: None, body_bytes: 0 }
    }

    /// Takes all of `input`: the bytes since the last `Drained`, or since the start.
    pub(super) fn advance(&mut self, mut input: &[u8]) -> Result<Step, Failure> {
        while self.body.is_none() {
            let Some((head, framing)) = parse(input, self.head_only)? else {
                return match input.len() {
                    HEAD_BYTES_MAX.. => Err(Failure::Malformed),
                    _ => Ok(Step::More),
                };
            };
            input = &input[head.bytes..];
            if head.status >= 200 {
                self.body = Some((head, framing));
            } else if input.is_empty() {
                return Ok(Step::Drained { left: 1 });
            }
        }
        self.advance_body(input)
    }

    fn advance_body(&mut self, input: &[u8]) -> Result<Step, Failure> {
        let Some((head, framing)) = &mut self.body else { return Ok(Step::More) };
        let ready = input.len() as u64;
        let (done, left) = match framing {
            Framing::Length(left) => {
                // More than was announced: the peer answers what nobody asked.
                *left = left.checked_sub(ready).ok_or(Failure::Malformed)?;
                self.body_bytes += ready;
                (*left == 0, *left)
            }
            Framing::Chunked(decoder) => {
                let count = &mut self.body_bytes;
                let progress = decoder
                    .feed(input, |run| *count += run.len() as u64)
                    .map_err(|_| Failure::Malformed)?;
                if progress.consumed < input.len() {
                    return Err(Failure::Malformed);
                }
                (progress.done, 1)
            }
            Framing::UntilClose => {
                self.body_bytes += ready;
                (false, 1)
            }
        };
        if !done {
            return Ok(Step::Drained { left });
        }
        let Head { status, keep_alive, .. } = *head;
        Ok(Step::Done(Answer { status, body_bytes: self.body_bytes, keep_alive }))
    }

    /// The peer closed: the end of a body without length, else a response cut off.
    pub(super) fn close(&self) -> Result<Answer, Failure> {
        match self.body {
            Some((head, Framing::UntilClose)) => {
                Ok(Answer { status: head.status, body_bytes: self.body_bytes, keep_alive: false })
            }
            _ => Err(Failure::Closed),
        }
    }
}

fn parse(input: &[u8], head_only: bool) -> Result<Option<(Head, Framing)>, Failure> {
    let mut headers = [const { MaybeUninit::uninit() }; HEADERS_MAX];
    let mut raw = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let parsed = config.parse_response_with_uninit_headers(&mut raw, input, &mut headers);
    let bytes = match parsed {
        Ok(httparse::Status::Complete(bytes)) => bytes,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(Failure::Malformed),
    };
    let (Some(status @ 100..=599), Some(minor)) = (raw.code, raw.version) else {
        return Err(Failure::Malformed);
    };
    let (mut length, mut chunked, mut keep_alive) = (None, false, minor == 1);
    for header in raw.headers.iter() {
        let (name, value) = (header.name, header.value);
        match name.len() {
            10 if name.eq_ignore_ascii_case("connection") => {
                if value.eq_ignore_ascii_case(b"close") {
                    keep_alive = false;
                } else if value.eq_ignore_ascii_case(b"keep-alive") {
                    keep_alive = true;
                }
            }
            14 if name.eq_ignore_ascii_case("content-length") => {
                let bytes = decimal(value).ok_or(Failure::Malformed)?;
                if length.replace(bytes).is_some_and(|earlier| earlier != bytes) {
                    return Err(Failure::Malformed);
                }
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                if chunked || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Failure::Malformed);
                }
                chunked = true;
            }
            _ => {}
        }
    }
    let framing = match (length, chunked) {
        (Some(_), true) => return Err(Failure::Malformed),
        _ if head_only || matches!(status, 100..=199 | 204 | 304) => Framing::Length(0),
        (Some(bytes), false) => Framing::Length(bytes),
        (None, true) => Framing::Chunked(Decoder::default()),
        (None, false) => Framing::UntilClose,
    };
    Ok(Some((Head { bytes, status, keep_alive }, framing)))
}

/// Digits only, at least one.
fn decimal(value: &[u8]) -> Option<u64> {
    if !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `input` in pieces of `piece` bytes as a connection does, then sees the peer close.
    fn read(input: &[u8], head_only: bool, piece: usize) -> Result<Answer, Failure> {
        let (mut reader, mut buffer) = (Reader::new(head_only), Vec::new());
        let mut done = None;
        for part in input.chunks(piece) {
            if done.is_some() {
                return Err(Failure::Malformed);
            }
            buffer.extend_from_slice(part);
            match reader.advance(&buffer)? {
                Step::More => {}
                Step::Drained { .. } => buffer.clear(),
                Step::Done(answer) => done = Some(answer),
            }
        }
        done.map_or_else(|| reader.close(), Ok)
    }

    fn check(input: &str, expect: Result<(u16, u64, bool), Failure>) {
        let expect = expect.map(|(status, body_bytes, keep_alive)| Answer {
            status,
            body_bytes,
            keep_alive,
        });
        for piece in 1..=input.len() {
            let got = read(input.as_bytes(), false, piece);
            assert_eq!(got, expect, "{input:?} in pieces of {piece}");
        }
    }

    #[test]
    fn responses() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", Ok((200, 3, true)));
        check("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Ok((200, 0, true)));
        check("HTTP/1.1 204 \r\n\r\n", Ok((204, 0, true)));
        check("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", Ok((304, 0, true)));
        check(
            "HTTP/1.1 429 Slow\r\nConnection: CLOSE\r\nContent-Length: 1\r\n\r\nx",
            Ok((429, 1, false)),
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            Ok((200, 4, true)),
        );
        check(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
            Ok((200, 2, true)),
        );
        check("HTTP/1.1 200 OK\r\n\r\nuntil close", Ok((200, 11, false)));
        check("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", Ok((200, 1, false)));
    }

    #[test]
    fn head_has_no_body() {
        let input = b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n";
        let expect = Answer { status: 200, body_bytes: 0, keep_alive: true };
        assert_eq!(read(input, true, 7), Ok(expect));
    }

    #[test]
    fn refused() {
        for input in [
            "HTTP/2 200 OK\r\n\r\n",
            "garbage and more of it\r\n\r\n",
            "HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP",
        ] {
            check(input, Err(Failure::Malformed));
        }
        let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(HEAD_BYTES_MAX));
        assert_eq!(read(endless.as_bytes(), false, 1000), Err(Failure::Malformed));
    }

    #[test]
    fn cut_off() {
        for input in [
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ] {
            check(input, Err(Failure::Closed));
        }
    }
}
