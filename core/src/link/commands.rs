//! Commands down: what control asks of the data plane beside the snapshot in force.
//!
//! A bounded queue that workers look at in their chores; any one of them carries a command out.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use crate::execution_log::TestRequest;
use crate::limits::COMMANDS_MAX;
use crate::snapshot::Snapshot;

/// One command.
#[derive(Debug)]
pub enum Command {
    /// Empty the response cache of a stage, its canary's included.
    FlushStageCache {
        /// API identifier.
        api_id: Box<str>,
        /// Stage name.
        stage: Box<str>,
    },
    /// Run a method that no stage serves.
    TestInvoke(Box<TestInvocation>),
}

/// A test of one method, run as a request of a client would be, but for who may call.
#[derive(Debug)]
pub struct TestInvocation {
    /// One stage with one method.
    pub snapshot: Arc<Snapshot>,
    /// The request: an HTTP/1.1 head that the parser accepts, and the whole body behind it.
    pub bytes: Vec<u8>,
    /// The same as its log says it. Path parameters are the method's, in its order, or none.
    pub request: TestRequest,
    /// Takes the one answer; dropped when there will be none.
    pub reply: SyncSender<TestAnswer>,
}

/// What a test of a method answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestAnswer {
    /// Status of the response.
    pub status: u16,
    /// Fields of the response, without those of its delivery.
    pub headers: Vec<(String, String)>,
    /// Body of the response.
    pub body: Vec<u8>,
    /// AWS's execution log.
    pub log: String,
    /// From the request to its response, milliseconds.
    pub latency_ms: u64,
}

/// Commands on their way.
#[derive(Debug, Default)]
pub struct Commands {
    /// How many wait: read by each worker, so that looking takes no lock.
    waiting: AtomicUsize,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    commands: VecDeque<Command>,
    /// Nobody takes commands any more.
    closed: bool,
}

impl Commands {
    /// Hands a command on; false when it cannot be taken now: [`COMMANDS_MAX`] wait already, or the
    /// data plane drains.
    #[must_use]
    pub fn send(&self, command: Command) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.closed || queue.commands.len() >= COMMANDS_MAX {
            return false;
        }
        queue.commands.push_back(command);
        self.waiting.store(queue.commands.len(), Ordering::Relaxed);
        true
    }

    /// The command that waited longest: one relaxed load when there is none.
    #[must_use]
    pub fn next(&self) -> Option<Command> {
        if self.waiting.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let command = queue.commands.pop_front();
        self.waiting.store(queue.commands.len(), Ordering::Relaxed);
        command
    }

    /// Takes no more, and forgets those that wait: who waits for an answer learns that none comes.
    pub fn close(&self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.closed = true;
        queue.commands.clear();
        self.waiting.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flush(stage: &str) -> Command {
        Command::FlushStageCache { api_id: "a".into(), stage: stage.into() }
    }

    fn stage(command: Option<Command>) -> Option<Box<str>> {
        match command? {
            Command::FlushStageCache { stage, .. } => Some(stage),
            Command::TestInvoke(_) => None,
        }
    }

    #[test]
    fn commands_come_in_their_order_and_no_more_than_the_bound() {
        let commands = Commands::default();
        assert!(commands.next().is_none());
        for at in 0..COMMANDS_MAX {
            assert!(commands.send(flush(&at.to_string())), "{at}");
        }
        assert!(!commands.send(flush("beyond")));
        assert_eq!(stage(commands.next()).as_deref(), Some("0"));
        assert!(commands.send(flush("last")));
        let all: Vec<_> = std::iter::from_fn(|| stage(commands.next())).collect();
        assert_eq!((all.len(), all.last().map(|name| &**name)), (COMMANDS_MAX, Some("last")));
    }

    #[test]
    fn a_closed_queue_forgets_and_refuses() {
        let commands = Commands::default();
        assert!(commands.send(flush("a")));
        commands.close();
        assert!(commands.next().is_none());
        assert!(!commands.send(flush("b")));
    }
}
