//! When a connection may send: at once (closed loop), or when the schedule says (open loop).

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::Write;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use monoio::buf::IoBufMut;
use monoio::io::AsyncReadRent;
use monoio::net::UnixStream;

use super::schedule::Schedule;
use crate::cores;
use crate::limits::TICK_US_MIN;

/// How requests are let go.
pub(super) enum Pace {
    /// A connection sends as soon as it has its answer; at most so many in all.
    Closed { left: Cell<u64>, ended: Cell<bool> },
    /// Requests are due by the clock, whatever the answers do.
    Open(OpenPace),
}

impl Pace {
    pub(super) fn closed(requests: u64) -> Self {
        Self::Closed { left: Cell::new(requests), ended: Cell::new(false) }
    }

    /// The time of the next request: when it is sent, or in the open loop when it should have
    /// been. `None` at the end.
    pub(super) async fn next(&self) -> Option<Instant> {
        match self {
            Self::Closed { left, ended } => {
                if ended.get() || left.get() == 0 {
                    return None;
                }
                left.set(left.get() - 1);
                Some(Instant::now())
            }
            Self::Open(open) => poll_fn(|context| open.poll_next(context)).await,
        }
    }

    /// Lets nothing go any more.
    pub(super) fn end(&self) {
        match self {
            Self::Closed { ended, .. } => ended.set(true),
            Self::Open(open) => open.end(),
        }
    }
}

/// One schedule shared by all connections: whichever is free takes the next request.
pub(super) struct OpenPace {
    schedule: Schedule,
    start: Instant,
    taken: Cell<u64>,
    /// Free connections, longest first; one entry a connection at most.
    idle: RefCell<VecDeque<Waker>>,
    ended: Cell<bool>,
}

impl OpenPace {
    pub(super) fn new(schedule: Schedule, start: Instant, connections: usize) -> Self {
        let idle = RefCell::new(VecDeque::with_capacity(connections));
        Self { schedule, start, taken: Cell::new(0), idle, ended: Cell::new(false) }
    }

    /// The intended times of the requests that were due by `now` and never taken.
    pub(super) fn untaken(&self, now: Instant) -> impl Iterator<Item = Instant> {
        let due = self.schedule.due(now.saturating_duration_since(self.start));
        (self.taken.get()..due).map(|k| self.start + self.schedule.at(k))
    }

    fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Instant>> {
        let k = self.taken.get();
        if self.ended.get() || k >= self.schedule.total() {
            return Poll::Ready(None);
        }
        let intended = self.start + self.schedule.at(k);
        if Instant::now() < intended {
            self.idle.borrow_mut().push_back(context.waker().clone());
            return Poll::Pending;
        }
        self.taken.set(k + 1);
        Poll::Ready(Some(intended))
    }

    fn wake_due(&self) {
        let due = self.schedule.due(self.start.elapsed());
        let waiting = due.saturating_sub(self.taken.get());
        for _ in 0..waiting {
            // The borrow ends before the waker runs.
            let Some(waker) = self.idle.borrow_mut().pop_front() else { break };
            waker.wake();
        }
    }

    fn end(&self) {
        self.ended.set(true);
        let idle = std::mem::take(&mut *self.idle.borrow_mut());
        idle.into_iter().for_each(Waker::wake);
    }

    /// Wakes free connections when requests are due, until the pacer's thread ends.
    pub(super) async fn dispatch(&self, ticks: UnixStream) {
        let (mut ticks, mut buffer) = (ticks, Vec::with_capacity(1024));
        loop {
            let capacity = buffer.capacity();
            let (result, slice) = ticks.read(buffer.slice_mut(0..capacity)).await;
            buffer = slice.into_inner();
            self.wake_due();
            if matches!(result, Ok(0) | Err(_)) {
                return;
            }
        }
    }

    /// Starts the thread that ticks when requests are due: the runtime's own timers are a
    /// millisecond coarse, ten times the distance of requests at 10,000/s. It ends with the
    /// schedule or with the other end of the socket.
    pub(super) fn start_ticks(&self) -> std::io::Result<UnixStream> {
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (schedule, start) = (self.schedule, self.start);
        thread::Builder::new()
            .name("pacer".into())
            .spawn(move || tick(&theirs, schedule, start))?;
        UnixStream::from_std(ours)
    }
}

fn tick(mut to: &StdUnixStream, schedule: Schedule, start: Instant) {
    // Without it ticks come up to 50 µs late, which the lag in the report shows.
    let _ = cores::sharpen_timers();
    let shortest = Duration::from_micros(TICK_US_MIN);
    let mut k = 0;
    while k < schedule.total() {
        let now = Instant::now();
        let at = (start + schedule.at(k)).max(now);
        thread::sleep(at - now);
        if to.write_all(&[0]).is_err() {
            return;
        }
        // Everything due within the shortest distance shares a tick.
        let next = schedule.due((Instant::now() - start) + shortest);
        k = next.max(k + 1);
    }
    // Closing the socket is the last tick: not before the last request is due.
    thread::sleep(shortest);
}
