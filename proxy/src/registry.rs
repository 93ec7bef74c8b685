//! Client connections of a worker: counted, and found again when the process drains.

use std::cell::{Cell, RefCell};

use crate::clock::Moment;
use crate::socket::Control;

/// Open client connections.
#[derive(Default)]
pub(crate) struct Registry {
    slots: RefCell<Vec<Slot>>,
    free: RefCell<Vec<usize>>,
    open: Cell<usize>,
    serving: Cell<usize>,
}

#[derive(Clone, Copy)]
struct Slot {
    control: Control,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    /// Between two requests.
    Idle,
    /// Idle for long already; closed at that moment.
    Parked(Moment),
    Serving,
}

/// A connection's entry; leaves the registry when dropped.
pub(crate) struct Entry<'r> {
    registry: &'r Registry,
    at: usize,
}

impl Registry {
    /// Open connections.
    pub(crate) fn len(&self) -> usize {
        self.open.get()
    }

    /// Connections with a request under way.
    pub(crate) fn serving(&self) -> usize {
        self.serving.get()
    }

    /// Enters a connection, idle.
    pub(crate) fn enter(&self, control: Control) -> Entry<'_> {
        let slot = Slot { control, state: State::Idle };
        let mut slots = self.slots.borrow_mut();
        let at = match self.free.borrow_mut().pop() {
            Some(at) => {
                slots[at] = slot;
                at
            }
            None => {
                slots.push(slot);
                slots.len() - 1
            }
        };
        self.open.set(self.open.get() + 1);
        Entry { registry: self, at }
    }

    /// Ends the waiting read of every idle connection; what already arrived is still served.
    pub(crate) fn wake_idle(&self) {
        for slot in self.slots.borrow().iter() {
            if matches!(slot.state, State::Idle | State::Parked(_)) {
                slot.control.shutdown_read();
            }
        }
    }

    /// Ends the waiting read of every connection that is parked for too long.
    pub(crate) fn expire(&self, now: Moment) {
        for slot in self.slots.borrow().iter() {
            if matches!(slot.state, State::Parked(until) if until < now) {
                slot.control.shutdown_read();
            }
        }
    }

    /// Ends every connection, whatever it does.
    pub(crate) fn cut_off(&self) {
        for slot in self.slots.borrow().iter().filter(|slot| slot.state != State::Closed) {
            slot.control.shutdown();
        }
    }

    fn change(&self, at: usize, to: State) {
        let mut slots = self.slots.borrow_mut();
        let from = std::mem::replace(&mut slots[at].state, to);
        let serving = self.serving.get() + usize::from(to == State::Serving);
        self.serving.set(serving - usize::from(from == State::Serving));
    }
}

impl Entry<'_> {
    /// A request is under way.
    pub(crate) fn serving(&self) {
        self.registry.change(self.at, State::Serving);
    }

    /// Without a request until it is closed at `until`; later by a chore's period at most.
    pub(crate) fn park(&self, until: Moment) {
        self.registry.change(self.at, State::Parked(until));
    }

    /// Waiting for the next request, under a limit of its own.
    pub(crate) fn idle(&self) {
        self.registry.change(self.at, State::Idle);
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.registry.change(self.at, State::Closed);
        self.registry.free.borrow_mut().push(self.at);
        self.registry.open.set(self.registry.open.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use super::*;

    /// Whether a read of the socket sees the end; it gives up after a moment otherwise.
    fn is_shut(mut socket: &UnixStream) -> bool {
        socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        matches!(socket.read(&mut [0]), Ok(0))
    }

    #[test]
    fn only_who_is_parked_for_too_long_is_ended() {
        let registry = Registry::default();
        let pairs: Vec<_> = (0..4).map(|_| UnixStream::pair().unwrap()).collect();
        let enter = |at: usize| registry.enter(Control::of(pairs[at].0.as_raw_fd()));
        let (over, waiting, idle, serving) = (enter(0), enter(1), enter(2), enter(3));
        over.park(Moment(1_000));
        waiting.park(Moment(2_000));
        idle.idle();
        serving.serving();
        registry.expire(Moment(1_500));
        let shut: Vec<_> = pairs.iter().map(|(ours, _)| is_shut(ours)).collect();
        assert_eq!(shut, [true, false, false, false]);
        registry.wake_idle();
        let shut: Vec<_> = pairs.iter().map(|(ours, _)| is_shut(ours)).collect();
        assert_eq!(shut, [true, true, true, false], "a drain ends all that wait");
    }
}
