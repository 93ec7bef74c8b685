//! `run` from end to end, with the upstream binary standing in for the gateway.
//!
//! The stand-in answers every path itself. That is what `mock` is to measure, and what `proxy`
//! must not accept: its requests have to reach the upstream.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ringway_bench::run::{self, Plan, Scenario};

/// `up SETTINGS --http ADDR --admin ADDR --workers N`, served by two upstreams.
const STAND_IN: &str = r#"#!/bin/sh
set -e
test "$1 $3 $5 $7 $8" = "up --http --admin --workers 1"
grep -q '"stageName": "bench"' "$2"
echo "driver: io_uring, or so says the stand-in"
'BENCH' upstream --listen "$6" >/dev/null & echo $! > 'PID'
exec 'BENCH' upstream --listen "$4"
"#;

struct StandIn {
    folder: PathBuf,
}

impl StandIn {
    fn write() -> io::Result<Self> {
        let name = format!("ringway-bench-stand-in-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)?;
        let stand_in = Self { folder };
        let script = STAND_IN
            .replace("BENCH", env!("CARGO_BIN_EXE_ringway-bench"))
            .replace("PID", &stand_in.pid().to_string_lossy());
        fs::write(stand_in.binary(), script)?;
        fs::set_permissions(stand_in.binary(), fs::Permissions::from_mode(0o755))?;
        Ok(stand_in)
    }

    fn binary(&self) -> PathBuf {
        self.folder.join("ringway")
    }

    fn pid(&self) -> PathBuf {
        self.folder.join("pid")
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Ok(pid) = fs::read_to_string(self.pid()) {
            let _ = Command::new("kill").arg(pid.trim()).status();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn plan(gateway: &Path, scenarios: &[Scenario]) -> Plan {
    Plan {
        scenarios: scenarios.to_vec(),
        seconds: 1,
        warmup: Duration::ZERO,
        rounds: 1,
        connections: Some(4),
        workers: 1,
        gateway: Some(gateway.to_owned()),
        bench: Some(env!("CARGO_BIN_EXE_ringway-bench").into()),
    }
}

#[test]
fn a_run_measures_and_doubts() {
    let stand_in = StandIn::write().unwrap();
    let plan = plan(&stand_in.binary(), &[Scenario::Mock, Scenario::Proxy]);
    let report = run::run(&plan, |line| eprintln!("{line}")).unwrap();
    assert_eq!(report.context.servers, ["ringway: driver: io_uring, or so says the stand-in"]);
    let [mock, proxy] = report.samples.as_slice() else { panic!("{report}") };
    assert_eq!(mock.doubts, [] as [String; 0], "{report}");
    assert!(mock.summary.responses > 0 && mock.summary.errors == 0, "{report}");
    assert!(mock.cpu_us_per_request > 0.0 && mock.server_busy > 0.0, "{report}");
    assert!(proxy.doubts[0].starts_with("0 upstream calls for"), "{report}");
    assert!(
        report.is_doubtful() && report.to_string().contains("doubtful: ringway, proxy"),
        "{report}"
    );
}

#[test]
fn a_gateway_that_does_not_start_is_one_clear_error() {
    let plan = plan(Path::new("/bin/false"), &[Scenario::Mock]);
    let error = run::run(&plan, |_| {}).unwrap_err().to_string();
    assert!(error.contains("the gateway ended with exit status: 1"), "{error}");
}
