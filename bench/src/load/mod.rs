//! The load generator: one thread, many connections, one repeated request.
//!
//! Closed loop: each connection sends as soon as it has its answer (saturation; latency from the
//! send). Open loop, with a rate: a fixed schedule, latency from the intended send time, so that a
//! slow server cannot hide by slowing the generator down (coordinated omission).

mod connection;
mod pace;
mod request;
mod response;
mod revision;
mod schedule;
mod socket;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::mem;
use std::net::TcpStream as StdTcpStream;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use monoio::task::JoinHandle;

use connection::{Connection, Exchange};
use pace::{OpenPace, Pace};
pub use request::{Header, NUMBER, Numbers};
pub use revision::{REVISION_HEADER, Revisions};
use schedule::Schedule;

use crate::cores;
use crate::driver::{self, Choice, Rung};
use crate::limits::{CONNECT_AT_ONCE_MAX, FAILURE_PAUSE_MS, TIMEOUT_MS_DEFAULT};
use crate::stats::{Recorder, Summary};
use crate::target::{Scheme, Target};
use crate::trust::Trust;

/// When a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// After this time, not counting the warm-up.
    Time(Duration),
    /// After so many requests, closed loop only.
    Requests(u64),
}

/// What is asked of every response.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Nothing beyond HTTP/1.1.
    Anything,
    /// This body, short enough for one read.
    Body(Vec<u8>),
    /// One revision, and none older than what was confirmed when the request left.
    Revision(Arc<Revisions>),
}

/// What to send, how often, from where.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to. [`NUMBER`] in the path, or else in a header, stands for the number of the request.
    pub target: Target,
    /// Which numbers.
    pub numbers: Numbers,
    /// Whom to trust, for a target with `https://`.
    pub trust: Option<Trust>,
    /// Method, in capitals.
    pub method: String,
    /// Header lines besides `Host` and `Content-Length`.
    pub headers: Vec<Header>,
    /// The body, empty for none.
    pub body: Vec<u8>,
    /// What every response must be.
    pub expected: Expected,
    /// Connections at once.
    pub connections: u32,
    /// All of them are open before the first request leaves; otherwise each when it has one.
    pub connect_first: bool,
    /// When it ends.
    pub bound: Bound,
    /// Time before the measurement, under the same load.
    pub warmup: Duration,
    /// Requests per second of the open loop; closed loop without it.
    pub rate: Option<u64>,
    /// From send to the last byte.
    pub timeout: Duration,
    /// Core the thread is pinned to.
    pub core: Option<usize>,
    /// Drivers that may be used.
    pub driver: Choice,
}

impl Plan {
    /// GET over `connections` until `bound`, closed loop, no warm-up, not pinned.
    pub fn new(target: Target, connections: u32, bound: Bound) -> Self {
        Self {
            target,
            numbers: Numbers::Counted,
            trust: None,
            method: "GET".into(),
            headers: Vec::new(),
            body: Vec::new(),
            expected: Expected::Anything,
            connections,
            connect_first: false,
            bound,
            warmup: Duration::ZERO,
            rate: None,
            timeout: Duration::from_millis(TIMEOUT_MS_DEFAULT),
            core: None,
            driver: Choice::Auto,
        }
    }
}

/// What happens while a run goes on, told on the generator's thread at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The warm-up is over; counting starts.
    Started,
    /// About every second.
    Progress {
        /// Where in the run this is.
        phase: Phase,
        /// Since the start of the run, warm-up included.
        elapsed: Duration,
        /// Responses counted so far.
        responses: u64,
        /// Failures and responses other than 2xx so far.
        errors: u64,
    },
    /// Counting ends. In the open loop answers may still come for requests sent before.
    Ended,
}

/// The parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Load that does not count.
    Warmup,
    /// Load that counts.
    Counting,
    /// Nothing is sent any more; the last answers may be missing.
    Ended,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Progress { phase, elapsed, responses, errors } = self else {
            return f.write_str(if *self == Self::Started { "measuring" } else { "measured" });
        };
        write!(f, "{:3.0} s  ", elapsed.as_secs_f64())?;
        match phase {
            Phase::Warmup => f.write_str("warming up"),
            Phase::Counting => write!(f, "{responses} responses, {errors} errors"),
            Phase::Ended => f.write_str("waiting for the last answers"),
        }
    }
}

/// Result of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The figures.
    pub summary: Summary,
    /// The driver it ran on.
    pub rung: Rung,
}

/// Runs `plan` on this thread, which it pins if the plan says so.
///
/// Errors when nothing listens at the target, when nobody is trusted at one with TLS, when the
/// connections need more open files than are allowed, and when neither driver can be built.
pub fn run(plan: &Plan, mut observe: impl FnMut(Event)) -> io::Result<Outcome> {
    if let Some(core) = plan.core {
        cores::pin(&[core])?;
    }
    cores::allow_open_files(u64::from(plan.connections) + 64)?;
    if plan.target.scheme == Scheme::Https && plan.trust.is_none() {
        let text = format!("whom to trust at {} is not said", plan.target);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let address = plan.target.address;
    StdTcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(|error| {
        io::Error::new(error.kind(), format!("nothing listens at {address}: {error}"))
    })?;
    let mut runtime = driver::build(plan.driver)?;
    let rung = runtime.rung;
    let summary = runtime.block_on(measure(plan, &mut observe))?;
    Ok(Outcome { summary, rung })
}

/// What the connections share; all on one thread.
struct Shared {
    exchange: Rc<Exchange>,
    pace: Pace,
    recorder: RefCell<Recorder>,
    numbers: Numbers,
    /// Of the next request.
    count: Cell<u64>,
    /// Closed loop: responses count while this is `Counting`.
    phase: Cell<Phase>,
    /// Open loop: requests meant to leave from here on count.
    from: Instant,
    /// Since when each connection waits for a response.
    waiting: Vec<Cell<Option<Instant>>>,
}

impl Shared {
    fn new(plan: &Plan, exchange: Rc<Exchange>, start: Instant) -> Self {
        let connections = plan.connections as usize;
        let pace = match (plan.rate, plan.bound) {
            (Some(rate), Bound::Time(time)) => Pace::Open(OpenPace::new(
                Schedule::new(rate, plan.warmup + time),
                start,
                connections,
            )),
            (_, Bound::Time(_)) => Pace::closed(u64::MAX),
            (_, Bound::Requests(requests)) => Pace::closed(requests),
        };
        Self {
            exchange,
            pace,
            recorder: RefCell::new(Recorder::new()),
            numbers: plan.numbers,
            count: Cell::new(first_number()),
            phase: Cell::new(Phase::Warmup),
            from: start + plan.warmup,
            waiting: vec![Cell::new(None); connections],
        }
    }

    fn is_open_loop(&self) -> bool {
        matches!(self.pace, Pace::Open(_))
    }

    fn counts(&self, intended: Instant) -> bool {
        if self.is_open_loop() {
            intended >= self.from
        } else {
            self.phase.get() == Phase::Counting
        }
    }

    fn progress(&self, start: Instant) -> Event {
        let recorder = self.recorder.borrow();
        let (responses, errors) = (recorder.responses(), recorder.errors());
        Event::Progress { phase: self.phase.get(), elapsed: start.elapsed(), responses, errors }
    }
}

/// The µs of the clock: below a million requests a second no later run meets a number again, so
/// what one run left in a cache is no hit of the next.
fn first_number() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(0)
}

fn exchange(plan: &Plan) -> Exchange {
    let (request, number_at) =
        request::bytes(&plan.target, &plan.method, &plan.headers, &plan.body);
    Exchange {
        address: plan.target.address,
        trust: plan.trust.clone().filter(|_| plan.target.scheme == Scheme::Https),
        request: Rc::new(request),
        number_at,
        expected: plan.expected.clone(),
        head_only: plan.method == "HEAD",
        timeout: plan.timeout,
    }
}

/// Opens all of `connections`, some at a time: thousands at once overflow the listen queue of a
/// server, and a connection that was dropped there comes back a second later.
async fn connect(exchange: &Rc<Exchange>, connections: &mut [Connection]) -> io::Result<()> {
    for batch in connections.chunks_mut(CONNECT_AT_ONCE_MAX) {
        let open = |connection: &mut Connection| {
            let (exchange, mut connection) = (Rc::clone(exchange), mem::take(connection));
            monoio::spawn(async move {
                let opened = connection.open(&exchange).await;
                opened.map(|()| connection)
            })
        };
        let tasks: Vec<_> = batch.iter_mut().map(open).collect();
        for (connection, task) in batch.iter_mut().zip(tasks) {
            *connection = task.await.map_err(|_| {
                io::Error::other("a connection was refused before the first request")
            })?;
        }
    }
    Ok(())
}

async fn measure(plan: &Plan, observe: &mut impl FnMut(Event)) -> io::Result<Summary> {
    let exchange = Rc::new(exchange(plan));
    let mut connections: Vec<_> = (0..plan.connections).map(|_| Connection::default()).collect();
    if plan.connect_first {
        connect(&exchange, &mut connections).await?;
    }
    let start = Instant::now();
    let shared = Rc::new(Shared::new(plan, exchange, start));
    if let Pace::Open(open) = &shared.pace {
        let ticks = open.start_ticks()?;
        let shared = Rc::clone(&shared);
        monoio::spawn(async move {
            if let Pace::Open(open) = &shared.pace {
                open.dispatch(ticks).await;
            }
        });
    }
    let connections = connections.into_iter().enumerate();
    let drive = |(index, connection)| monoio::spawn(drive(Rc::clone(&shared), index, connection));
    let tasks: Vec<_> = connections.map(drive).collect();

    sleep_until(start, start + plan.warmup, &shared, observe).await;
    shared.phase.set(Phase::Counting);
    observe(Event::Started);
    let started = Instant::now();
    if let Bound::Time(time) = plan.bound {
        sleep_until(start, started + time, &shared, observe).await;
        let elapsed = end(&shared, started);
        observe(Event::Ended);
        // The answers to come end with their timeout at the latest.
        finish(tasks, start, &shared, observe).await;
        return Ok(shared.recorder.borrow().summary(elapsed));
    }
    finish(tasks, start, &shared, observe).await;
    let elapsed = end(&shared, started);
    observe(Event::Ended);
    Ok(shared.recorder.borrow().summary(elapsed))
}

/// Stops sending and counting; says how long it counted.
fn end(shared: &Shared, started: Instant) -> Duration {
    let now = Instant::now();
    shared.phase.set(Phase::Ended);
    let mut recorder = shared.recorder.borrow_mut();
    match &shared.pace {
        Pace::Closed { .. } => {
            let waiting = shared.waiting.iter().filter_map(Cell::get);
            waiting.for_each(|since| recorder.unfinished(now - since));
        }
        Pace::Open(open) => {
            let untaken = open.untaken(now).filter(|intended| *intended >= shared.from);
            untaken.for_each(|intended| recorder.unsent(now - intended));
        }
    }
    drop(recorder);
    shared.pace.end();
    now - started
}

async fn sleep_until(
    start: Instant,
    until: Instant,
    shared: &Shared,
    observe: &mut impl FnMut(Event),
) {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        monoio::time::sleep(left.min(Duration::from_secs(1))).await;
        observe(shared.progress(start));
    }
}

async fn finish(
    tasks: Vec<JoinHandle<()>>,
    start: Instant,
    shared: &Shared,
    observe: &mut impl FnMut(Event),
) {
    for task in tasks {
        let mut task = pin!(task);
        while monoio::time::timeout(Duration::from_secs(1), task.as_mut()).await.is_err() {
            observe(shared.progress(start));
        }
    }
}

/// One connection, from the first request to the end of the run.
async fn drive(shared: Rc<Shared>, index: usize, mut connection: Connection) {
    let mut connected_before = connection.is_open();
    while let Some(intended) = shared.pace.next().await {
        let reconnect = connected_before && !connection.is_open();
        shared.waiting[index].set(Some(intended));
        let opened = connection.open(&shared.exchange).await;
        connected_before |= opened.is_ok();
        let number = shared.numbers.of(shared.count.replace(shared.count.get() + 1));
        let sent = Instant::now();
        let result = match opened {
            Ok(()) => connection.exchange(&shared.exchange, number).await,
            Err(failure) => Err(failure),
        };
        shared.waiting[index].set(None);
        if shared.counts(intended) {
            let mut recorder = shared.recorder.borrow_mut();
            if reconnect {
                recorder.reconnect();
            }
            if shared.is_open_loop() {
                recorder.lag(sent - intended);
            }
            let from = if shared.is_open_loop() { intended } else { sent };
            match result {
                Ok(answer) => {
                    let now = Instant::now();
                    recorder.response(answer.status, answer.body_bytes, now - from);
                    if shared.is_open_loop() {
                        recorder.service(now - sent);
                    }
                }
                Err(failure) => recorder.failure(failure),
            }
        }
        if result.is_err() {
            monoio::time::sleep(Duration::from_millis(FAILURE_PAUSE_MS)).await;
        }
    }
}
