//! The echo server over a real socket.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

/// Sends all requests at once and returns everything that comes back.
fn exchange(requests: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || serve(&listener));
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(requests.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn pipelined_requests_are_described_in_order() {
    let answer = exchange(concat!(
        "GET /a%20b?x=1 HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-b: 2\r\nX-A: 3\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n",
    ));
    let check = |expect: &str| assert!(answer.contains(expect), "{expect} not in {answer}");
    check(r#"{"method":"GET","path":"/a%20b","query":"x=1","headers":{"#);
    check(r#""headers":{"Host":"a","X-A":"1, 3","x-b":"2"},"body":""}"#);
    check(r#"{"method":"POST","path":"/","query":null,"#);
    check(r#""body":"hello"}"#);
    check(r#""body":"abcde"}"#);
    assert_eq!(answer.matches("HTTP/1.1 200 OK\r\n").count(), 3);
    assert_eq!(answer.matches("Connection: close\r\n").count(), 1);
}

#[test]
fn head_has_no_body() {
    let answer = exchange("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn expectations_are_met() {
    let answer = exchange(concat!(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n",
        "Connection: close\r\n\r\nx",
    ));
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn what_cannot_be_read_is_refused() {
    let check = |request: &str, expect: &str| {
        let answer = exchange(request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {expect} ")), "{request:?}: {answer}");
        assert!(answer.contains("Connection: close\r\n"), "{answer}");
    };
    check("GET / HTTP/1.1\r\n\r\n", "400");
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    check(&format!("{chunked}zz\r\n"), "400");
    check("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n\r\n", "413");
}
