//! The pingora peer of `ringway-bench compare`: a reverse proxy of one worker thread, as pingora's
//! own guide builds one. Knows nothing of Ringway.
//!
//! Every path goes to `/` of the upstream but those that `--route` sends elsewhere, so that it does
//! the work of the `proxy_pass` lines the other peers have.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use clap::Parser;
use pingora::Error;
use pingora::http::RequestHeader;
use pingora::modules::http::HttpModules;
use pingora::prelude::{HttpPeer, Result, Server};
use pingora::proxy::{ProxyHttp, Session, http_proxy_service};
use pingora::server::configuration::ServerConf;

/// Idle upstream connections kept, as the other peers are told to keep.
const IDLE_UPSTREAMS_MAX: usize = 1024;
/// Buffer of the access log, and how long a line may wait in it: nginx's `buffer=64k flush=1s`.
const LOG_BUFFER_BYTES: usize = 64 * 1024;
const LOG_FLUSH: Duration = Duration::from_secs(1);

/// A plain reverse proxy on one thread.
#[derive(Debug, Parser)]
#[command(name = "pingora", version = PINGORA_VERSION)]
struct Arguments {
    /// Where it listens
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Where requests go
    #[arg(long, value_name = "ADDR")]
    upstream: SocketAddr,
    /// Path of the upstream for a path here, repeatable; `/` for all others
    #[arg(long, value_name = "HERE=THERE", value_parser = route)]
    route: Vec<(String, String)>,
    /// File to which it appends a line a request
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
}

/// The version of pingora itself, as the lock file has it.
const PINGORA_VERSION: &str = include_str!(concat!(env!("OUT_DIR"), "/pingora-version"));

fn route(text: &str) -> std::result::Result<(String, String), String> {
    let (here, there) = text.split_once('=').ok_or("write HERE=THERE")?;
    Ok((here.to_owned(), there.to_owned()))
}

fn main() -> io::Result<()> {
    let Arguments { listen, upstream, route, access_log } = Arguments::parse();
    let log = access_log.as_deref().map(AccessLog::open).transpose()?;
    let conf = ServerConf {
        threads: 1,
        upstream_keepalive_pool_size: IDLE_UPSTREAMS_MAX,
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Proxy { upstream, route, log });
    service.add_tcp(&listen.to_string());
    server.add_service(service);
    server.run_forever()
}

struct Proxy {
    upstream: SocketAddr,
    route: Vec<(String, String)>,
    log: Option<AccessLog>,
}

#[async_trait]
impl ProxyHttp for Proxy {
    type CTX = ();

    fn new_ctx(&self) {}

    // Without the module for compression that is there by default, switched off.
    fn init_downstream_modules(&self, _modules: &mut HttpModules) {}

    async fn upstream_peer(&self, _session: &mut Session, _ctx: &mut ()) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.upstream, false, String::new())))
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        _ctx: &mut (),
    ) -> Result<()> {
        let path = session.req_header().uri.path();
        let found = self.route.iter().find(|(here, _)| here == path);
        let there = found.map_or("/", |(_, there)| there);
        request.set_raw_path(there.as_bytes())
    }

    async fn logging(&self, session: &mut Session, _error: Option<&Error>, _ctx: &mut ()) {
        if let Some(log) = &self.log {
            log.line(session);
        }
    }
}

/// Lines of the common log format, written when the buffer is full or the last write was a while
/// ago.
struct AccessLog {
    file: Mutex<(BufWriter<File>, Instant)>,
}

impl AccessLog {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let file = BufWriter::with_capacity(LOG_BUFFER_BYTES, file);
        Ok(Self { file: Mutex::new((file, Instant::now())) })
    }

    fn line(&self, session: &Session) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let request = session.req_header();
        let status = session.response_written().map_or(0, |head| head.status.as_u16());
        let client = session.client_addr().and_then(|addr| addr.as_inet()).map(SocketAddr::ip);
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, flushed) = &mut *held;
        // A full disk costs lines, not requests.
        if let Some(client) = client {
            let _ = write!(file, "{client}");
        }
        let _ = writeln!(
            file,
            " - - [{}.{:03}] \"{} {} {:?}\" {status} {}",
            now.as_secs(),
            now.subsec_millis(),
            request.method,
            request.uri,
            request.version,
            session.body_bytes_sent()
        );
        if flushed.elapsed() >= LOG_FLUSH {
            let _ = file.flush();
            *flushed = Instant::now();
        }
    }
}
