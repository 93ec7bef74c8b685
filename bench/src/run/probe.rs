//! One blocking request, for readiness and for looking at an answer before measuring it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::StreamOwned;

use crate::chunked::Decoder;
use crate::limits::{HEADERS_MAX, PROBE_BYTES_MAX, PROBE_TIMEOUT_MS};
use crate::trust::Trust;

/// An answer in full.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// GET `path` on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str) -> io::Result<Answer> {
    ask(address, None, ("GET", path, ""), &[])
}

/// Sends a verb, a path and a body with header lines, through TLS if somebody is to be trusted.
pub(crate) fn ask(
    address: SocketAddr,
    trust: Option<&Trust>,
    (method, path, body): (&str, &str, &str),
    headers: &[(&str, &str)],
) -> io::Result<Answer> {
    let timeout = Duration::from_millis(PROBE_TIMEOUT_MS);
    let stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let lines = lines.collect::<String>();
    let length = match body.len() {
        0 => String::new(),
        bytes => format!("Content-Length: {bytes}\r\n"),
    };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{lines}{length}");
    let request = format!("{head}Connection: close\r\n\r\n{body}");
    let answer = match trust {
        None => exchange(stream, &request)?,
        Some(trust) => {
            exchange(StreamOwned::new(trust.connection(address.ip())?, stream), &request)?
        }
    };
    parse(&answer).ok_or_else(|| {
        let start = String::from_utf8_lossy(&answer[..answer.len().min(80)]).into_owned();
        io::Error::new(io::ErrorKind::InvalidData, format!("no HTTP response: {start:?}"))
    })
}

fn exchange(mut stream: impl Read + Write, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    match stream.take(PROBE_BYTES_MAX).read_to_end(&mut answer) {
        // A server that closes without TLS's notice; whether all is there, the framing says.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(answer),
    }
}

/// The answer in `answer`, unless its end is missing.
pub(crate) fn parse(answer: &[u8]) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(bytes) = head.parse(answer).ok()? else { return None };
    let find = |name: &str| {
        let header = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    };
    let rest = &answer[bytes..];
    let body = if find("transfer-encoding").is_some() {
        let mut body = Vec::new();
        let progress = Decoder::default().feed(rest, |run| body.extend_from_slice(run)).ok()?;
        progress.done.then_some(body)?
    } else {
        match find("content-length") {
            Some(length) => rest.get(..length.parse().ok()?)?.to_vec(),
            None => rest.to_vec(),
        }
    };
    Some(Answer { status: head.code?, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::{Config, Upstream};

    #[test]
    fn answers_of_every_framing() {
        let upstream = Upstream::start(Config::new()).unwrap();
        for (path, status, bytes) in [
            ("/", 200, 1024),
            ("/chunked/5000", 200, 5000),
            ("/bytes/200000", 200, 200_000),
            ("/status/503", 503, 1024),
            ("/status/204", 204, 0),
            ("/delay/x", 400, 0),
        ] {
            let answer = get(upstream.address, path).unwrap();
            assert_eq!((answer.status, answer.body.len()), (status, bytes), "{path}");
        }
        assert_eq!(upstream.served(), 6);
    }

    #[test]
    fn a_cut_off_answer_is_an_error() {
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").is_none());
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc").is_none());
        assert!(parse(b"").is_none());
    }
}
