//! `check`: the promises of the product as gates against a gateway that it starts.
//!
//! Knows what is promised and how it is measured; the load generator does the measuring.

mod gate;
mod page;
mod sustained;
mod throttled;
mod timed_out;
mod window;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::cores;
use crate::load::{self, Bound, Event};
use crate::machine::Machine;
use crate::run::definition::{Api, Folder};
use crate::run::gateway::{self, Gateway};
use crate::run::placement::Placement;
use crate::run::work::on_a_thread;
use crate::stats::Summary;
use crate::target::Target;
use crate::upstream::{self, Upstream};
pub use gate::{Gate, Verdict};
pub use window::Window;

/// AWS's default account limit, requests per second: what the product promises to sustain.
pub const ACCOUNT_RATE: u64 = 10_000;
/// AWS's default account burst, requests.
pub const ACCOUNT_BURST: u64 = 5_000;

/// What to check, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Length of each measured window.
    pub seconds: u32,
    /// Connections of the load.
    pub connections: u32,
    /// Workers of the gateway.
    pub workers: u32,
    /// Integration timeout of the silent route; AWS's is 29,000.
    pub timeout_ms: u64,
    /// Leaves the silent route out.
    pub skip_timeout: bool,
    /// The gateway's binary; by default `ringway` beside this one.
    pub gateway: Option<PathBuf>,
}

/// What all gates share.
struct Bench<'a> {
    plan: &'a Plan,
    placement: &'a Placement,
    gateway: &'a Gateway,
    upstream: &'a Upstream,
    progress: &'a (dyn Fn(&str) + Sync),
}

/// Measures a promise.
type Gates = fn(&Bench<'_>) -> io::Result<Vec<Gate>>;

/// Runs the gates and tells `progress` a line at a time.
pub fn run(plan: &Plan, progress: impl Fn(&str) + Sync) -> io::Result<Verdict> {
    let binary = gateway::locate(plan.gateway.as_deref())?;
    let cores = cores::allowed()?;
    let placement = Placement::on(&cores, plan.workers as usize);
    progress(&placement.to_string());
    let config = upstream::Config { core: placement.upstream, ..upstream::Config::new() };
    let upstream = Upstream::start(config)?;
    let api = Api {
        upstream: upstream.address,
        rate: ACCOUNT_RATE,
        burst: ACCOUNT_BURST,
        access_log: true,
        timeout_ms: plan.timeout_ms,
    };
    let folder = Folder::write(&api)?;
    let gateway = Gateway::start(&binary, &folder, plan.workers, &placement)?;
    progress(&format!("gateway at {}, {}", gateway.http, gateway.driver()));

    let bench = Bench {
        plan,
        placement: &placement,
        gateway: &gateway,
        upstream: &upstream,
        progress: &progress,
    };
    let mut promises: Vec<(&str, Gates)> =
        vec![(sustained::PROMISE, sustained::gates), (throttled::PROMISE, throttled::gates)];
    if !plan.skip_timeout {
        promises.push((timed_out::PROMISE, timed_out::gates));
    }
    let (mut gates, mut windows) = (Vec::new(), Vec::new());
    for (promise, measure) in promises {
        let (measured, window) = Window::around(promise, gateway.server(), || measure(&bench))?;
        progress(&window.to_string());
        gates.extend(measured?);
        windows.push(window);
    }
    Ok(Verdict {
        machine: Machine::read(&binary, cores.len()),
        gateway_driver: gateway.driver(),
        placement: placement.to_string(),
        gates,
        windows,
    })
}

impl Bench<'_> {
    /// GET `path` in the open loop at `rate`, one thread on the load's core.
    fn open_loop(&self, path: &str, rate: u64, time: Duration) -> io::Result<load::Plan> {
        let mut plan = self.closed_loop(path, self.plan.connections, Bound::Time(time))?;
        plan.rate = Some(rate);
        Ok(plan)
    }

    fn closed_loop(&self, path: &str, connections: u32, bound: Bound) -> io::Result<load::Plan> {
        let url = format!("http://{}{path}", self.gateway.http);
        let target = url.parse::<Target>().map_err(io::Error::other)?;
        let mut plan = load::Plan::new(target, connections, bound);
        plan.core = self.placement.load;
        Ok(plan)
    }

    /// Runs `plan` on a thread of its own, so that the pinning ends with it.
    fn load(&self, label: &str, plan: &load::Plan) -> io::Result<Summary> {
        let observe = |event| {
            if let Event::Progress { .. } = event {
                (self.progress)(&format!("{label}: {event}"));
            }
        };
        Ok(on_a_thread(plan, observe)?.summary)
    }

    fn seconds(&self) -> Duration {
        Duration::from_secs(u64::from(self.plan.seconds))
    }
}
