//! An HTTP/1.x response as it came over the wire, read strictly: what a lenient client would
//! forgive is a failure here.

use std::io::{self, ErrorKind, Read};

use serde_json::Value;

/// One response, whole.
#[derive(Debug, Clone)]
pub struct Response {
    /// `HTTP/1.1` or `HTTP/1.0`, as sent.
    pub version: String,
    /// The final status.
    pub status: u16,
    /// Statuses of the interim (1xx) responses before it.
    pub interim: Vec<u16>,
    /// Names as sent, in order.
    pub headers: Vec<(String, String)>,
    /// Trailer fields of a chunked body.
    pub trailers: Vec<(String, String)>,
    /// Without its transfer coding.
    pub body: Vec<u8>,
}

/// Why there is no whole response.
#[derive(Debug)]
pub enum Broken {
    /// The peer closed or reset the connection; what had arrived until then.
    Closed(Vec<u8>),
    /// Nothing came for as long as anyone would wait.
    TimedOut(Vec<u8>),
    /// It came and was not HTTP.
    Malformed(String),
}

/// How the end of the body is known.
#[derive(Debug, PartialEq, Eq)]
enum BodyEnd {
    AtOnce,
    Length(usize),
    Chunked,
    Close,
}

impl Response {
    /// The value of the only header of that name.
    ///
    /// # Panics
    /// When there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.header_all(name);
        assert!(all.len() <= 1, "{name} came {} times: {all:?}", all.len());
        all.first().copied()
    }

    /// Every value of that header, in order.
    pub fn header_all(&self, name: &str) -> Vec<&str> {
        let same = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        same.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}) in {self:?}"))
    }

    /// Whether the peer said that it closes the connection after this response.
    pub fn closes(&self) -> bool {
        self.header_all("connection").iter().any(|value| value.eq_ignore_ascii_case("close"))
    }

    fn body_end(&self, to_head: bool) -> Result<BodyEnd, Broken> {
        let lengths = self.header_all("content-length");
        let codings = self.header_all("transfer-encoding");
        if !lengths.is_empty() && !codings.is_empty() || lengths.len() > 1 || codings.len() > 1 {
            return Err(Broken::Malformed(format!("ambiguous framing: {self:?}")));
        }
        if to_head || self.status == 204 || self.status == 304 {
            return Ok(BodyEnd::AtOnce);
        }
        if let Some(coding) = codings.first() {
            let chunked = coding.eq_ignore_ascii_case("chunked") && self.version == "HTTP/1.1";
            let complaint = || Broken::Malformed(format!("transfer coding in {self:?}"));
            return if chunked { Ok(BodyEnd::Chunked) } else { Err(complaint()) };
        }
        let Some(length) = lengths.first() else { return Ok(BodyEnd::Close) };
        let number = length.parse().map_err(|_| Broken::Malformed(format!("length {length}")))?;
        Ok(BodyEnd::Length(number))
    }
}

/// Reads responses from a stream, keeping what belongs to the next one.
#[derive(Default)]
pub struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads one response. `to_head` says that the request was a HEAD, so no body follows.
    ///
    /// # Errors
    /// [`Broken`], when the stream ends or is silent before the response is whole.
    pub fn read(&mut self, stream: &mut impl Read, to_head: bool) -> Result<Response, Broken> {
        let mut interim = Vec::new();
        loop {
            let head = self.until(stream, b"\r\n\r\n")?;
            let mut response = parse_head(&head)?;
            if (100..200).contains(&response.status) {
                interim.push(response.status);
                continue;
            }
            response.interim = interim;
            match response.body_end(to_head)? {
                BodyEnd::AtOnce => {}
                BodyEnd::Length(length) => response.body = self.exactly(stream, length)?,
                BodyEnd::Chunked => self.chunked(stream, &mut response)?,
                BodyEnd::Close => response.body = self.rest(stream)?,
            }
            return Ok(response);
        }
    }

    /// Everything until the peer closes.
    ///
    /// # Errors
    /// [`Broken::TimedOut`] when it does not, [`Broken::Closed`] when it resets.
    pub fn rest(&mut self, stream: &mut impl Read) -> Result<Vec<u8>, Broken> {
        loop {
            let mut piece = [0; 16 * 1024];
            match stream.read(&mut piece) {
                Ok(0) => return Ok(std::mem::take(&mut self.buffer)),
                Ok(read) => self.buffer.extend_from_slice(&piece[..read]),
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    /// Everything up to and including these bytes.
    ///
    /// # Errors
    /// [`Broken`], when they do not come.
    pub fn until(&mut self, stream: &mut impl Read, end: &[u8]) -> Result<Vec<u8>, Broken> {
        loop {
            if let Some(at) = find(&self.buffer, end) {
                return Ok(self.buffer.drain(..at + end.len()).collect());
            }
            self.more(stream)?;
        }
    }

    fn exactly(&mut self, stream: &mut impl Read, length: usize) -> Result<Vec<u8>, Broken> {
        while self.buffer.len() < length {
            self.more(stream)?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn line(&mut self, stream: &mut impl Read) -> Result<String, Broken> {
        let line = self.until(stream, b"\r\n")?;
        Ok(String::from_utf8_lossy(&line[..line.len() - 2]).into_owned())
    }

    fn chunked(&mut self, stream: &mut impl Read, into: &mut Response) -> Result<(), Broken> {
        loop {
            let line = self.line(stream)?;
            let digits = line.split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(digits, 16)
                .map_err(|_| Broken::Malformed(format!("chunk size {line:?}")))?;
            if size == 0 {
                break;
            }
            into.body.extend(self.exactly(stream, size)?);
            let end = self.line(stream)?;
            if !end.is_empty() {
                return Err(Broken::Malformed(format!("chunk runs on with {end:?}")));
            }
        }
        loop {
            let line = self.line(stream)?;
            if line.is_empty() {
                return Ok(());
            }
            into.trailers.push(parse_field(&line)?);
        }
    }

    fn more(&mut self, stream: &mut impl Read) -> Result<(), Broken> {
        let mut piece = [0; 16 * 1024];
        match stream.read(&mut piece) {
            Ok(0) => Err(Broken::Closed(std::mem::take(&mut self.buffer))),
            Ok(read) => {
                self.buffer.extend_from_slice(&piece[..read]);
                Ok(())
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn broken(&mut self, error: &io::Error) -> Broken {
        let so_far = std::mem::take(&mut self.buffer);
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Broken::TimedOut(so_far),
            _ => Broken::Closed(so_far),
        }
    }
}

fn parse_head(head: &[u8]) -> Result<Response, Broken> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let first = lines.next().unwrap_or_default();
    let malformed = || Broken::Malformed(format!("status line {first:?}"));
    let (version, rest) = first.split_once(' ').ok_or_else(malformed)?;
    let status = rest.get(..3).and_then(|digits| digits.parse().ok()).ok_or_else(malformed)?;
    if version != "HTTP/1.1" && version != "HTTP/1.0" {
        return Err(malformed());
    }
    Ok(Response {
        version: version.to_owned(),
        status,
        interim: Vec::new(),
        headers: lines.map(parse_field).collect::<Result<_, _>>()?,
        trailers: Vec::new(),
        body: Vec::new(),
    })
}

fn parse_field(line: &str) -> Result<(String, String), Broken> {
    let malformed = || Broken::Malformed(format!("header line {line:?}"));
    let (name, value) = line.split_once(':').ok_or_else(malformed)?;
    if name.is_empty() || name.contains([' ', '\t']) || value.contains(['\r', '\n']) {
        return Err(malformed());
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

/// Where `needle` begins in `bytes`.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Response, Broken> {
        Reader::default().read(&mut { bytes }, false)
    }

    #[test]
    fn bodies_end_where_the_head_says() {
        let sized = read(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef").expect("whole");
        assert_eq!(sized.body, b"abc");
        let chunked = b"\
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n\
            0\r\nT: 1\r\n\r\n";
        let chunked = read(chunked).expect("whole");
        assert_eq!(chunked.body, b"abcde");
        assert_eq!(chunked.trailers, [("T".to_owned(), "1".to_owned())]);
        let closed = read(b"HTTP/1.1 200 OK\r\n\r\nto the end").expect("whole");
        assert_eq!(closed.body, b"to the end");
    }

    #[test]
    fn interim_responses_are_kept_apart() {
        let both = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
        let response = read(both).expect("whole");
        assert_eq!((response.interim.as_slice(), response.status), ([100].as_slice(), 204));
    }

    #[test]
    fn what_is_not_whole_or_not_http_is_refused() {
        let short = read(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");
        assert!(matches!(short, Err(Broken::Closed(rest)) if rest == b"ab"));
        let both =
            read(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert!(matches!(both, Err(Broken::Malformed(_))));
        assert!(matches!(read(b"SSH-2.0\r\n\r\n"), Err(Broken::Malformed(_))));
        assert!(matches!(read(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), Err(Broken::Malformed(_))));
    }
}
