//! Memory: it does not grow with the requests, nor with what slow clients have not read yet.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ringway_tests::api::{Api, http_proxy, keyed, mock, settings};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll::{self, PATIENCE};
use ringway_tests::upstream::Upstream;
use serde_json::json;
use socket2::{Domain, SockRef, Socket, Type};

use crate::observed::{no_panics, resident_bytes};

const MEBIBYTE: usize = 1024 * 1024;

/// So many requests of every kind, over connections that are kept and connections that are not.
fn load(gateway: &Gateway, requests: usize) {
    const CLIENTS: usize = 4;
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                for _ in 0..requests / CLIENTS / 10 {
                    ten(gateway);
                }
            });
        }
    });
}

fn ten(gateway: &Gateway) {
    let mut client = gateway.client();
    for at in 0..2 {
        assert_eq!(client.get("/dev/mock").status, 200);
        assert_eq!(client.get(&format!("/dev/proxy?at={at}")).status, 200);
        assert_eq!(client.get("/dev/nowhere").status, 403);
        assert_eq!(client.exchange("POST", "/dev/mock", &[], &[b'x'; 3000]).status, 200);
    }
    assert_eq!(client.get("/dev/keyed").status, 403);
    client.send("GET /dev/mock HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    assert_eq!(client.response().status, 400);
}

#[test]
fn memory_does_not_grow_with_the_requests() {
    let upstream = Upstream::ok();
    let api = Api::new()
        .route("ANY", "/mock", mock("{}"))
        .route("GET", "/keyed", keyed(mock("{}")))
        .route("GET", "/proxy", http_proxy(upstream.uri("/")));
    let mut file = settings(json!({"stageName": "dev"}));
    // The default of 10,000 a second is less than what these clients reach.
    file["account"] =
        json!({"throttleSettings": {"rateLimit": 1_000_000, "burstLimit": 1_000_000}});
    let gateway = Launch::settings(&file, &api).start();
    load(&gateway, 5_000);
    let early = resident_bytes(&gateway);
    load(&gateway, 15_000);
    let late = resident_bytes(&gateway);
    assert!(late * 10 < early * 12, "{early} bytes after 5,000 requests, {late} after 20,000");
    no_panics(&gateway);
}

const ANSWER_BYTES: usize = 20 * MEBIBYTE;

/// A back end that answers every connection with [`ANSWER_BYTES`] and counts what it got rid of.
fn generous() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("a bound socket has an address");
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let counter = Arc::clone(&counter);
            thread::spawn(move || pour(stream, &counter));
        }
    });
    (addr, sent)
}

fn pour(mut stream: TcpStream, sent: &AtomicUsize) {
    SockRef::from(&stream).set_send_buffer_size(64 * 1024).expect("a size can be set");
    let mut head = [0; 4096];
    if !matches!(stream.read(&mut head), Ok(1..)) {
        return;
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {ANSWER_BYTES}\r\n\r\n");
    let mut written = stream.write_all(head.as_bytes());
    let piece = [b'x'; 64 * 1024];
    for _ in 0..ANSWER_BYTES / piece.len() {
        written = written.and_then(|()| stream.write_all(&piece));
        if written.is_err() {
            return;
        }
        sent.fetch_add(piece.len(), Ordering::SeqCst);
    }
}

/// A client that takes little more than it reads. It asks for the answer and reads nothing.
fn reluctant(gateway: &Gateway) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(16 * 1024).expect("a size can be set");
    socket.connect(&gateway.http().into()).expect("the gateway listens");
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    let request = "GET /dev/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("a request fits");
    stream
}

/// The number once it has been the same for half a second.
fn settled(number: &AtomicUsize) -> usize {
    let (mut last, mut since) = (0, Instant::now());
    poll::until("the back end to stall", || {
        let now = number.load(Ordering::SeqCst);
        if now == 0 || now != last {
            (last, since) = (now, Instant::now());
        }
        (since.elapsed() >= Duration::from_millis(500)).then_some(last)
    })
}

#[test]
fn a_slow_client_slows_the_back_end_down_and_costs_no_memory() {
    const CLIENTS: usize = 4;
    let (addr, sent) = generous();
    let api = Api::new().route("GET", "/large", http_proxy(format!("http://{addr}/"))).route(
        "GET",
        "/mock",
        mock("{}"),
    );
    // The kernel may back a first touch by a page of 2 MiB, which says nothing of what is held.
    let gateway = Launch::openapi(&api).env("MIMALLOC_ALLOW_THP", "0").start();
    assert_eq!(gateway.get("/dev/mock").status, 200);
    let before = resident_bytes(&gateway);
    let clients: Vec<_> = (0..CLIENTS).map(|_| reluctant(&gateway)).collect();
    let stalled = settled(&sent);
    // What the kernel holds for both sides: buffers of up to 10 MiB for each exchange.
    assert!(stalled < CLIENTS * 14 * MEBIBYTE, "the back end got rid of {stalled} bytes");
    let held = resident_bytes(&gateway).saturating_sub(before);
    assert!(held < 4 * MEBIBYTE, "{held} bytes more for {CLIENTS} slow clients");
    assert_eq!(gateway.get("/dev/mock").status, 200, "others are served meanwhile");
    for mut client in clients {
        let mut answer = Vec::with_capacity(ANSWER_BYTES + 4096);
        client.read_to_end(&mut answer).expect("the answer ends");
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        assert_eq!(answer.len() - head - 4, ANSWER_BYTES);
    }
    // The back end counts a piece after it was written, which may be after it was read here.
    poll::until("the back end to have sent everything", || {
        (sent.load(Ordering::SeqCst) == CLIENTS * ANSWER_BYTES).then_some(())
    });
    let held = resident_bytes(&gateway).saturating_sub(before);
    assert!(held < 6 * MEBIBYTE, "{held} bytes more after the answers were read");
    no_panics(&gateway);
}
