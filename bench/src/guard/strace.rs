//! What strace writes: a line for each system call, with thread and time. Pure.

use std::collections::BTreeMap;

/// How often each call was made.
pub(super) type Calls = BTreeMap<String, u64>;

/// A log of `strace -f -ttt`.
pub(super) struct Log<'t>(pub(super) &'t str);

/// A call, or the half of one that another thread's line interrupted.
struct Entry<'t> {
    thread: &'t str,
    /// Seconds since 1970.
    at: f64,
    name: &'t str,
    /// Arguments and result, as far as they are on this line.
    rest: &'t str,
    /// The second half.
    resumed: bool,
}

impl<'t> Entry<'t> {
    /// `None` for signals and ends of threads.
    fn read(line: &'t str) -> Option<Self> {
        let (thread, rest) = line.split_once(' ')?;
        let (at, call) = rest.trim_start().split_once(' ')?;
        let at = at.parse().ok()?;
        if let Some(call) = call.strip_prefix("<... ") {
            let (name, rest) = call.split_once(' ')?;
            return Some(Self { thread, at, name, rest, resumed: true });
        }
        let (name, rest) = call.split_once('(')?;
        let of_a_name = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
        let is_name = !name.is_empty() && name.bytes().all(of_a_name);
        is_name.then_some(Self { thread, at, name, rest, resumed: false })
    }

    /// There was nothing to do yet.
    fn came_too_early(&self) -> bool {
        self.rest.contains("= -1 EAGAIN")
    }
}

impl<'t> Log<'t> {
    fn entries(&self) -> impl Iterator<Item = Entry<'t>> {
        self.0.lines().filter_map(Entry::read)
    }

    /// The process that was started: it made the first call.
    pub(super) fn process(&self) -> Option<u32> {
        self.entries().next()?.thread.parse().ok()
    }

    /// The thread that called itself `name`.
    pub(super) fn thread(&self, name: &str) -> Option<&'t str> {
        let quoted = format!("PR_SET_NAME, \"{name}\"");
        let named = |entry: &Entry<'_>| entry.name == "prctl" && entry.rest.starts_with(&quoted);
        Some(self.entries().find(named)?.thread)
    }

    /// What `thread` called from `from` to `to`, seconds since 1970, without what came too early:
    /// how often it asks before there is something depends on who is faster.
    pub(super) fn calls(&self, thread: &str, (from, to): (f64, f64)) -> Calls {
        let mut calls = Calls::new();
        for entry in self.entries() {
            if entry.thread != thread || !(from..to).contains(&entry.at) {
                continue;
            }
            let count = calls.entry(entry.name.to_owned()).or_default();
            *count += u64::from(!entry.resumed);
            *count = count.saturating_sub(u64::from(entry.came_too_early()));
        }
        calls.retain(|_, count| *count > 0);
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
100 1795.000001 execve(\"ringway\", [\"ringway\"], 0x7ffd /* 20 vars */) = 0
101 1795.100000 prctl(PR_SET_NAME, \"worker-0\") = 0
102 1795.100001 prctl(PR_SET_NAME, \"access-log\") = 0
101 1795.200000 io_uring_enter(5, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8 <unfinished ...>
102 1795.250000 epoll_wait(3,  <unfinished ...>
101 1795.300000 <... io_uring_enter resumed>) = 1
101 1795.400000 io_uring_enter(5, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
101 1795.410000 recvfrom(9, 0x7f, 4096, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily u...
101 1795.420000 recvfrom(9,  <unfinished ...>
101 1795.430000 <... recvfrom resumed>0x7f, 4096, 0, NULL, NULL) = -1 EAGAIN (Resource t...
101 1795.500000 --- SIGTERM {si_signo=SIGTERM} ---
101 1795.600000 shutdown(9, SHUT_RDWR)  = 0
101 1795.700000 +++ exited with 0 +++
";

    #[test]
    fn calls_count_once_by_thread_and_time() {
        let log = Log(LOG);
        assert_eq!(log.process(), Some(100));
        assert_eq!((log.thread("worker-0"), log.thread("worker-1")), (Some("101"), None));
        let calls = |window| log.calls("101", window);
        let expect = [("io_uring_enter", 2), ("shutdown", 1)];
        let expect = expect.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(calls((1795.2, 1796.0)), Calls::from(expect));
        assert_eq!(calls((1795.25, 1795.5)), Calls::from([("io_uring_enter".to_owned(), 1)]));
        assert_eq!(calls((1796.0, 1797.0)), Calls::new());
    }
}
