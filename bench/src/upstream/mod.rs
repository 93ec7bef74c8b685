//! A very fast HTTP/1.1 upstream, so that what is measured is the gateway and not its backend.
//!
//! | Path | Answer |
//! |---|---|
//! | `/delay/{ms}` | the fixed body after so many milliseconds, unless the client goes before |
//! | `/bytes/{n}` | a JSON body of n bytes with Content-Length |
//! | `/chunked/{n}` | a JSON body of n bytes, chunked |
//! | `/status/{code}` | the fixed body with that status |
//! | `/close` | the fixed body, then the connection closes |
//! | `/2015-03-31/functions/…` | an answer of a Lambda function: 200 and the fixed body |
//! | `/echo` | the request's body |
//! | anything else | the fixed body |

mod body;
mod connection;
mod request;

use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, TcpStream as StdTcpStream};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use monoio::net::{ListenerOpts, TcpListener, TcpStream};

use crate::cores;
use crate::driver::{self, Choice, Rung, Runtime};
use crate::limits::{FAILURE_PAUSE_MS, UPSTREAM_CONNECTIONS_MAX};

/// How an upstream answers and where it runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens, with SO_REUSEPORT; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Length of the fixed body.
    pub body_bytes: u64,
    /// Wait before every answer.
    pub delay: Duration,
    /// Header lines added to every answer, each ending in CRLF.
    pub headers: String,
    /// Core its thread is pinned to.
    pub core: Option<usize>,
    /// Drivers that may be used.
    pub driver: Choice,
}

impl Config {
    /// 1 KB bodies at once, on a free port of 127.0.0.1, not pinned.
    pub fn new() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            body_bytes: 1024,
            delay: Duration::ZERO,
            headers: String::new(),
            core: None,
            driver: Choice::Auto,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// What all connections of one upstream share.
struct Shared {
    config: Config,
    fixed: Vec<u8>,
    /// Answer of a function, whole.
    invoked: Vec<u8>,
    served: Arc<AtomicU64>,
    open: Cell<usize>,
}

/// An upstream on a thread of its own; stops when dropped.
pub struct Upstream {
    /// Where it answers.
    pub address: SocketAddr,
    /// The driver it runs on.
    pub rung: Rung,
    served: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    /// Starts the thread and returns once it listens.
    pub fn start(config: Config) -> io::Result<Self> {
        let (served, stop) = (Arc::default(), Arc::default());
        let (ready, started) = mpsc::sync_channel(1);
        let of_thread = (Arc::clone(&served), Arc::clone(&stop));
        let thread = thread::Builder::new().name("upstream".into()).spawn(move || {
            let (served, stop) = of_thread;
            match Listening::open(config, served) {
                Ok(mut listening) => {
                    let _ = ready.send(Ok((listening.address, listening.runtime.rung)));
                    listening.serve(&stop);
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
        })?;
        let (address, rung) = started.recv().map_err(io::Error::other)??;
        Ok(Self { address, rung, served, stop, thread: Some(thread) })
    }

    /// Requests answered so far.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // The accept is never cancelled (a finished one could leak its socket): a last connection
        // completes it. Should that fail, the thread ends with the process.
        if StdTcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Listens for ever on `workers` threads, this one among them, after telling `started` the address
/// and the driver.
pub fn serve(
    config: Config,
    workers: u32,
    started: impl FnOnce(SocketAddr, Rung),
) -> io::Result<()> {
    let mut listening = Listening::open(config.clone(), Arc::default())?;
    let config = Config { listen: listening.address, ..config };
    let others = (1..workers).map(|_| Upstream::start(config.clone()));
    let _others = others.collect::<io::Result<Vec<_>>>()?;
    started(listening.address, listening.runtime.rung);
    listening.serve(&AtomicBool::new(false));
    Ok(())
}

/// A bound listener with its runtime, on the thread that will serve it.
struct Listening {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    shared: Rc<Shared>,
}

impl Listening {
    fn open(config: Config, served: Arc<AtomicU64>) -> io::Result<Self> {
        if let Some(core) = config.core {
            cores::pin(&[core])?;
        }
        cores::allow_open_files(0)?;
        let mut runtime = driver::build(config.driver)?;
        let listener = runtime.block_on(async {
            TcpListener::bind_with_config(config.listen, &ListenerOpts::default())
        })?;
        let address = listener.local_addr()?;
        let (fixed, invoked) = (body::fixed(&config), body::invoked(&config));
        let shared = Rc::new(Shared { config, fixed, invoked, served, open: Cell::new(0) });
        Ok(Self { runtime, listener, address, shared })
    }

    fn serve(&mut self, stop: &AtomicBool) {
        let (listener, shared) = (&self.listener, &self.shared);
        self.runtime.block_on(async {
            loop {
                let accepted = listener.accept().await;
                if stop.load(Ordering::Acquire) {
                    break;
                }
                match accepted {
                    Ok((stream, _)) => admit(stream, shared),
                    Err(_) => monoio::time::sleep(Duration::from_millis(FAILURE_PAUSE_MS)).await,
                }
            }
            // Connections whose client is gone end by themselves; give them that turn.
            for _ in 0..50 {
                if shared.open.get() == 0 {
                    break;
                }
                monoio::time::sleep(Duration::from_millis(FAILURE_PAUSE_MS)).await;
            }
        });
    }
}

fn admit(stream: TcpStream, shared: &Rc<Shared>) {
    if shared.open.get() >= UPSTREAM_CONNECTIONS_MAX || stream.set_nodelay(true).is_err() {
        return;
    }
    shared.open.set(shared.open.get() + 1);
    let shared = Rc::clone(shared);
    monoio::spawn(async move {
        connection::serve(stream, &shared).await;
        shared.open.set(shared.open.get() - 1);
    });
}
