//! Execution environments: a process, its Runtime API, and the one invocation it has.
//!
//! An environment ends once: it was told to, or its process is gone. What it had is answered then.

mod group;
mod output;
mod process;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::host::Host;
use crate::invocation::{Invocation, Reply, Tail};
use crate::runtime_api;
use crate::version::Version;
use crate::words;
use group::Group;
use process::Process;

/// A moment to read what a process wrote.
const TAIL_MS: u64 = 2;

/// A process that runs a version of a function, one invocation at a time.
pub(crate) struct Environment {
    /// Its number in this process.
    pub(crate) id: u64,
    pub(crate) version: Arc<Version>,
    slot: Mutex<Slot>,
    assigned: Notify,
    host: Arc<Host>,
    group: Group,
}

#[derive(Default)]
struct Slot {
    /// Given to it, and not yet taken by its process.
    waiting: Option<Invocation>,
    /// Taken by its process.
    running: Option<Running>,
    /// Its process has asked for an invocation.
    is_ready: bool,
    /// What its process said about itself before that.
    init_error: Option<Bytes>,
    is_gone: bool,
    idle_since: Option<Instant>,
}

/// An invocation that a process has.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) invocation: Invocation,
    pub(crate) started: Instant,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Environment {
    /// Starts a process.
    ///
    /// # Errors
    /// What the caller of the function is told, as JSON.
    pub(crate) async fn start(
        host: &Arc<Host>,
        version: &Arc<Version>,
        request_id: &str,
    ) -> Result<Arc<Self>, Bytes> {
        let (configuration, folder) = (&version.configuration, &version.code.folder);
        let invalid = |why: String| words::error("Runtime.InvalidEntrypoint", request_id, &why);
        let launch = host.runtimes.launch(configuration, folder).await.map_err(invalid)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.map_err(|error| invalid(format!("no Runtime API: {error}")))?;
        let address = listener.local_addr().map_err(|error| invalid(error.to_string()))?;
        let id = host.number();
        let stream = words::log_stream(&version.number, id);
        let variables = host.variables(version, &address.to_string(), &stream);
        let process = Process::spawn(&launch, &variables, folder)
            .map_err(|error| invalid(format!("fork/exec {}: {error}", launch.program.display())))?;
        let environment = Arc::new(Self {
            id,
            version: Arc::clone(version),
            slot: Mutex::default(),
            assigned: Notify::new(),
            host: Arc::clone(host),
            group: process.group,
        });
        host.add(Arc::clone(&environment));
        version.pool.add();
        let served = tokio::spawn(runtime_api::serve(listener, Arc::clone(&environment)));
        let (output, own) = (process.output, Arc::clone(&environment));
        let read = tokio::spawn(async move { output::read(output, &own).await });
        let (mut child, own) = (process.child, Arc::clone(&environment));
        tokio::spawn(async move {
            let status = child.wait().await;
            // What it started goes with it.
            own.group.kill();
            // What it said last is in the pipe: its own end is closed, so reading comes to an end.
            let last = tokio::time::timeout(output::LAST, read);
            let _ = last.await;
            own.ended(&words::exit(status.as_ref().ok()));
            served.abort();
        });
        Ok(environment)
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives it an invocation; one that is gone gives it back.
    pub(crate) fn assign(&self, invocation: Invocation) -> Result<(), Box<Invocation>> {
        let mut slot = self.slot();
        let is_busy = slot.waiting.is_some() || slot.running.is_some();
        // One that died while it was idle would take the invocation with it.
        if slot.is_gone || is_busy || self.group.has_ended() {
            return Err(Box::new(invocation));
        }
        slot.waiting = Some(invocation);
        slot.idle_since = None;
        drop(slot);
        self.assigned.notify_one();
        Ok(())
    }

    /// Its process has asked for an invocation before.
    pub(crate) fn is_ready(&self) -> bool {
        self.slot().is_ready
    }

    /// Since when it has had nothing to do.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        self.slot().idle_since
    }

    /// Its process takes the next invocation; what it is told of it comes from `told`. An
    /// invocation that it had and did not answer stays what it has.
    pub(crate) async fn next<T>(&self, told: impl Fn(&Running) -> T) -> Option<T> {
        loop {
            let taken = {
                let mut slot = self.slot();
                slot.is_ready = true;
                if slot.running.is_some() {
                    return None;
                }
                slot.waiting.take().map(|mut invocation| {
                    let started = Instant::now();
                    if let Some(taken) = invocation.taken.take() {
                        // Nobody waits for it any more.
                        let _ = taken.send(started);
                    }
                    let running = Running { invocation, started };
                    self.host.started(&self.version, &running.invocation);
                    let told = told(&running);
                    slot.running = Some(running);
                    told
                })
            };
            match taken {
                Some(told) => return Some(told),
                None => self.assigned.notified().await,
            }
        }
    }

    /// What its process wrote before it answered lies in a pipe: it is read before the invocation
    /// is over, where the caller wants it.
    pub(crate) async fn settle(&self, request_id: &str) {
        let wants = |Running { invocation, .. }: &Running| {
            &*invocation.request_id == request_id && invocation.tail.is_some()
        };
        let is_wanted = self.slot().running.as_ref().is_some_and(wants);
        if is_wanted {
            // Whoever reads it comes first in the turn that ends this.
            sleep(Duration::from_millis(TAIL_MS)).await;
        }
    }

    /// Its process has said something of the invocation it has: nothing else is expected of it.
    pub(crate) fn take(&self, request_id: &str) -> Option<Running> {
        let mut slot = self.slot();
        let is_it = |running: &Running| &*running.invocation.request_id == request_id;
        if slot.running.as_ref().is_some_and(is_it) { slot.running.take() } else { None }
    }

    /// The invocation is over: the next one may come, and its caller is told, if it was not yet.
    pub(crate) fn finish(self: &Arc<Self>, running: Running, reply: Option<Reply>) {
        let invocation = self.host.finished(self, running);
        // Before the caller is told, so that its next call finds a warm process.
        self.release();
        answer(invocation, reply);
    }

    /// It is free for another invocation.
    pub(crate) fn release(self: &Arc<Self>) {
        let is_gone = {
            let mut slot = self.slot();
            slot.idle_since = Some(Instant::now());
            slot.is_gone
        };
        if !is_gone && !self.version.pool.put(Arc::clone(self)) {
            self.kill();
        }
    }

    /// Its process could not get ready, in its own words.
    pub(crate) fn failed_init(&self, error: Bytes) {
        self.slot().init_error.get_or_insert(error);
    }

    /// The caller waits no longer for an invocation: the process ends.
    pub(crate) fn give_up(self: &Arc<Self>, request_id: &str) {
        let is_it = |invocation: &Invocation| &*invocation.request_id == request_id;
        let given_up = {
            let mut slot = self.slot();
            slot.is_gone = true;
            slot.waiting.take_if(|waiting| is_it(waiting));
            slot.running.take_if(|running| is_it(&running.invocation))
        };
        self.kill();
        if let Some(running) = given_up {
            drop(self.host.finished(self, running));
        }
    }

    /// Ends its process, and all that it started.
    pub(crate) fn kill(&self) {
        self.slot().is_gone = true;
        self.group.kill();
    }

    /// Its process is gone.
    fn ended(self: &Arc<Self>, words: &str) {
        let (waiting, running, error, was_ready) = {
            let mut slot = self.slot();
            slot.is_gone = true;
            (slot.waiting.take(), slot.running.take(), slot.init_error.take(), slot.is_ready)
        };
        self.version.pool.forget(self.id);
        self.host.remove(self.id);
        if let Some(running) = running {
            answer(self.host.finished(self, running), Reply::Exited(words.to_owned()));
        }
        let Some(mut waiting) = waiting else { return };
        match (error, was_ready) {
            (Some(error), _) => answer(waiting, Reply::NotReady(error)),
            // It did not get that far: another one would do no better.
            (None, false) => answer(waiting, Reply::Exited(words.to_owned())),
            (None, true) => {
                if let Some(caller) = waiting.reply.take() {
                    let _ = caller.send(Reply::NotTaken(Box::new(waiting)));
                }
            }
        }
    }

    /// A line of output belongs to the invocation it has.
    pub(crate) fn said(&self, line: &[u8]) {
        let (request_id, tail): (Option<Arc<str>>, Option<Arc<Tail>>) = {
            let slot = self.slot();
            let running = slot.running.as_ref().map(|running| &running.invocation);
            let invocation = running.or(slot.waiting.as_ref());
            let of = |invocation: &Invocation| {
                (Some(Arc::clone(&invocation.request_id)), invocation.tail.clone())
            };
            invocation.map_or((None, None), of)
        };
        if let Some(tail) = tail {
            tail.line(line);
        }
        let request_id = request_id.as_deref().unwrap_or("-").as_bytes();
        self.host.log.line(&[b"[", self.version.name.as_bytes(), b"] ", request_id, b" ", line]);
    }

    /// The most memory its process has had, megabytes; from the kernel's own count.
    pub(crate) fn memory_mb(&self) -> Option<u64> {
        self.group.memory_mb()
    }
}

/// Tells the caller when its place is free.
fn answer(mut invocation: Invocation, reply: impl Into<Option<Reply>>) {
    let caller = invocation.reply.take();
    drop(invocation);
    if let (Some(caller), Some(reply)) = (caller, reply.into()) {
        let _ = caller.send(reply);
    }
}
