//! CPU time from /proc: of a process over all its threads, and of the whole machine.

use std::fs;
use std::io;
use std::time::Duration;

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

/// Ticks of all cores since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// Everything but idle and waiting for I/O.
    pub busy: u64,
    /// Taken by the hypervisor for others; not in `busy`.
    pub stolen: u64,
    /// All of it.
    pub all: u64,
}

/// Reads the first line of `/proc/stat`.
pub fn of_machine() -> io::Result<Ticks> {
    let text = fs::read_to_string("/proc/stat")?;
    ticks(&text).ok_or_else(|| unreadable("/proc/stat", &text))
}

fn ticks(stat: &str) -> Option<Ticks> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let fields: Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
    let &[user, nice, system, idle, iowait, irq, softirq, stolen, ..] = fields.ok()?.as_slice()
    else {
        return None;
    };
    let busy = user + nice + system + irq + softirq;
    Some(Ticks { busy, stolen, all: busy + idle + iowait + stolen })
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
        let text = "cpu  1 2 3 40 5 6 7 8 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assert_eq!(ticks(text), Some(Ticks { busy: 19, stolen: 8, all: 72 }));
        assert_eq!(ticks("intr 5\n"), None);
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
