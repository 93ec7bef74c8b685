//! The admin port over a real socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::*;

struct Fixture {
    addr: SocketAddr,
    admin: Arc<Admin>,
    counters: Arc<Counters>,
}

fn fixture() -> Fixture {
    let published = Arc::new(Published::new(Arc::new(metrics::tests::snapshot(7))));
    let counters = Arc::<Counters>::default();
    let log = Arc::<WriterCounts>::default();
    let plane = Arc::new(crate::plane::tests::plane());
    let started = SystemTime::UNIX_EPOCH;
    let admin = Arc::new(Admin::new(published, Arc::clone(&counters), log, plane, started));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    spawn(listener, Arc::clone(&admin)).unwrap();
    Fixture { addr, admin, counters }
}

fn ask(addr: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(addr: SocketAddr, path: &str) -> String {
    ask(addr, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
}

#[test]
fn readiness_follows_the_workers() {
    let fixture = fixture();
    let starting = get(fixture.addr, "/health/ready");
    assert!(starting.starts_with("HTTP/1.1 503 "), "{starting}");
    assert!(
        starting.ends_with(r#"{"status":"starting","generation":7,"workers":[]}"#),
        "{starting}"
    );
    fixture.counters.worker().generation.add(7);
    let ready = get(fixture.addr, "/health/ready");
    assert!(ready.starts_with("HTTP/1.1 200 "), "{ready}");
    assert!(ready.ends_with(r#"{"status":"ready","generation":7,"workers":[7]}"#), "{ready}");
    fixture.admin.drain();
    assert!(get(fixture.addr, "/health/ready").contains(r#""draining""#));
    assert!(get(fixture.addr, "/health/live").starts_with("HTTP/1.1 200 "));
}

#[test]
fn metrics_have_their_content_type_and_end() {
    let answer = get(fixture().addr, "/metrics");
    assert!(answer.contains("content-type: application/openmetrics-text"), "{answer}");
    assert!(answer.ends_with("# EOF\n"), "{answer}");
}

#[test]
fn refusals_are_json() {
    let addr = fixture().addr;
    let missing = get(addr, "/nowhere?x=y");
    assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
    assert!(
        missing.ends_with(r#"{"message":"No such path on the admin port: /nowhere"}"#),
        "{missing}"
    );
    let request =
        "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let verb = ask(addr, request);
    assert!(verb.starts_with("HTTP/1.1 405 "), "{verb}");
    assert!(verb.ends_with(r#"{"message":"This path does not take this method"}"#), "{verb}");
}
