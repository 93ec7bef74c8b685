//! Who signs the calls of a worker: the process, or roles that it assumes.
//!
//! A role is assumed once for all calls that wait for it, and again [`ROLE_RENEWAL_SECONDS`] before
//! its session ends, while calls go on with the old one. What failed is not tried again at once.
//! Without credentials there is no call. Secrets stay in here and in the signers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use ringway_core::error::{Cause, GatewayError};
use ringway_core::identity::Credentials;
use ringway_core::limits::{
    ROLE_ANSWER_BYTES_MAX, ROLE_RENEWAL_SECONDS, ROLE_RETRY_SECONDS_MAX, ROLE_TIMEOUT_MS, ROLES_MAX,
};
use ringway_core::sigv4::{RequestSigner, RoleSession, read_assume_role, write_assume_role};
use ringway_core::snapshot::{Principal, Signing};

use crate::outbound::Outbound;
use crate::runtime;
use crate::socket::Control;
use crate::upstream::{self, Bounds, Incoming};
use crate::worker::Worker;

/// Signs for one principal.
pub(crate) type Signer = Rc<RefCell<RequestSigner>>;

/// The signers of a worker.
pub(crate) struct Signers {
    process: Result<Signer, Box<str>>,
    /// By names in signatures: services that were given with credentials of their own.
    endpoints: Vec<(Box<str>, Signer)>,
    roles: RefCell<HashMap<Box<str>, Role, ahash::RandomState>>,
}

/// A role that a call asked for.
#[derive(Default)]
struct Role {
    session: Option<Session>,
    /// Why the last attempt failed.
    failure: Option<Failure>,
    /// Present while an attempt is under way.
    waiting: Option<Vec<Waker>>,
}

struct Session {
    signer: Signer,
    /// Unix seconds.
    expires_at: u64,
}

struct Failure {
    why: Box<str>,
    /// One after the other.
    attempts: u32,
    /// Unix seconds.
    retry_at: u64,
}

impl Signers {
    /// Nothing assumed yet.
    pub(crate) fn new(outbound: &Outbound) -> Self {
        let signer = |credentials: &Credentials| {
            Rc::new(RefCell::new(RequestSigner::new(credentials.clone())))
        };
        let process = outbound.credentials.as_ref().map(signer);
        let process = process.map_err(|why| why.as_str().into());
        let endpoints = outbound.endpoints.credentials();
        let endpoints = endpoints.map(|(service, own)| (service.into(), signer(own))).collect();
        Self { process, endpoints, roles: RefCell::default() }
    }

    /// The signer of a principal; waits where a role has to be assumed. Dropping the future is
    /// safe.
    ///
    /// # Errors
    /// 500: there are no credentials, or the role is refused.
    pub(crate) async fn signer(
        &self,
        worker: &Worker,
        signing: &Signing,
    ) -> Result<Signer, GatewayError> {
        match &signing.principal {
            Principal::Process => self.of_process(),
            Principal::Endpoint => self.of_endpoint(&signing.service),
            Principal::Role(role) => match self.at_hand(worker, role, &signing.region) {
                Some(signer) => Ok(signer),
                // Boxed: the rare path must not enlarge every connection's future.
                None => Box::pin(self.assumed(worker, role, &signing.region)).await,
            },
        }
    }

    fn of_process(&self) -> Result<Signer, GatewayError> {
        let signer = self.process.as_ref().map(Rc::clone);
        signer.map_err(|why| configuration(format!("there are no credentials to sign with: {why}")))
    }

    fn of_endpoint(&self, service: &str) -> Result<Signer, GatewayError> {
        let own = self.endpoints.iter().find(|(name, _)| **name == *service);
        let signer = own.map(|(_, signer)| Rc::clone(signer));
        signer.ok_or_else(|| configuration(format!("there are no credentials for {service}")))
    }

    /// The signer of a session in force; one that ends soon is renewed beside it.
    fn at_hand(&self, worker: &Worker, arn: &str, region: &str) -> Option<Signer> {
        let now = unix_seconds(worker);
        let mut roles = self.roles.borrow_mut();
        let role = roles.get_mut(arn)?;
        let session = role.session.as_ref().filter(|session| session.expires_at > now)?;
        let signer = Rc::clone(&session.signer);
        let ends_soon = session.expires_at <= now + ROLE_RENEWAL_SECONDS;
        if ends_soon && role.waiting.is_none() && role.failure_in_force(now).is_none() {
            role.waiting = Some(Vec::new());
            drop(roles);
            begin(worker, arn.into(), region.into());
        }
        Some(signer)
    }

    async fn assumed(
        &self,
        worker: &Worker,
        arn: &str,
        region: &str,
    ) -> Result<Signer, GatewayError> {
        let mut is_first = true;
        poll_fn(|cx| {
            if let Some(signer) = self.at_hand(worker, arn, region) {
                return Poll::Ready(Ok(signer));
            }
            let polled = self.poll(worker, (arn, region), is_first, cx.waker());
            is_first = false;
            polled
        })
        .await
    }

    /// Begins an attempt, or looks what became of it.
    fn poll(
        &self,
        worker: &Worker,
        (arn, region): (&str, &str),
        is_first: bool,
        waker: &Waker,
    ) -> Poll<Result<Signer, GatewayError>> {
        let now = unix_seconds(worker);
        let mut roles = self.roles.borrow_mut();
        if !roles.contains_key(arn) {
            make_room(&mut roles, now);
            if roles.len() >= ROLES_MAX {
                return Poll::Ready(Err(refused(arn, "too many roles are in use")));
            }
        }
        let role = roles.entry(arn.into()).or_default();
        if let Some(waiting) = &mut role.waiting {
            if !waiting.iter().any(|known| known.will_wake(waker)) {
                waiting.push(waker.clone());
            }
            return Poll::Pending;
        }
        // Who has waited takes what came of it, however long ago that is.
        let failure = role.failure.as_ref().filter(|failure| !is_first || failure.retry_at > now);
        if let Some(failure) = failure {
            return Poll::Ready(Err(refused(arn, &failure.why)));
        }
        role.waiting = Some(vec![waker.clone()]);
        drop(roles);
        begin(worker, arn.into(), region.into());
        Poll::Pending
    }

    fn learn(&self, arn: &str, outcome: Result<RoleSession, String>, now: u64) {
        let mut roles = self.roles.borrow_mut();
        let Some(role) = roles.get_mut(arn) else { return };
        match outcome {
            Ok(RoleSession { credentials, expires_at }) => {
                let signer = Rc::new(RefCell::new(RequestSigner::new(credentials)));
                role.session = Some(Session { signer, expires_at });
                role.failure = None;
            }
            Err(why) => {
                let attempts = role.failure.as_ref().map_or(0, |failure| failure.attempts) + 1;
                let pause = ROLE_RETRY_SECONDS_MAX.min(1 << attempts.min(16));
                let failure = Failure { why: why.into(), attempts, retry_at: now + pause };
                role.failure = Some(failure);
            }
        }
        for waker in role.waiting.take().into_iter().flatten() {
            waker.wake();
        }
    }
}

impl Role {
    fn failure_in_force(&self, now: u64) -> Option<&Failure> {
        self.failure.as_ref().filter(|failure| failure.retry_at > now)
    }
}

/// Forgets roles whose sessions ended and which nobody waits for.
fn make_room(roles: &mut HashMap<Box<str>, Role, ahash::RandomState>, now: u64) {
    if roles.len() >= ROLES_MAX {
        roles.retain(|_, role| {
            let in_force = role.session.as_ref().is_some_and(|session| session.expires_at > now);
            in_force || role.waiting.is_some()
        });
    }
}

/// Assumes a role beside the calls that wait for it: a client that goes away ends nothing.
fn begin(worker: &Worker, arn: Box<str>, region: Box<str>) {
    let Some(worker) = worker.itself() else { return };
    runtime::spawn(async move {
        let outcome = assume(&worker, &arn, &region).await;
        worker.signers.learn(&arn, outcome, unix_seconds(&worker));
    });
}

async fn assume(worker: &Worker, arn: &str, region: &str) -> Result<RoleSession, String> {
    let signer = worker
        .signers
        .process
        .as_ref()
        .map_err(|why| format!("there are no credentials to assume it with: {why}"))?;
    let endpoint = worker.process.outbound.endpoints.endpoint("sts", region);
    let pool = worker.pools.of(&endpoint, worker.clock.now());
    let mut request = Vec::new();
    let body = write_assume_role(arn, &endpoint.authority, &mut request);
    let body = request.split_off(body);
    let signing =
        Signing { service: "sts".into(), region: region.into(), principal: Principal::Process };
    let signed = signer.borrow_mut().sign(&signing, 0, &body, unix_seconds(worker), &mut request);
    signed.map_err(|error| error.0)?;
    request.extend_from_slice(&body);
    let bounds = Bounds {
        started: worker.clock.now(),
        timeout: Duration::from_millis(ROLE_TIMEOUT_MS),
        // A session more does no harm.
        idempotent: true,
        head_only: false,
        client: Control::NONE,
    };
    let (called, _) = upstream::call(worker, &pool, request, bounds).await;
    let unanswered = |error: &dyn std::fmt::Debug| format!("STS did not answer: {error:?}");
    let reply = called.map_err(|error| unanswered(&error))?;
    let status = reply.head.status();
    let mut incoming = Incoming::new(reply).map_err(|error| unanswered(&error))?;
    let gathered = incoming.gather(ROLE_ANSWER_BYTES_MAX, &bounds).await;
    gathered.map_err(|error| unanswered(&error))?;
    let session = read_assume_role(status, incoming.data());
    incoming.finish(worker, &pool);
    session
}

fn unix_seconds(worker: &Worker) -> u64 {
    worker.clock.unix_ms(worker.clock.now()) / 1_000
}

/// The first words are AWS's.
fn refused(arn: &str, why: &str) -> GatewayError {
    configuration(format!(
        "API Gateway does not have permission to assume the provided role {arn}: {why}"
    ))
}

fn configuration(cause: String) -> GatewayError {
    let mut error = GatewayError::configuration("");
    error.cause = Cause(cause.into());
    error
}
