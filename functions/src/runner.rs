//! A runner: its thread, its start and its end.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ringway_core::definition::Function;
use ringway_core::limits::{
    FUNCTION_BACKLOG, FUNCTION_DRAIN_MS, FUNCTION_IDLE_MS, FUNCTION_RETRY_MS,
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::{interval, sleep};

use crate::access::{Access, Gate};
use crate::api::{self, Api};
use crate::host::Host;
use crate::log::Log;
use crate::name::Owner;
use crate::queue::Queue;
use crate::registry::{Registry, read, uuid};
use crate::runtime::Runtimes;
use crate::store::Store;
use crate::watch::Watch;

/// How often the end of something is looked for.
const LOOK_MS: u64 = 10;
/// How long killed processes may take to be gone.
const REAP_MS: u64 = 2_000;

/// What a runner is started with.
pub struct RunnerSettings {
    /// Where the Lambda API answers; port 0 for any.
    pub address: SocketAddr,
    /// Who may call it.
    pub access: Access,
    /// Region of its ARNs.
    pub region: String,
    /// Account of its ARNs.
    pub account_id: String,
    /// Where functions are kept; in a folder that goes with the runner, where there is none.
    pub data: Option<PathBuf>,
    /// Where what functions write goes.
    pub log: Box<dyn Write + Send>,
    /// How long a process waits for work before it ends.
    pub idle: Duration,
    /// Before an asynchronous invocation is tried again; twice as long before the last time.
    pub retry: Duration,
}

impl fmt::Debug for RunnerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunnerSettings").field("address", &self.address).finish_non_exhaustive()
    }
}

impl RunnerSettings {
    /// AWS's times, on an address, with a log.
    #[must_use]
    pub fn new(address: SocketAddr, access: Access, log: Box<dyn Write + Send>) -> Self {
        Self {
            address,
            access,
            region: "us-east-1".into(),
            account_id: "000000000000".into(),
            data: None,
            log,
            idle: Duration::from_millis(FUNCTION_IDLE_MS),
            retry: Duration::from_millis(FUNCTION_RETRY_MS),
        }
    }
}

/// Why a runner does not start.
#[derive(Debug)]
pub enum StartError {
    /// Its address cannot be had.
    Address(SocketAddr, io::Error),
    /// Its folder cannot be used.
    Folder(PathBuf, io::Error),
    /// There is no thread for it.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address, error) => {
                write!(f, "cannot listen on {address} for Lambda: {error}")
            }
            Self::Folder(folder, error) => {
                write!(f, "cannot keep functions in {}: {error}", folder.display())
            }
            Self::Thread(error) => write!(f, "cannot start the thread of functions: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Which of the functions of a settings file cannot run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationError {
    /// Counted from 0.
    pub function: usize,
    /// One sentence.
    pub message: String,
}

/// Whether the functions of a settings file could run; of zip files only that they are there.
///
/// # Errors
/// The first one that could not.
pub fn check(functions: &[Function], folder: &Path) -> Result<(), DeclarationError> {
    functions.iter().enumerate().try_for_each(|(at, function)| {
        let checked = read(function, folder).map(drop);
        checked.map_err(|error| DeclarationError { function: at, message: error.message })
    })
}

/// A running runner. Processes end with it.
pub struct Runner {
    address: SocketAddr,
    registry: Arc<Registry>,
    watch: Mutex<Watch>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    log: Log,
    /// Removed at the end.
    temporary: Option<PathBuf>,
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Runner {
    /// Starts a runner on a thread of its own, with the functions of its folder.
    ///
    /// # Errors
    /// The first thing that cannot be had.
    pub fn start(settings: RunnerSettings) -> Result<Self, StartError> {
        let listener = listen(settings.address)
            .map_err(|error| StartError::Address(settings.address, error))?;
        let address = listener.local_addr().unwrap_or(settings.address);
        let temporary = settings
            .data
            .is_none()
            .then(|| std::env::temp_dir().join(format!("ringway-functions-{}", uuid())));
        let folder = settings.data.as_ref().or(temporary.as_ref()).cloned().unwrap_or_default();
        let unusable = |error| StartError::Folder(folder.clone(), error);
        let log = Log::spawn(settings.log).map_err(StartError::Thread)?;
        let runtimes = Runtimes::install(folder.join(".runtimes")).map_err(unusable)?;
        let owner =
            Owner { region: settings.region.into(), account_id: settings.account_id.into() };
        let host = Arc::new(Host::new(owner, runtimes, log.clone()));
        let store = Store::open(folder.clone()).map_err(unusable)?;
        let registry = Arc::new(Registry::open(store, host).map_err(unusable)?);
        let watch = Mutex::new(Watch::start(Arc::clone(&registry), log.clone()));
        let api = Arc::new(Api {
            registry: Arc::clone(&registry),
            queue: Queue::new(settings.retry),
            gate: Gate::new(settings.access),
        });
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(StartError::Thread)?;
        let idle = settings.idle;
        let thread = thread::Builder::new().name("functions".into());
        let thread = thread.spawn(move || runtime.block_on(run(listener, api, idle, stopped)));
        let thread = Some(thread.map_err(StartError::Thread)?);
        Ok(Self { address, registry, watch, stop: Some(stop), thread, log, temporary })
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many functions it has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.registry.all().len()
    }

    /// Runs the functions of a settings file, whose code lies relative to a folder. Those that did
    /// not change keep their processes.
    ///
    /// # Errors
    /// The first one that cannot run; nothing has changed then.
    pub fn declare(&self, functions: &[Function], folder: &Path) -> Result<(), DeclarationError> {
        self.registry
            .declare(functions, folder)
            .map_err(|(function, message)| DeclarationError { function, message })?;
        let declared = self.registry.all();
        let folders: BTreeSet<PathBuf> = declared
            .iter()
            .filter(|function| function.is_declared && function.latest.code.sha256.is_empty())
            .map(|function| function.latest.code.folder.clone())
            .collect();
        self.watch.lock().unwrap_or_else(PoisonError::into_inner).follow(folders);
        Ok(())
    }

    /// Lets invocations in flight finish for a while, ends all processes, and waits until they are
    /// gone.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It has stopped by itself when this fails.
            let _ = stop.send(());
        }
        self.watch.get_mut().unwrap_or_else(PoisonError::into_inner).stop();
        if let Some(thread) = self.thread.take() {
            // A panic of it was reported where it happened.
            let _ = thread.join();
        }
        self.log.finish();
        if let Some(folder) = self.temporary.take() {
            // What cannot be removed lies among temporary files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// As the standard library binds, but for a longer queue: a burst of callers must not wait until
/// they try again.
fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(FUNCTION_BACKLOG)?;
    Ok(socket.into())
}

async fn run(
    listener: std::net::TcpListener,
    api: Arc<Api>,
    idle: Duration,
    stopped: oneshot::Receiver<()>,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return eprintln!("the function runner stopped: {error}"),
    };
    tokio::select! {
        () = api::serve(listener, Arc::clone(&api)) => {}
        () = retire(&api.registry, idle) => {}
        _ = stopped => {}
    }
    drain(&api).await;
}

/// Ends processes that have waited too long.
async fn retire(registry: &Registry, idle: Duration) {
    let mut ticks = interval((idle / 4).max(Duration::from_millis(LOOK_MS)));
    loop {
        ticks.tick().await;
        let now = Instant::now();
        for function in registry.all() {
            function.all_versions().for_each(|version| version.pool.retire(idle, now));
        }
    }
}

/// The end: what runs may finish, then everything is killed and waited for.
async fn drain(api: &Api) {
    let host = api.registry.host();
    let look = Duration::from_millis(LOOK_MS);
    let until = Instant::now() + Duration::from_millis(FUNCTION_DRAIN_MS);
    while host.concurrency.count() > 0 && Instant::now() < until {
        sleep(look).await;
    }
    let waiting = api.queue.count();
    if waiting > 0 {
        let line = format!("ringway: {waiting} asynchronous events are lost");
        host.log.line(&[line.as_bytes()]);
    }
    // One that was just starting is found in the next round.
    let until = Instant::now() + Duration::from_millis(REAP_MS);
    loop {
        let running = host.running();
        running.iter().for_each(|environment| environment.kill());
        if running.is_empty() || Instant::now() > until {
            return;
        }
        sleep(look).await;
    }
}
