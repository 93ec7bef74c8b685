//! Connections that wait for their next request: they keep little, and lose nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::certificates::Certificates;
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::raw::request_bytes;
use ringway_tests::upstream::{Step, Upstream, json_response};

use crate::observed::{no_panics, resident_bytes};

/// After so long without a request a connection is parked (`IDLE_RELEASE_MS`).
const RELEASE: Duration = Duration::from_millis(200);

fn launch() -> Launch {
    Launch::openapi(&Api::new().route("ANY", "/mock", mock(r#"{"from":"mock"}"#)))
}

/// Waits until exactly so many connections are parked.
fn await_parked(gateway: &Gateway, wanted: usize) {
    poll::until_true(&format!("{wanted} parked connections"), || {
        let parked = gateway.metrics().sum("ringway_connections_parked", &[]);
        (parked - wanted as f64).abs() < 0.5
    });
}

#[test]
fn a_parked_connection_serves_the_next_request() {
    let gateway = launch().start();
    let mut client = gateway.client();
    for _ in 0..3 {
        await_parked(&gateway, 1);
        assert_eq!(client.get("/dev/mock").status, 200);
        let large = [("X-Large", "y".repeat(6_000))];
        let headers = [(large[0].0, large[0].1.as_str())];
        await_parked(&gateway, 1);
        assert_eq!(client.exchange("POST", "/dev/mock", &headers, &[b'x'; 9_000]).status, 200);
    }
    drop(client);
    await_parked(&gateway, 0);
    no_panics(&gateway);
}

/// A client of `openssl s_client`, which keeps its connection.
struct Tls {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Tls {
    fn connect(addr: SocketAddr) -> Self {
        let mut child = Command::new("openssl")
            .args(["s_client", "-quiet", "-ign_eof", "-connect", &addr.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl runs");
        let answers = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, answers }
    }

    fn send(&mut self, bytes: &[u8]) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        stdin.write_all(bytes).and_then(|()| stdin.flush()).expect("openssl takes it");
    }

    /// The status of the next response.
    fn status(&mut self) -> String {
        let (mut first, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            let read = self.answers.read_line(&mut line).expect("a line");
            assert_ne!(read, 0, "the connection ended");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
            if line == "\r\n" {
                break;
            }
            first.get_or_insert(line);
        }
        self.answers.read_exact(&mut vec![0; length]).expect("a body");
        first.expect("a status line").split(' ').nth(1).expect("a status").to_owned()
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_parked_tls_connection_serves_the_next_request() {
    let certificates = Certificates::make();
    let gateway = launch().https(&certificates.certificate(), &certificates.key()).start();
    let mut client = Tls::connect(gateway.https());
    for _ in 0..3 {
        await_parked(&gateway, 1);
        client.send(&request_bytes("GET", "/dev/mock", &[], b""));
        assert_eq!(client.status(), "200");
        await_parked(&gateway, 1);
        client.send(&request_bytes("POST", "/dev/mock", &[], &[b'x'; 100_000]));
        assert_eq!(client.status(), "200");
    }
    no_panics(&gateway);
}

#[test]
fn half_a_request_is_kept_while_others_are_parked() {
    let gateway = launch().start();
    let mut client = gateway.client();
    let request = request_bytes("GET", "/dev/mock", &[], b"");
    let (begin, rest) = request.split_at(20);
    client.send([&request[..], begin].concat());
    assert_eq!(client.response().status, 200);
    // A connection that became idle later is parked, this one is not.
    let mut other = gateway.client();
    assert_eq!(other.get("/dev/mock").status, 200);
    await_parked(&gateway, 1);
    client.send(rest);
    assert_eq!(client.response().status, 200);
    await_parked(&gateway, 2);
    client.send(begin);
    await_parked(&gateway, 1);
    client.send(rest);
    assert_eq!(client.response().status, 200);
}

/// Requests that come just when their connection is about to be parked, some in two pieces.
#[test]
fn requests_at_the_moment_of_parking_lose_no_byte() {
    const CLIENTS: u32 = 64;
    const REQUESTS: u32 = 12;
    let upstream = Upstream::start(|received| {
        let body = format!("{{\"n\":\"{}\"}}", received.query_all("n").join(""));
        vec![Step::Send(json_response(200, &body))]
    });
    let api = Api::new().route("ANY", "/proxy", http_proxy(upstream.uri("/")));
    let gateway = Launch::openapi(&api).start();
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let gateway = &gateway;
            scope.spawn(move || {
                let mut client = gateway.client();
                for turn in 0..REQUESTS {
                    let n = format!("{number}-{turn}");
                    let target = format!("/dev/proxy?n={n}");
                    let request = request_bytes("POST", &target, &[], n.as_bytes());
                    let cut = if turn % 3 == 0 { 1 + number as usize } else { 0 };
                    client.send(&request[..cut]);
                    client.send(&request[cut..]);
                    assert_eq!(client.response().json()["n"], n);
                    // The pace of the client, spread over 40 ms around the release.
                    let spread = Duration::from_micros(u64::from(number) * 625);
                    thread::sleep(RELEASE - Duration::from_millis(20) + spread);
                }
            });
        }
    });
    let bodies: usize = upstream.received().iter().filter(|one| !one.body.is_empty()).count();
    assert_eq!(bodies, (CLIENTS * REQUESTS) as usize);
    no_panics(&gateway);
}

#[test]
fn a_drain_closes_parked_connections() {
    let mut gateway = launch().start();
    let mut used = gateway.client();
    assert_eq!(used.get("/dev/mock").status, 200);
    let mut unused = gateway.client();
    await_parked(&gateway, 2);
    gateway.terminate();
    used.expect_closed();
    unused.expect_closed();
    assert_eq!(gateway.wait().code(), Some(0));
}

/// The bound of the issue, and that a burst of activity does not keep its memory.
#[test]
fn an_idle_connection_keeps_at_most_8_kib() {
    const CONNECTIONS: usize = 400;
    const IDLE_BYTES_MAX: usize = 8 * 1024;
    let gateway = launch().workers(1).start();
    for _ in 0..50 {
        assert_eq!(gateway.get("/dev/mock").status, 200);
    }
    await_parked(&gateway, 0);
    let before = resident_bytes(&gateway);
    let mut clients: Vec<_> = (0..CONNECTIONS).map(|_| gateway.client()).collect();
    for _ in 0..2 {
        for client in &mut clients {
            client.send(request_bytes("POST", "/dev/mock", &[], &[b'x'; 1_500]));
        }
        for client in &mut clients {
            assert_eq!(client.response().status, 200);
        }
        await_parked(&gateway, CONNECTIONS);
        poll::until_true("the memory of idle connections to fall to 8 KiB each", || {
            let held = resident_bytes(&gateway).saturating_sub(before);
            held <= CONNECTIONS * IDLE_BYTES_MAX
        });
    }
    assert_eq!(clients[0].get("/dev/mock").status, 200);
}
