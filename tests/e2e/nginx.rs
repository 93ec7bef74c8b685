//! Real nginx as the upstream and real curl as the client.

use ringway_tests::api::{Api, http_proxy, mapped};
use ringway_tests::curl::curl;
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::nginx::Nginx;

const ECHO: &str = "
    location /echo {
        default_type text/plain;
        return 200 '$request_method $request_uri $content_length $http_x_custom';
    }
    location /empty { return 204; }
    location /moved { return 302 http://elsewhere.example.com/; }
    location /zip {
        alias root;
        gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any; gzip_http_version 1.0;
    }
    location /last { keepalive_timeout 0; default_type text/plain; return 200 last; }
";

/// Every path and verb of nginx under `/dev`.
fn in_front_of(nginx: &Nginx) -> Gateway {
    let operation =
        mapped(http_proxy(nginx.uri("/{proxy}")), &[("path.proxy", "method.request.path.proxy")]);
    Launch::openapi(&Api::new().route("ANY", "/{proxy+}", operation)).start()
}

/// Bytes that compress badly and repeat nowhere near a buffer's size.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(step).collect()
}

#[test]
fn verb_path_query_and_headers_arrive() {
    let nginx = Nginx::start(ECHO);
    let gateway = in_front_of(&nginx);
    let url = gateway.url("/dev/echo/a/b?x=1&y=%20z");
    let answer = curl(&["-X", "PUT", "-H", "X-Custom: c", "--data", "hello", &url]);
    assert_eq!((answer.exit, answer.status), (0, 200), "{answer:?}");
    assert_eq!(answer.body, "PUT /echo/a/b?x=1&y=%20z 5 c");
    assert!(answer.heads.to_lowercase().contains("x-amzn-remapped-server: nginx"), "{answer:?}");
}

#[test]
fn every_common_verb_passes() {
    let nginx = Nginx::start(ECHO);
    let gateway = in_front_of(&nginx);
    let url = gateway.url("/dev/echo");
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let answer = curl(&["-X", verb, &url]);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.starts_with(&format!("{verb} /echo")), "{answer:?}");
    }
}

#[test]
fn a_head_request_gets_the_head_alone() {
    let nginx = Nginx::start(ECHO);
    nginx.put("file", &noise(5000));
    let gateway = in_front_of(&nginx);
    let answer = curl(&["--head", &gateway.url("/dev/file")]);
    assert_eq!((answer.exit, answer.status), (0, 200), "{answer:?}");
    let mut client = gateway.client();
    let head = client.exchange("HEAD", "/dev/file", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0), "{head:?}");
    // The connection is still in step.
    assert_eq!(client.get("/dev/file").body.len(), 5000);
}

#[test]
fn answers_without_a_body_leave_the_connection_usable() {
    let nginx = Nginx::start(ECHO);
    nginx.put("file", b"contents");
    let gateway = in_front_of(&nginx);
    let mut client = gateway.client();
    assert_eq!(client.get("/dev/empty").status, 204);
    let moved = client.get("/dev/moved");
    assert_eq!(moved.status, 302);
    assert_eq!(moved.header("Location"), Some("http://elsewhere.example.com/"));
    let file = client.get("/dev/file");
    let etag = file.header("ETag").expect("nginx sends an ETag").to_owned();
    let unchanged = client.exchange("GET", "/dev/file", &[("If-None-Match", &etag)], b"");
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "{unchanged:?}");
    assert_eq!(client.get("/dev/file").text(), "contents");
}

#[test]
fn large_bodies_arrive_whole_with_a_length_and_chunked() {
    let nginx = Nginx::start(ECHO);
    let gateway = in_front_of(&nginx);
    for length in [1, 16 * 1024, 64 * 1024 + 1, 5 * 1024 * 1024] {
        let contents = noise(length);
        nginx.put("file", &contents);
        let sized = gateway.get("/dev/file");
        assert!(sized.body == contents, "{length} bytes came as {}", sized.body.len());
        // gzip makes nginx send chunks; curl undoes both.
        nginx.put("zip.bin", &contents);
        let answer = curl(&["--compressed", &gateway.url("/dev/zip/zip.bin")]);
        assert_eq!((answer.exit, answer.status), (0, 200), "{}", answer.stderr);
        assert!(answer.heads.to_lowercase().contains("content-encoding: gzip"), "{}", answer.heads);
        assert!(answer.bytes == contents, "{length} bytes, zipped, came as {}", answer.bytes.len());
    }
    assert_eq!(nginx.complaints(), "");
}

#[test]
fn part_of_a_file_can_be_asked_for() {
    let nginx = Nginx::start(ECHO);
    nginx.put("file", b"0123456789");
    let gateway = in_front_of(&nginx);
    let answer = curl(&["--range", "2-5", &gateway.url("/dev/file")]);
    assert_eq!((answer.status, answer.body.as_str()), (206, "2345"), "{answer:?}");
}

#[test]
fn an_upstream_that_closes_after_each_answer_is_called_anew() {
    let nginx = Nginx::start(ECHO);
    let gateway = in_front_of(&nginx);
    let mut client = gateway.client();
    for _ in 0..20 {
        let response = client.get("/dev/last");
        assert_eq!((response.status, response.text().as_str()), (200, "last"), "{response:?}");
    }
}

#[test]
fn curl_reuses_its_connection() {
    let nginx = Nginx::start(ECHO);
    let gateway = in_front_of(&nginx);
    let url = gateway.url("/dev/echo");
    let answer = curl(&["--verbose", &url, "--next", "--silent", "--output", "/dev/null", &url]);
    assert_eq!(answer.exit, 0, "{answer:?}");
    assert!(answer.stderr.contains("Re-using existing connection"), "{}", answer.stderr);
}
