//! Speed over connections and over workers, on the API of `run`.

use std::io;

use super::series::{self, Subject};
use super::{Part, Report, Setting};
use crate::cores;
use crate::load::Numbers;
use crate::run::Scenario;
use crate::run::definition::{Api, Folder};
use crate::run::gateway::Gateway;
use crate::run::placement::Placement;

/// Connections of the load.
const CONNECTIONS: [u64; 7] = [1, 8, 64, 256, 1_000, 4_000, 10_000];
/// The same in a quick run.
const CONNECTIONS_QUICK: [u64; 4] = [1, 64, 1_000, 10_000];
/// Connections while workers are compared.
const CONNECTIONS_OF_WORKERS: u32 = 64;
/// Workers compared, as far as there are cores.
const WORKERS: [u32; 5] = [1, 2, 4, 8, 16];

/// From one connection to ten thousand.
pub(crate) fn measure(setting: &Setting<'_>, report: &mut Report) -> io::Result<()> {
    let folder = Folder::write(&Api::unlimited(setting.upstream.address))?;
    let gateway = Gateway::start(setting.binary, &folder, 1, setting.placement)?;
    let series: &[u64] = if setting.plan.quick { &CONNECTIONS_QUICK } else { &CONNECTIONS };
    let mut subjects = Vec::new();
    // A proxied request takes a connection to the upstream, whose other end is in this process.
    for (scenario, descriptors) in [(Scenario::Cached, 1), (Scenario::Proxy, 2)] {
        let (series, shortened) = setting.room.fit(series, descriptors);
        report.notes.extend(shortened.map(|why| format!("{}: {why}", scenario.name())));
        for count in series {
            let connections = u32::try_from(count).map_err(io::Error::other)?;
            subjects.push(Subject {
                work: scenario.name(),
                at: count,
                gateway: &gateway,
                placement: setting.placement,
                workers: 1,
                connections,
                path: scenario.target(),
                proxied: scenario == Scenario::Proxy,
                header: None,
                numbers: Numbers::Counted,
            });
        }
    }
    let rows = series::measure(Part::Connections, &subjects, setting)?;
    report.rows.extend(rows);
    Ok(())
}

/// Workers on cores of their own, as far as the client keeps one; beyond that, everything shares
/// all cores, and so that like is compared with like, one worker does too.
pub(crate) fn workers(setting: &Setting<'_>, report: &mut Report) -> io::Result<()> {
    let cores = cores::allowed()?;
    let folder = Folder::write(&Api::unlimited(setting.upstream.address))?;
    let mut places = Vec::new();
    for workers in WORKERS.into_iter().filter(|workers| *workers as usize <= cores.len().max(2)) {
        let placement = Placement::on(&cores, workers as usize);
        if !placement.is_pinned() {
            places.extend([(1, Placement::on(&[], 1)), (workers, placement)]);
            break;
        }
        places.push((workers, placement));
    }
    let start = |(workers, placement): &(u32, Placement)| {
        Gateway::start(setting.binary, &folder, *workers, placement)
    };
    let gateways: Vec<_> = places.iter().map(start).collect::<Result<_, _>>()?;
    let mut subjects = Vec::new();
    for (scenario, shared) in
        [(Scenario::Cached, "cached, shared cores"), (Scenario::Proxy, "proxy, shared cores")]
    {
        for ((workers, placement), gateway) in places.iter().zip(&gateways) {
            subjects.push(Subject {
                work: if placement.is_pinned() { scenario.name() } else { shared },
                at: u64::from(*workers),
                gateway,
                placement,
                workers: *workers,
                connections: CONNECTIONS_OF_WORKERS,
                path: scenario.target(),
                proxied: scenario == Scenario::Proxy,
                header: None,
                numbers: Numbers::Counted,
            });
        }
    }
    let rows = series::measure(Part::Workers, &subjects, setting)?;
    if places.iter().any(|(_, placement)| !placement.is_pinned()) {
        report.notes.push(format!(
            "shared cores: {} cores are too few to keep gateway and client apart; requests/s and \
             latency are of both together, the CPU time a request is the gateway's",
            cores.len()
        ));
    }
    report.rows.extend(rows);
    Ok(())
}
