//! Load against upstream in one process, bounded by requests, on both drivers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use ringway_bench::driver::{Choice, Rung};
use ringway_bench::load::{self, Bound, Event, Plan};
use ringway_bench::stats::Summary;
use ringway_bench::target::Target;
use ringway_bench::upstream::{Config, Upstream};

const DRIVERS: [Choice; 2] = [Choice::Auto, Choice::Epoll];

fn target(upstream: &Upstream, path: &str) -> Target {
    let url = format!("http://{}{path}", upstream.address);
    url.parse().expect("the upstream listens on loopback")
}

fn load(upstream: &Upstream, path: &str, requests: u64, change: impl Fn(&mut Plan)) -> Summary {
    let mut plan = Plan::new(target(upstream, path), 8, Bound::Requests(requests));
    change(&mut plan);
    load::run(&plan, |_| {}).expect("the upstream answers").summary
}

#[test]
fn every_request_is_answered_and_counted() {
    for driver in DRIVERS {
        let upstream = Upstream::start(Config { driver, ..Config::new() }).unwrap();
        assert_eq!(upstream.rung == Rung::Epoll, driver == Choice::Epoll || !has_uring());
        let summary = load(&upstream, "/", 5000, |plan| plan.driver = driver);
        assert_eq!(summary.responses, 5000, "{summary:?}");
        assert_eq!(summary.statuses.get(&200), Some(&5000));
        assert_eq!((summary.errors, summary.reconnects), (0, 0));
        assert_eq!(upstream.served(), 5000);
        assert!(summary.latency_us.p50 > 0 && summary.latency_us.p50 <= summary.latency_us.max);
    }
}

fn has_uring() -> bool {
    ringway_bench::driver::build(Choice::Auto).is_ok_and(|runtime| runtime.rung != Rung::Epoll)
}

#[test]
fn bodies_of_every_length_and_framing_arrive_whole() {
    for driver in DRIVERS {
        let upstream = Upstream::start(Config { driver, ..Config::new() }).unwrap();
        for bytes in [0, 1, 10, 1024, 65_536, 65_700, 1_000_000] {
            for path in [format!("/bytes/{bytes}"), format!("/chunked/{bytes}")] {
                let summary = load(&upstream, &path, 40, |plan| plan.driver = driver);
                assert_eq!((summary.responses, summary.errors), (40, 0), "{path}: {summary:?}");
                let received = summary.body_bytes_per_second * summary.seconds;
                assert_eq!(received.round() as u64, 40 * bytes, "{path}");
            }
        }
    }
}

/// A server that answers once all connections are there, for a single request.
#[test]
fn connections_are_open_before_the_first_request() {
    const CONNECTIONS: u32 = 8;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let server = thread::spawn(move || {
        // One more, with which the load looks whether there is anybody.
        let accepted: Vec<_> = (0..=CONNECTIONS).map(|_| listener.accept().unwrap().0).collect();
        accepted.iter().filter(|stream| answer(stream)).count()
    });
    let mut plan = Plan::new(target, CONNECTIONS, Bound::Requests(1));
    plan.connect_first = true;
    let summary = load::run(&plan, |_| {}).unwrap().summary;
    assert_eq!((summary.responses, summary.errors, summary.reconnects), (1, 0, 0), "{summary:?}");
    assert_eq!(server.join().unwrap(), 1);
}

/// Answers if a request comes before the end.
fn answer(mut stream: &TcpStream) -> bool {
    let asked = matches!(stream.read(&mut [0; 4096]), Ok(1..));
    asked && stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_ok()
}

#[test]
fn request_bodies_come_back() {
    let upstream = Upstream::start(Config::new()).unwrap();
    for bytes in [0, 5, 100_000] {
        let summary = load(&upstream, "/echo", 40, |plan| {
            plan.method = "POST".into();
            plan.body = vec![b'b'; bytes];
        });
        assert_eq!((summary.responses, summary.errors), (40, 0), "{summary:?}");
        let received = summary.body_bytes_per_second * summary.seconds;
        assert_eq!(received.round() as usize, 40 * bytes);
    }
}

#[test]
fn a_closing_upstream_is_reconnected_to() {
    let upstream = Upstream::start(Config::new()).unwrap();
    let summary = load(&upstream, "/close", 200, |_| {});
    assert_eq!((summary.responses, summary.errors), (200, 0), "{summary:?}");
    assert_eq!(summary.reconnects, 200 - 8);
}

#[test]
fn head_and_other_statuses_are_counted() {
    let upstream = Upstream::start(Config::new()).unwrap();
    let summary = load(&upstream, "/", 100, |plan| plan.method = "HEAD".into());
    assert_eq!((summary.responses, summary.errors), (100, 0), "{summary:?}");
    assert_eq!(summary.body_bytes_per_second, 0.0);
    let summary = load(&upstream, "/status/429", 100, |_| {});
    assert_eq!((summary.responses, summary.errors), (100, 100), "{summary:?}");
    assert_eq!(summary.statuses.get(&429), Some(&100));
}

#[test]
fn silence_is_a_timeout() {
    let upstream = Upstream::start(Config::new()).unwrap();
    let summary = load(&upstream, "/delay/600", 8, |plan| plan.timeout = Duration::from_millis(20));
    assert_eq!((summary.responses, summary.errors), (0, 8), "{summary:?}");
    assert_eq!(summary.failures.get("timeout"), Some(&8));
}

#[test]
fn garbage_is_malformed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"SSH-2.0-server\r\n\r\n");
        }
    });
    let target: Target = format!("http://{address}/").parse().unwrap();
    let plan = Plan::new(target, 2, Bound::Requests(4));
    let summary = load::run(&plan, |_| {}).unwrap().summary;
    assert_eq!(summary.failures.get("malformed"), Some(&4), "{summary:?}");
}

#[test]
fn nothing_listening_is_one_clear_error() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target: Target = format!("http://{address}/").parse().unwrap();
    let plan = Plan::new(target, 2, Bound::Requests(4));
    let error = load::run(&plan, |_| {}).unwrap_err().to_string();
    assert!(error.contains(&format!("nothing listens at {address}")), "{error}");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    for driver in DRIVERS {
        let upstream = Upstream::start(Config { driver, ..Config::new() }).unwrap();
        let mut stream = TcpStream::connect(upstream.address).unwrap();
        let requests = "GET /bytes/3 HTTP/1.1\r\n\r\n\
             POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n\
             GET /delay/5 HTTP/1.1\r\n\r\n\
             POST /echo HTTP/1.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlast";
        stream.write_all(requests.as_bytes()).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        let bodies: Vec<_> = answers.split("\r\n\r\n").collect();
        assert_eq!(bodies.len(), 5, "{answers}");
        assert!(bodies[1].starts_with("111HTTP/1.1 200"), "{answers}");
        assert!(bodies[2].starts_with("hiHTTP/1.1 200"), "{answers}");
        assert!(bodies[3].starts_with("{\"data\":\"xx"), "{answers}");
        assert_eq!(bodies[4], "last");
    }
}

#[test]
fn the_open_loop_sends_its_whole_schedule() {
    for driver in DRIVERS {
        let upstream = Upstream::start(Config { driver, ..Config::new() }).unwrap();
        let time = Duration::from_millis(500);
        let mut plan = Plan::new(target(&upstream, "/"), 4, Bound::Time(time));
        (plan.rate, plan.driver) = (Some(400), driver);
        let mut events = Vec::new();
        let summary = load::run(&plan, |event| events.push(event)).unwrap().summary;
        // However busy the machine: each of the 200 is either answered or counted as unsent.
        assert_eq!((summary.responses + summary.unsent, summary.errors), (200, 0), "{summary:?}");
        assert_eq!(upstream.served(), summary.responses);
        assert!(summary.lag_us.is_some());
        assert_eq!(events.first(), Some(&Event::Started));
        assert!(events.contains(&Event::Ended));
    }
}

#[test]
fn the_open_loop_does_not_forgive_a_slow_upstream() {
    let delay = Duration::from_millis(100);
    let upstream = Upstream::start(Config { delay, ..Config::new() }).unwrap();
    let mut plan = Plan::new(target(&upstream, "/"), 1, Bound::Time(Duration::from_secs(1)));
    plan.rate = Some(100);
    let summary = load::run(&plan, |_| {}).unwrap().summary;
    // One connection can carry ten of the hundred: the others wait, and their waiting counts.
    assert!(summary.responses <= 11, "{summary:?}");
    assert_eq!(summary.responses + summary.unsent, 100, "{summary:?}");
    assert!(summary.latency_us.p50 > 300_000, "{summary:?}");
}

#[test]
fn an_upstream_does_not_wait_for_those_who_left() {
    for driver in DRIVERS {
        let upstream = Upstream::start(Config { driver, ..Config::new() }).unwrap();
        let mut stream = TcpStream::connect(upstream.address).unwrap();
        let requests = "GET /delay/20 HTTP/1.1\r\n\r\nGET /delay/600000 HTTP/1.1\r\n\r\n";
        stream.write_all(requests.as_bytes()).unwrap();
        while upstream.served() < 2 {
            thread::yield_now();
        }
        // Its end of the connection closes only when it has stopped waiting.
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).unwrap();
        let heads = answers.windows(12).filter(|part| *part == b"HTTP/1.1 200").count();
        assert_eq!(heads, 1);
    }
}
