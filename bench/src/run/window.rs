//! The time over which something is measured: CPU times and counters at both ends.

use std::io;
use std::time::{Duration, Instant};

use super::server::Server;
use crate::cpu::{self, Others, Ticks};
use crate::upstream::Upstream;

/// The counters at one end.
pub(crate) struct Reading {
    at: Instant,
    server: Duration,
    ours: Duration,
    machine: Ticks,
    upstream: u64,
}

impl Reading {
    /// As they are now.
    pub(crate) fn now(server: &Server, upstream: &Upstream) -> io::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: server.cpu()?,
            ours: cpu::of_process(std::process::id())?,
            machine: cpu::of_machine()?,
            upstream: upstream.served(),
        })
    }
}

/// What went by between two readings; times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) wall: f64,
    /// On-CPU time of the server under test.
    pub(crate) server: f64,
    /// On-CPU time of load and upstream.
    pub(crate) ours: f64,
    pub(crate) others: Others,
    /// Requests the upstream answered.
    pub(crate) upstream_calls: u64,
}

impl Window {
    pub(crate) fn between(start: &Reading, end: &Reading) -> Self {
        let (server, ours) = (end.server - start.server, end.ours - start.ours);
        Self {
            wall: (end.at - start.at).as_secs_f64(),
            server: server.as_secs_f64(),
            ours: ours.as_secs_f64(),
            others: Others::between(start.machine, end.machine, server + ours),
            upstream_calls: end.upstream - start.upstream,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_difference_of_its_ends() {
        let at = Instant::now();
        let seconds = Duration::from_secs;
        let start = Reading {
            at,
            server: seconds(1),
            ours: seconds(2),
            machine: Ticks { at, cores: 2, idle: 100, stolen: 10 },
            upstream: 7,
        };
        let end = Reading {
            at: at + seconds(2),
            server: seconds(2),
            ours: seconds(3),
            machine: Ticks { at: at + seconds(2), cores: 2, idle: 240, stolen: 30 },
            upstream: 107,
        };
        let window = Window::between(&start, &end);
        let Window { wall, server, ours, upstream_calls, .. } = window;
        assert_eq!((wall, server, ours, upstream_calls), (2.0, 1.0, 1.0, 100));
        // Of 4 s on all cores 1.4 were idle and 0.2 stolen; 2 were for us.
        assert!((window.others.foreign - 0.1).abs() < 1e-9, "{window:?}");
        assert!((window.others.stolen - 0.05).abs() < 1e-9, "{window:?}");
    }
}
