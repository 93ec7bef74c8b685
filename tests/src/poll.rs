//! Bounded waiting. Nothing in the tests waits for a time to pass and hopes: it asks again until
//! the thing is so, and gives up with a message.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything here waits before it is a failure. Long, because a loaded machine is no bug.
pub const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(10);

/// Asks until there is an answer and returns it.
///
/// # Panics
/// When there is none within [`PATIENCE`]; the message names `what` was waited for.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "gave up after {PATIENCE:?} waiting for {what}");
        thread::sleep(PAUSE);
    }
}

/// Asks until the answer is yes.
///
/// # Panics
/// As [`until`].
pub fn until_true(what: &str, mut ask: impl FnMut() -> bool) {
    until(what, || ask().then_some(()));
}
