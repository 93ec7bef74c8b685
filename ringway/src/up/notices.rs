//! What a user should know at start-up and would not see otherwise. Starts the example back end,
//! because whether that worked is one of these things.

use std::io::ErrorKind;
use std::net::SocketAddr;

use ringway_core::compile::unenforced_quotas;
use ringway_core::snapshot::Snapshot;

use crate::echo;
use crate::process::{Process, exposure, uncredited};
use crate::source::Loaded;

/// What `up` is not.
const FOR_DEVELOPMENT: &str =
    "up is for development: loopback only, any credentials accepted, no change there kept";

/// One line each.
pub(super) fn collect(loaded: &Loaded, process: &Process, snapshot: &Snapshot) -> Vec<String> {
    let mut notices = loaded.warnings.clone();
    notices.extend(loaded.echo.iter().map(|addr| example_back_end(*addr)));
    let quotas = unenforced_quotas(&loaded.definitions);
    if !quotas.is_empty() {
        let plans = quotas.join(", ");
        notices.push(format!("quotas are kept but not enforced yet (usage plans: {plans})"));
    }
    notices.extend(uncredited(process, snapshot));
    notices.extend(exposure(process));
    notices.push(FOR_DEVELOPMENT.into());
    notices
}

fn example_back_end(addr: SocketAddr) -> String {
    match echo::spawn(addr) {
        Ok(()) => format!("the example back end runs at http://{addr}/ (x-ringway-echo)"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            format!("{addr} is in use: what listens there is taken for the example back end")
        }
        Err(error) => format!("the example back end cannot listen on {addr}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_back_end_that_runs_already_is_used() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = taken.local_addr().unwrap();
        assert!(example_back_end(addr).contains("is in use"));
    }
}
