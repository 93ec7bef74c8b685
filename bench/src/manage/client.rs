//! A client of the management API: one connection, one signed call after the other.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;
use time::OffsetDateTime;

use super::signer::{AccessKey, Signer, Unsigned};
use crate::limits::{
    MANAGE_ANSWER_BYTES_MAX, MANAGE_CONNECTION_MS, MANAGE_TIMEOUT_MS, PIECE_BYTES,
};
use crate::run::probe;

/// The region everything is in.
const REGION: &str = "us-east-1";

/// A connection to the admin port.
pub(super) struct Client {
    address: SocketAddr,
    host: String,
    signer: Signer,
    stream: Option<(TcpStream, Instant)>,
}

impl Client {
    /// Connects with the first call.
    pub(super) fn new(address: SocketAddr, key: AccessKey) -> Self {
        let signer = Signer::new(key, REGION);
        Self { address, host: address.to_string(), signer, stream: None }
    }

    /// The answer of a call that must succeed, and how long it took.
    pub(super) fn call(
        &mut self,
        method: &str,
        target: &str,
        body: &Value,
    ) -> io::Result<(Value, Duration)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = self.request(method, target, &body);
        let mut stream = self.connected()?;
        let sent = Instant::now();
        stream.write_all(request.as_bytes())?;
        let (_, answer) = read(&mut stream)?;
        let took = sent.elapsed();
        let text = || String::from_utf8_lossy(&answer.body).into_owned();
        if !(200..300).contains(&answer.status) {
            let text = format!("{method} {target}: {} {}", answer.status, text());
            return Err(io::Error::other(text));
        }
        let value = if answer.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer.body)
                .map_err(|_| io::Error::other(format!("{method} {target}: {}", text())))?
        };
        Ok((value, took))
    }

    fn request(&self, method: &str, target: &str, body: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let host = &self.host;
        let unsigned = Unsigned { method, path, query, host, body: body.as_bytes() };
        let signed = self.signer.lines(&unsigned, OffsetDateTime::now_utc());
        let length = body.len();
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\n{signed}Content-Type: \
             application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    }

    /// The connection, a new one in good time before the server ends it for its age.
    fn connected(&mut self) -> io::Result<TcpStream> {
        if let Some((stream, since)) = &self.stream
            && since.elapsed() < Duration::from_millis(MANAGE_CONNECTION_MS)
        {
            return stream.try_clone();
        }
        let timeout = Duration::from_millis(MANAGE_TIMEOUT_MS);
        let stream = TcpStream::connect_timeout(&self.address, timeout)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        let again = stream.try_clone()?;
        self.stream = Some((stream, Instant::now()));
        Ok(again)
    }
}

/// One answer, to its last byte: as it came, and read.
pub(super) fn read(stream: &mut TcpStream) -> io::Result<(Vec<u8>, probe::Answer)> {
    let (mut answer, mut piece) = (Vec::new(), vec![0; PIECE_BYTES]);
    loop {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&piece[..count]);
        if let Some(parsed) = probe::parse(&answer) {
            return Ok((answer, parsed));
        }
        if answer.len() > MANAGE_ANSWER_BYTES_MAX {
            return Err(io::Error::other("an answer without an end"));
        }
    }
}
