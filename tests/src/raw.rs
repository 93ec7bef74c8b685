//! A client that sends exactly the bytes it is given, on one TCP connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::poll::PATIENCE;
use crate::response::{Broken, Reader, Response};

/// One connection to the server under test.
pub struct Client {
    stream: TcpStream,
    reader: Reader,
}

impl Client {
    /// Connects; the gateway is known to listen by now.
    pub fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap_or_else(|error| panic!("{addr}: {error}"));
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout can be set");
        stream.set_nodelay(true).expect("nodelay can be set");
        Self { stream, reader: Reader::default() }
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    /// When the peer does not take them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the peer takes what is sent");
    }

    /// Sends bytes to a peer that may have hung up.
    ///
    /// # Errors
    /// What the socket says.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Reads a whole response.
    ///
    /// # Panics
    /// When there is none.
    pub fn response(&mut self) -> Response {
        self.try_response().unwrap_or_else(|broken| panic!("no response: {broken:?}"))
    }

    /// Reads the response to a HEAD, which has no body whatever its head says.
    ///
    /// # Panics
    /// When there is none.
    pub fn response_to_head(&mut self) -> Response {
        let read = self.reader.read(&mut self.stream, true);
        read.unwrap_or_else(|broken| panic!("no response: {broken:?}"))
    }

    /// Reads a response that may not come or not end.
    ///
    /// # Errors
    /// How it broke off.
    pub fn try_response(&mut self) -> Result<Response, Broken> {
        self.reader.read(&mut self.stream, false)
    }

    /// One GET on a connection whose peer may not be up yet.
    ///
    /// # Errors
    /// How it broke off.
    pub fn try_get(&mut self, target: &str) -> Result<Response, Broken> {
        let sent = self.try_send(request_bytes("GET", target, &[], b""));
        sent.map_err(|_| Broken::Closed(Vec::new()))?;
        self.try_response()
    }

    /// One GET on this connection.
    pub fn get(&mut self, target: &str) -> Response {
        self.exchange("GET", target, &[], b"")
    }

    /// One request on this connection; a body gets a Content-Length.
    pub fn exchange(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        self.send(request_bytes(method, target, headers, body));
        if method == "HEAD" { self.response_to_head() } else { self.response() }
    }

    /// Everything up to and including these bytes; what follows stays for the next read.
    ///
    /// # Panics
    /// When they do not come.
    pub fn until(&mut self, end: &[u8]) -> Vec<u8> {
        self.try_until(end)
            .unwrap_or_else(|broken| panic!("{:?} did not come: {broken:?}", escaped(end)))
    }

    /// The same of bytes that may not come.
    ///
    /// # Errors
    /// How it broke off.
    pub fn try_until(&mut self, end: &[u8]) -> Result<Vec<u8>, Broken> {
        self.reader.until(&mut self.stream, end)
    }

    /// Says that nothing more will be sent.
    pub fn shut_down_writing(&self) {
        self.stream.shutdown(Shutdown::Write).expect("a connected socket can be shut down");
    }

    /// Waits until the peer closes.
    ///
    /// # Panics
    /// When it does not, or sends anything before.
    pub fn expect_closed(&mut self) {
        match self.reader.rest(&mut self.stream) {
            Ok(rest) | Err(Broken::Closed(rest)) if rest.is_empty() => {}
            other => panic!("expected the end of the connection, got {other:?}"),
        }
    }

    /// Whether the peer has closed by now, without waiting.
    pub fn is_closed(&mut self) -> bool {
        self.stream.set_nonblocking(true).expect("a socket can be non-blocking");
        let read = self.stream.read(&mut [0; 1]);
        self.stream.set_nonblocking(false).expect("a socket can be blocking");
        match read {
            Ok(0) => true,
            Ok(_) => panic!("bytes that nobody asked for"),
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// The bytes of an ordinary HTTP/1.1 request: Host first unless given, then `headers`.
pub fn request_bytes(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    let given = |name: &str| headers.iter().any(|(found, _)| found.eq_ignore_ascii_case(name));
    if !given("host") {
        head.push_str("Host: localhost\r\n");
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() && !given("transfer-encoding") && !given("content-length") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
