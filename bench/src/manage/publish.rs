//! How long it takes until every worker serves a change: as the gateway says, and as callers see.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::api::{REVISION_PATH, STAGE};
use super::client;
use super::gateway::Gateway;
use crate::limits::{PROBE_TIMEOUT_MS, PUBLISH_MS_MAX};
use crate::load::REVISION_HEADER;

/// Connections that callers see a change through: the kernel spreads them over the workers.
const CALLERS: usize = 8;
/// Pause between two looks at `/health/ready`.
const LOOK: Duration = Duration::from_micros(200);
/// Pause before the metric is read.
const COUNTED: Duration = Duration::from_millis(20);

/// Waits until every worker serves what is in force; the time since `since`.
pub(super) fn confirmed(gateway: &Gateway, since: Instant) -> io::Result<Duration> {
    until(since, LOOK, || Ok(gateway.is_ready()))
}

/// Keep-alive connections to the data port.
pub(super) struct Callers {
    address: SocketAddr,
    streams: Vec<TcpStream>,
}

impl Callers {
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        let streams = (0..CALLERS).map(|_| connect(address));
        Ok(Self { address, streams: streams.collect::<io::Result<_>>()? })
    }

    /// Waits until all of them get this revision of an API; the time since `since`.
    pub(super) fn see(&mut self, api: &str, revision: u64, since: Instant) -> io::Result<Duration> {
        let path = format!("/_aws/execute-api/{api}/{STAGE}{REVISION_PATH}");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        let expect = format!("{REVISION_HEADER}: {revision}\r\n");
        for stream in &mut self.streams {
            until(since, Duration::ZERO, || {
                let answer = match ask(stream, &request) {
                    Ok(answer) => answer,
                    // The gateway may have ended a connection that was idle for long.
                    Err(_) => {
                        *stream = connect(self.address)?;
                        ask(stream, &request)?
                    }
                };
                Ok(String::from_utf8_lossy(&answer).to_ascii_lowercase().contains(&expect))
            })?;
        }
        Ok(since.elapsed())
    }
}

fn ask(stream: &mut TcpStream, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes())?;
    client::read(stream).map(|(bytes, _)| bytes)
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let timeout = Duration::from_millis(PROBE_TIMEOUT_MS);
    let stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(timeout))?;
    Ok(stream)
}

fn until(
    since: Instant,
    pause: Duration,
    mut is_so: impl FnMut() -> io::Result<bool>,
) -> io::Result<Duration> {
    let end = since + Duration::from_millis(PUBLISH_MS_MAX);
    while !is_so()? {
        if Instant::now() > end {
            let text = format!("a change was not in force after {PUBLISH_MS_MAX} ms");
            return Err(io::Error::other(text));
        }
        thread::sleep(pause);
    }
    Ok(since.elapsed())
}

/// `ringway_publish_seconds`: publications by the upper bound of their time, ms; those above all
/// bounds are left out of the map.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// All of them.
    pub count: u64,
    /// Upper bound in microseconds, and how many were no longer than it.
    pub up_to_us: BTreeMap<u64, u64>,
}

impl Published {
    /// Reads the metric.
    pub(super) fn read(admin: SocketAddr) -> io::Result<Self> {
        // A publication is counted about a millisecond after it arrived.
        thread::sleep(COUNTED);
        // With many stages it is longer than what a probe reads.
        let mut stream = connect(admin)?;
        stream.write_all(format!("GET /metrics HTTP/1.1\r\nHost: {admin}\r\n\r\n").as_bytes())?;
        let (_, answer) = client::read(&mut stream)?;
        Ok(Self::of(&String::from_utf8_lossy(&answer.body)))
    }

    fn of(text: &str) -> Self {
        let mut published = Self::default();
        for line in text.lines() {
            let Some(rest) = line.strip_prefix("ringway_publish_seconds_") else { continue };
            let Some(count) = rest.rsplit(' ').next().and_then(|text| text.parse().ok()) else {
                continue;
            };
            if rest.starts_with("count") {
                published.count = count;
            } else if let Some(bound) = rest.split('"').nth(1)
                && let Ok(seconds) = bound.parse::<f64>()
                && seconds.is_finite()
            {
                published.up_to_us.insert((seconds * 1e6).round() as u64, count);
            }
        }
        published
    }

    /// What came after `before`.
    pub(super) fn since(&self, before: &Self) -> Self {
        let earlier = |bound: &u64| before.up_to_us.get(bound).copied().unwrap_or(0);
        let less = |(bound, count): (&u64, &u64)| (*bound, count - earlier(bound));
        Self {
            count: self.count - before.count,
            up_to_us: self.up_to_us.iter().map(less).collect(),
        }
    }

    /// The bound that this share of them does not exceed; `None` when it exceeds all, or there is
    /// nothing.
    pub fn bound_us(&self, share: f64) -> Option<u64> {
        let wanted = (self.count as f64 * share).ceil().max(1.0) as u64;
        let reached = |(_, count): &(&u64, &u64)| **count >= wanted;
        self.up_to_us.iter().find(reached).map(|(bound, _)| *bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metric_is_read() {
        let text = "# TYPE ringway_publish_seconds histogram\n\
            ringway_publish_seconds_sum 0.5\n\
            ringway_publish_seconds_count 100\n\
            ringway_publish_seconds_bucket{le=\"0.005\"} 90\n\
            ringway_publish_seconds_bucket{le=\"0.01\"} 98\n\
            ringway_publish_seconds_bucket{le=\"+Inf\"} 100\n";
        let published = Published::of(text);
        assert_eq!(published.count, 100);
        let bound = |share| published.bound_us(share);
        assert_eq!((bound(0.5), bound(0.98), bound(0.99)), (Some(5_000), Some(10_000), None));
        let later = Published { count: 101, up_to_us: [(5_000, 91), (10_000, 99)].into() };
        let new = later.since(&published);
        assert_eq!((new.count, new.bound_us(0.99)), (1, Some(5_000)));
        assert_eq!(Published::default().bound_us(0.5), None);
    }
}
