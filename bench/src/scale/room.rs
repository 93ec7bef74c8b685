//! How many connections this machine allows, and why no more.

use std::fs;
use std::io;

use crate::cores;

/// Descriptors a process needs besides its connections.
const DESCRIPTORS_KEPT: u64 = 256;
/// Ports left to others, and to connections that have just been closed.
const PORTS_KEPT: u64 = 2_000;

/// What connections are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Hard limit of open files of one process.
    descriptors: u64,
    /// Local ports towards one address.
    ports: u64,
}

impl Room {
    /// Reads the limits of this process, and raises its soft limit of open files to the hard one:
    /// the gateway inherits it.
    pub(crate) fn read() -> io::Result<Self> {
        cores::allow_open_files(DESCRIPTORS_KEPT)?;
        let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
        let ports = ports(&range)
            .ok_or_else(|| io::Error::other(format!("cannot read ip_local_port_range: {range}")))?;
        Ok(Self { descriptors: cores::open_files_max()?, ports })
    }

    /// The most connections when each takes so many descriptors of one process, and the reason.
    fn most(&self, descriptors_each: u64) -> (u64, String) {
        let by_descriptors = self.descriptors.saturating_sub(DESCRIPTORS_KEPT) / descriptors_each;
        let by_ports = self.ports.saturating_sub(PORTS_KEPT);
        if by_descriptors <= by_ports {
            let hard = self.descriptors;
            let why = format!(
                "a process may open {hard} files (ulimit -Hn), a connection takes \
                 {descriptors_each} of the gateway"
            );
            (by_descriptors, why)
        } else {
            let all = self.ports;
            (by_ports, format!("there are {all} local ports (net.ipv4.ip_local_port_range)"))
        }
    }

    /// `series` as far as it fits; its first point that does not fit becomes the most that does.
    /// The second value says what was left out, and why.
    pub(crate) fn fit(&self, series: &[u64], descriptors_each: u64) -> (Vec<u64>, Option<String>) {
        let (most, why) = self.most(descriptors_each);
        let mut fitting: Vec<u64> = series.iter().copied().filter(|n| *n <= most).collect();
        let Some(first) = series.iter().find(|n| **n > most) else { return (fitting, None) };
        if fitting.last().is_none_or(|last| *last < most) {
            fitting.push(most);
        }
        (fitting, Some(format!("{most} connections instead of {first}: {why}")))
    }
}

fn ports(range: &str) -> Option<u64> {
    let mut words = range.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (words.next()?.ok()?, words.next()?.ok()?);
    Some(last.checked_sub(first)? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: [u64; 4] = [1, 64, 1_000, 10_000];

    #[test]
    fn what_fits_is_left_alone() {
        let room = Room { descriptors: 65_536, ports: 28_232 };
        assert_eq!(room.fit(&SERIES, 2), (SERIES.to_vec(), None));
    }

    #[test]
    fn what_does_not_fit_is_shortened_with_the_reason() {
        let room = Room { descriptors: 20_000, ports: 28_232 };
        assert_eq!(room.fit(&SERIES, 1), (SERIES.to_vec(), None));
        let (series, why) = room.fit(&SERIES, 2);
        assert_eq!(series, [1, 64, 1_000, 9_872]);
        assert!(why.unwrap().starts_with("9872 connections instead of 10000: a process may open"));

        let room = Room { descriptors: 1 << 20, ports: 5_000 };
        let (series, why) = room.fit(&SERIES, 2);
        assert_eq!(series, [1, 64, 1_000, 3_000]);
        assert!(why.unwrap().contains("there are 5000 local ports"));
    }

    #[test]
    fn a_bound_that_is_a_point_is_not_there_twice() {
        let room = Room { descriptors: 1_000 + DESCRIPTORS_KEPT, ports: 28_232 };
        let (series, why) = room.fit(&SERIES, 1);
        assert_eq!(series, [1, 64, 1_000]);
        assert!(why.is_some());
    }

    #[test]
    fn the_limits_of_this_machine() {
        assert_eq!(ports("32768\t60999\n"), Some(28_232));
        assert_eq!(ports("1"), None);
        assert_eq!(ports("2 1"), None);
        let room = Room::read().unwrap();
        assert!(room.descriptors >= DESCRIPTORS_KEPT && room.ports > 0);
    }
}
