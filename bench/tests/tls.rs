//! The load through TLS, against a server made of rustls' own blocking loop.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use ringway_bench::driver::Choice;
use ringway_bench::load::{self, Bound, Plan};
use ringway_bench::stats::Summary;
use ringway_bench::trust::Trust;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

/// Longer than a record, and than what the generator reads at once.
const BODY_BYTES: usize = 300_000;

struct Server {
    url: String,
    certificate: CertificateDer<'static>,
    thread: JoinHandle<()>,
}

/// Serves `connections` of `requests` each, closing after the last, one after the other.
fn serve(connections: usize, requests: usize) -> Server {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("an address is a name");
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let certificate = cert.der().clone();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .expect("the key is the certificate's");
    let (config, listener) =
        (Arc::new(config), TcpListener::bind("127.0.0.1:0").expect("a free port"));
    let url = format!("https://{}/", listener.local_addr().expect("it is bound"));
    let thread = thread::spawn(move || {
        // The first asks only whether anybody listens.
        drop(listener.accept().expect("a client"));
        for _ in 0..connections {
            let (socket, _) = listener.accept().expect("a client");
            let session =
                ServerConnection::new(Arc::clone(&config)).expect("a valid configuration");
            let mut stream = StreamOwned::new(session, socket);
            for answered in 1..=requests {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read(&mut byte).unwrap_or(0) == 0 {
                        return;
                    }
                    head.push(byte[0]);
                }
                let close = if answered == requests { "Connection: close\r\n" } else { "" };
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY_BYTES}\r\n{close}\r\n");
                stream.write_all(head.as_bytes()).expect("the client reads");
                stream.write_all(&vec![b'x'; BODY_BYTES]).expect("the client reads");
            }
            assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        }
    });
    Server { url, certificate, thread }
}

fn load(server: &Server, requests: u64, driver: Choice, trusted: &CertificateDer<'_>) -> Summary {
    let mut plan = Plan::new(server.url.parse().expect("a URL"), 1, Bound::Requests(requests));
    plan.trust = Some(Trust::of(vec![trusted.clone().into_owned()]).expect("a certificate"));
    plan.driver = driver;
    load::run(&plan, |_| {}).expect("somebody listens").summary
}

#[test]
fn long_bodies_and_new_connections_pass_through_tls() {
    for driver in [Choice::Auto, Choice::Epoll] {
        let server = serve(3, 4);
        let summary = load(&server, 12, driver, &server.certificate);
        server.thread.join().unwrap();
        assert_eq!((summary.responses, summary.errors, summary.reconnects), (12, 0, 2));
        let received = summary.body_bytes_per_second * summary.seconds;
        assert_eq!(received.round() as usize, 12 * BODY_BYTES);
    }
}

#[test]
fn a_server_that_is_not_trusted_gets_no_request() {
    let (server, other) = (serve(2, 1), serve(0, 0));
    let summary = load(&server, 2, Choice::Auto, &other.certificate);
    assert_eq!((summary.responses, summary.failures.get("connect")), (0, Some(&2)));
}

#[test]
fn nobody_is_trusted_unasked() {
    let server = serve(1, 1);
    let plan = Plan::new(server.url.parse().unwrap(), 1, Bound::Requests(1));
    let error = load::run(&plan, |_| {}).unwrap_err().to_string();
    assert!(error.contains("whom to trust"), "{error}");
}
