//! What a process holds, from /proc: resident memory and open descriptors.

use std::fs;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::limits::{SETTLE_MS_MAX, SETTLE_QUIET_MS, SETTLE_STEP_MS};

/// Readings in a row that must agree.
const AGREEING: usize = 4;
/// So far apart may they be, bytes: a page here and there comes with the clock alone.
const APART_BYTES: u64 = 64 * 1024;

/// Resident memory of `pid`, bytes. `smaps_rollup` counts pages one by one; `statm`, where the
/// former is not there, may lag by some dozens of pages a core.
pub(crate) fn resident(pid: u32) -> io::Result<u64> {
    if let Ok(text) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
        && let Some(bytes) = rollup(&text)
    {
        return Ok(bytes);
    }
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    status(&text).ok_or_else(|| io::Error::other(format!("no VmRSS in /proc/{pid}/status")))
}

/// The most that was ever resident of `pid`, bytes.
pub(crate) fn peak(pid: u32) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    kilobytes(&text, "VmHWM:")
        .ok_or_else(|| io::Error::other(format!("no VmHWM in /proc/{pid}/status")))
}

fn rollup(text: &str) -> Option<u64> {
    kilobytes(text, "Rss:")
}

fn status(text: &str) -> Option<u64> {
    kilobytes(text, "VmRSS:")
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(number * 1024)
}

/// Resident memory once it stands still; the last reading when it never does.
pub(crate) fn settled(pid: u32) -> io::Result<u64> {
    let until = Instant::now() + Duration::from_millis(SETTLE_MS_MAX);
    let mut readings = vec![resident(pid)?];
    while !agree(&readings) && Instant::now() < until {
        thread::sleep(Duration::from_millis(SETTLE_QUIET_MS));
        readings.push(resident(pid)?);
    }
    Ok(readings[readings.len() - 1])
}

fn agree(readings: &[u64]) -> bool {
    let Some(from) = readings.len().checked_sub(AGREEING) else { return false };
    let last = &readings[from..];
    let (low, high) = (last.iter().min(), last.iter().max());
    low.zip(high).is_some_and(|(low, high)| high - low <= APART_BYTES)
}

/// Open descriptors of `pid`.
pub(crate) fn descriptors(pid: u32) -> io::Result<u64> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64)
}

/// Waits until `pid` has `expect` descriptors open; says how many it has when time is up.
pub(crate) fn wait_descriptors(pid: u32, expect: u64) -> io::Result<u64> {
    let until = Instant::now() + Duration::from_millis(SETTLE_MS_MAX);
    loop {
        let found = descriptors(pid)?;
        if found >= expect || Instant::now() >= until {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(SETTLE_STEP_MS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_are_read() {
        let text = "5583-7ffd ---p 00000000 00:00 0  [rollup]\nRss:     2052 kB\nPss:  100 kB\n";
        assert_eq!(rollup(text), Some(2052 * 1024));
        assert_eq!(rollup("Pss: 1 kB\n"), None);
        assert_eq!(status("Name:\tx\nVmHWM:\t 9 kB\nVmRSS:\t 7 kB\n"), Some(7 * 1024));
        assert_eq!(status("VmRSS: much\n"), None);
    }

    #[test]
    fn memory_that_is_written_to_is_resident() {
        let pid = std::process::id();
        let before = resident(pid).unwrap();
        let held = std::hint::black_box(vec![1_u8; 64 << 20]);
        assert!(resident(pid).unwrap() >= before + (60 << 20), "{}", held.len());
        drop(held);
        assert!(peak(pid).unwrap() >= before + (60 << 20));
    }

    #[test]
    fn readings_agree_or_not() {
        let step = APART_BYTES;
        assert!(!agree(&[1, 1, 1]));
        assert!(agree(&[9 * step, step, step, 2 * step, step]));
        assert!(!agree(&[step, step, step, 3 * step]));
    }

    #[test]
    fn an_open_file_is_a_descriptor() {
        let pid = std::process::id();
        let files: Vec<_> = (0..50).map(|_| fs::File::open("/proc/self/stat").unwrap()).collect();
        assert!(descriptors(pid).unwrap() >= 50);
        assert!(wait_descriptors(pid, 50).unwrap() >= files.len() as u64);
    }
}
