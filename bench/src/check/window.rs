//! Who else used the machine while a promise was measured.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use crate::cpu::{self, Others};
use crate::run::server::Server;

/// Share of the machine from which on others spoil a latency: on two cores, a fifth of one. On a
/// quiet machine up to 0.06 is the kernel's own, for waking up 10,000 times a second.
const BUSY: f64 = 0.10;

/// The time in which one promise was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Which one.
    pub promise: String,
    /// What programs other than gateway, load and upstream took.
    pub others: Others,
}

impl Window {
    /// Runs `measure` and says who else ran meanwhile.
    pub(super) fn around<T>(
        promise: &str,
        gateway: &Server,
        measure: impl FnOnce() -> T,
    ) -> io::Result<(T, Self)> {
        // Threads of the load end within the window, so ours is the time of all that ever ran.
        let known =
            || Ok::<_, io::Error>(gateway.cpu()? + cpu::of_process_ever(std::process::id())?);
        let (start, known_before) = (cpu::of_machine()?, known()?);
        let measured = measure();
        let (end, known_after) = (cpu::of_machine()?, known()?);
        let others = Others::between(start, end, known_after.saturating_sub(known_before));
        Ok((measured, Self { promise: promise.to_owned(), others }))
    }

    /// Others took so much that a miss may be theirs.
    pub fn is_busy(&self) -> bool {
        self.others.foreign + self.others.stolen > BUSY
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Others { foreign, stolen } = self.others;
        let (foreign, stolen) = (foreign * 100.0, stolen * 100.0);
        let promise = &self.promise;
        write!(f, "{promise}: other programs used {foreign:.1} % of the machine, ")?;
        write!(f, "the hypervisor took {stolen:.1} %")
    }
}
