//! From an event to what became of it: a place, an environment, the time it may take, AWS's words
//! where the function says nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ringway_core::limits::FUNCTION_INIT_MS;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout_at};

use crate::concurrency::Permit;
use crate::environment::Environment;
use crate::host::Host;
use crate::invocation::{Invocation, Piece, Reply, Tail};
use crate::version::Version;
use crate::words;

/// Processes that are tried for one event: one that ended while it was idle is no failure.
const ATTEMPTS_MAX: usize = 3;

/// An event for a version of a function.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) request_id: Arc<str>,
    pub(crate) payload: Bytes,
    pub(crate) arn: Box<str>,
    pub(crate) trace: Box<str>,
    pub(crate) client_context: Option<Box<str>>,
    pub(crate) tail: Option<Arc<Tail>>,
}

/// What the caller is answered.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer.
    Answered(Bytes),
    /// An error of the function, or of its process: `X-Amz-Function-Error: Unhandled`.
    Failed(Bytes),
    /// An answer that goes on arriving.
    Streamed(mpsc::Receiver<Piece>),
}

impl Outcome {
    fn of(reply: Reply, request_id: &str) -> Self {
        match reply {
            Reply::Answered(body) => Self::Answered(body),
            Reply::Streamed(pieces) => Self::Streamed(pieces),
            Reply::Failed(body) | Reply::NotReady(body) => Self::Failed(body),
            Reply::TooLarge => Self::Failed(words::too_large()),
            Reply::Exited(how) => Self::Failed(words::exited(request_id, &how)),
            Reply::NotTaken(_) => Self::Failed(words::exited(request_id, "")),
        }
    }
}

/// Runs an event; the permit is given back when it is over.
pub(crate) async fn run(
    host: &Arc<Host>,
    version: &Arc<Version>,
    event: Event,
    permit: Permit,
) -> Outcome {
    let timeout = Duration::from_secs(version.configuration.timeout.into());
    let request_id = Arc::clone(&event.request_id);
    let Event { payload, arn, trace, client_context, tail, .. } = event;
    let mut invocation = Box::new(Invocation {
        request_id: Arc::clone(&request_id),
        payload,
        arn,
        trace,
        client_context,
        timeout,
        tail,
        reply: None,
        taken: None,
        _permit: permit,
    });
    for _ in 0..ATTEMPTS_MAX {
        let environment = match version.pool.take().await {
            Some(warm) => warm,
            None => {
                host.make_room();
                match Environment::start(host, version, &request_id).await {
                    Ok(environment) => environment,
                    Err(error) => return Outcome::Failed(error),
                }
            }
        };
        let (reply, replied) = oneshot::channel();
        let (taken, is_taken) = oneshot::channel();
        (invocation.reply, invocation.taken) = (Some(reply), Some(taken));
        let waiting = Waiting { environment: &environment, replied, is_taken, timeout };
        if let Err(back) = environment.assign(*invocation) {
            invocation = back;
            continue;
        }
        match waiting.outcome().await {
            Ok(Reply::NotTaken(back)) => invocation = back,
            Ok(reply) => return Outcome::of(reply, &request_id),
            Err(limit) => {
                let (body, line) = words::timed_out(&request_id, limit);
                environment.said(line.trim_end().as_bytes());
                environment.give_up(&request_id);
                return Outcome::Failed(body);
            }
        }
    }
    Outcome::Failed(words::exited(&request_id, ""))
}

/// An invocation that an environment has.
struct Waiting<'e> {
    environment: &'e Arc<Environment>,
    replied: oneshot::Receiver<Reply>,
    is_taken: oneshot::Receiver<Instant>,
    timeout: Duration,
}

impl Waiting<'_> {
    /// What became of it; an error is the time it had and that was not enough.
    async fn outcome(mut self) -> Result<Reply, Duration> {
        // A reply that never comes is that of a process that is gone.
        let gone = || Reply::Exited(String::new());
        let mut started = Instant::now();
        if !self.environment.is_ready() {
            let init = Duration::from_millis(FUNCTION_INIT_MS);
            tokio::select! {
                biased;
                reply = &mut self.replied => return Ok(reply.unwrap_or_else(|_| gone())),
                taken = &mut self.is_taken => match taken {
                    Ok(taken) => started = taken,
                    // Given back, or answered: the reply says which.
                    Err(_) => return Ok(self.replied.await.unwrap_or_else(|_| gone())),
                },
                () = sleep(init) => return Err(init),
            }
        }
        let deadline = tokio::time::Instant::from_std(started + self.timeout);
        match timeout_at(deadline, self.replied).await {
            Ok(reply) => Ok(reply.unwrap_or_else(|_| gone())),
            Err(_) => Err(self.timeout),
        }
    }
}
