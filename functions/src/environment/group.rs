//! A process with all that it starts: a group of its own, ended as one. The only unsafe code of
//! the runner is here and in `process.rs`.
#![allow(unsafe_code)]

use std::fs;

/// The number of a process group: that of the process it was made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group(i32);

impl Group {
    /// The group that a process leads; `None`: it was reaped already.
    pub(super) fn of(id: Option<u32>) -> Option<Self> {
        id.and_then(|id| i32::try_from(id).ok()).filter(|id| *id > 1).map(Self)
    }

    /// Kills every process of the group. It may be empty.
    pub(super) fn kill(self) {
        // SAFETY: kill takes numbers and touches no memory of ours. The number is above 1, so its
        // negative is that of one group and not of every process.
        unsafe { libc::kill(-self.0, libc::SIGKILL) };
    }

    /// The leader has exited, whether that was noticed or not.
    pub(super) fn has_ended(self) -> bool {
        let id = libc::id_t::try_from(self.0).unwrap_or_default();
        // SAFETY: siginfo_t is plain numbers, for which zero is a value; waitid writes to it and to
        // nothing else, and with WNOWAIT leaves the process to who waits for it.
        let (called, found) = unsafe {
            let mut found: libc::siginfo_t = std::mem::zeroed();
            let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            (libc::waitid(libc::P_PID, id, &raw mut found, options), found.si_pid())
        };
        called != 0 || found != 0
    }

    /// The peak of the leader's resident memory.
    pub(super) fn memory_mb(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes.div_ceil(1024))
    }
}
