//! The text of a scrape, held against the rules of OpenMetrics.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use ringway_core::snapshot::{ApiTable, Snapshot};

use super::*;

/// An empty snapshot.
pub(crate) fn snapshot(generation: u64) -> Snapshot {
    Snapshot {
        generation,
        stages: Box::default(),
        usage: Box::default(),
        apis: ApiTable::default(),
        accounts: Box::default(),
    }
}

fn scrape(counters: Counters) -> String {
    let registry = registry(Scrape {
        published: Arc::new(Published::new(Arc::new(snapshot(3)))),
        counters: Arc::new(counters),
        log: Arc::default(),
        started: UNIX_EPOCH + Duration::from_millis(1_500),
    });
    encode(&registry).unwrap()
}

fn filled() -> Counters {
    let counters = Counters::default();
    for worker in 0..2_u16 {
        let stage = counters.stage(worker, "petstore", "dev", false);
        stage.count.add(2);
        stage.errors_4xx.add(1);
        stage.latency.record(80);
        stage.latency.record(40_000_000);
        stage.integration_latency.record(1_000);
        counters.stage(worker, "a\"b\\c", "prod", false).count.add(1);
        counters.stage(worker, "petstore", "dev", true).count.add(3);
        let own = counters.worker();
        own.connections.add(5);
        own.parked.add(4);
        own.log_dropped.add(1);
    }
    counters
}

#[test]
fn sums_over_workers() {
    let text = scrape(filled());
    let expect = |line: &str| assert!(text.lines().any(|l| l == line), "{line} not in\n{text}");
    expect(r#"ringway_count_total{api="petstore",stage="dev"} 4"#);
    expect(r#"ringway_count_total{api="petstore",stage="dev",canary="true"} 6"#);
    expect(r#"ringway_publish_seconds_count 0"#);
    expect(r#"ringway_4xx_error_total{api="petstore",stage="dev"} 2"#);
    expect(r#"ringway_5xx_error_total{api="petstore",stage="dev"} 0"#);
    expect(r#"ringway_cache_hit_count_total{api="petstore",stage="dev"} 0"#);
    expect(r#"ringway_count_total{api="a\"b\\c",stage="prod"} 2"#);
    expect(r#"ringway_latency_seconds_bucket{le="0.00005",api="petstore",stage="dev"} 0"#);
    expect(r#"ringway_latency_seconds_bucket{le="0.0001",api="petstore",stage="dev"} 2"#);
    expect(r#"ringway_latency_seconds_bucket{le="30.0",api="petstore",stage="dev"} 2"#);
    expect(r#"ringway_latency_seconds_bucket{le="+Inf",api="petstore",stage="dev"} 4"#);
    expect(r#"ringway_latency_seconds_count{api="petstore",stage="dev"} 4"#);
    expect(r#"ringway_latency_seconds_sum{api="petstore",stage="dev"} 80.00016"#);
    expect("ringway_connections 10");
    expect("ringway_connections_parked 8");
    expect("ringway_workers 2");
    expect("ringway_access_log_dropped_total 2");
    expect("ringway_snapshot_generation 3");
    expect("process_start_time_seconds 1.5");
    expect(&format!("ringway_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_text_keeps_the_rules_of_the_format() {
    check(&scrape(Counters::default()));
    check(&scrape(filled()));
}

/// What promtool and the OpenMetrics parser insist on.
fn check(text: &str) {
    assert!(text.ends_with("\n# EOF\n"), "no end: {text}");
    let mut kinds = HashMap::new();
    let (mut helped, mut seen, mut closed) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut current = "";
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (word, family, value) =
                (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            if family != current {
                assert!(closed.insert(current), "{current} comes twice");
                assert!(!closed.contains(family), "{family} is interleaved");
                current = family;
            }
            match word {
                "HELP" => assert!(helped.insert(family) && !value.is_empty(), "{line}"),
                "TYPE" => assert!(kinds.insert(family, value).is_none(), "{line}"),
                "UNIT" => assert!(family.ends_with(&format!("_{value}")), "{line}"),
                other => panic!("{other}: {line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let suffixes: &[&str] = match kinds[current] {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            other => panic!("unexpected type {other}"),
        };
        assert!(suffixes.iter().any(|s| name == format!("{current}{s}")), "{line} in {current}");
        assert!(helped.contains(current), "{line} without HELP");
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{line}");
        assert!(value.parse::<f64>().is_ok_and(|v| v >= 0.0), "{line}");
        assert!(seen.insert(series.to_owned()), "{series} comes twice");
    }
}
