//! CPU time from /proc: of a process over all its threads, and of the whole machine.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// On-CPU time of all threads of `pid`, kernel threads that work for it included.
///
/// From `/proc/PID/task/*/schedstat` (ns), which is exact where utime and stime count ticks. A
/// thread that ended is no longer counted.
pub fn of_process(pid: u32) -> io::Result<Duration> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end between the listing and the reading.
        if let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) {
            total += on_cpu_nanos(&text).ok_or_else(|| unreadable("schedstat", &text))?;
        }
    }
    Ok(Duration::from_nanos(total))
}

fn on_cpu_nanos(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// On-CPU time of `pid` since it started, its ended threads included.
///
/// From `/proc/PID/stat`, in ticks of 10 ms: for windows in which threads come and go.
pub fn of_process_ever(pid: u32) -> io::Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = user_and_system(&text).ok_or_else(|| unreadable("stat", &text))?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

fn user_and_system(stat: &str) -> Option<u64> {
    // The name, in parentheses, may contain anything; utime and stime are fields 14 and 15.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

/// Kernel ticks of `/proc` in a second; 100 on every Linux that Rust supports.
pub const TICKS_PER_SECOND: u64 = 100;

/// What the machine did since boot, all cores together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// When this was read.
    pub at: Instant,
    /// Cores that are on.
    pub cores: u32,
    /// Ticks in which they had nothing to do, or waited for a disk.
    pub idle: u64,
    /// Ticks that the hypervisor took for others.
    pub stolen: u64,
}

/// Who else used the machine between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Others {
    /// Share of the machine that other programs used.
    pub foreign: f64,
    /// Share of the machine that the hypervisor took for others.
    pub stolen: f64,
}

impl Others {
    /// Between `start` and `end`, when `known` is the CPU time of everything that belongs to the
    /// measurement.
    ///
    /// What is not idle is busy: most kernels clock idle time, but sample busy time at every tick,
    /// and a load with a rate of its own is then either always or never seen.
    pub fn between(start: Ticks, end: Ticks, known: Duration) -> Self {
        let seconds = |of: fn(&Ticks) -> u64| {
            of(&end).saturating_sub(of(&start)) as f64 / TICKS_PER_SECOND as f64
        };
        let all = (end.at - start.at).as_secs_f64() * f64::from(end.cores);
        if all <= 0.0 {
            return Self::default();
        }
        let (idle, stolen) = (seconds(|ticks| ticks.idle), seconds(|ticks| ticks.stolen));
        let foreign = all - idle - stolen - known.as_secs_f64();
        Self { foreign: (foreign / all).max(0.0), stolen: stolen / all }
    }
}

/// Reads `/proc/stat`.
pub fn of_machine() -> io::Result<Ticks> {
    let text = fs::read_to_string("/proc/stat")?;
    ticks(&text, Instant::now()).ok_or_else(|| unreadable("/proc/stat", &text))
}

fn ticks(stat: &str, at: Instant) -> Option<Ticks> {
    let mut lines = stat.lines();
    let line = lines.next()?.strip_prefix("cpu ")?;
    let fields: Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
    let &[_, _, _, idle, iowait, _, _, stolen, ..] = fields.ok()?.as_slice() else {
        return None;
    };
    let cores = lines.take_while(|line| line.starts_with("cpu")).count();
    Some(Ticks { at, cores: u32::try_from(cores).ok()?, idle: idle + iowait, stolen })
}

fn unreadable(file: &str, text: &str) -> io::Error {
    let start: String = text.chars().take(80).collect();
    io::Error::new(io::ErrorKind::InvalidData, format!("cannot read {file}: {start:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedstat() {
        assert_eq!(on_cpu_nanos("123456 789 12\n"), Some(123_456));
        assert_eq!(on_cpu_nanos(""), None);
        assert_eq!(on_cpu_nanos("x 1 2"), None);
    }

    #[test]
    fn stat() {
        let text = "cpu  1 2 3 40 5 6 7 8 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\nintr 5\n";
        let at = Instant::now();
        assert_eq!(ticks(text, at), Some(Ticks { at, cores: 1, idle: 45, stolen: 8 }));
        assert_eq!(ticks("intr 5\n", at), None);
    }

    #[test]
    fn user_and_system_ticks_follow_any_name() {
        let text = "7 (a) S (b) S 1 7 7 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 5 0 99";
        assert_eq!(user_and_system(text), Some(300));
        assert_eq!(user_and_system("7 (a) S 1"), None);
    }

    #[test]
    fn what_nobody_here_used_is_foreign() {
        let at = Instant::now();
        let start = Ticks { at, cores: 2, idle: 1000, stolen: 10 };
        // Of two seconds on two cores: 2.0 idle, 0.2 stolen, 1.8 busy.
        let end = Ticks { at: at + Duration::from_secs(2), cores: 2, idle: 1200, stolen: 30 };
        let others = Others::between(start, end, Duration::from_millis(1_400));
        assert!((others.foreign - 0.1).abs() < 1e-9 && (others.stolen - 0.05).abs() < 1e-9);
        assert_eq!(Others::between(start, end, Duration::from_secs(3)).foreign, 0.0);
        assert_eq!(Others::between(start, start, Duration::ZERO), Others::default());
    }

    #[test]
    fn work_shows_up_in_this_process() {
        let before = of_process(std::process::id()).unwrap();
        let mut sum = 0_u64;
        for i in 0..5_000_000 {
            sum = std::hint::black_box(sum ^ i);
        }
        // schedstat of a running thread is brought up to date when it leaves the core.
        std::thread::yield_now();
        assert!(of_process(std::process::id()).unwrap() > before, "{sum}");
    }
}
