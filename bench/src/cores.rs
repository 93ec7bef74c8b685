//! What a thread asks of the kernel: the cores it may use, its timer slack, its open files.
//!
//! The only module of the benchmark with unsafe code: libc has no safe form of these calls.
#![allow(unsafe_code)]

use std::io;
use std::mem;

/// The cores this thread may run on, ascending.
pub fn allowed() -> io::Result<Vec<usize>> {
    // SAFETY: cpu_set_t is a plain bit array; all zeroes is the empty set.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    // SAFETY: the pointer and its size describe `set`, which outlives the call; 0 is this thread.
    let code = unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
    if code != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: CPU_ISSET only reads the bit at an index below CPU_SETSIZE.
    Ok((0..libc::CPU_SETSIZE as usize)
        .filter(|&core| unsafe { libc::CPU_ISSET(core, &set) })
        .collect())
}

/// Pins this thread, and every thread and process it starts from now on, to `cores`.
pub fn pin(cores: &[usize]) -> io::Result<()> {
    let possible = allowed()?;
    if let Some(core) = cores.iter().find(|core| !possible.contains(core)) {
        let text = format!("core {core} cannot be used: this process may use {possible:?}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    // SAFETY: cpu_set_t is a plain bit array; all zeroes is the empty set.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    for &core in cores {
        // SAFETY: `core` came from `allowed`, so it is below CPU_SETSIZE.
        unsafe { libc::CPU_SET(core, &mut set) };
    }
    // SAFETY: the pointer and its size describe `set`, which outlives the call; 0 is this thread.
    match unsafe { libc::sched_setaffinity(0, size_of_val(&set), &raw const set) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Lets this thread's sleeps end within a nanosecond of the timer instead of 50 µs.
pub fn sharpen_timers() -> io::Result<()> {
    // SAFETY: PR_SET_TIMERSLACK takes one integer and touches no memory of ours.
    match unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1_u64) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Raises the soft limit of open files to the hard one, which must allow at least `files`.
///
/// To the hard one and not to `files`, because load and upstream may share a process, and the
/// gateway inherits it.
pub fn allow_open_files(files: u64) -> io::Result<()> {
    let mut limit = open_files()?;
    if limit.rlim_max < files {
        let hard = limit.rlim_max;
        let text = format!("{files} open files are needed, the hard limit is {hard} (ulimit -Hn)");
        return Err(io::Error::other(text));
    }
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: the pointer is to a live rlimit that the call only reads.
    match unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The hard limit of open files: what [`allow_open_files`] can raise the soft one to.
pub fn open_files_max() -> io::Result<u64> {
    Ok(open_files()?.rlim_max)
}

fn open_files() -> io::Result<libc::rlimit> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a live rlimit that the call fills.
    match unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } {
        0 => Ok(limit),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_thread_may_use_only_its_core() {
        let first = allowed().unwrap()[0];
        let seen = std::thread::spawn(move || {
            pin(&[first]).unwrap();
            allowed().unwrap()
        });
        assert_eq!(seen.join().unwrap(), [first]);
    }

    #[test]
    fn a_core_that_is_not_there_is_named() {
        let error = pin(&[1023]).unwrap_err().to_string();
        assert!(error.contains("core 1023 cannot be used"), "{error}");
    }

    #[test]
    fn too_many_open_files_name_the_hard_limit() {
        assert!(allow_open_files(16).is_ok());
        let error = allow_open_files(u64::MAX - 1).unwrap_err().to_string();
        assert!(error.contains("hard limit"), "{error}");
    }
}
