//! The admin port: metrics, health and the management API, on one thread of its own.
//!
//! It must not know how workers serve; it reads their counters.

mod health;
mod own;
mod serve;

use std::fmt;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use prometheus_client::registry::Registry;
use ringway_core::limits::{ADMIN_BODY_BYTES_MAX, ADMIN_REQUEST_MS};
use ringway_core::link::{Counters, Published};

use crate::access_log::WriterCounts;
use crate::error::ManagementError;
use crate::metrics::{self, Scrape};
use crate::plane::Plane;
use crate::rest;
use serve::Peer;

/// What the admin port shows.
pub struct Admin {
    published: Arc<Published>,
    counters: Arc<Counters>,
    registry: Registry,
    plane: Arc<Plane>,
    /// Whether everything may be emptied from here.
    reset: bool,
    draining: AtomicBool,
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").field("draining", &self.draining).finish_non_exhaustive()
    }
}

impl Admin {
    /// The state of one process that started at `started`.
    #[must_use]
    pub fn new(
        published: Arc<Published>,
        counters: Arc<Counters>,
        log: Arc<WriterCounts>,
        plane: Arc<Plane>,
        started: SystemTime,
    ) -> Self {
        let scrape = Scrape {
            published: Arc::clone(&published),
            counters: Arc::clone(&counters),
            log,
            started,
        };
        let registry = metrics::registry(scrape);
        Self {
            published,
            counters,
            registry,
            plane,
            reset: false,
            draining: AtomicBool::new(false),
        }
    }

    /// Offers `POST /_ringway/reset`: for processes that keep nothing.
    #[must_use]
    pub fn with_reset(self) -> Self {
        Self { reset: true, ..self }
    }

    /// From now on the process is not ready, so that load balancers send nothing new.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

/// Serves the admin port on a thread of its own until the process ends.
///
/// # Errors
/// When the listener cannot be made non-blocking, or no thread or runtime can be made.
pub fn spawn(listener: TcpListener, admin: Arc<Admin>) -> io::Result<JoinHandle<()>> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("admin".into()).spawn(move || {
        if let Err(error) = runtime.block_on(serve::run(listener, router(admin))) {
            eprintln!("the admin port stopped: {error}");
        }
    })
}

/// All routes of the admin port; what is merged into it shares its bounds and its error bodies.
pub fn router(admin: Arc<Admin>) -> Router {
    let offered = if admin.reset {
        Router::new().route("/_ringway/reset", post(own::reset))
    } else {
        Router::new()
    };
    offered
        .route("/_ringway/users", post(own::users))
        .route("/metrics", get(scrape))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(managed)
        .method_not_allowed_fallback(|| async { ManagementError::unknown_method() })
        .layer(DefaultBodyLimit::max(ADMIN_BODY_BYTES_MAX))
        .layer(middleware::from_fn(within_time))
        .with_state(admin)
}

async fn scrape(State(admin): State<Arc<Admin>>) -> Response {
    match metrics::encode(&admin.registry) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(fmt::Error) => ManagementError::internal().into_response(),
    }
}

/// Everything else is the management API's.
async fn managed(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let peer = peer(&request);
    match rest::serve(Arc::clone(&admin.plane), request, peer).await {
        Some(response) => response,
        None => ManagementError::unknown_path(&path).into_response(),
    }
}

/// Where a request comes from.
fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(Peer(addr))| addr.ip())
}

async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(Duration::from_millis(ADMIN_REQUEST_MS), next.run(request)).await {
        Ok(response) => response,
        Err(_) => ManagementError::timed_out().into_response(),
    }
}

#[cfg(test)]
mod tests;
