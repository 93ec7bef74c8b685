//! Pools of idle upstream connections: one per endpoint and worker, last in first out.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ringway_core::http::Fields;
use ringway_core::limits::{
    UPSTREAM_ENDPOINTS_MAX, UPSTREAM_IDLE_MS, UPSTREAM_IDLE_PER_ENDPOINT_MAX,
};
use ringway_core::snapshot::Endpoint;

use crate::clock::Moment;
use crate::socket::{Control, Reader, Writer};

/// A connection to an upstream, with what its next call needs.
pub(crate) struct Upstream {
    /// Answers come here.
    pub(crate) reader: Reader,
    /// Calls go there.
    pub(crate) writer: Writer,
    /// Ends both from beside.
    pub(crate) control: Control,
    /// Bytes read; empty while idle.
    pub(crate) buffer: Vec<u8>,
    /// Fields of the response head.
    pub(crate) fields: Fields,
    /// It served a call before: it may have gone stale in the pool.
    pub(crate) reused: bool,
}

/// Idle connections to one endpoint.
pub(crate) struct Pool {
    /// Where they lead.
    pub(crate) endpoint: Endpoint,
    idle: RefCell<Vec<(Box<Upstream>, Moment)>>,
    used: Cell<Moment>,
    /// Still among those that are looked after; otherwise it keeps nothing.
    kept: Cell<bool>,
}

impl Pool {
    /// The connection that became idle last, and is not expired.
    pub(crate) fn check_out(&self, now: Moment) -> Option<Box<Upstream>> {
        self.used.set(now);
        let (upstream, since) = self.idle.borrow_mut().pop()?;
        (!expired(since, now)).then_some(upstream)
    }

    /// Keeps a connection whose response was read to its end.
    pub(crate) fn check_in(&self, mut upstream: Box<Upstream>, now: Moment) {
        upstream.buffer.clear();
        upstream.reused = true;
        let mut idle = self.idle.borrow_mut();
        if self.kept.get() && idle.len() < UPSTREAM_IDLE_PER_ENDPOINT_MAX {
            idle.push((upstream, now));
        }
    }

    fn expire(&self, now: Moment) {
        // Oldest first: the vector is in the order of becoming idle.
        let mut idle = self.idle.borrow_mut();
        let stale = idle.partition_point(|(_, since)| expired(*since, now));
        idle.drain(..stale);
    }
}

fn expired(since: Moment, now: Moment) -> bool {
    now.us_since(since) > UPSTREAM_IDLE_MS * 1_000
}

/// All pools of a worker. They belong to the worker, not to a snapshot.
#[derive(Default)]
pub(crate) struct Pools(RefCell<HashMap<Endpoint, Rc<Pool>, ahash::RandomState>>);

impl Pools {
    /// The pool of an endpoint, made on first use.
    pub(crate) fn of(&self, endpoint: &Endpoint, now: Moment) -> Rc<Pool> {
        let mut pools = self.0.borrow_mut();
        if let Some(pool) = pools.get(endpoint) {
            return Rc::clone(pool);
        }
        if pools.len() >= UPSTREAM_ENDPOINTS_MAX {
            let oldest = pools.values().min_by_key(|pool| pool.used.get());
            if let Some(oldest) = oldest.cloned() {
                // Methods may hold it for as long as their stage does not change.
                oldest.kept.set(false);
                oldest.idle.borrow_mut().clear();
                pools.remove(&oldest.endpoint);
            }
        }
        let pool = Rc::new(Pool {
            endpoint: endpoint.clone(),
            idle: RefCell::default(),
            used: Cell::new(now),
            kept: Cell::new(true),
        });
        pools.insert(endpoint.clone(), Rc::clone(&pool));
        pool
    }

    /// Closes connections that were idle too long, and forgets pools without any that no method
    /// leads to; called about once a second.
    pub(crate) fn expire(&self, now: Moment) {
        self.0.borrow_mut().retain(|_, pool| {
            pool.expire(now);
            Rc::strong_count(pool) > 1 || !pool.idle.borrow().is_empty()
        });
    }
}
