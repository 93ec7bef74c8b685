//! From flags to running threads. Everything that can fail fails here, before anything is printed.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, SystemTime};

use ringway_control::access::Access;
use ringway_control::access_log::Writer;
use ringway_control::admin::{self, Admin};
use ringway_control::plane::{OpenError, Plane, Settings};
use ringway_control::store::MemoryStore;
use ringway_core::definition::Definitions;
use ringway_core::limits::WORKERS_MAX;
use ringway_core::link::{Counters, LogSink};
use ringway_proxy::Handle;
use rustls::ServerConfig;

use super::notices;
use crate::banner::Banner;
use crate::cli::{Https, Up};
use crate::failure::Failure;
use crate::reload::Reload;
use crate::source::{self, Files, Loaded};
use crate::{memory, output, tls};

/// The running parts.
pub(super) struct Running {
    pub(super) plane: Arc<Plane>,
    pub(super) reload: Reload,
    pub(super) proxy: Handle,
    pub(super) admin: Arc<Admin>,
    pub(super) log: Writer,
}

/// Starts everything and prints the banner.
///
/// # Errors
/// The first thing that cannot be had: a flag, a file, a certificate, an address.
pub(super) fn start(up: &Up) -> Result<Running, Failure> {
    let started = SystemTime::now();
    let http = up.http().map_err(Failure::new)?;
    let https = up.https().map_err(Failure::new)?;
    let (files, loaded) = load(&up.file, &up.stage)?;
    let counters = Arc::<Counters>::default();
    let plane = open(up, loaded.definitions.clone(), Arc::clone(&counters), &files)?;
    let published = Arc::clone(plane.published());
    let tls = https.as_ref().map(|https| server_config(https, &up.host_suffix)).transpose()?;
    let listener = listen(up.admin)?;
    let admin_addr = listener.local_addr().unwrap_or(up.admin);

    let (batches, queue) = LogSink::channel();
    let log = Writer::spawn(queue).map_err(|error| thread_failure("access-log", &error))?;
    let workers = up.workers.map_or_else(cores, usize::from);
    let proxy = ringway_proxy::start(ringway_proxy::Config {
        http,
        https: tls,
        workers,
        drain_deadline: Duration::from_secs(up.drain_deadline),
        host_suffixes: up.host_suffix.clone(),
        published: Arc::clone(&published),
        counters: Arc::clone(&counters),
        log: batches,
        trim: memory::trim,
    })
    .map_err(|error| Failure::new(error.to_string()))?;
    let admin =
        Admin::new(Arc::clone(&published), counters, log.counts(), Arc::clone(&plane), started);
    let admin = Arc::new(admin);
    admin::spawn(listener, Arc::clone(&admin)).map_err(|error| thread_failure("admin", &error))?;

    let notices = notices::collect(&loaded, &proxy, admin_addr);
    let banner = Banner {
        driver: proxy.driver(),
        fallback: proxy.fallback(),
        workers,
        http: proxy.http_addr(),
        https: proxy.https_addr(),
        self_signed: https.is_some_and(|https| https.files.is_none()),
        admin: admin_addr,
        host_suffixes: &up.host_suffix,
        definitions: &loaded.definitions,
        snapshot: &published.snapshot(),
        notices: &notices,
    };
    output::print(&format!("{banner}\n"));
    let reload = Reload::new(up.file.clone(), up.stage.clone(), files, loaded.definitions);
    Ok(Running { plane, reload, proxy, admin, log })
}

/// The management plane of a developer: it keeps nothing and believes everybody.
fn open(
    up: &Up,
    definitions: Definitions,
    counters: Arc<Counters>,
    files: &Files,
) -> Result<Arc<Plane>, Failure> {
    let settings = Settings {
        account_id: definitions.owner.account_id.to_string(),
        region: definitions.owner.region.to_string(),
        log_folder: None,
        host_suffix: up.host_suffix.first().cloned().unwrap_or_default(),
    };
    let store = Box::<MemoryStore>::default();
    let plane = Plane::open(store, Access::Open, settings, definitions, counters);
    plane.map(Arc::new).map_err(|error| match error {
        OpenError::Store(error) => Failure::new(error.to_string()),
        OpenError::Definitions(errors) => Failure::Source(files.located(errors)),
    })
}

fn load(file: &Path, stage: &str) -> Result<(Files, Loaded), Failure> {
    let (files, loaded) = source::load(file, stage);
    Ok((files, loaded.map_err(Failure::Source)?))
}

fn server_config(
    https: &Https<'_>,
    suffixes: &[String],
) -> Result<(SocketAddr, Arc<ServerConfig>), Failure> {
    let config = match https.files {
        Some((cert, key)) => tls::from_files(cert, key)?,
        None => tls::self_signed(suffixes, https.addr.ip())?,
    };
    Ok((https.addr, config))
}

fn listen(addr: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(addr).map_err(|error| {
        Failure::new(format!("cannot listen on {addr} for the admin port (--admin): {error}"))
    })
}

fn cores() -> usize {
    available_parallelism().map_or(1, |cores| cores.get().min(WORKERS_MAX))
}

fn thread_failure(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start the {name} thread: {error}"))
}
