//! Time limits of operations: a table per worker that one chore looks through.
//!
//! A request sets three limits and almost never reaches one. A timer each would cost more than the
//! policies do: a place in the wheel and a waker cloned, then both given back. Here a limit is a
//! row: setting and lifting it are a few stores. The price is resolution: a limit is enforced up
//! to [`LIMITS_SWEEP_MS`] late.
//!
//! Dropping an io_uring operation may lose what it already did. So a limit that is reached makes
//! the operation end by itself (`shutdown(2)` on its socket), and the operation is awaited as if
//! nothing had happened; only then does [`Limit::lift`] tell why it ended.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use ringway_core::limits::{CLIENT_GONE_CHECK_MS, LIMITS_SWEEP_MS};

use crate::clock::{self, Clock, Moment};
use crate::socket::Control;
use crate::timer;

/// Why an operation was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The limit was reached.
    Elapsed,
    /// The client that waits for the outcome went away.
    Gone,
}

/// How an operation is made to end by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cancel {
    /// Reads see the end, writes fail.
    Shutdown(Control),
    /// Reads see the end; what already arrived is still read.
    ShutdownRead(Control),
}

/// A limit in force; dropping it lifts it. Must not outlive the sockets it names.
#[must_use = "dropping a limit lifts it"]
#[derive(Debug)]
pub(crate) struct Limit(Place);

/// A task's own limit for operations that go on when it is reached. It keeps the task's waker from
/// one use to the next, so that setting it clones none.
#[derive(Debug)]
pub(crate) struct Alarm(Place);

/// A row of the table; free again when dropped.
#[derive(Debug)]
struct Place(usize);

#[derive(Debug)]
struct Row {
    /// When to look next; never for a row that is free or has done its work.
    next: Moment,
    end: Moment,
    action: Action,
    client: Option<Control>,
    ended: Option<Ended>,
}

/// What happens at the end.
#[derive(Debug)]
enum Action {
    Cancel(Cancel),
    /// The waker of the task that last looked.
    Wake(Option<Waker>),
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Row>,
    free: Vec<usize>,
}

const NEVER: Moment = Moment(u64::MAX);

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

impl Limit {
    /// Ends an operation after `limit`.
    pub(crate) fn new(limit: Duration, cancel: Cancel) -> Self {
        let end = clock::recent().after(limit);
        let action = Action::Cancel(cancel);
        Self(Place::take(Row { next: end, end, action, client: None, ended: None }))
    }

    /// Ends an operation after `limit`, or when `client`, for whom it is done, is gone.
    pub(crate) fn watching(limit: Duration, client: Control, cancel: Cancel) -> Self {
        let now = clock::recent();
        let end = now.after(limit);
        let next = end.min(now.after(LOOK));
        let action = Action::Cancel(cancel);
        Self(Place::take(Row { next, end, action, client: Some(client), ended: None }))
    }

    /// Lifts it behind the operation.
    ///
    /// # Errors
    /// Why the operation was ended, if it was: whatever it yielded is the work of that.
    pub(crate) fn lift(self) -> Result<(), Ended> {
        let ended = TABLE.with_borrow(|table| table.rows[self.0.0].ended);
        ended.map_or(Ok(()), Err)
    }
}

impl Alarm {
    /// Set to nothing.
    pub(crate) fn new() -> Self {
        let action = Action::Wake(None);
        Self(Place::take(Row { next: NEVER, end: NEVER, action, client: None, ended: None }))
    }

    /// The operation's output, or `None` when `limit` was over first; the operation goes on.
    #[allow(clippy::needless_pass_by_ref_mut)] // one look at a time
    pub(crate) async fn look<F: Future>(
        &mut self,
        limit: Duration,
        mut operation: Pin<&mut F>,
    ) -> Option<F::Output> {
        self.set(clock::recent().after(limit));
        let output = poll_fn(|cx| {
            if let Poll::Ready(output) = operation.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            if self.rang(cx.waker()) { Poll::Ready(None) } else { Poll::Pending }
        });
        let output = output.await;
        self.set(NEVER);
        output
    }

    fn set(&self, end: Moment) {
        TABLE.with_borrow_mut(|table| {
            let row = &mut table.rows[self.0.0];
            (row.next, row.end, row.ended) = (end, end, None);
        });
    }

    /// Whether it was over; if not, `waker` will be woken.
    fn rang(&self, waker: &Waker) -> bool {
        TABLE.with_borrow_mut(|table| {
            let row = &mut table.rows[self.0.0];
            if let Action::Wake(known) = &mut row.action
                && !known.as_ref().is_some_and(|known| known.will_wake(waker))
            {
                *known = Some(waker.clone());
            }
            row.ended.is_some()
        })
    }
}

impl Place {
    fn take(row: Row) -> Self {
        TABLE.with_borrow_mut(|table| match table.free.pop() {
            Some(at) => {
                table.rows[at] = row;
                Self(at)
            }
            None => {
                table.rows.push(row);
                Self(table.rows.len() - 1)
            }
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        TABLE.with_borrow_mut(|table| {
            table.rows[self.0].next = NEVER;
            table.free.push(self.0);
        });
    }
}

impl Cancel {
    fn now(self) {
        match self {
            Self::Shutdown(control) => control.shutdown(),
            Self::ShutdownRead(control) => control.shutdown_read(),
        }
    }
}

/// Period of the looks at a client.
const LOOK: Duration = Duration::from_millis(CLIENT_GONE_CHECK_MS);

/// Enforces the limits of this thread, for as long as its runtime runs.
pub(crate) async fn enforce(clock: &Clock) {
    loop {
        timer::sleep(Duration::from_millis(LIMITS_SWEEP_MS)).await;
        let now = clock.now();
        TABLE.with_borrow_mut(|table| table.sweep(now));
    }
}

impl Table {
    fn sweep(&mut self, now: Moment) {
        for row in self.rows.iter_mut().filter(|row| now >= row.next) {
            let ended = if now >= row.end {
                Some(Ended::Elapsed)
            } else if row.client.is_some_and(Control::peer_gone) {
                Some(Ended::Gone)
            } else {
                None
            };
            row.ended = ended;
            if ended.is_none() {
                row.next = row.end.min(now.after(LOOK));
                continue;
            }
            row.next = NEVER;
            match &row.action {
                Action::Cancel(cancel) => cancel.now(),
                // The task runs later, not here.
                Action::Wake(waker) => waker.iter().for_each(Waker::wake_by_ref),
            }
        }
    }
}
