//! One worker: a pinned thread with its own listeners, connections, pools and counters.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use ringway_core::http::write::http_date;
use ringway_core::integration::AnswerScratch;
use ringway_core::limits::{
    ACCESS_LOG_FLUSH_MS, CONNECTIONS_PER_WORKER_MAX, DIAGNOSTICS_PER_SECOND_MAX,
};
use ringway_core::link::{Command, LogSink, WorkerCounters};

use crate::applied::Applied;
use crate::buffers::Buffers;
use crate::clock::{Clock, Moment};
use crate::credentials::Signers;
use crate::identifiers::Generator;
use crate::logs::Logs;
use crate::process::Process;
use crate::registry::Registry;
use crate::resolve::Resolver;
use crate::upstream::Pools;
use crate::{runtime, test_invoke, timer};

/// Period of a worker's chores; a publication reaches an idle worker within it.
const TICK_MS: u64 = 20;

/// State of a worker; never leaves its thread.
pub(crate) struct Worker {
    itself: Weak<Self>,
    /// Its number, from 0.
    pub(crate) number: u16,
    /// Shared by all workers.
    pub(crate) process: Arc<Process>,
    /// Time.
    pub(crate) clock: Rc<Clock>,
    /// Buffers.
    pub(crate) buffers: Buffers,
    /// Memory to read answers of functions with.
    pub(crate) answers: RefCell<AnswerScratch>,
    /// Upstream connections.
    pub(crate) pools: Pools,
    /// Who signs calls.
    pub(crate) signers: Signers,
    /// Names.
    pub(crate) resolver: Rc<Resolver>,
    /// Request identifiers.
    pub(crate) identifiers: Generator,
    /// Log batches.
    pub(crate) logs: Logs,
    /// Counters.
    pub(crate) counters: Arc<WorkerCounters>,
    /// Client connections.
    pub(crate) connections: Registry,
    /// Listeners that still accept.
    pub(crate) listeners: Cell<usize>,
    applied: RefCell<Option<Rc<Applied>>>,
    generation: Cell<u64>,
    date: Cell<(u64, [u8; 29])>,
    /// Diagnostics of this second.
    diagnostics: Cell<u32>,
}

impl Worker {
    /// A worker with the snapshot in force applied.
    pub(crate) fn new(number: u16, process: Arc<Process>) -> Rc<Self> {
        let counters = process.counters.worker();
        let worker = Rc::new_cyclic(|itself| Self {
            itself: itself.clone(),
            number,
            clock: Rc::new(Clock::new(process.base)),
            buffers: Buffers::default(),
            answers: RefCell::default(),
            pools: Pools::default(),
            resolver: Rc::default(),
            signers: Signers::new(&process.outbound),
            identifiers: Generator::new(),
            logs: Logs::new(LogSink::new(process.log.clone()), Arc::clone(&counters)),
            counters,
            connections: Registry::default(),
            listeners: Cell::new(0),
            applied: RefCell::new(None),
            generation: Cell::new(0),
            date: Cell::new((0, http_date(0))),
            diagnostics: Cell::new(0),
            process,
        });
        worker.refresh();
        worker
    }

    /// The snapshot to serve a request with: one atomic load when nothing changed.
    pub(crate) fn applied(&self) -> Rc<Applied> {
        if self.process.published.generation() != self.generation.get() {
            self.refresh();
        }
        let applied = self.applied.borrow();
        Rc::clone(applied.as_ref().expect("a worker applies a snapshot before it serves"))
    }

    /// For what outlives a request.
    pub(crate) fn itself(&self) -> Option<Rc<Self>> {
        self.itself.upgrade()
    }

    fn refresh(&self) {
        let snapshot = self.process.published.snapshot();
        let generation = snapshot.generation;
        self.process.keep_caches(&snapshot);
        let last = self.applied.borrow().clone();
        let applied = Applied::bind(self, snapshot, last.as_deref());
        *self.applied.borrow_mut() = Some(Rc::new(applied));
        self.generation.set(generation);
        self.counters.generation.add(generation - self.counters.generation.value());
    }

    /// The `Date` header of a moment; formatted once a second.
    pub(crate) fn date(&self, now: Moment) -> [u8; 29] {
        let second = self.clock.unix_ms(now) / 1_000;
        let (cached, text) = self.date.get();
        if cached == second {
            return text;
        }
        let text = http_date(second);
        self.date.set((second, text));
        text
    }

    /// Whether one more diagnostic may be written this second: a flood of bad requests must not
    /// push access-log records out.
    pub(crate) fn may_diagnose(&self) -> bool {
        self.diagnostics.set(self.diagnostics.get().saturating_add(1));
        self.diagnostics.get() <= DIAGNOSTICS_PER_SECOND_MAX
    }

    /// Another client connection may be taken.
    pub(crate) fn has_room(&self) -> bool {
        self.connections.len() < CONNECTIONS_PER_WORKER_MAX
    }

    fn say_suppressed(&self, wanted: u32) {
        if let Some(more) = wanted.checked_sub(DIAGNOSTICS_PER_SECOND_MAX).filter(|n| *n > 0) {
            let diagnostics = self.applied().diagnostics;
            self.logs.record(diagnostics, |out| {
                // A Vec takes every write.
                let _ = write!(out, "ringway: {more} more diagnostics were left out");
            });
        }
    }

    /// Carries out what waits.
    fn follow_commands(self: &Rc<Self>) {
        while let Some(command) = self.process.commands.next() {
            match command {
                Command::FlushStageCache { api_id, stage } => {
                    self.process.flush_cache(&api_id, &stage);
                }
                Command::TestInvoke(invocation) => {
                    let worker = Rc::clone(self);
                    runtime::spawn(async move { test_invoke::run(&worker, *invocation).await });
                }
            }
        }
    }

    /// Chores until the process drains: publications, commands, log flushes, idle connections, the
    /// calendar.
    pub(crate) async fn tick_until_drain(self: &Rc<Self>) {
        let mut ticks = 0_u64;
        while !self.process.is_draining() {
            timer::sleep(Duration::from_millis(TICK_MS)).await;
            ticks += 1;
            self.clock.now();
            if self.process.published.generation() != self.generation.get() {
                self.refresh();
            }
            self.follow_commands();
            if ticks.is_multiple_of(ACCESS_LOG_FLUSH_MS / TICK_MS) {
                self.logs.flush();
            }
            if ticks.is_multiple_of(1_000 / TICK_MS) {
                self.clock.follow_calendar();
                self.say_suppressed(self.diagnostics.take());
                let now = self.clock.now();
                self.pools.expire(now);
                self.connections.expire(now);
                (self.process.trim)();
            }
        }
    }
}
