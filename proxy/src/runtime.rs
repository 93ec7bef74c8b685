//! The runtime of one worker thread: the driver ladder, tasks. Knows nothing of requests.
//!
//! The ladder: io_uring with SINGLE_ISSUER and DEFER_TASKRUN (Linux 6.1), with COOP_TASKRUN (5.19),
//! plain, then epoll, which also serves where seccomp forbids io_uring (containers).

use std::future::Future;
use std::{fmt, io};

use crate::resolve;
use monoio::{IoUringDriver, LegacyDriver, RuntimeBuilder};
use ringway_core::limits::RING_ENTRIES;

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    /// io_uring, single issuer, deferred task run.
    UringDefer,
    /// io_uring, cooperative task run.
    UringCoop,
    /// io_uring without flags.
    Uring,
    /// epoll.
    Epoll,
}

impl Driver {
    const LADDER: [Self; 3] = [Self::UringDefer, Self::UringCoop, Self::Uring];

    /// What the start-up line says.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::UringDefer => "io_uring (single issuer, deferred task run)",
            Self::UringCoop => "io_uring (cooperative task run)",
            Self::Uring => "io_uring",
            Self::Epoll => "epoll",
        }
    }

    /// The best rung this kernel grants; `wanted` is the value of `RINGWAY_DRIVER`.
    ///
    /// # Errors
    /// An unknown name, or `io_uring` where the kernel refuses it.
    pub(crate) fn choose(wanted: Option<&str>) -> Result<(Self, Option<Fallback>), String> {
        let (rungs, required) = match wanted {
            None | Some("") => (&Self::LADDER[..], false),
            Some("io_uring") => (&Self::LADDER[..], true),
            // Single rungs, for tests and measurements.
            Some("io_uring-coop") => (&[Self::UringCoop][..], true),
            Some("io_uring-plain") => (&[Self::Uring][..], true),
            Some("epoll") => {
                let asked = Fallback("RINGWAY_DRIVER=epoll asks for it".into());
                return Ok((Self::Epoll, Some(asked)));
            }
            Some(other) => {
                return Err(format!(
                    "RINGWAY_DRIVER={other}: known drivers are io_uring, io_uring-coop, \
                     io_uring-plain, epoll"
                ));
            }
        };
        let mut refusal = None;
        for rung in rungs {
            match rung.ring().build(RING_ENTRIES) {
                Ok(_ring) => return Ok((*rung, None)),
                Err(error) => refusal = Some(error),
            }
        }
        let why = refusal.map_or_else(String::new, |error| error.to_string());
        if required {
            return Err(format!(
                "the kernel refuses the driver that RINGWAY_DRIVER asks for: {why}"
            ));
        }
        Ok((Self::Epoll, Some(Fallback(format!("the kernel refuses io_uring: {why}")))))
    }

    fn ring(self) -> io_uring::Builder {
        let mut ring = io_uring::IoUring::builder();
        match self {
            Self::UringDefer => {
                ring.setup_single_issuer().setup_defer_taskrun();
            }
            Self::UringCoop => {
                ring.setup_coop_taskrun();
            }
            Self::Uring | Self::Epoll => {}
        }
        ring
    }

    /// Runs a worker's main future on this thread.
    ///
    /// # Errors
    /// When the kernel refuses the ring or the epoll instance.
    pub(crate) fn block_on<F: Future>(self, main: F) -> io::Result<F::Output> {
        match self {
            Self::Epoll => {
                let runtime = RuntimeBuilder::<LegacyDriver>::new()
                    .attach_thread_pool(resolve::thread_pool())
                    .enable_timer();
                Ok(runtime.build()?.block_on(main))
            }
            Self::UringDefer | Self::UringCoop | Self::Uring => {
                let runtime = RuntimeBuilder::<IoUringDriver>::new()
                    .uring_builder(self.ring())
                    .with_entries(RING_ENTRIES)
                    .attach_thread_pool(resolve::thread_pool())
                    .enable_timer();
                Ok(runtime.build()?.block_on(main))
            }
        }
    }
}

/// Why epoll serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fallback(pub String);

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Starts a task on this worker; it runs until it ends by itself.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(monoio::spawn(task));
}
