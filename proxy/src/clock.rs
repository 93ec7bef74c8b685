//! The clock of a worker: the only place that reads the time.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the process started; never 0, the same scale on all workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// Microseconds from `earlier` to this moment.
    pub(crate) const fn us_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0) / 1_000
    }

    /// This moment and `duration` more.
    pub(crate) fn after(self, duration: Duration) -> Self {
        let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(ns))
    }
}

/// The moment all clocks of the process count from.
#[allow(clippy::disallowed_methods)] // this is the workers' clock
pub(crate) fn origin() -> Instant {
    Instant::now()
}

/// Monotonic time, and the calendar beside it.
#[derive(Debug)]
pub(crate) struct Clock {
    base: Instant,
    /// Unix time of `base`, milliseconds; follows adjustments of the calendar.
    base_unix_ms: Cell<u64>,
}

thread_local! {
    /// The last reading on this thread: at most a chore's period old.
    static RECENT: Cell<Moment> = const { Cell::new(Moment(0)) };
}

/// The last reading on this thread: a time limit does not need a reading of its own.
pub(crate) fn recent() -> Moment {
    RECENT.get()
}

impl Clock {
    /// A clock on the process's base.
    pub(crate) fn new(base: Instant) -> Self {
        let clock = Self { base, base_unix_ms: Cell::new(0) };
        clock.follow_calendar();
        clock
    }

    /// Now.
    #[allow(clippy::disallowed_methods)] // this is the worker's clock
    pub(crate) fn now(&self) -> Moment {
        let now = Instant::now();
        let elapsed = now.duration_since(self.base);
        let moment =
            Moment(elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos()) + 1);
        RECENT.set(moment);
        moment
    }

    /// Milliseconds since 1970 at a moment.
    pub(crate) fn unix_ms(&self, moment: Moment) -> u64 {
        self.base_unix_ms.get() + moment.0 / 1_000_000
    }

    /// Takes the calendar's adjustments over; called about once a second.
    #[allow(clippy::disallowed_methods)] // this is the worker's clock
    pub(crate) fn follow_calendar(&self) {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix_ms = unix.as_secs() * 1_000 + u64::from(unix.subsec_millis());
        self.base_unix_ms.set(unix_ms.saturating_sub(self.now().0 / 1_000_000));
    }
}
