//! Concurrency: how many run, what the others are answered, and what is left afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use crate::harness::{Running, processes_in, provided, until};

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Processes that call a function; each has its connections when they are returned.
fn callers(running: &Running, processes: usize, count: usize, event: &str) -> Vec<Child> {
    let spawn = |_| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ringway-functions-callers"))
            .args([&running.runner.address().to_string(), &count.to_string(), "echo", event])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
        child
    };
    (0..processes).map(spawn).collect()
}

/// Ten thousand at once, a hundred places: a hundred run, the others are told at once; nothing is
/// left behind.
#[test]
fn ten_thousand_at_once_through_a_hundred_places() {
    let mut echo = provided("echo");
    echo.reserved_concurrent_executions = Some(100);
    let running = Running::with(&[echo], |settings| {
        settings.idle = std::time::Duration::from_millis(100);
    });
    assert_eq!(running.invoke("echo", "1").status, 200);
    until("the first is gone", || processes_in(&running.scratch.0).is_empty());
    let before = descriptors();
    let mut callers = callers(&running, 4, 2_500, "\"sleep 2000\"");
    for caller in &mut callers {
        caller.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }
    until("a hundred run", || processes_in(&running.scratch.0).len() >= 100);
    assert_eq!(processes_in(&running.scratch.0).len(), 100);
    let mut answers = BTreeMap::<String, usize>::new();
    for caller in &mut callers {
        for line in BufReader::new(caller.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let (count, answer) = line.split_once(' ').unwrap();
            *answers.entry(answer.to_owned()).or_default() += count.parse::<usize>().unwrap();
        }
        assert!(caller.wait().unwrap().success());
    }
    let throttled = "429 [1] {\"Type\":\"User\",\"message\":\"Rate Exceeded.\",\
        \"Reason\":\"ReservedFunctionConcurrentInvocationLimitExceeded\"}";
    let served = "200 [] \"slept\"";
    let counts: Vec<_> = answers.iter().map(|(answer, count)| (answer.as_str(), *count)).collect();
    let [(first, ok), (second, refused)] = counts[..] else { panic!("{counts:?}") };
    assert_eq!((first, second), (served, throttled));
    assert_eq!(ok + refused, 10_000);
    assert!(ok >= 100, "{ok} were served");
    until("idle processes are gone", || processes_in(&running.scratch.0).is_empty());
    until("descriptors are closed", || descriptors() <= before);
    assert_eq!(running.invoke("echo", "1").text(), "1", "it goes on");
}

#[test]
fn warm_processes_are_used_again() {
    let running = Running::start(&[provided("echo")]);
    let mut client = running.client();
    for count in 1..100 {
        let answer = client.invoke("echo", "\"pid\"").json();
        assert_eq!(answer[1], count, "one process for one caller");
    }
    assert_eq!(processes_in(&running.scratch.0).len(), 1);
}

#[test]
fn nothing_runs_where_nothing_is_reserved() {
    let mut echo = provided("echo");
    echo.reserved_concurrent_executions = Some(0);
    let running = Running::start(&[echo]);
    assert_eq!(running.invoke("echo", "1").status, 429);
}
