//! The threads of a process that serves: workers, admin port, log writer; how they start and end.
//! It must not know where the definitions come from.

use std::env;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, SystemTime};

use ringway_control::access_log::{self, Writer};
use ringway_control::admin::{self, Admin};
use ringway_control::audit::Audit;
use ringway_control::plane::Plane;
use ringway_core::limits::ACCESS_LOG_FINISH_MS;
use ringway_core::link::{Counters, LogSink};
use ringway_core::reach::Reach;
use ringway_core::snapshot::{Integration, LogDestination, Method, Principal, Snapshot};
use ringway_proxy::{Handle, Outbound};
use rustls::ServerConfig;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::cli::{Https, Listening};
use crate::failure::Failure;
use crate::watch::Event;
use crate::{credentials, memory, output, tls};

/// Events waiting for the main thread.
pub(crate) const EVENTS_MAX: usize = 16;
/// Exit code of a process that was told twice: 128 and SIGINT's number, as shells report it.
const EXIT_AT_ONCE: i32 = 130;

/// The running threads.
pub(crate) struct Process {
    /// Workers.
    pub(crate) proxy: Handle,
    /// Where the admin port is.
    pub(crate) admin_addr: SocketAddr,
    /// Where functions run, if they do.
    lambda: Option<SocketAddr>,
    admin: Arc<Admin>,
    log: Writer,
    /// Why there are no credentials.
    uncredited: Option<String>,
}

/// What may be asked for on the admin port beside management, metrics and health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reset {
    /// `POST /_ringway/reset` empties everything.
    Offered,
    /// Nothing.
    Absent,
}

impl Process {
    /// Starts all threads.
    ///
    /// # Errors
    /// The first thing that cannot be had: a certificate, an address, a thread.
    pub(crate) fn start(
        listening: &Listening,
        plane: &Arc<Plane>,
        counters: Arc<Counters>,
        reset: Reset,
    ) -> Result<Self, Failure> {
        let started = SystemTime::now();
        let suffixes = &listening.host_suffixes;
        let https = listening.https.as_ref();
        let https = https.map(|https| server_config(https, suffixes)).transpose()?;
        let listener = admin_listener(listening.admin, plane)?;
        let admin_addr = listener.local_addr().unwrap_or(listening.admin);
        let published = Arc::clone(plane.published());
        let (batches, queue) = LogSink::channel();
        let log = Writer::spawn(queue).map_err(|error| thread_failure("access-log", &error))?;
        let outbound = outbound(listening, admin_addr);
        let uncredited = outbound.credentials.as_ref().err().cloned();
        let proxy = ringway_proxy::start(ringway_proxy::Config {
            http: listening.http,
            https,
            workers: listening.workers,
            drain_deadline: listening.drain_deadline,
            host_suffixes: suffixes.clone(),
            published: Arc::clone(&published),
            commands: Arc::clone(plane.commands()),
            counters: Arc::clone(&counters),
            log: batches,
            outbound,
            trim: memory::trim,
        })
        .map_err(|error| Failure::new(error.to_string()))?;
        let admin = Admin::new(published, counters, log.counts(), Arc::clone(plane), started);
        let admin = Arc::new(match reset {
            Reset::Offered => admin.with_reset(),
            Reset::Absent => admin,
        });
        let spawned = admin::spawn(listener, Arc::clone(&admin));
        spawned.map_err(|error| thread_failure("admin", &error))?;
        let lambda = listening.lambda;
        Ok(Self { proxy, admin_addr, lambda, admin, log, uncredited })
    }

    /// Lets requests in flight finish, then writes the rest of the access log.
    pub(crate) fn finish(self) {
        output::say("draining: no new connections, requests in flight finish");
        self.admin.drain();
        let cut_off = self.proxy.drain();
        if cut_off > 0 {
            let requests = output::counted(cut_off, "request was", "requests were");
            output::complain(format_args!("{requests} cut off by the drain deadline"));
        }
        if !self.log.finish(Duration::from_millis(ACCESS_LOG_FINISH_MS)) {
            output::complain("the access log did not take its last records in time");
        }
        output::say("stopped");
    }
}

/// The first signal asks for an orderly end; a second one ends the process where it stands.
pub(crate) fn on_signals(events: SyncSender<Event>) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("cannot listen to signals: {error}"));
    let told = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        // In this order: the first signal finds the flag down and raises it.
        flag::register_conditional_shutdown(signal, EXIT_AT_ONCE, Arc::clone(&told))
            .map_err(failed)?;
        flag::register(signal, Arc::clone(&told)).map_err(failed)?;
    }
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(failed)?;
    let thread = thread::Builder::new().name("signals".into());
    let spawned = thread.spawn(move || {
        if signals.forever().next().is_some() {
            // The main thread is gone when this fails, and with it the process.
            let _ = events.send(Event::Stop);
        }
    });
    spawned.map(drop).map_err(failed)
}

/// Calls that will fail for want of credentials.
pub(crate) fn uncredited(process: &Process, snapshot: &Snapshot) -> Option<String> {
    let why = process.uncredited.as_ref()?;
    let methods = snapshot.stages.iter().flat_map(|stage| &stage.methods);
    let is_signed = |method: &&Method| match &method.integration {
        Integration::Http(http) => http
            .signing
            .as_ref()
            .is_some_and(|signing| !matches!(signing.principal, Principal::Endpoint)),
        Integration::Mock(_) => false,
    };
    let unsigned = methods.filter(is_signed).count();
    let calls = output::counted(unsigned, "method calls", "methods call");
    (unsigned > 0).then(|| format!("{calls} AWS, and there is nothing to sign with: {why}"))
}

/// Loopback is the default; everything else is said aloud.
pub(crate) fn exposure(process: &Process) -> Vec<String> {
    let (http, https) = (process.proxy.http_addr(), process.proxy.https_addr());
    let (admin, lambda) = (Some(process.admin_addr), process.lambda);
    let all =
        [("http", http), ("https", https), ("the admin port", admin), ("Lambda's API", lambda)];
    let open = all.into_iter().filter_map(|(what, addr)| Some((what, addr?)));
    open.filter(|(_, addr)| !addr.ip().is_loopback())
        .map(|(what, addr)| format!("{what} on {addr} answers other machines too"))
        .collect()
}

fn server_config(
    https: &Https,
    suffixes: &[String],
) -> Result<(SocketAddr, Arc<ServerConfig>), Failure> {
    let config = match &https.files {
        Some((cert, key)) => tls::from_files(cert, key)?,
        None => tls::self_signed(suffixes, https.addr.ip())?,
    };
    Ok((https.addr, config))
}

/// What calls of back ends and services are made with.
fn outbound(listening: &Listening, admin: SocketAddr) -> Outbound {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    Outbound {
        credentials: credentials::find(None, variable),
        endpoints: Arc::new(listening.endpoints.clone()),
        reach: Reach::new(
            vec![admin],
            listening.lambda.into_iter().collect(),
            listening.allowed.clone(),
        ),
    }
}

/// The audit log, if there is one.
pub(crate) fn audit(destination: Option<&LogDestination>) -> Result<Audit, Failure> {
    let Some(destination) = destination else { return Ok(Audit::off()) };
    Audit::open(destination).map_err(|error| {
        let name = access_log::name(destination);
        Failure::new(format!("cannot open the audit log {name} (--audit-log): {error}"))
    })
}

/// Binds the admin port; one that asks nobody who they are stays on this machine.
fn admin_listener(addr: SocketAddr, plane: &Plane) -> Result<TcpListener, Failure> {
    if plane.is_open_to_all() && !addr.ip().is_loopback() {
        return Err(Failure::new(format!(
            "--admin {addr}: this admin port takes any credentials, so it must be on loopback, for \
             example 127.0.0.1:{}",
            addr.port()
        )));
    }
    TcpListener::bind(addr).map_err(|error| {
        Failure::new(format!("cannot listen on {addr} for the admin port (--admin): {error}"))
    })
}

fn thread_failure(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start the {name} thread: {error}"))
}
