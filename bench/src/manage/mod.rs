//! `manage`: the management plane with a full store, and deployments under load.

mod api;
mod calls;
mod client;
mod fill;
mod gateway;
mod publish;
mod report;
mod signer;
mod under_load;

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use crate::cores;
use crate::machine::Machine;
use crate::run::gateway::locate;
use crate::scale::process;
use crate::spread::Spread;
use client::Client;
use gateway::{Gateway, Site};
pub use publish::Published;
pub use report::{Deployments, Figure, Full, Publications, Report};

/// What to measure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// APIs in the store.
    pub apis: u32,
    /// Resources of each.
    pub resources: u32,
    /// Rounds of the mix of calls.
    pub rounds: u32,
    /// Starts with the full store.
    pub starts: u32,
    /// So many deployments under load, instead of all of that.
    pub deployments: Option<u32>,
    /// Requests per second of that load.
    pub rate: u64,
    /// How long it lasts.
    pub seconds: u32,
    /// Workers of the gateway.
    pub workers: u32,
    /// The gateway's binary; by default `ringway` beside this one.
    pub gateway: Option<PathBuf>,
}

/// Runs `plan` and tells `progress` a line at a time.
///
/// # Errors
/// When the gateway is not there, does not start, or does not answer as it should.
pub fn run(plan: &Plan, progress: impl Fn(&str) + Sync) -> io::Result<Report> {
    let binary = locate(plan.gateway.as_deref())?;
    let site = Site::new(&binary, plan.workers)?;
    let gateway = site.start()?;
    let empty_bytes = process::settled(gateway.pid())?;
    let mut client = Client::new(gateway.admin, site.key.clone());
    let filling = Instant::now();
    let ids = fill::fill(&mut client, plan.apis, plan.resources, &progress)?;
    let mut report = Report {
        machine: Machine::read(&binary, cores::allowed()?.len()),
        apis: plan.apis,
        resources: plan.resources,
        workers: plan.workers,
        filled_seconds: filling.elapsed().as_secs_f64(),
        empty_bytes,
        full: None,
        deployments: None,
    };
    match plan.deployments {
        None => report.full = Some(full(plan, &site, gateway, &mut client, &ids, &progress)?),
        Some(wanted) => {
            let found = under_load::measure(plan, &gateway, &mut client, wanted, &progress)?;
            report.deployments = Some(found);
        }
    }
    Ok(report)
}

/// Calls, starts, memory.
fn full(
    plan: &Plan,
    site: &Site,
    gateway: Gateway,
    client: &mut Client,
    ids: &[String],
    progress: &(dyn Fn(&str) + Sync),
) -> io::Result<Full> {
    // Not the process that was filled: one that has been started with this store.
    drop(gateway);
    let gateway = site.start()?;
    *client = Client::new(gateway.admin, site.key.clone());
    progress(&format!("{} rounds of calls", plan.rounds));
    let (calls, publications) = calls::measure(&gateway, client, ids, plan.rounds)?;
    drop(gateway);
    let (mut seconds, mut memory) = (Vec::new(), (0, 0));
    for start in 0..plan.starts {
        let gateway = site.start()?;
        seconds.push(gateway.started_in.as_secs_f64());
        progress(&format!("started in {:.3} s", gateway.started_in.as_secs_f64()));
        if start + 1 == plan.starts {
            memory = (process::settled(gateway.pid())?, process::peak(gateway.pid())?);
        }
    }
    Ok(Full {
        calls,
        publications,
        start_up_seconds: Spread::of(seconds),
        resident_bytes: memory.0,
        peak_bytes: memory.1,
        store_bytes: site.bytes()?,
    })
}
