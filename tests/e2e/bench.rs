//! The benchmark with the real gateway and whatever peers are installed: that each scenario does
//! what it says, not how fast.

use ringway_tests::bench::result;
use serde_json::{Value, json};

/// What the plan of `throttle` admits: a second's worth, and at once.
const THROTTLE_RATE: f64 = 1_000.0;
const THROTTLE_BURST: f64 = 50.0;

/// How many answers with this status came.
fn count(sample: &Value, status: &str) -> u64 {
    sample["summary"]["statuses"][status].as_u64().unwrap_or(0)
}

/// Doubts that do not come from a machine that is busy with other tests. An upstream that gets no
/// CPU time before a request is given up has not seen it.
fn is_real(doubt: &Value, scenario: &Value) -> bool {
    let text = doubt.as_str().expect("a doubt is text");
    ["errors", "access log"].iter().any(|part| text.contains(part))
        || (scenario != "timeout" && text.contains("upstream calls"))
}

fn check(sample: &Value) {
    let scenario = &sample["scenario"];
    let doubts = sample["doubts"].as_array().expect("a list").iter();
    let real: Vec<_> = doubts.filter(|doubt| is_real(doubt, scenario)).collect();
    assert!(real.is_empty(), "{scenario}: {real:?}");
    assert!(sample["cpu_us_per_request"].as_f64() > Some(0.0), "{sample}");
    assert!(sample["summary"]["responses"].as_u64() > Some(0), "{sample}");
}

#[test]
fn each_scenario_gets_the_answers_it_is_named_after() {
    let scenarios = [
        ("null", 64, "200"),
        ("tls", 64, "200"),
        ("large-body", 16, "200"),
        ("one-connection", 1, "200"),
        ("throttle", 64, "200"),
        ("timeout", 64, "504"),
        ("overload", 256, "200"),
    ];
    let flags = scenarios.map(|(name, ..)| format!("--scenario {name}")).join(" ");
    let report = result(&format!("run --rounds 1 --seconds 1 --warmup 0 {flags}"));
    let samples = report["samples"].as_array().expect("a list of samples");
    assert_eq!(samples.len(), scenarios.len());
    for ((name, connections, answer), sample) in scenarios.into_iter().zip(samples) {
        assert_eq!(
            (&sample["scenario"], &sample["connections"]),
            (&json!(name), &json!(connections))
        );
        let responses = sample["summary"]["responses"].as_u64();
        let refused = if name == "throttle" { count(sample, "429") } else { 0 };
        assert_eq!(Some(count(sample, answer) + refused), responses, "{name}");
        check(sample);
    }
    // However slow the machine is, no more can be admitted in that time.
    let throttle = &samples[4];
    let seconds = throttle["summary"]["seconds"].as_f64().expect("a number");
    let most = (THROTTLE_RATE * seconds + THROTTLE_BURST) as u64;
    assert!((1..=most).contains(&count(throttle, "200")), "{throttle}");
    assert!(samples[6]["summary"]["service_us"]["p99"].as_u64() > Some(0), "{}", samples[6]);
}

#[test]
fn peers_do_the_same_work_with_their_access_logs_on() {
    let flags = "--scenario cached --scenario tls --scenario throttle";
    let flags = format!("--rounds 1 --seconds 1 --warmup 0 --access-log {flags}");
    let comparison = result(&format!("compare --pingora /nonexistent --skip-wrk {flags}"));
    let absent = comparison["context"]["absent"].to_string();
    assert!(absent.contains("pingora is left out"), "{absent}");
    let samples = comparison["samples"].as_array().expect("a list of samples");
    samples.iter().for_each(check);
    for server in ["ringway", "nginx", "haproxy"] {
        let own = samples.iter().filter(|sample| sample["server"] == server);
        let own: Vec<_> = own.map(|sample| &sample["scenario"]).collect();
        let missing = absent.contains(&format!("{server} is left out"));
        assert_eq!(own.len(), if missing { 0 } else { 3 }, "{server}: {own:?}, {absent}");
    }
}
