//! Speed, start-up and memory over the size of what is served: routes, and API keys.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::memory::{Each, Memory};
use super::series::{self, Subject};
use super::{Part, Report, Setting, api, process};
use crate::load::Numbers;
use crate::run::definition::{DOCUMENT, Folder};
use crate::run::gateway::Gateway;

/// Routes of the API.
const ROUTES: [u64; 4] = [1, 10, 100, 1_000];
/// Keys of the account.
const KEYS: [u64; 4] = [1, 1_000, 100_000, 1_000_000];
/// Connections of the load.
const CONNECTIONS: u32 = 64;

/// From the start of the process to its readiness.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartUp {
    /// What there is much of.
    pub part: Part,
    /// How much.
    pub at: u64,
    /// Settings and document, bytes.
    pub definition_bytes: u64,
    /// Until it answers that it is ready.
    pub ready_ms: f64,
    /// On-CPU time of all its threads by then.
    pub cpu_ms: f64,
    /// Resident memory once it stands still, bytes.
    pub resident_bytes: u64,
    /// The most memory that was ever resident, bytes.
    pub peak_bytes: u64,
}

/// Requests spread over all routes.
pub(crate) fn routes(setting: &Setting<'_>, report: &mut Report) -> io::Result<()> {
    let size = Size {
        part: Part::Routes,
        each: Each::Route,
        write: api::routes,
        path: api::route_path(),
        header: None,
    };
    size.measure(&ROUTES, setting, report)
}

/// Requests with keys drawn at random.
pub(crate) fn keys(setting: &Setting<'_>, report: &mut Report) -> io::Result<()> {
    let size = Size {
        part: Part::Keys,
        each: Each::ApiKey,
        write: api::keys,
        path: api::keyed_path(),
        header: Some(api::key_header()),
    };
    size.measure(&KEYS, setting, report)
}

/// What grows.
struct Size {
    part: Part,
    each: Each,
    write: fn(u64) -> io::Result<Folder>,
    path: String,
    header: Option<(&'static str, String)>,
}

impl Size {
    fn measure(
        &self,
        counts: &[u64],
        setting: &Setting<'_>,
        report: &mut Report,
    ) -> io::Result<()> {
        let mut started = Vec::new();
        for &count in counts {
            let folder = (self.write)(count)?;
            match self.start(count, &folder, setting) {
                Ok((gateway, start_up)) => {
                    (setting.progress)(&format!(
                        "{}: {count}: ready after {:.0} ms",
                        self.part.name(),
                        start_up.ready_ms
                    ));
                    report.start_ups.push(start_up);
                    started.push((count, gateway, folder));
                }
                // The smallest must work; what a larger one is refused for is a result.
                Err(error) if !started.is_empty() => {
                    let (name, bytes) = (self.part.name(), definition_bytes(&folder)?);
                    let note = format!("{count} {name}, {bytes} bytes: {error}");
                    (setting.progress)(&note);
                    report.notes.push(note);
                }
                Err(error) => return Err(error),
            }
        }
        let of_part = report.start_ups.iter().filter(|start_up| start_up.part == self.part);
        let points = of_part.map(|start_up| (start_up.at, start_up.resident_bytes));
        report.memory.push(Memory::new(self.each, points.collect()));
        let subjects: Vec<_> = started
            .iter()
            .map(|(count, gateway, _)| Subject {
                work: "mock",
                at: *count,
                gateway,
                placement: setting.placement,
                workers: 1,
                connections: CONNECTIONS,
                path: self.path.clone(),
                proxied: false,
                header: self.header.clone(),
                numbers: Numbers::Below(*count),
            })
            .collect();
        let rows = series::measure(self.part, &subjects, setting)?;
        report.rows.extend(rows);
        Ok(())
    }

    fn start(
        &self,
        count: u64,
        folder: &Folder,
        setting: &Setting<'_>,
    ) -> io::Result<(Gateway, StartUp)> {
        let began = Instant::now();
        let gateway = Gateway::start(setting.binary, folder, 1, setting.placement)?;
        let (ready, server) = (began.elapsed(), gateway.server());
        let cpu = server.cpu()?;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let start_up = StartUp {
            part: self.part,
            at: count,
            definition_bytes: definition_bytes(folder)?,
            ready_ms: ms(ready),
            cpu_ms: ms(cpu),
            resident_bytes: process::settled(server.pid())?,
            peak_bytes: process::peak(server.pid())?,
        };
        Ok((gateway, start_up))
    }
}

fn definition_bytes(folder: &Folder) -> io::Result<u64> {
    let document = fs::metadata(folder.path().join(DOCUMENT))?.len();
    Ok(document + fs::metadata(folder.settings())?.len())
}
