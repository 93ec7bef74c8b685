//! Starts a process: a clean environment, a group of its own, and an end with the thread that
//! started it.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

use tokio::net::unix::pipe;
use tokio::process::{Child, Command};

use super::group::Group;
use crate::runtime::Launch;

/// A running process.
pub(super) struct Process {
    pub(super) child: Child,
    pub(super) group: Group,
    /// Standard output and standard error, in the order they were written.
    pub(super) output: pipe::Receiver,
}

impl Process {
    /// Starts a program in a folder; it sees these variables and no others.
    pub(super) fn spawn(
        launch: &Launch,
        variables: &[(String, String)],
        folder: &Path,
    ) -> io::Result<Self> {
        let (read, write) = io::pipe()?;
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(read))?;
        let mut command = Command::new(&launch.program);
        command
            .args(&launch.arguments)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(write.try_clone()?)
            .stderr(write)
            .process_group(0)
            .kill_on_drop(true);
        let parent = std::process::id();
        // SAFETY: between fork and exec only prctl and getppid are called, which are
        // async-signal-safe, and an error without allocation is returned.
        unsafe {
            command.pre_exec(move || end_with(parent));
        }
        let child = command.spawn()?;
        let group = Group::of(child.id()).ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { child, group, output })
    }
}

/// Asks the kernel to end this process with the thread that started it: SIGKILL of Ringway leaves
/// nothing behind.
fn end_with(parent: u32) -> io::Result<()> {
    // SAFETY: prctl with PR_SET_PDEATHSIG takes a signal's number and no memory; getppid nothing.
    let (set, found) =
        unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL), libc::getppid()) };
    if set != 0 {
        return Err(io::Error::last_os_error());
    }
    // It may have ended before.
    if u32::try_from(found) == Ok(parent) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}
