//! One connection of the echo server. Reads with the codecs of `core`, so it is as strict as the
//! gateway.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ringway_core::http::{
    Chunk, ChunkDecoder, Fields, Framing, ParsedHead, RequestHead, parse_request_head, write,
};
use ringway_core::limits::{CLIENT_IDLE_MS, REQUEST_BODY_BYTES_MAX};
use serde_json::{Map, Value, json};

/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

/// A connection and what has been read from it but not used.
pub(super) struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    fields: Fields,
}

/// A request that cannot be read: the answer before the connection is closed.
struct Refusal {
    status: u16,
    message: &'static str,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        let idle = Some(Duration::from_millis(CLIENT_IDLE_MS));
        stream.set_read_timeout(idle)?;
        stream.set_write_timeout(idle)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, input: Vec::new(), fields: Fields::new() })
    }

    /// Answers requests until the client is done.
    pub(super) fn serve(&mut self) -> io::Result<()> {
        loop {
            let head = match self.head()? {
                Some(Ok(head)) => head,
                Some(Err(refusal)) => return self.refuse(&refusal),
                None => return Ok(()),
            };
            // The head is set apart, because reading the body moves the input on.
            let rest = self.input.split_off(head.length());
            let bytes = std::mem::replace(&mut self.input, rest);
            let fields = std::mem::take(&mut self.fields);
            let request = head.view(&bytes, &fields);
            if request.expects_continue() {
                self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            }
            let body = match self.body(request.framing())? {
                Ok(body) => body,
                Err(refusal) => return self.refuse(&refusal),
            };
            let answer = described(&request, &body).to_string();
            self.answer(200, &answer, request.method() == "HEAD", request.keep_alive())?;
            if !request.keep_alive() {
                return Ok(());
            }
            self.fields = fields;
        }
    }

    /// The next head; `None` when the client closed between requests.
    fn head(&mut self) -> io::Result<Option<Result<ParsedHead, Refusal>>> {
        loop {
            match parse_request_head(&self.input, &mut self.fields) {
                Ok(Some(head)) => return Ok(Some(Ok(head))),
                Ok(None) => {}
                Err(error) => {
                    let refusal = Refusal { status: error.status(), message: error.reason() };
                    return Ok(Some(Err(refusal)));
                }
            }
            match self.read() {
                Err(error) if error.kind() == ErrorKind::UnexpectedEof && self.input.is_empty() => {
                    return Ok(None);
                }
                outcome => outcome?,
            }
        }
    }

    fn body(&mut self, framing: Framing) -> io::Result<Result<Vec<u8>, Refusal>> {
        match framing {
            Framing::None => Ok(Ok(Vec::new())),
            Framing::Length(length) if length > REQUEST_BODY_BYTES_MAX => {
                Ok(Err(Refusal::TOO_LARGE))
            }
            Framing::Length(length) => {
                let length = length as usize;
                while self.input.len() < length {
                    self.read()?;
                }
                let rest = self.input.split_off(length);
                Ok(Ok(std::mem::replace(&mut self.input, rest)))
            }
            Framing::Chunked => self.chunks(),
        }
    }

    fn chunks(&mut self) -> io::Result<Result<Vec<u8>, Refusal>> {
        let (mut decoder, mut body) = (ChunkDecoder::new(), Vec::new());
        loop {
            match decoder.decode(&self.input) {
                Ok(Chunk::Data { start, end }) => {
                    body.extend_from_slice(&self.input[start..end]);
                    self.input.drain(..end);
                }
                Ok(Chunk::More) => {
                    self.input.clear();
                    self.read()?;
                }
                Ok(Chunk::End { consumed }) => {
                    self.input.drain(..consumed);
                    return Ok(Ok(body));
                }
                Err(error) => {
                    return Ok(Err(Refusal { status: 400, message: error.reason() }));
                }
            }
            if body.len() as u64 > REQUEST_BODY_BYTES_MAX {
                return Ok(Err(Refusal::TOO_LARGE));
            }
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let used = self.input.len();
        self.input.resize(used + READ_BYTES, 0);
        let outcome = self.stream.read(&mut self.input[used..]);
        self.input.truncate(used + *outcome.as_ref().unwrap_or(&0));
        match outcome {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn refuse(&mut self, refusal: &Refusal) -> io::Result<()> {
        let body = json!({ "message": refusal.message }).to_string();
        self.answer(refusal.status, &body, false, false)
    }

    fn answer(&mut self, status: u16, body: &str, bare: bool, keep_alive: bool) -> io::Result<()> {
        let mut out = Vec::with_capacity(256 + body.len());
        write::status_line(status, &mut out);
        write::field(&mut out, "Content-Type", "application/json");
        write::field(&mut out, "Content-Length", body.len().to_string());
        write::field(&mut out, "Connection", if keep_alive { "keep-alive" } else { "close" });
        out.extend_from_slice(write::CRLF);
        if !bare {
            out.extend_from_slice(body.as_bytes());
        }
        self.stream.write_all(&out)
    }
}

impl Refusal {
    const TOO_LARGE: Self = Self { status: 413, message: "the body is too large" };
}

/// What was received: bytes that are not UTF-8 are replaced, repeated fields joined by `, `.
fn described(request: &RequestHead<'_>, body: &[u8]) -> Value {
    let mut headers = Map::new();
    for line in request.fields() {
        let name = String::from_utf8_lossy(line.text());
        let value = String::from_utf8_lossy(line.value());
        match headers.get_mut(&*name) {
            Some(Value::String(earlier)) => {
                earlier.push_str(", ");
                earlier.push_str(&value);
            }
            _ => drop(headers.insert(name.into_owned(), value.into())),
        }
    }
    json!({
        "method": request.method(),
        "path": String::from_utf8_lossy(request.path()),
        "query": request.query().map(String::from_utf8_lossy),
        "headers": headers,
        "body": String::from_utf8_lossy(body),
    })
}
