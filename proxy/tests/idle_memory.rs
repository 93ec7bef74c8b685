//! Guard: what an idle client connection keeps allocated.
//!
//! The gateway runs in this process; its clients are std sockets, which allocate nothing, so that
//! every byte that stays allocated is the gateway's.
#![allow(unsafe_code)] // a counting global allocator
#![allow(clippy::disallowed_methods)] // clients that block their own thread only
#![allow(clippy::unwrap_used)] // a guard that meets what it does not expect stops there

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ringway_core::definition::Definitions;
use ringway_core::link::{Counters, LogSink, Published};

struct Counting;

/// Bytes that are allocated now.
static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: forwards to the system allocator, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const CONNECTIONS: usize = 200;
const IDLE_BYTES_MAX: usize = 4 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until that many connections are parked, and returns the bytes allocated then.
fn parked(counters: &Counters, wanted: u64) -> usize {
    let started = Instant::now();
    while counters.workers().iter().map(|worker| worker.parked.value()).sum::<u64>() != wanted {
        assert!(started.elapsed() < PATIENCE, "{wanted} connections are not parked");
        std::thread::yield_now();
    }
    LIVE.load(Ordering::Relaxed)
}

#[test]
fn an_idle_connection_keeps_at_most_4_kib() {
    let snapshot = ringway_core::compile::compile(&Definitions::default(), 1).unwrap();
    let (log, _batches) = LogSink::channel();
    let counters = Arc::<Counters>::default();
    let config = ringway_proxy::Config {
        http: Some("127.0.0.1:0".parse().unwrap()),
        https: None,
        workers: 1,
        drain_deadline: Duration::from_secs(1),
        host_suffixes: vec!["localhost".into()],
        published: Arc::new(Published::new(Arc::new(snapshot))),
        commands: Arc::default(),
        counters: Arc::clone(&counters),
        log,
        outbound: ringway_proxy::Outbound::default(),
        trim: || {},
    };
    let gateway = ringway_proxy::start(config).unwrap();
    let address = gateway.http_addr().unwrap();
    let mut clients = Vec::with_capacity(CONNECTIONS);
    let before = parked(&counters, 0);
    clients.extend((0..CONNECTIONS).map(|_| TcpStream::connect(address).unwrap()));
    let unused = parked(&counters, CONNECTIONS as u64) - before;
    assert!(unused <= CONNECTIONS * IDLE_BYTES_MAX, "{unused} bytes before their first request");
    let mut answer = [0; 2048];
    for mut client in &clients {
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: guard\r\n\r\n")
            .unwrap();
        let read = client.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 4"), "{:?}", &answer[..read]);
    }
    let used = parked(&counters, CONNECTIONS as u64) - before;
    assert!(used <= CONNECTIONS * IDLE_BYTES_MAX, "{used} bytes after a request each");
    drop(clients);
    assert_eq!(gateway.drain(), 0);
}
