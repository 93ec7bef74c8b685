//! The clock of a worker: the only place that reads the time.

use std::cell::Cell;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the process started; never 0, the same scale on all workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// Microseconds from `earlier` to this moment.
    pub(crate) const fn us_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0) / 1_000
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
    recent: Cell<Moment>,
}

thread_local! {
    /// The last reading on this thread; `None` before the first.
    static RECENT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The last reading on this thread, for timers: a time limit does not need a reading of its own.
#[allow(clippy::disallowed_methods)] // this is the worker's clock
pub(crate) fn recent_instant() -> Instant {
    RECENT.get().unwrap_or_else(Instant::now)
}

impl Clock {
    /// A clock on the process's base.
    pub(crate) fn new(base: Instant) -> Self {
        let clock = Self { base, base_unix_ms: Cell::new(0), recent: Cell::default() };
        clock.follow_calendar();
        clock
    }

    /// Now.
    #[allow(clippy::disallowed_methods)] // this is the worker's clock
    pub(crate) fn now(&self) -> Moment {
        let now = Instant::now();
        RECENT.set(Some(now));
        let elapsed = now.duration_since(self.base);
        let moment =
            Moment(elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos()) + 1);
        self.recent.set(moment);
        moment
    }

    /// The last reading: at most one chore's period old. For what follows a reading at once.
    pub(crate) fn recent(&self) -> Moment {
        self.recent.get()
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
