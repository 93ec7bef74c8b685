//! Compressed payloads: responses for clients that ask, requests before anything reads them, and
//! what is no such payload or too much of it.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use ringway_tests::api::{Api, http, http_proxy, integration, merge, mock, settings};
use ringway_tests::curl::curl;
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::response::Response;
use ringway_tests::upstream::{Gate, Received, Step, Upstream, json_response, response_bytes};
use serde_json::{Value, json};

use crate::observed::{no_panics, resident_bytes};

const MINIMUM: &str = "x-amazon-apigateway-minimum-compression-size";
const BODY: &str =
    r#"{"from": "a back end", "what": "a body of one hundred bytes or so, so so so"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// The body as its client sees it, by its Content-Encoding.
fn plain(response: &Response) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = match response.header("Content-Encoding") {
        None => (&response.body[..]).read_to_end(&mut plain),
        Some("gzip") => GzDecoder::new(&response.body[..]).read_to_end(&mut plain),
        Some("deflate") => ZlibDecoder::new(&response.body[..]).read_to_end(&mut plain),
        Some(other) => panic!("{other}: {response:?}"),
    };
    read.unwrap_or_else(|error| panic!("{error}: {response:?}"));
    plain
}

/// `/mock`, `/http` and `/proxy` with responses of the same body, compressed from so many bytes.
fn compressing(upstream: &Upstream, bytes_min: usize) -> Gateway {
    let api = Api::new()
        .route("ANY", "/mock", mock(BODY))
        .route("ANY", "/http", http("GET", upstream.uri("/")))
        .route("ANY", "/proxy", http_proxy(upstream.uri("/")));
    Launch::openapi(&api.with(MINIMUM, json!(bytes_min.to_string()))).start()
}

fn answering() -> Upstream {
    Upstream::start(|_| vec![Step::Send(json_response(200, BODY))])
}

#[test]
fn a_response_has_the_coding_that_its_client_prefers() {
    let upstream = answering();
    let gateway = compressing(&upstream, BODY.len());
    let mut client = gateway.client();
    for target in ["/dev/mock", "/dev/http", "/dev/proxy"] {
        for (accept, coding) in [
            (Some("gzip"), Some("gzip")),
            (Some("deflate"), Some("deflate")),
            (Some("gzip;q=0.5, deflate"), Some("deflate")),
            (Some("gzip;q=1.0,identity;q=0.5,*;q=0"), Some("gzip")),
            (Some("br;q=1.0, gzip;q=0.9"), None),
            (Some("gzip;q=0"), None),
            (Some("*"), None),
            (None, None),
        ] {
            let fields: Vec<_> = accept.iter().map(|value| ("Accept-Encoding", *value)).collect();
            let response = client.exchange("GET", target, &fields, b"");
            assert_eq!(response.header("Content-Encoding"), coding, "{target} {accept:?}");
            let vary = coding.map(|_| "Accept-Encoding");
            assert_eq!(response.header("Vary"), vary, "{target} {accept:?}");
            assert_eq!(plain(&response), BODY.as_bytes(), "{target} {accept:?}");
            assert_eq!(response.header("Content-Type"), Some("application/json"));
        }
    }
}

#[test]
fn what_is_not_compressed() {
    let upstream = answering();
    let asked = [("Accept-Encoding", "gzip")];
    let gateway = compressing(&upstream, BODY.len() + 1);
    for target in ["/dev/mock", "/dev/http", "/dev/proxy"] {
        let response = gateway.request("GET", target, &asked, b"");
        assert_eq!(response.header("Content-Encoding"), None, "too small: {target}");
        assert_eq!(response.text(), BODY);
    }
    let gateway = compressing(&upstream, 0);
    let response = gateway.request("GET", "/dev/nowhere", &asked, b"");
    assert_eq!((response.status, response.header("Content-Encoding")), (403, None));
    for target in ["/dev/mock", "/dev/proxy"] {
        let response = gateway.request("HEAD", target, &asked, b"");
        assert_eq!((response.status, response.header("Content-Encoding")), (200, None));
    }
    let mut client = gateway.client();
    client.send("GET /dev/mock HTTP/1.0\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
    assert_eq!(client.response().text(), BODY, "HTTP/1.0");
    let part = Upstream::start(|_| {
        let fields = [("Content-Range", "bytes 0-77/100")];
        vec![Step::Send(response_bytes(206, &fields, BODY.as_bytes()))]
    });
    let response = compressing(&part, 0).request("GET", "/dev/proxy", &asked, b"");
    assert_eq!((response.status, response.text().as_str()), (206, BODY));
    // Without the setting.
    let gateway = Launch::openapi(&Api::new().route("GET", "/mock", mock(BODY))).start();
    assert_eq!(gateway.request("GET", "/dev/mock", &asked, b"").text(), BODY);
}

#[test]
fn what_a_back_end_has_coded_stays_as_it_is() {
    let upstream = Upstream::start(|_| {
        let fields = [("Content-Encoding", "gzip"), ("Content-Type", "application/json")];
        vec![Step::Send(response_bytes(200, &fields, &gzip(BODY.as_bytes())))]
    });
    let gateway = compressing(&upstream, 0);
    let asked = [("Accept-Encoding", "deflate")];
    let response = gateway.request("GET", "/dev/proxy", &asked, b"");
    assert_eq!(response.header("Content-Encoding"), Some("gzip"));
    assert_eq!(plain(&response), BODY.as_bytes());
    // HTTP does not pass the field on by itself: the integration response has it all the same.
    let response = gateway.request("GET", "/dev/http", &asked, b"");
    assert_eq!(response.header("Content-Encoding"), None);
    assert_eq!(response.body, gzip(BODY.as_bytes()));
}

#[test]
fn curl_gets_large_and_chunked_bodies_whole() {
    let text: String = (0..60_000_u32).map(|at| format!("line {}\n", at * 7919 % 60_013)).collect();
    let body = text.clone();
    let upstream = Upstream::start(move |received: &Received| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        if received.path() != "/chunked" {
            return vec![Step::Send(response_bytes(200, &[], body.as_bytes()))];
        }
        let mut bytes = head;
        for piece in body.as_bytes().chunks(10_007) {
            bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            bytes.extend_from_slice(piece);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        vec![Step::Send(bytes)]
    });
    let template = json!({"responses": {"default": {
        "responseTemplates": {"application/json": "$input.body"},
    }}});
    let api = Api::new()
        .route("GET", "/length", http_proxy(upstream.uri("/length")))
        .route("GET", "/chunked", http_proxy(upstream.uri("/chunked")))
        .route("GET", "/http", http("GET", upstream.uri("/chunked")))
        .route("GET", "/template", integration(http("GET", upstream.uri("/length")), template));
    // The last one is more than the whole body: it must be read to the end to know.
    for (bytes_min, coded) in [(0, true), (1_000, true), (100_000, true), (text.len() + 1, false)] {
        let gateway =
            Launch::openapi(&api.clone().with(MINIMUM, json!(bytes_min.to_string()))).start();
        for path in ["length", "chunked", "http", "template"] {
            let url = format!("http://{}/dev/{path}", gateway.http());
            let answer = curl(&["--compressed", &url]);
            assert_eq!((answer.exit, answer.status), (0, 200), "{path}: {answer:?}");
            assert!(answer.body == text, "{path} from {bytes_min} bytes");
            let heads = answer.heads.to_lowercase();
            assert_eq!(heads.contains("content-encoding: "), coded, "{path} {bytes_min}: {heads}");
        }
        no_panics(&gateway);
    }
}

/// Nothing is held back until a codec has enough.
#[test]
fn a_stream_stays_a_stream() {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
        let rest = "6\r\nsecond\r\n0\r\n\r\n";
        vec![Step::Send(head.into()), Step::Wait(at.clone()), Step::Send(rest.into())]
    });
    let gateway = compressing(&upstream, 1);
    let mut client = gateway.client();
    client.send("GET /dev/proxy HTTP/1.1\r\nHost: h\r\nAccept-Encoding: deflate\r\n\r\n");
    // A stored or fixed block, and the empty one that ends what was flushed.
    let mut first = client.until(b"\x00\x00\xff\xff\r\n");
    gate.open();
    let rest = client.until(b"\r\n0\r\n\r\n");
    let head_end = first.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let mut body = first.split_off(head_end);
    body.extend_from_slice(&rest);
    assert_eq!(unchunked_zlib(&body), b"firstsecond");
}

fn unchunked_zlib(mut chunked: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let line = chunked.windows(2).position(|two| two == b"\r\n").expect("a line");
        let size = str::from_utf8(&chunked[..line]).expect("digits");
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            break;
        }
        bytes.extend_from_slice(&chunked[line + 2..line + 2 + size]);
        chunked = &chunked[line + 4 + size..];
    }
    let mut plain = Vec::new();
    ZlibDecoder::new(&bytes[..]).read_to_end(&mut plain).expect("zlib");
    plain
}

fn cached(api: &Api) -> Gateway {
    let stage = json!({
        "stageName": "dev",
        "cacheClusterEnabled": true,
        "methodSettings": {"*/*": {"cachingEnabled": true}},
    });
    Launch::settings(&settings(stage), api).start()
}

#[test]
fn a_cached_response_is_compressed_for_those_who_ask_alone() {
    let upstream = answering();
    for operation in [http_proxy(upstream.uri("/")), http("GET", upstream.uri("/"))] {
        for first in ["gzip", "identity"] {
            let before = upstream.request_count();
            let api = Api::new().route("GET", "/pets", operation.clone());
            let gateway = cached(&api.with(MINIMUM, json!("10")));
            for accept in [first, "identity", "gzip", "deflate", "gzip", "identity"] {
                let fields = [("Accept-Encoding", accept)];
                let response = gateway.request("GET", "/dev/pets", &fields, b"");
                let coding = Some(accept).filter(|accept| *accept != "identity");
                assert_eq!(response.header("Content-Encoding"), coding);
                assert_eq!(plain(&response), BODY.as_bytes());
            }
            assert_eq!(upstream.request_count(), before + 1);
        }
    }
}

/// A back end behind HTTP_PROXY sees what the client accepts, and may have coded what is kept.
#[test]
fn what_a_back_end_has_coded_is_not_kept_for_others() {
    let upstream = Upstream::start(|received: &Received| {
        let asks = received.header("Accept-Encoding").is_some_and(|value| value.ends_with("gzip"));
        vec![Step::Send(match asks {
            true => response_bytes(200, &[("Content-Encoding", "gzip")], &gzip(BODY.as_bytes())),
            false => response_bytes(200, &[], BODY.as_bytes()),
        })]
    });
    let gateway = cached(&Api::new().route("GET", "/pets", http_proxy(upstream.uri("/"))));
    for (accept, calls) in
        [(Some("gzip"), 1), (Some("br, gzip"), 1), (None, 2), (Some("gzip;q=0"), 3), (Some("*"), 3)]
    {
        let fields: Vec<_> = accept.iter().map(|value| ("Accept-Encoding", *value)).collect();
        let response = gateway.request("GET", "/dev/pets", &fields, b"");
        let coded = response.header("Content-Encoding").is_some();
        assert_eq!(coded, matches!(accept, Some("gzip" | "br, gzip" | "*")), "{accept:?}");
        assert_eq!(plain(&response), BODY.as_bytes());
        assert_eq!(upstream.request_count(), calls, "{accept:?}");
    }
}

fn parrot() -> Upstream {
    Upstream::start(|received: &Received| {
        vec![Step::Send(response_bytes(200, &[], &received.body))]
    })
}

/// `/proxy` passes bodies, `/name` takes one value of them, `/checked` wants `{"name": …}`.
fn reading(upstream: &Upstream) -> Gateway {
    let template = json!({"requestTemplates": {"application/json": "$input.path('$.name')"}});
    let mut checked = http_proxy(upstream.uri("/"));
    merge(
        &mut checked,
        json!({
            "x-amazon-apigateway-request-validator": "bodies",
            "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Pet"},
            }}},
        }),
    );
    let schema: Value = json!({"type": "object", "required": ["name"]});
    let api = Api::new()
        .route("POST", "/proxy", http_proxy(upstream.uri("/")))
        .route("POST", "/name", integration(http("POST", upstream.uri("/")), template))
        .route("POST", "/checked", checked)
        .with("components", json!({"schemas": {"Pet": schema}}))
        .with(
            "x-amazon-apigateway-request-validators",
            json!({"bodies": {"validateRequestBody": true, "validateRequestParameters": false}}),
        );
    Launch::openapi(&api).start()
}

#[test]
fn requests_are_decompressed_before_anything_reads_them() {
    let upstream = parrot();
    let gateway = reading(&upstream);
    let mut client = gateway.client();
    let json = br#"{"name": "Rex"}"#;
    let twice = [gzip(b"{\"name\":"), gzip(b" \"Rex\"}")].concat();
    let bodies: [(&str, Vec<u8>); 5] = [
        ("gzip", gzip(json)),
        ("x-gzip", twice),
        ("Deflate", zlib(json)),
        ("identity", json.to_vec()),
        ("identity, gzip", gzip(json)),
    ];
    for (coding, body) in &bodies {
        let mut post = |target, body: &[u8]| {
            let fields = [("Content-Encoding", *coding), ("Content-Type", "application/json")];
            client.exchange("POST", target, &fields, body)
        };
        assert_eq!(post("/dev/proxy", body).body, json, "{coding}");
        let received = upstream.last();
        assert_eq!(received.header("Content-Length"), Some("15"), "{coding}");
        assert_eq!(received.header("Content-Encoding"), None, "{coding}");
        assert_eq!(post("/dev/name", body).text(), "Rex", "{coding}");
        assert_eq!(post("/dev/checked", body).body, json, "{coding}");
    }
    let fields = [("Content-Encoding", "gzip")];
    let response = client.exchange("POST", "/dev/checked", &fields, &gzip(b"{}"));
    assert_eq!((response.status, response.text().contains("Invalid request body")), (400, true));
    // Nothing, compressed; and nothing at all.
    assert_eq!(client.exchange("POST", "/dev/proxy", &fields, &gzip(b"")).status, 200);
    assert_eq!(upstream.last().header("Content-Length"), Some("0"));
    assert_eq!(client.exchange("POST", "/dev/proxy", &fields, b"").status, 200);
}

#[test]
fn large_and_chunked_requests_are_decompressed_whole() {
    let upstream = parrot();
    let gateway = reading(&upstream);
    let body: Vec<u8> =
        (0..4_000_000_u32).map(|at| (at.wrapping_mul(at) / 7 % 250) as u8).collect();
    let compressed = gzip(&body);
    assert!(compressed.len() > 200_000, "{} bytes", compressed.len());
    let mut client = gateway.client();
    let fields = [("Content-Encoding", "gzip")];
    let response = client.exchange("POST", "/dev/proxy", &fields, &compressed);
    assert!(response.body == body, "{} bytes", response.body.len());
    let mut chunked = b"POST /dev/proxy HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\n\
        Transfer-Encoding: chunked\r\n\r\n"
        .to_vec();
    for piece in compressed.chunks(50_001) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    client.send(chunked);
    let response = client.response();
    assert!(response.body == body, "{} bytes", response.body.len());
    assert_eq!(upstream.last().header("Content-Length"), Some("4000000"));
    // Another request on the same connection.
    assert_eq!(client.exchange("POST", "/dev/proxy", &fields, &gzip(b"abc")).text(), "abc");
}

#[test]
fn a_body_that_is_not_as_its_coding_says_is_a_415() {
    let upstream = parrot();
    let gateway = reading(&upstream);
    let whole = gzip(BODY.as_bytes());
    let mut corrupt = whole.clone();
    let at = corrupt.len() - 6;
    corrupt[at] ^= 1;
    let bodies: [(&str, &[u8]); 8] = [
        ("br", &whole),
        ("utf-8", BODY.as_bytes()),
        ("gzip, gzip", &whole),
        ("gzip", BODY.as_bytes()),
        ("gzip", &whole[..whole.len() - 1]),
        ("gzip", &whole[..20]),
        ("gzip", &corrupt),
        ("deflate", &whole),
    ];
    for (coding, body) in bodies {
        for target in ["/dev/proxy", "/dev/name", "/dev/checked"] {
            let fields = [("Content-Encoding", coding)];
            let response = gateway.request("POST", target, &fields, body);
            let said = (response.status, response.text());
            let expect = (415, r#"{"message": "Unsupported Media Type"}"#.to_owned());
            assert_eq!(said, expect, "{target} {coding} {} bytes", body.len());
        }
    }
    assert_eq!(upstream.request_count(), 0);
    no_panics(&gateway);
}

/// A gigabyte of zeros in a megabyte.
fn bomb() -> Vec<u8> {
    let mut zeros = Command::new("head")
        .args(["-c", "1073741824", "/dev/zero"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("head is there");
    let mut gzip = Command::new("gzip");
    gzip.arg("-9").stdin(zeros.stdout.take().expect("its output"));
    let packed = gzip.output().expect("gzip is installed").stdout;
    zeros.wait().expect("head ends");
    packed
}

#[test]
fn a_bomb_is_too_large_and_costs_no_memory() {
    let upstream = parrot();
    let gateway = reading(&upstream);
    let bomb = bomb();
    assert!((1_000_000..2_000_000).contains(&bomb.len()), "{} bytes", bomb.len());
    let fields = [("Content-Encoding", "gzip")];
    assert_eq!(gateway.request("POST", "/dev/proxy", &fields, &gzip(b"abc")).status, 200);
    let before = resident_bytes(&gateway);
    for target in ["/dev/proxy", "/dev/name", "/dev/checked", "/dev/proxy"] {
        let response = gateway.request("POST", target, &fields, &bomb);
        let said = (response.status, response.text());
        assert_eq!(said, (413, r#"{"message":"Request Too Long"}"#.to_owned()), "{target}");
    }
    let grown = resident_bytes(&gateway).saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes");
    assert_eq!(upstream.request_count(), 1);
    // One that stays below the limit of the stage passes.
    let response = gateway.request("POST", "/dev/proxy", &fields, &gzip(&vec![0; 10 << 20]));
    assert_eq!((response.status, response.body.len()), (200, 10 << 20));
    no_panics(&gateway);
}
