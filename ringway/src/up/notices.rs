//! What a user should know at start-up and would not see otherwise. Starts the example back end,
//! because whether that worked is one of these things.

use std::io::ErrorKind;
use std::net::SocketAddr;

use ringway_core::compile::unenforced_quotas;
use ringway_proxy::Handle;

use crate::echo;
use crate::source::Loaded;

/// One line each.
pub(super) fn collect(loaded: &Loaded, proxy: &Handle, admin: SocketAddr) -> Vec<String> {
    let mut notices = loaded.warnings.clone();
    notices.extend(loaded.echo.iter().map(|addr| example_back_end(*addr)));
    let quotas = unenforced_quotas(&loaded.definitions);
    if !quotas.is_empty() {
        let plans = quotas.join(", ");
        notices.push(format!("quotas are kept but not enforced yet (usage plans: {plans})"));
    }
    notices.extend(exposure(proxy.http_addr(), proxy.https_addr(), admin));
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

/// Loopback is the default; everything else is said aloud.
fn exposure(http: Option<SocketAddr>, https: Option<SocketAddr>, admin: SocketAddr) -> Vec<String> {
    let mut notices = Vec::new();
    for (what, addr) in [("http", http), ("https", https)] {
        if let Some(addr) = addr.filter(|addr| !addr.ip().is_loopback()) {
            notices.push(format!("{what} on {addr} answers other machines too"));
        }
    }
    if !admin.ip().is_loopback() {
        notices.push(format!(
            "the admin port on {admin} answers other machines too, and asks nobody who they are"
        ));
    }
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_loopback_is_said() {
        let addr = |text: &str| text.parse::<SocketAddr>().unwrap();
        let local = addr("127.0.0.1:1");
        assert!(exposure(Some(local), Some(addr("[::1]:2")), local).is_empty());
        let found = exposure(Some(addr("0.0.0.0:1")), None, addr("10.0.0.1:2"));
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("http on 0.0.0.0:1"), "{found:?}");
        assert!(found[1].starts_with("the admin port on 10.0.0.1:2"), "{found:?}");
    }

    #[test]
    fn an_example_back_end_that_runs_already_is_used() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = taken.local_addr().unwrap();
        assert!(example_back_end(addr).contains("is in use"));
    }
}
