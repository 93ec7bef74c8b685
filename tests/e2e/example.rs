//! The example of the repository does what its comments and the start-up lines say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ringway_tests::curl::curl;
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::port::Port;

const ALICE: &str = "alice-key-0123456789abcdef";
const CAROL: &str = "carol-key-0123456789abcdef";

fn folder() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the workspace").join("examples/petstore")
}

/// The example, its echo server on a port of the test's own.
fn text(file: &str, echo: &Port) -> String {
    let text = fs::read_to_string(folder().join(file)).expect("the example is there");
    text.replace("127.0.0.1:9000", &echo.addr().to_string())
}

fn petstore(echo: &Port) -> Gateway {
    Launch::text("openapi.yaml", &text("openapi.yaml", echo)).start()
}

fn petstore_with_settings(echo: &Port) -> Gateway {
    let launch = Launch::text("ringway.yaml", &text("ringway.yaml", echo));
    launch.beside("openapi.yaml", text("openapi.yaml", echo)).start()
}

#[test]
fn the_curl_lines_work_as_printed() {
    let echo = Port::reserve();
    let gateway = petstore(&echo);
    let printed = poll::until("the line that says ready", || {
        let stdout = gateway.stdout();
        stdout.lines().any(|line| line.starts_with("ready:")).then_some(stdout)
    });
    let lines = printed.lines().map(str::trim).filter(|line| line.starts_with("curl "));
    let lines = lines.collect::<Vec<_>>();
    assert_eq!(lines.len(), 2, "{printed}");
    for line in lines {
        let fatal = line.replacen("curl ", "curl --fail --silent --show-error --max-time 20 ", 1);
        let output = Command::new("sh").args(["-c", &fatal]).output().expect("sh runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {complaint}");
        assert!(!output.stdout.is_empty(), "{line} printed nothing");
    }
}

#[test]
fn the_routes_of_the_example_answer() {
    let echo = Port::reserve();
    let gateway = petstore(&echo);
    let health = curl(&[&gateway.url("/dev/health")]);
    assert_eq!((health.status, health.body.as_str()), (200, r#"{"status":"up"}"#));
    for (verb, target) in [
        ("GET", "/dev/pets"),
        ("POST", "/dev/pets"),
        ("GET", "/dev/pets/7"),
        ("PUT", "/dev/pets/7"),
        ("DELETE", "/dev/pets/7"),
        ("GET", "/dev/pets/search?q=rex"),
        ("PATCH", "/dev/anything/else"),
    ] {
        let answer = curl(&["-X", verb, &gateway.url(target)]);
        assert_eq!((answer.exit, answer.status), (0, 200), "{verb} {target}: {answer:?}");
        serde_json::from_str::<serde_json::Value>(&answer.body)
            .unwrap_or_else(|error| panic!("{verb} {target} is no JSON ({error}): {answer:?}"));
    }
    let preflight = curl(&["-X", "OPTIONS", &gateway.url("/dev/pets")]);
    assert_eq!(preflight.status, 204, "{preflight:?}");
    assert!(preflight.heads.to_lowercase().contains("access-control-allow-origin: *"));
}

#[test]
fn the_echo_answers_with_what_it_was_sent() {
    let echo = Port::reserve();
    let gateway = petstore(&echo);
    let url = gateway.url("/dev/pets/search?q=rex");
    let answer = curl(&["-H", "X-Custom: c", &url]);
    assert_eq!(answer.status, 200, "{answer:?}");
    for part in ["/search", "text=rex", "petstore", "X-Custom"] {
        let found = answer.body.to_lowercase().contains(&part.to_lowercase());
        assert!(found, "{part} is not in {}", answer.body);
    }
}

#[test]
fn the_refusals_of_the_example_are_customised() {
    let echo = Port::reserve();
    let gateway = petstore(&echo);
    let unknown = gateway.get("/dev/");
    assert_eq!(unknown.status, 404, "{unknown:?}");
    assert_eq!(unknown.json()["hint"], "try GET /pets");
    let missing = gateway.get("/dev/pets/search");
    assert_eq!(missing.status, 400);
    assert_eq!(missing.json()["message"], "Missing required request parameters: [q]");
    assert_eq!(missing.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(gateway.get("/dev/admin/stats").status, 403);
}

#[test]
fn the_settings_of_the_example_work() {
    let echo = Port::reserve();
    let gateway = petstore_with_settings(&echo);
    let stats =
        |key: &str| gateway.request("GET", "/prod/admin/stats", &[("x-api-key", key)], b"").status;
    assert_eq!(stats(ALICE), 200);
    assert_eq!(stats(CAROL), 403);
    let (first, second) = (gateway.get("/prod/pets/7"), gateway.get("/prod/pets/7"));
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body, second.body);
    gateway.await_metric("ringway_cache_hit_count_total", &[("stage", "prod")], 1.0);
    poll::until_true("the access log on stdout", || gateway.stdout().contains("/prod/pets/7 200"));
}
