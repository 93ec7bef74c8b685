//! Follows publications to the workers: how long each takes to reach the last of them, and when
//! the snapshot before may go. Must not know how workers apply one.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ringway_core::limits::PUBLICATIONS_FOLLOWED_MAX;
use ringway_core::link::Counters;
use ringway_core::snapshot::Snapshot;

/// How exactly a latency is known.
const LOOK: Duration = Duration::from_millis(1);
/// How often a snapshot that requests still use is looked after.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A publication under way.
pub(crate) struct Publication {
    started: Instant,
    generation: u64,
    arrived: bool,
    /// Kept until nobody else has it: freeing a large snapshot would stall a worker.
    replaced: Arc<Snapshot>,
}

impl Publication {
    /// That of `generation`, in force since now, after `replaced`.
    pub(crate) fn new(started: Instant, generation: u64, replaced: Arc<Snapshot>) -> Self {
        Self { started, generation, arrived: false, replaced }
    }
}

/// The thread's other end; it ends with this.
pub(crate) struct Follower(SyncSender<Publication>);

impl Follower {
    /// Starts the thread. Without one, publications work as well; nobody follows them then.
    pub(crate) fn start(counters: Arc<Counters>) -> Self {
        let (sender, publications) = sync_channel(PUBLICATIONS_FOLLOWED_MAX);
        let thread = thread::Builder::new().name("publications".into());
        let _ = thread.spawn(move || follow(&counters, &publications));
        Self(sender)
    }

    /// Follows a publication; when too many are under way, not.
    pub(crate) fn follow(&self, publication: Publication) {
        let _ = self.0.try_send(publication);
    }
}

fn follow(counters: &Counters, publications: &Receiver<Publication>) {
    let mut followed: Vec<Publication> = Vec::new();
    loop {
        let wait = match followed.last() {
            None => None,
            Some(last) if last.arrived => Some(LOOK_AGAIN),
            Some(_) => Some(LOOK),
        };
        let next = match wait {
            None => publications.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => publications.recv_timeout(wait),
        };
        match next {
            Ok(publication) => {
                if followed.len() == PUBLICATIONS_FOLLOWED_MAX {
                    followed.remove(0);
                }
                followed.push(publication);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        look(counters, &mut followed);
    }
}

/// Notes arrivals, and lets go what nobody uses.
fn look(counters: &Counters, followed: &mut Vec<Publication>) {
    let workers = counters.workers();
    // Without workers nothing arrives anywhere.
    let served = workers.iter().map(|worker| worker.generation.value()).min().unwrap_or(0);
    for publication in followed.iter_mut().filter(|publication| !publication.arrived) {
        if served >= publication.generation {
            publication.arrived = true;
            let us = publication.started.elapsed().as_micros();
            counters.publications().record(u64::try_from(us).unwrap_or(u64::MAX));
        }
    }
    // Once replaced, nobody can come to have it who has not.
    followed.retain(|publication| {
        Arc::strong_count(&publication.replaced) > 1 || !(publication.arrived || workers.is_empty())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::snapshot;

    #[test]
    fn a_publication_arrives_with_the_last_worker() {
        let counters = Counters::default();
        let workers = [counters.worker(), counters.worker()];
        let (old, weak) = {
            let old = Arc::new(snapshot(1));
            (Arc::clone(&old), Arc::downgrade(&old))
        };
        let mut followed = vec![Publication::new(Instant::now(), 2, old.clone())];
        let check = |followed: &mut Vec<Publication>, arrived: u64, left: usize| {
            look(&counters, followed);
            let count: u64 = counters.publications().buckets().iter().sum();
            assert_eq!((count, followed.len()), (arrived, left));
        };
        workers[0].generation.add(2);
        check(&mut followed, 0, 1);
        workers[1].generation.add(3);
        check(&mut followed, 1, 1);
        check(&mut followed, 1, 1);
        drop(old);
        assert!(weak.upgrade().is_some(), "the follower keeps what requests may have used");
        check(&mut followed, 1, 0);
        assert!(weak.upgrade().is_none());
    }
}
