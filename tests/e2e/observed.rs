//! What the kernel says of the gateway's process: descriptors, memory, processor time.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ringway_tests::gateway::Gateway;

fn procfs(gateway: &Gateway, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{}/{name}", gateway.id()))
}

fn descriptor_names(gateway: &Gateway) -> Vec<usize> {
    let entries = fs::read_dir(procfs(gateway, "fd")).expect("the gateway runs");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names.map(|name| name.to_str().expect("a number").parse().expect("a number")).collect()
}

/// How many descriptors are open.
pub(crate) fn descriptors(gateway: &Gateway) -> usize {
    descriptor_names(gateway).len()
}

/// Lowers RLIMIT_NOFILE so that `more` descriptors can still be opened.
pub(crate) fn limit_descriptors(gateway: &Gateway, more: usize) {
    // The limit bounds numbers, and some in use may lie far above the others.
    let used = descriptor_names(gateway);
    let last = (0..).filter(|number| !used.contains(number)).nth(more - 1).expect("endless");
    let (pid, nofile) = (gateway.id().to_string(), format!("--nofile={0}:{0}", last + 1));
    let status = Command::new("prlimit").args(["--pid", &pid, &nofile]).status();
    assert!(status.expect("prlimit runs (util-linux)").success());
}

/// VmRSS, bytes.
pub(crate) fn resident_bytes(gateway: &Gateway) -> usize {
    let status = fs::read_to_string(procfs(gateway, "status")).expect("the gateway runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes * 1024
}

/// User and system time of all threads so far, in clock ticks (100 a second).
pub(crate) fn cpu_ticks(gateway: &Gateway) -> u64 {
    let stat = fs::read_to_string(procfs(gateway, "stat")).expect("the gateway runs");
    // The name, in parentheses, may hold anything; fields 14 and 15 count from before it.
    let (_, rest) = stat.rsplit_once(") ").expect("a name in parentheses");
    let fields: Vec<&str> = rest.split(' ').collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

/// Nothing has panicked so far, in any worker.
#[track_caller]
pub(crate) fn no_panics(gateway: &Gateway) {
    let metrics = gateway.metrics();
    assert!(metrics.has("ringway_panics_total"), "{metrics}");
    assert!(metrics.sum("ringway_panics_total", &[]) < 0.5, "{metrics}");
    assert!(!gateway.stderr().contains("panicked"), "{}", gateway.stderr());
}
