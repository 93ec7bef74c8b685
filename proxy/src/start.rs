//! Starting and draining the workers.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, SyncSender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use ringway_core::context::Forwarded;
use ringway_core::limits::{CUT_OFF_MS, WORKERS_MAX};
use ringway_core::link::{Commands, Counters, LogBatch, Published};
use ringway_core::snapshot::Scheme;
use rustls::ServerConfig;

use crate::client::Peer;
use crate::listener::{Bound, Stop, accept_all};
use crate::outbound::Outbound;
use crate::process::Process;
use crate::runtime::{self, Driver, Fallback};
use crate::upstream::UpstreamTls;
use crate::worker::Worker;
use crate::{clock, connection, deadlines, timer};

/// What the data plane needs to start.
pub struct Config {
    /// Plain listener.
    pub http: Option<SocketAddr>,
    /// TLS listener.
    pub https: Option<(SocketAddr, Arc<ServerConfig>)>,
    /// Worker threads, 1 to [`WORKERS_MAX`].
    pub workers: usize,
    /// How long a drain waits for requests in flight.
    pub drain_deadline: Duration,
    /// `{api}.execute-api.[{region}.]{suffix}`.
    pub host_suffixes: Vec<String>,
    /// The snapshot in force.
    pub published: Arc<Published>,
    /// What is asked of the workers.
    pub commands: Arc<Commands>,
    /// Counters.
    pub counters: Arc<Counters>,
    /// Where log batches go.
    pub log: SyncSender<LogBatch>,
    /// What calls of back ends are made with.
    pub outbound: Outbound,
    /// Tells the allocator to return what this thread no longer uses; called about once a second.
    pub trim: fn(),
}

/// Why the data plane did not start.
#[derive(Debug)]
pub enum StartError {
    /// An address cannot be bound.
    Bind(SocketAddr, io::Error),
    /// The kernel grants no driver, or an unknown one was asked for.
    Driver(String),
    /// A thread could not be started.
    Thread(io::Error),
    /// The number of workers is out of bounds.
    Workers(usize),
    /// TLS towards upstreams cannot be set up.
    Tls(rustls::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::Driver(why) => f.write_str(why),
            Self::Thread(error) => write!(f, "cannot start a worker thread: {error}"),
            Self::Workers(n) => write!(f, "{n} workers: 1 to {WORKERS_MAX} are possible"),
            Self::Tls(error) => write!(f, "cannot set up TLS towards upstreams: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// The running data plane.
pub struct Handle {
    driver: Driver,
    fallback: Option<String>,
    http: Option<SocketAddr>,
    https: Option<SocketAddr>,
    process: Arc<Process>,
    threads: Vec<JoinHandle<()>>,
}

/// Listeners of one worker.
struct Listeners {
    http: Option<Bound>,
    https: Option<(Bound, Arc<ServerConfig>)>,
}

/// Binds, starts pinned worker threads, returns when all of them run.
///
/// # Errors
/// [`StartError`]; nothing is left running then.
pub fn start(config: Config) -> Result<Handle, StartError> {
    if config.workers == 0 || config.workers > WORKERS_MAX {
        return Err(StartError::Workers(config.workers));
    }
    let wanted = std::env::var("RINGWAY_DRIVER").ok();
    let (driver, fallback) = Driver::choose(wanted.as_deref()).map_err(StartError::Driver)?;
    let (listeners, http, https) = bind(&config)?;
    let process = Arc::new(Process::new(
        (config.published, config.commands),
        config.counters,
        config.log,
        (UpstreamTls::new().map_err(StartError::Tls)?, config.outbound),
        config.host_suffixes.into_iter().map(String::into_boxed_str).collect(),
        clock::origin(),
        config.trim,
    ));
    let (running, started) = channel();
    let mut threads = Vec::new();
    for (number, listeners) in listeners.into_iter().enumerate() {
        let (process, running) = (Arc::clone(&process), running.clone());
        let deadline = config.drain_deadline;
        let thread = std::thread::Builder::new().name(format!("worker-{number}"));
        let body = move || run(number, driver, process, listeners, deadline, &running);
        threads.push(thread.spawn(body).map_err(StartError::Thread)?);
    }
    drop(running);
    for _ in &threads {
        started
            .recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
            .map_err(StartError::Thread)?;
    }
    let fallback = fallback.map(|Fallback(why)| why);
    Ok(Handle { driver, fallback, http, https, process, threads })
}

type Bindings = (Vec<Listeners>, Option<SocketAddr>, Option<SocketAddr>);

fn bind(config: &Config) -> Result<Bindings, StartError> {
    let http = config.http.map(|address| bind_all(address, config.workers)).transpose()?;
    let https = match &config.https {
        Some((address, _)) => Some(bind_all(*address, config.workers)?),
        None => None,
    };
    let (mut http, http_address) = http.map_or((Vec::new(), None), |(all, at)| (all, Some(at)));
    let (mut https, https_address) = https.map_or((Vec::new(), None), |(all, at)| (all, Some(at)));
    let listeners = (0..config.workers).map(|_| Listeners {
        http: http.pop(),
        https: https.pop().zip(config.https.as_ref().map(|(_, tls)| Arc::clone(tls))),
    });
    Ok((listeners.collect(), http_address, https_address))
}

fn bind_all(address: SocketAddr, workers: usize) -> Result<(Vec<Bound>, SocketAddr), StartError> {
    let failed = |error| StartError::Bind(address, error);
    if address.port() != 0 {
        Bound::check_free(address).map_err(failed)?;
    }
    let first = Bound::new(address).map_err(failed)?;
    let at = first.address().map_err(failed)?;
    let mut all = vec![first];
    for _ in 1..workers {
        all.push(Bound::new(at).map_err(failed)?);
    }
    Ok((all, at))
}

fn run(
    number: usize,
    driver: Driver,
    process: Arc<Process>,
    listeners: Listeners,
    drain_deadline: Duration,
    running: &Sender<io::Result<()>>,
) {
    pin_to_core(number);
    let started = running.clone();
    let ended = driver.block_on(async move {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let worker = Worker::new(number, process);
        let stop = Rc::new(Stop::default());
        let clock = Rc::clone(&worker.clock);
        runtime::spawn(async move { deadlines::enforce(&clock).await });
        listen(&worker, &stop, listeners);
        // The receiver only goes away when the start failed elsewhere.
        let _ = started.send(Ok(()));
        worker.tick_until_drain().await;
        stop.stop();
        worker.process.commands.close();
        drain(&worker, drain_deadline).await;
    });
    if let Err(error) = ended {
        let _ = running.send(Err(error));
    }
}

fn listen(worker: &Rc<Worker>, stop: &Rc<Stop>, listeners: Listeners) {
    let plain = listeners.http.map(|bound| (bound, None));
    let secure = listeners.https.map(|(bound, tls)| (bound, Some(tls)));
    for (bound, tls) in plain.into_iter().chain(secure) {
        let (worker, stop) = (Rc::clone(worker), Rc::clone(stop));
        let forwarded = Forwarded {
            scheme: if tls.is_some() { Scheme::Https } else { Scheme::Http },
            port: bound.address().map_or(0, |address| address.port()),
        };
        worker.listeners.set(worker.listeners.get() + 1);
        runtime::spawn(async move {
            let accepting = accept_all(
                bound,
                &stop,
                || worker.has_room(),
                || worker.counters.accept_backoffs.add(1),
                |stream, address| {
                    let peer = Peer { address, forwarded };
                    let worker = Rc::clone(&worker);
                    runtime::spawn(connection::serve(worker, stream, peer, tls.clone()));
                },
            );
            if accepting.await.is_err() {
                worker.counters.accept_backoffs.add(1);
            }
            worker.listeners.set(worker.listeners.get() - 1);
        });
    }
}

/// Serves what is under way and what is on its way, then ends idle connections; at the deadline
/// cuts off the rest.
async fn drain(worker: &Worker, deadline: Duration) {
    let pause = Duration::from_millis(5);
    let until = worker.clock.now().0 + u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
    while worker.listeners.get() > 0 || worker.connections.len() > 0 {
        worker.connections.wake_idle();
        if worker.clock.now().0 > until {
            worker.process.cut_off.fetch_add(worker.connections.serving(), Ordering::Relaxed);
            worker.connections.cut_off();
            break;
        }
        timer::sleep(pause).await;
    }
    // Tasks that were cut off see the end of their client, end their calls, and leave.
    let until = worker.clock.now().0 + CUT_OFF_MS * 1_000_000;
    while worker.connections.len() > 0 && worker.clock.now().0 < until {
        timer::sleep(pause).await;
    }
    worker.logs.flush();
}

#[allow(unsafe_code)] // sched_setaffinity(2)
fn pin_to_core(number: usize) {
    // SAFETY: a cpu_set_t is plain data; the calls read and write only it.
    unsafe {
        let mut allowed: libc::cpu_set_t = std::mem::zeroed();
        let size = size_of::<libc::cpu_set_t>();
        if libc::sched_getaffinity(0, size, &raw mut allowed) != 0 {
            return;
        }
        let cores: Vec<usize> = (0..libc::CPU_SETSIZE as usize)
            .filter(|core| libc::CPU_ISSET(*core, &allowed))
            .collect();
        let Some(core) = cores.get(number % cores.len().max(1)) else { return };
        let mut one: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(*core, &mut one);
        // An unpinned worker works too.
        let _ = libc::sched_setaffinity(0, size, &raw const one);
    }
}

impl Handle {
    /// What drives the workers, for the start-up line.
    #[must_use]
    pub fn driver(&self) -> &str {
        self.driver.name()
    }

    /// Why it is epoll, when it is.
    #[must_use]
    pub fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// Address of the plain listener, its port resolved.
    #[must_use]
    pub const fn http_addr(&self) -> Option<SocketAddr> {
        self.http
    }

    /// Address of the TLS listener, its port resolved.
    #[must_use]
    pub const fn https_addr(&self) -> Option<SocketAddr> {
        self.https
    }

    /// Stops accepting, finishes requests within the deadline, ends the threads. Returns how many
    /// requests were cut off.
    #[must_use]
    pub fn drain(self) -> usize {
        self.process.draining.store(true, Ordering::Relaxed);
        for thread in self.threads {
            // A worker that panicked outside a request has nothing left to drain.
            let _ = thread.join();
        }
        self.process.cut_off.load(Ordering::Relaxed)
    }
}
