//! The runtime of a thread: io_uring with the best flags the kernel takes, epoll otherwise.
//!
//! Knows nothing of HTTP. The ladder exists because monoio's own fallback probes with a plain
//! ring: on a kernel that has io_uring but not our flags it would return an error.

use std::fmt;
use std::future::Future;
use std::io;

use clap::ValueEnum;
use monoio::time::TimeDriver;
use monoio::{FusionRuntime, IoUringDriver, LegacyDriver, RuntimeBuilder};

use crate::limits::RING_ENTRIES;

/// Which drivers may be tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// io_uring from the best flags down, then epoll.
    #[default]
    Auto,
    /// epoll only.
    Epoll,
}

/// The rung of the ladder a runtime stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// `SINGLE_ISSUER | DEFER_TASKRUN`, Linux 6.1.
    Defer,
    /// `COOP_TASKRUN`, Linux 5.19.
    Coop,
    /// io_uring without flags.
    Plain,
    /// epoll.
    Epoll,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Defer => "io_uring (SINGLE_ISSUER, DEFER_TASKRUN)",
            Self::Coop => "io_uring (COOP_TASKRUN)",
            Self::Plain => "io_uring (no flags)",
            Self::Epoll => "epoll",
        })
    }
}

type AnyRuntime = FusionRuntime<TimeDriver<IoUringDriver>, TimeDriver<LegacyDriver>>;

/// A runtime with timers; must stay on the thread that built it.
pub struct Runtime {
    /// What was reached.
    pub rung: Rung,
    inner: AnyRuntime,
}

impl Runtime {
    /// Runs `future` and everything it spawns on this thread until `future` is done.
    pub fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        self.inner.block_on(future)
    }
}

/// Builds the best runtime that `choice` and the kernel allow. The error is that of epoll, the
/// last rung.
pub fn build(choice: Choice) -> io::Result<Runtime> {
    if choice == Choice::Auto {
        for rung in [Rung::Defer, Rung::Coop, Rung::Plain] {
            let built = RuntimeBuilder::<IoUringDriver>::new()
                .uring_builder(ring(rung))
                .with_entries(RING_ENTRIES)
                .enable_timer()
                .build();
            if let Ok(runtime) = built {
                return Ok(Runtime { rung, inner: runtime.into() });
            }
        }
    }
    let runtime = RuntimeBuilder::<LegacyDriver>::new().enable_timer().build()?;
    Ok(Runtime { rung: Rung::Epoll, inner: runtime.into() })
}

fn ring(rung: Rung) -> io_uring::Builder {
    let mut builder = io_uring::IoUring::builder();
    match rung {
        Rung::Defer => {
            builder.setup_single_issuer().setup_defer_taskrun();
        }
        Rung::Coop => {
            builder.setup_coop_taskrun();
        }
        Rung::Plain | Rung::Epoll => {}
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_choices_run_a_timer() {
        for choice in [Choice::Auto, Choice::Epoll] {
            let mut runtime = build(choice).unwrap();
            if choice == Choice::Epoll {
                assert_eq!(runtime.rung, Rung::Epoll);
            }
            let answer = runtime.block_on(async {
                monoio::time::sleep(std::time::Duration::from_millis(1)).await;
                42
            });
            assert_eq!(answer, 42);
        }
    }
}
