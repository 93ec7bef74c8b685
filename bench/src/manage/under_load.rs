//! Deployments while the data plane is loaded: none may cost a request, and no answer may be of two
//! revisions, or of one older than what every worker had confirmed.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Plan;
use super::api::{REVISION_PATH, STAGE, telling};
use super::client::Client;
use super::fill::{deploy, deployed};
use super::gateway::Gateway;
use super::publish::{self, Published};
use super::report::{Deployments, Figure, Publications};
use crate::load::{self, Bound, Event, Expected, Outcome, Revisions};
use crate::target::Target;

/// Connections of the load.
const CONNECTIONS: u32 = 64;
/// Deployments between two lines of progress.
const STEP: u32 = 100;
/// Load before the first deployment and after the last.
const MARGIN: Duration = Duration::from_millis(500);

/// Deploys `wanted` revisions, spread over the time of the load.
pub(super) fn measure(
    plan: &Plan,
    gateway: &Gateway,
    client: &mut Client,
    wanted: u32,
    progress: &(dyn Fn(&str) + Sync),
) -> io::Result<Deployments> {
    let api = deployed(client, &telling(0))?;
    publish::confirmed(gateway, Instant::now())?;
    let before = Published::read(gateway.admin)?;
    let revisions = Arc::new(Revisions::default());
    let load = load_plan(plan, gateway, &api, &revisions)?;
    let (outcome, made) = thread::scope(|scope| {
        let loading = scope.spawn(|| load::run(&load, tell(progress)));
        let made = deployments(plan, gateway, client, &api, wanted, &revisions, progress);
        let outcome = loading.join().map_err(|_| io::Error::other("the load panicked"))?;
        Ok::<_, io::Error>((outcome?, made?))
    })?;
    let Outcome { summary, rung } = outcome;
    Ok(Deployments {
        wanted,
        rate: plan.rate,
        made: made.in_time,
        driver: rung.to_string(),
        calls: vec![
            Figure::of("PutRestApi", &made.changes),
            Figure::of("CreateDeployment", &made.calls),
        ],
        publications: Publications {
            ready: Figure::of("every worker, by /health/ready", &made.ready),
            seen: Figure::of("callers", &[]),
            counted: Published::read(gateway.admin)?.since(&before),
        },
        summary,
    })
}

fn load_plan(
    plan: &Plan,
    gateway: &Gateway,
    api: &str,
    revisions: &Arc<Revisions>,
) -> io::Result<load::Plan> {
    let url = format!("http://{}/_aws/execute-api/{api}/{STAGE}{REVISION_PATH}", gateway.http);
    let target: Target = url.parse().map_err(io::Error::other)?;
    let time = Duration::from_secs(u64::from(plan.seconds));
    Ok(load::Plan {
        rate: Some(plan.rate),
        expected: Expected::Revision(Arc::clone(revisions)),
        connect_first: true,
        ..load::Plan::new(target, CONNECTIONS, Bound::Time(time))
    })
}

fn tell(progress: &(dyn Fn(&str) + Sync)) -> impl FnMut(Event) + '_ {
    |event| progress(&event.to_string())
}

/// What became of the deployments.
#[derive(Default)]
struct Made {
    /// Those that were confirmed before the load ended.
    in_time: u32,
    changes: Vec<Duration>,
    calls: Vec<Duration>,
    ready: Vec<Duration>,
}

/// One after the other, on a schedule that ends before the load does.
fn deployments(
    plan: &Plan,
    gateway: &Gateway,
    client: &mut Client,
    api: &str,
    wanted: u32,
    revisions: &Revisions,
    progress: &(dyn Fn(&str) + Sync),
) -> io::Result<Made> {
    let mut made = Made::default();
    let start = Instant::now() + MARGIN;
    let time = Duration::from_secs(u64::from(plan.seconds)).saturating_sub(2 * MARGIN);
    for number in 0..wanted {
        let at = start + time * number / wanted;
        thread::sleep(at.saturating_duration_since(Instant::now()));
        let revision = u64::from(number) + 1;
        let target = format!("/restapis/{api}?mode=overwrite");
        made.changes.push(client.call("PUT", &target, &telling(revision))?.1);
        made.calls.push(deploy(client, api, revision)?);
        let answered = Instant::now();
        made.ready.push(publish::confirmed(gateway, answered)?);
        revisions.confirm(revision);
        if Instant::now() < start + time + MARGIN {
            made.in_time += 1;
        }
        if revision.is_multiple_of(u64::from(STEP)) {
            progress(&format!("{revision} of {wanted} deployments"));
        }
    }
    Ok(made)
}
