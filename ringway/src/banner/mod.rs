//! What `up` prints before it is ready: driver, routes, addresses, notices, what to try.

mod table;
#[cfg(test)]
mod tests;
mod trial;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ringway_core::definition::Definitions;
use ringway_core::snapshot::{Snapshot, Stage};

use crate::output::counted;

/// Stages described in full; of the others only the number is said.
const STAGES_MAX: usize = 20;

/// Everything that is told.
#[derive(Debug)]
pub(crate) struct Banner<'a> {
    /// Driver in use.
    pub(crate) driver: &'a str,
    /// Why it is not the best one.
    pub(crate) fallback: Option<&'a str>,
    /// Worker threads.
    pub(crate) workers: usize,
    /// Plain listener.
    pub(crate) http: Option<SocketAddr>,
    /// TLS listener.
    pub(crate) https: Option<SocketAddr>,
    /// Its certificate is known to nobody.
    pub(crate) self_signed: bool,
    /// Admin listener.
    pub(crate) admin: SocketAddr,
    /// Suffixes of execute-api host names.
    pub(crate) host_suffixes: &'a [String],
    /// Where functions run, and how many.
    pub(crate) functions: Option<(SocketAddr, usize)>,
    /// What the customer wrote.
    pub(crate) definitions: &'a Definitions,
    /// What is served.
    pub(crate) snapshot: &'a Snapshot,
    /// Lines for which there is no better place.
    pub(crate) notices: &'a [String],
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        head(f, self.driver, self.fallback, self.workers)?;
        let admin = reachable(self.admin);
        writeln!(f, "admin    http://{admin}/metrics http://{admin}/health/ready")?;
        if let Some((addr, count)) = self.functions {
            lambda(f, addr, count)?;
        }
        for stage in self.snapshot.stages.iter().take(STAGES_MAX) {
            self.stage(f, stage)?;
        }
        if let Some(more) = self.snapshot.stages.len().checked_sub(STAGES_MAX).filter(|n| *n > 0) {
            writeln!(f, "\n... and {more} more stages")?;
        }
        if !self.notices.is_empty() {
            writeln!(f)?;
        }
        for notice in self.notices {
            writeln!(f, "note: {notice}")?;
        }
        let trials = trial::choose(self);
        if !trials.is_empty() {
            writeln!(f, "\ntry:")?;
        }
        trials.iter().try_for_each(|trial| writeln!(f, "  {trial}"))
    }
}

impl Banner<'_> {
    fn stage(&self, f: &mut fmt::Formatter<'_>, stage: &Stage) -> fmt::Result {
        let (name, id, of) = (&stage.api_name, &stage.api_id, &stage.name);
        writeln!(f, "\n{name} ({id}), stage {of}")?;
        table::write(f, stage, self.definitions)?;
        for base in self.bases(stage) {
            writeln!(f, "  {base}/")?;
        }
        Ok(())
    }

    /// Addresses of a stage, without the last slash; the shortest first.
    fn bases(&self, stage: &Stage) -> Vec<String> {
        let (id, name) = (&stage.api_id, &stage.name);
        let listeners = [("http", self.http), ("https", self.https)];
        let mut bases = Vec::new();
        for (scheme, addr) in listeners.into_iter().filter_map(|(s, addr)| Some((s, addr?))) {
            let (addr, port) = (reachable(addr), addr.port());
            if self.snapshot.apis.len() == 1 {
                bases.push(format!("{scheme}://{addr}/{name}"));
            } else {
                bases.push(format!("{scheme}://{addr}/_aws/execute-api/{id}/{name}"));
            }
            for suffix in self.host_suffixes {
                bases.push(format!("{scheme}://{id}.execute-api.{suffix}:{port}/{name}"));
            }
        }
        bases
    }
}

/// What every start tells first.
pub(crate) fn head(
    f: &mut fmt::Formatter<'_>,
    driver: &str,
    fallback: Option<&str>,
    workers: usize,
) -> fmt::Result {
    writeln!(f, "Ringway {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(f, "driver   {driver}")?;
    if let Some(reason) = fallback {
        writeln!(f, "         because {reason}")?;
    }
    writeln!(f, "workers  {workers}")
}

/// Where functions run.
pub(crate) fn lambda(f: &mut fmt::Formatter<'_>, addr: SocketAddr, count: usize) -> fmt::Result {
    let functions = counted(count, "function", "functions");
    writeln!(f, "lambda   http://{} ({functions})", reachable(addr))
}

/// Where a client on this machine reaches a listener.
pub(crate) fn reachable(addr: SocketAddr) -> SocketAddr {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, addr.port())
}
