//! Deployments cost no request, and no request sees two of them: a short run of the benchmark that
//! holds 1,000 deployments at 10,000 requests/s to this.

use ringway_tests::bench::result;
use serde_json::{Value, json};

const DEPLOYMENTS: u64 = 100;
const RATE: u64 = 1_000;
const SECONDS: u64 = 5;

/// The gateway counts a publication about a millisecond after it arrived, so that of the first or
/// the last the benchmark may see one too many or too few.
fn counted(publications: &Value, expect: u64) {
    let count = publications["counted"]["count"].as_u64().expect("a count");
    assert!(count.abs_diff(expect) <= 1, "{publications}");
}

#[test]
fn deployments_under_load_lose_no_request_and_mix_no_revisions() {
    let flags = format!("--deployments {DEPLOYMENTS} --rate {RATE} --seconds {SECONDS}");
    let report = result(&format!("manage --workers 2 --apis 3 --resources 5 {flags}"));
    let found = &report["deployments"];
    let summary = &found["summary"];
    // On a machine that is busy with other tests deployments may come late, but all are made.
    assert_eq!(found["publications"]["ready"]["count"], DEPLOYMENTS, "{found}");
    counted(&found["publications"], DEPLOYMENTS);
    assert_eq!(summary["failures"], json!({}), "{found}");
    assert_eq!(summary["errors"], 0, "{found}");
    let answered = summary["statuses"]["200"].as_u64().expect("answers");
    let unsent = summary["unsent"].as_u64().expect("a number");
    assert_eq!(answered + unsent, RATE * SECONDS, "{found}");
    let calls = found["calls"].as_array().expect("calls");
    let names: Vec<&Value> = calls.iter().map(|call| &call["name"]).collect();
    assert_eq!(names, ["PutRestApi", "CreateDeployment"]);
}

#[test]
fn a_full_store_is_measured() {
    let report = result("manage --apis 3 --resources 5 --rounds 4 --starts 2 --workers 2");
    let full = &report["full"];
    let calls = full["calls"].as_array().expect("calls");
    assert_eq!(calls.last().expect("calls")["count"], 4 * 9, "{full}");
    let published = &full["publications"];
    // A deployment, a change of the stage and a key each round.
    counted(published, 12);
    assert_eq!(published["ready"]["count"], 4, "{full}");
    assert_eq!(published["seen"]["count"], 4, "{full}");
    assert_eq!(full["start_up_seconds"]["count"], 2, "{full}");
    let bytes = |name: &str| full[name].as_u64().expect("bytes");
    assert!(bytes("resident_bytes") > 0 && bytes("store_bytes") > 0, "{full}");
}
