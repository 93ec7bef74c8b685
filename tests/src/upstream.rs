//! An upstream that does what a test scripts: answer, stall, break off, reset; and that remembers
//! what reached it. Blocking threads, one per connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::poll::{self, PATIENCE};

/// A request as the upstream saw it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The request target, as sent.
    pub target: String,
    /// Names as sent, in order.
    pub headers: Vec<(String, String)>,
    /// Trailer fields of a chunked body.
    pub trailers: Vec<(String, String)>,
    /// Without its transfer coding.
    pub body: Vec<u8>,
    /// Which connection it came on, counted from 0.
    pub connection: usize,
    /// Which request of that connection it was, counted from 0.
    pub turn: usize,
}

impl Received {
    /// Every value of that header, in order.
    pub fn header_all(&self, name: &str) -> Vec<&str> {
        let same = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        same.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of the only header of that name.
    ///
    /// # Panics
    /// When there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.header_all(name);
        assert!(all.len() <= 1, "{name} came {} times: {all:?}", all.len());
        all.first().copied()
    }

    /// The values of a query parameter, in order, as sent.
    pub fn query_all(&self, name: &str) -> Vec<&str> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).collect()
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// What the upstream does next, after it has read a request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Wait until the test opens the gate.
    Wait(Gate),
    /// Close the connection in order.
    Close,
    /// Close it with a TCP reset.
    Reset,
    /// Wait until the gateway closes the connection, and count that.
    AwaitPeerClose,
}

/// A barrier that a test opens once.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through, now and later.
    pub fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let shut = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A test that fails never opens its gate; the thread must end all the same.
        let _passed = self.0.1.wait_timeout_while(shut, PATIENCE, |open| !*open);
    }
}

#[derive(Default)]
struct Seen {
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    closed_by_peer: AtomicUsize,
}

impl Seen {
    fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The upstream itself. Its threads end with the connections.
pub struct Upstream {
    addr: SocketAddr,
    seen: Arc<Seen>,
}

type Script = dyn Fn(&Received) -> Vec<Step> + Send + Sync;

impl Upstream {
    /// Listens on a free port and follows `script` for every request.
    pub fn start(script: impl Fn(&Received) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let (seen, script) = (Arc::new(Seen::default()), Arc::<Script>::from(boxed(script)));
        let for_thread = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, script) = (Arc::clone(&for_thread), Arc::clone(&script));
                thread::spawn(move || serve(stream, &seen, &*script));
            }
        });
        Self { addr, seen }
    }

    /// Answers 200 with a JSON body to everything, and keeps connections open.
    pub fn ok() -> Self {
        Self::start(|_| vec![Step::Send(json_response(200, r#"{"from":"upstream"}"#))])
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address with a path behind it, as an integration URI has it.
    pub fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Everything that reached it so far.
    pub fn received(&self) -> Vec<Received> {
        self.seen.received().clone()
    }

    /// How many requests reached it so far.
    pub fn request_count(&self) -> usize {
        self.seen.received().len()
    }

    /// How many connections were opened so far.
    pub fn connection_count(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// The request that came last, which has been answered by now.
    ///
    /// # Panics
    /// When none came.
    pub fn last(&self) -> Received {
        self.seen.received().last().cloned().expect("a request reached the upstream")
    }

    /// Waits until so many requests have come.
    pub fn await_requests(&self, count: usize) {
        let what = format!("{count} requests to reach the upstream");
        poll::until_true(&what, || self.request_count() >= count);
    }

    /// Waits until the gateway has hung up on an [`Step::AwaitPeerClose`].
    pub fn await_peer_close(&self) {
        poll::until_true("the gateway to close its upstream connection", || {
            self.seen.closed_by_peer.load(Ordering::SeqCst) > 0
        });
    }
}

fn boxed(script: impl Fn(&Received) -> Vec<Step> + Send + Sync + 'static) -> Box<Script> {
    Box::new(script)
}

/// The bytes of a response with a JSON body and a Content-Length.
pub fn json_response(status: u16, body: &str) -> Vec<u8> {
    response_bytes(status, &[("Content-Type", "application/json")], body.as_bytes())
}

/// The bytes of a response with these headers and a Content-Length.
pub fn response_bytes(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn serve(mut stream: TcpStream, seen: &Seen, script: &Script) {
    let connection = seen.connections.fetch_add(1, Ordering::SeqCst);
    let idle = Some(PATIENCE + Duration::from_secs(30));
    stream.set_read_timeout(idle).expect("a timeout can be set");
    stream.set_nodelay(true).expect("nodelay can be set");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket can be cloned"));
    for turn in 0.. {
        let Some(received) = receive(&mut reader, connection, turn) else { return };
        seen.received().push(received.clone());
        for step in script(&received) {
            match step {
                Step::Send(bytes) => {
                    if stream.write_all(&bytes).is_err() {
                        return;
                    }
                }
                Step::Wait(gate) => gate.pass(),
                Step::Close => return,
                Step::Reset => {
                    let socket = SockRef::from(&stream);
                    socket.set_linger(Some(Duration::ZERO)).expect("linger can be set");
                    return;
                }
                Step::AwaitPeerClose => {
                    if matches!(reader.read(&mut [0; 1]), Ok(0) | Err(_)) {
                        seen.closed_by_peer.fetch_add(1, Ordering::SeqCst);
                    }
                    return;
                }
            }
        }
    }
}

/// Reads one request; none when the connection ends before it is whole.
fn receive(reader: &mut impl BufRead, connection: usize, turn: usize) -> Option<Received> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = fields(reader)?;
    let (body, trailers) = (Vec::new(), Vec::new());
    let mut received = Received { method, target, headers, trailers, body, connection, turn };
    if received.header("transfer-encoding").is_some() {
        read_chunked(reader, &mut received)?;
    } else if let Some(length) = received.header("content-length") {
        received.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut received.body).ok()?;
    }
    Some(received)
}

fn read_chunked(reader: &mut impl BufRead, into: &mut Received) -> Option<()> {
    loop {
        let size = usize::from_str_radix(line(reader)?.split(';').next()?, 16).ok()?;
        if size == 0 {
            into.trailers = fields(reader)?;
            return Some(());
        }
        let start = into.body.len();
        into.body.resize(start + size, 0);
        reader.read_exact(&mut into.body[start..]).ok()?;
        line(reader)?;
    }
}

fn fields(reader: &mut impl BufRead) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Some(fields);
        }
        let (name, value) = line.split_once(':')?;
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::Client;

    #[test]
    fn it_answers_by_script_and_remembers_what_came() {
        let upstream = Upstream::start(|received| {
            vec![Step::Send(json_response(200 + received.turn as u16, "{}"))]
        });
        let mut client = Client::connect(upstream.addr());
        let chunked = [("Transfer-Encoding", "chunked")];
        let body = b"3\r\nabc\r\n0\r\nT: 1\r\n\r\n";
        assert_eq!(client.exchange("PUT", "/a?x=1&y=2&x=3", &chunked, body).status, 200);
        assert_eq!(client.get("/b").status, 201);
        let received = upstream.received();
        assert_eq!((received[0].method.as_str(), received[0].path()), ("PUT", "/a"));
        assert_eq!(received[0].query_all("x"), ["1", "3"]);
        assert_eq!(received[0].body, b"abc");
        assert_eq!(received[0].trailers.len(), 1);
        assert_eq!((received[1].connection, received[1].turn), (0, 1));
    }

    #[test]
    fn it_closes_resets_waits_and_sees_the_peer_leave() {
        let gate = Gate::default();
        let at = gate.clone();
        let upstream = Upstream::start(move |received| match received.path() {
            "/close" => vec![Step::Close],
            "/reset" => vec![Step::Reset],
            "/wait" => vec![Step::Wait(at.clone()), Step::Send(json_response(200, "{}"))],
            _ => vec![Step::AwaitPeerClose],
        });
        for target in ["/close", "/reset"] {
            assert!(Client::connect(upstream.addr()).try_get(target).is_err());
        }
        let mut waiting = Client::connect(upstream.addr());
        waiting.send("GET /wait HTTP/1.1\r\n\r\n");
        upstream.await_requests(3);
        assert!(!waiting.is_closed());
        gate.open();
        assert_eq!(waiting.response().status, 200);
        let mut leaving = Client::connect(upstream.addr());
        leaving.send("GET /leave HTTP/1.1\r\n\r\n");
        upstream.await_requests(4);
        drop(leaving);
        upstream.await_peer_close();
    }
}
