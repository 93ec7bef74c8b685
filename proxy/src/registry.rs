//! Client connections of a worker: counted, and found again when the process drains.

use std::cell::{Cell, RefCell};

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
        for slot in self.slots.borrow().iter().filter(|slot| slot.state == State::Idle) {
            slot.control.shutdown_read();
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

    /// Waiting for the next request.
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
