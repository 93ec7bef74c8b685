//! Names to addresses, without blocking a worker.
//!
//! getaddrinfo(3) runs on two threads of each worker's own pool; answers live [`DNS_TTL_MS`],
//! failures
//! [`DNS_NEGATIVE_TTL_MS`]. A name that cannot be refreshed keeps its last addresses.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::task::{Poll, Waker};

use monoio::blocking::DefaultThreadPool;
use ringway_core::limits::{DNS_LOOKUPS_MAX, DNS_NAMES_MAX, DNS_NEGATIVE_TTL_MS, DNS_TTL_MS};

use crate::clock::{Clock, Moment};
use crate::runtime;

/// Threads of one worker that wait for getaddrinfo.
const THREADS: usize = 2;

/// The pool a worker's runtime is given for look-ups.
pub(crate) fn thread_pool() -> Box<DefaultThreadPool> {
    Box::new(DefaultThreadPool::new(THREADS))
}

/// The name has no address, or nobody could be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unresolved;

/// Known names of a worker.
#[derive(Default)]
pub(crate) struct Resolver {
    names: RefCell<HashMap<Box<str>, Name, ahash::RandomState>>,
}

#[derive(Default)]
struct Name {
    /// Empty: the last look-up failed and none succeeded before.
    addresses: Rc<[IpAddr]>,
    expires: Moment,
    /// Present while a look-up is under way.
    waiting: Option<Vec<Waker>>,
}

impl Resolver {
    /// Addresses of a host: itself when it is an address. Dropping the future is safe.
    ///
    /// # Errors
    /// [`Unresolved`].
    pub(crate) async fn resolve(
        self: &Rc<Self>,
        host: &str,
        clock: &Rc<Clock>,
    ) -> Result<Rc<[IpAddr]>, Unresolved> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Rc::new([address]));
        }
        poll_fn(|cx| self.poll(host, clock, cx.waker())).await
    }

    fn poll(
        self: &Rc<Self>,
        host: &str,
        clock: &Rc<Clock>,
        waker: &Waker,
    ) -> Poll<Result<Rc<[IpAddr]>, Unresolved>> {
        let now = clock.now();
        let mut names = self.names.borrow_mut();
        if let Some(name) = names.get_mut(host) {
            if name.expires > now {
                return Poll::Ready(match &name.addresses {
                    none if none.is_empty() => Err(Unresolved),
                    known => Ok(Rc::clone(known)),
                });
            }
            if let Some(waiting) = &mut name.waiting {
                if !waiting.iter().any(|known| known.will_wake(waker)) {
                    waiting.push(waker.clone());
                }
                return Poll::Pending;
            }
        } else {
            if names.len() >= DNS_NAMES_MAX {
                names.retain(|_, name| name.expires > now || name.waiting.is_some());
            }
            if names.len() >= DNS_NAMES_MAX {
                return Poll::Ready(Err(Unresolved));
            }
        }
        if names.values().filter(|name| name.waiting.is_some()).count() >= DNS_LOOKUPS_MAX {
            return Poll::Ready(Err(Unresolved));
        }
        names.entry(host.into()).or_default().waiting = Some(vec![waker.clone()]);
        drop(names);
        self.look_up(host.into(), Rc::clone(clock));
        Poll::Pending
    }

    fn look_up(self: &Rc<Self>, host: Box<str>, clock: Rc<Clock>) {
        let resolver = Rc::clone(self);
        runtime::spawn(async move {
            let asked = host.clone();
            let found = monoio::spawn_blocking(move || addresses_of(&asked)).await;
            resolver.learn(&host, found.unwrap_or_default(), clock.now());
        });
    }

    fn learn(&self, host: &str, found: Vec<IpAddr>, now: Moment) {
        let mut names = self.names.borrow_mut();
        let Some(name) = names.get_mut(host) else { return };
        let ttl_ms = if found.is_empty() { DNS_NEGATIVE_TTL_MS } else { DNS_TTL_MS };
        name.expires = Moment(now.0 + ttl_ms * 1_000_000);
        if !found.is_empty() {
            name.addresses = found.into();
        }
        for waker in name.waiting.take().into_iter().flatten() {
            waker.wake();
        }
    }
}

/// Runs on a thread of the pool, never on a worker.
#[allow(clippy::disallowed_methods)] // the one blocking look-up, off the workers
fn addresses_of(host: &str) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in
        (host, 0).to_socket_addrs().into_iter().flatten().map(|found: SocketAddr| found.ip())
    {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}
