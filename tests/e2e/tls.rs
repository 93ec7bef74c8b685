//! TLS on both sides: the HTTPS listener, and verified HTTPS back ends.

use ringway_tests::api::{Api, http_proxy, mock};
use ringway_tests::certificates::Certificates;
use ringway_tests::curl::curl;
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::nginx::Nginx;
use ringway_tests::scratch::Scratch;

use crate::expect;

fn api() -> Api {
    Api::new().route("ANY", "/pets", mock(r#"{"over":"tls"}"#))
}

fn https_url(gateway: &Gateway, host: &str, target: &str) -> String {
    format!("https://{host}:{}{target}", gateway.https().port())
}

#[test]
fn https_serves_with_a_certificate_that_curl_verifies() {
    let certificates = Certificates::make();
    let launch = Launch::openapi(&api());
    let gateway = launch.https(&certificates.certificate(), &certificates.key()).start();
    let authority = certificates.authority();
    let trusted = ["--cacert", authority.to_str().unwrap()];
    for host in ["localhost", "127.0.0.1"] {
        let url = https_url(&gateway, host, "/dev/pets");
        let answer = curl(&[&trusted[..], &[&url]].concat());
        assert_eq!((answer.exit, answer.status), (0, 200), "{answer:?}");
        assert_eq!(answer.body, r#"{"over":"tls"}"#);
    }
    // Without the authority curl refuses: the certificate is really looked at.
    let answer = curl(&[&https_url(&gateway, "localhost", "/dev/pets")]);
    assert_eq!(answer.exit, 60, "{answer:?}");
    // The plain port serves beside it.
    assert_eq!(gateway.get("/dev/pets").status, 200);
}

#[test]
fn https_keeps_connections_and_takes_bodies() {
    let certificates = Certificates::make();
    let launch = Launch::openapi(&api());
    let gateway = launch.https(&certificates.certificate(), &certificates.key()).start();
    let url = https_url(&gateway, "localhost", "/dev/pets");
    let scratch = Scratch::new();
    let body = format!("@{}", scratch.write("body", "x".repeat(300_000)).display());
    let authority = certificates.authority();
    let trusted = ["--cacert", authority.to_str().unwrap()];
    let json = "Content-Type: application/json";
    let post = ["--verbose", "--header", json, "--data-binary", &body, &url, &url];
    let answer = curl(&[&trusted[..], &post].concat());
    assert_eq!((answer.exit, answer.status), (0, 200), "{answer:?}");
    assert!(answer.stderr.contains("Re-using existing connection"), "{}", answer.stderr);
}

#[test]
fn a_self_signed_certificate_needs_no_files() {
    let gateway = Launch::openapi(&api()).https_self_signed().start();
    let url = https_url(&gateway, "localhost", "/dev/pets");
    let answer = curl(&["--insecure", &url]);
    assert_eq!((answer.exit, answer.status), (0, 200), "{answer:?}");
    assert_eq!(curl(&[&url]).exit, 60);
}

#[test]
fn tls_1_2_and_1_3_are_spoken_and_older_ones_are_not() {
    let gateway = Launch::openapi(&api()).https_self_signed().start();
    let url = https_url(&gateway, "localhost", "/dev/pets");
    for (version, exit) in [("1.2", 0), ("1.3", 0), ("1.1", 35), ("1.0", 35)] {
        let (flag, max) = (format!("--tlsv{version}"), ["--tls-max", version]);
        let answer = curl(&[&["--insecure", flag.as_str()][..], &max, &[&url]].concat());
        assert_eq!(answer.exit, exit, "TLS {version}: {answer:?}");
    }
}

#[test]
fn plain_text_on_the_tls_port_is_closed() {
    let gateway = Launch::openapi(&api()).https_self_signed().start();
    let mut client = ringway_tests::raw::Client::connect(gateway.https());
    client.send("GET /dev/pets HTTP/1.1\r\nHost: a\r\n\r\n");
    // Rustls may send an alert first; HTTP it never is.
    let answered = client.try_response();
    assert!(answered.is_err(), "{answered:?}");
    let url = https_url(&gateway, "localhost", "/dev/pets");
    assert_eq!(curl(&["--insecure", &url]).status, 200);
}

fn https_upstream(nginx: &Nginx, host: &str) -> Api {
    let uri = format!("https://{host}:{}/", nginx.addr().port());
    Api::new().route("ANY", "/pets", http_proxy(uri))
}

const SECURE: &str =
    "location / { default_type text/plain; return 200 '$scheme $ssl_server_name'; }";

#[test]
fn an_https_back_end_is_called_when_its_certificate_is_trusted() {
    let certificates = Certificates::make();
    let nginx = Nginx::start_tls(&certificates, SECURE);
    let launch = Launch::openapi(&https_upstream(&nginx, "localhost"));
    let gateway = launch.env("SSL_CERT_FILE", certificates.authority()).workers(1).start();
    let mut client = gateway.client();
    for _ in 0..10 {
        let response = client.get("/dev/pets");
        assert_eq!((response.status, response.text().as_str()), (200, "https localhost"));
    }
    let posted = client.exchange("POST", "/dev/pets", &[], &[b'x'; 200_000]);
    assert_eq!(posted.status, 200, "{posted:?}");
}

#[test]
fn an_https_back_end_that_nobody_vouches_for_is_not_called() {
    let (certificates, stranger) = (Certificates::make(), Certificates::make());
    let nginx = Nginx::start_tls(&certificates, SECURE);
    let launch = Launch::openapi(&https_upstream(&nginx, "localhost"));
    let gateway = launch.env("SSL_CERT_FILE", stranger.authority()).start();
    expect::integration_failure(&gateway.get("/dev/pets"));
}

#[test]
fn a_certificate_for_another_name_is_not_accepted() {
    let certificates = Certificates::make_for("DNS:other.example.com");
    let nginx = Nginx::start_tls(&certificates, SECURE);
    let launch = Launch::openapi(&https_upstream(&nginx, "localhost"));
    let gateway = launch.env("SSL_CERT_FILE", certificates.authority()).start();
    expect::integration_failure(&gateway.get("/dev/pets"));
}
