//! Resident memory of the gateway as connections are added.

use std::io;

use serde::{Deserialize, Serialize};

use super::fit::{self, Line};
use super::hold::{Held, State};
use super::process;
use super::{Report, Setting};
use crate::run::definition::{Api, Folder, STAGE};
use crate::run::gateway::Gateway;

/// Integration timeout of requests in flight: longer than they are looked at.
const TIMEOUT_MS: u64 = 29_000;
/// Connections and requests before the first reading.
const FIRST: u64 = 32;

/// What memory is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Each {
    /// A connection on which nothing was sent yet.
    UnusedConnection,
    /// A keep-alive connection after a proxied request.
    IdleConnection,
    /// The same through TLS.
    IdleTlsConnection,
    /// A request that waits for its upstream, with both connections.
    RequestInFlight,
    /// A resource with one method.
    Route,
    /// An API key in a usage plan.
    ApiKey,
}

impl Each {
    /// Those that are about connections.
    pub(crate) const OF_CONNECTIONS: [Self; 4] = [
        Self::UnusedConnection,
        Self::IdleConnection,
        Self::IdleTlsConnection,
        Self::RequestInFlight,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnusedConnection => "unused connection",
            Self::IdleConnection => "idle keep-alive connection",
            Self::IdleTlsConnection => "idle keep-alive TLS connection",
            Self::RequestInFlight => "request in flight",
            Self::Route => "route",
            Self::ApiKey => "API key",
        }
    }

    /// State and path of the connections, when it is about connections.
    fn held(self) -> Option<(State, &'static str)> {
        match self {
            Self::UnusedConnection => Some((State::Unused, "proxy")),
            Self::IdleConnection | Self::IdleTlsConnection => Some((State::Answered, "proxy")),
            Self::RequestInFlight => Some((State::Waiting, "silent")),
            Self::Route | Self::ApiKey => None,
        }
    }

    /// Descriptors of the gateway that each takes; the upstream's end is ours.
    fn descriptors(self) -> u64 {
        if self == Self::RequestInFlight { 2 } else { 1 }
    }
}

/// Resident memory over a count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Of what.
    pub each: Each,
    /// Count, and resident bytes of the gateway.
    pub points: Vec<(u64, u64)>,
    /// Bytes; `None` with fewer than two points.
    pub line: Option<Line>,
}

impl Memory {
    /// The line through `points`.
    pub(crate) fn new(each: Each, points: Vec<(u64, u64)>) -> Self {
        let as_float: Vec<_> = points.iter().map(|&(x, y)| (x as f64, y as f64)).collect();
        Self { each, points, line: fit::line(&as_float) }
    }
}

/// Connections held at once.
const CONNECTIONS: [u64; 4] = [1_000, 2_000, 4_000, 8_000];
/// The same in a quick run.
const CONNECTIONS_QUICK: [u64; 2] = [1_000, 4_000];

/// All that is about connections.
pub(crate) fn measure(setting: &Setting<'_>, report: &mut Report) -> io::Result<()> {
    let series: &[u64] = if setting.plan.quick { &CONNECTIONS_QUICK } else { &CONNECTIONS };
    for each in Each::OF_CONNECTIONS {
        let memory = of_connections(each, series, setting, &mut report.notes)?;
        report.memory.extend(memory);
    }
    Ok(())
}

/// Of `each` kind of connection: one gateway, to which more and more are added.
fn of_connections(
    each: Each,
    series: &[u64],
    setting: &Setting<'_>,
    notes: &mut Vec<String>,
) -> io::Result<Option<Memory>> {
    let Some((state, path)) = each.held() else { return Ok(None) };
    let path = format!("/{STAGE}/{path}");
    let (series, shortened) = setting.room.fit(series, each.descriptors());
    notes.extend(shortened.map(|why| format!("{}: {why}", each.name())));
    let api = Api { timeout_ms: TIMEOUT_MS, ..Api::unlimited(setting.upstream.address) };
    let folder = Folder::write(&api)?;
    let gateway = Gateway::start(setting.binary, &folder, 1, setting.placement)?;
    let pid = gateway.server().pid();

    let new = |path: &str, state| {
        if each == Each::IdleTlsConnection {
            Held::new(gateway.https, path, state).through_tls(folder.identity.trust.clone())
        } else {
            Held::new(gateway.http, path, state)
        }
    };
    // What the first requests allocate once and for all is not a connection's.
    let mut first = new(&format!("/{STAGE}/proxy"), State::Answered);
    first.grow(FIRST)?;
    let mut points = vec![(0, process::settled(pid)?)];
    let before = process::descriptors(pid)?;
    let mut held = new(&path, state);
    for count in series {
        held.grow(count)?;
        // One request in flight may go on the upstream connection that the first ones left.
        let expect = before + count * each.descriptors() - (each.descriptors() - 1);
        let found = process::wait_descriptors(pid, expect)?;
        if found < expect {
            let text = format!(
                "{}: the gateway has {found} descriptors open with {count} of them, {expect} \
                 were expected",
                each.name()
            );
            return Err(io::Error::other(text));
        }
        let bytes = process::settled(pid)?;
        (setting.progress)(&format!("memory: {count} x {}: {bytes} bytes", each.name()));
        points.push((count, bytes));
    }
    Ok(Some(Memory::new(each, points)))
}
