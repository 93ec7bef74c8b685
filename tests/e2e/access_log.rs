//! Access logs: AWS's `$context` language, one record for every request.

use std::fs;
use std::path::Path;

use ringway_tests::api::{Api, http_proxy, keyed, mock, settings};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::scratch::Scratch;
use ringway_tests::upstream::Upstream;
use serde_json::{Value, json};

/// A gateway whose stage logs in this format to a file.
fn logging(scratch: &Scratch, format: &str, upstream: &Upstream) -> Gateway {
    let destination = format!("file://{}", scratch.join("access.log").display());
    let stage = json!({"stageName": "dev",
        "accessLogSettings": {"destinationArn": destination, "format": format}});
    let api = Api::new()
        .route("ANY", "/pets/{petId}", mock("[1,2]"))
        .route("GET", "/keyed", keyed(mock("{}")))
        .route("GET", "/proxy", http_proxy(upstream.uri("/")));
    Launch::settings(&settings(stage), &api).start()
}

fn await_lines(file: &Path, count: usize) -> Vec<String> {
    poll::until(&format!("{count} lines of access log"), || {
        let text = fs::read_to_string(file).ok()?;
        let lines = text.lines().map(str::to_owned).collect::<Vec<_>>();
        (lines.len() >= count && text.ends_with('\n')).then_some(lines)
    })
}

#[test]
fn a_record_says_what_was_asked_and_answered() {
    let scratch = Scratch::new();
    let format = "$context.requestId|$context.httpMethod|$context.path|$context.resourcePath|\
                  $context.stage|$context.protocol|$context.status|$context.responseLength|\
                  $context.identity.sourceIp|$context.domainName|$context.identity.userAgent";
    let gateway = logging(&scratch, format, &Upstream::ok());
    let headers = [("Host", "pets.example.com:8080"), ("User-Agent", "petshop/1")];
    let response = gateway.request("PUT", "/dev/pets/7?x=1", &headers, b"");
    assert_eq!(response.status, 200);
    let lines = await_lines(&scratch.join("access.log"), 1);
    let id = response.header("x-amzn-RequestId").expect("an id");
    let fields = lines[0].split('|').collect::<Vec<_>>();
    assert_eq!(fields[..2], [id, "PUT"], "{lines:?}");
    assert_eq!(fields[2..7], ["/dev/pets/7", "/pets/{petId}", "dev", "HTTP/1.1", "200"]);
    assert_eq!(fields[7..9], ["5", "127.0.0.1"], "{lines:?}");
    assert!(fields[9].starts_with("pets.example.com"), "{lines:?}");
    assert_eq!(fields[10], "petshop/1");
}

#[test]
fn json_formats_stay_json_whatever_a_client_sends() {
    let scratch = Scratch::new();
    let format = [
        r#"{"id":"$context.requestId","status":$context.status,"path":"$context.path","#,
        r#""agent":"$context.identity.userAgent","none":"$context.authorizer.principalId"}"#,
    ]
    .concat();
    let gateway = logging(&scratch, &format, &Upstream::ok());
    let agent = r#"quote " and \ backslash"#;
    let status = gateway.request("GET", "/dev/pets/a%22b", &[("User-Agent", agent)], b"").status;
    assert_eq!(status, 200);
    let lines = await_lines(&scratch.join("access.log"), 1);
    let record: Value =
        serde_json::from_str(&lines[0]).unwrap_or_else(|error| panic!("{error} in {}", lines[0]));
    assert_eq!(record["id"].as_str().map(str::len), Some(36), "{record}");
    assert_eq!(record["status"], 200);
    assert_eq!(record["path"], "/dev/pets/a%22b");
    assert_eq!(record["agent"], agent);
    assert_eq!(record["none"], "-");
}

#[test]
fn every_request_leaves_exactly_one_record() {
    let scratch = Scratch::new();
    let format = "$context.requestId $context.status $context.error.message";
    let gateway = logging(&scratch, format, &Upstream::ok());
    for _ in 0..20 {
        assert_eq!(gateway.get("/dev/pets/1").status, 200);
        assert_eq!(gateway.get("/dev/proxy").status, 200);
        assert_eq!(gateway.get("/dev/keyed").status, 403);
        assert_eq!(gateway.get("/dev/nowhere").status, 403);
    }
    let lines = await_lines(&scratch.join("access.log"), 80);
    assert_eq!(lines.len(), 80);
    let count = |text: &str| {
        let said = lines.iter().filter_map(|line| line.split_once(' '));
        said.filter(|(_, rest)| *rest == text).count()
    };
    assert_eq!(count("200 -"), 40, "{lines:?}");
    assert_eq!(count("403 Forbidden"), 20, "{lines:?}");
    assert_eq!(count("403 Missing Authentication Token"), 20, "{lines:?}");
}

#[test]
fn latencies_and_the_status_of_the_integration_are_logged() {
    let scratch = Scratch::new();
    let format = "$context.responseLatency $context.integrationLatency \
                  $context.integrationStatus $context.extendedRequestId";
    let gateway = logging(&scratch, format, &Upstream::ok());
    assert_eq!(gateway.get("/dev/proxy").status, 200);
    let lines = await_lines(&scratch.join("access.log"), 1);
    let fields = lines[0].split(' ').collect::<Vec<_>>();
    let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("{lines:?}"));
    assert!(number(fields[0]) >= number(fields[1]), "{lines:?}");
    assert_eq!(fields[2], "200");
}

#[test]
fn what_is_logged_before_the_exit_is_in_the_file() {
    let scratch = Scratch::new();
    let mut gateway = logging(&scratch, "$context.requestId", &Upstream::ok());
    let mut client = gateway.client();
    for _ in 0..500 {
        assert_eq!(client.get("/dev/pets/1").status, 200);
    }
    gateway.terminate();
    assert_eq!(gateway.wait().code(), Some(0));
    let text = fs::read_to_string(scratch.join("access.log")).unwrap();
    assert_eq!(text.lines().count(), 500);
    let mut ids = text.lines().collect::<Vec<_>>();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 500, "request ids are unique");
}

#[test]
fn stdout_is_a_destination() {
    let format = "$context.requestId logged $context.status";
    let stage = json!({"stageName": "dev",
        "accessLogSettings": {"destinationArn": "stdout:", "format": format}});
    let api = Api::new().route("GET", "/pets", mock("{}"));
    let gateway = Launch::settings(&settings(stage), &api).start();
    assert_eq!(gateway.get("/dev/pets").status, 200);
    poll::until_true("the record on stdout", || gateway.stdout().contains("logged 200\n"));
}

#[test]
fn a_destination_that_is_none_is_refused_at_start() {
    let stage = json!({"stageName": "dev",
        "accessLogSettings": {"destinationArn": "nonsense", "format": "$context.requestId"}});
    let api = Api::new().route("GET", "/pets", mock("{}"));
    let refusal = Launch::settings(&settings(stage), &api).fail();
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    assert!(refusal.stderr.contains("destinationArn"), "{refusal:?}");
}

/// AWS refuses a format that cannot tell one request from another.
#[test]
fn a_format_without_a_request_id_is_refused_at_start() {
    let api = Api::new().route("GET", "/pets", mock("{}"));
    let stage = |format: &str| {
        settings(json!({"stageName": "dev",
            "accessLogSettings": {"destinationArn": "stdout:", "format": format}}))
    };
    let refusal = Launch::settings(&stage("$context.status"), &api).fail();
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    assert!(refusal.stderr.contains("$context.requestId"), "{refusal:?}");
    Launch::settings(&stage("$context.status $context.extendedRequestId"), &api).start();
}
