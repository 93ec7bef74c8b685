//! A server process under test: started on its cores, its output kept, its CPU time read.
//!
//! Knows no particular server.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::cores;
use crate::cpu;
use crate::limits::{OUTPUT_LINE_BYTES_MAX, OUTPUT_LINES_MAX};

/// A running child; killed when dropped.
pub(crate) struct Server {
    child: Child,
    output: Arc<Mutex<VecDeque<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `command` on `cores`, anywhere when they are empty.
    pub(crate) fn start(mut command: Command, cores: &[usize]) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let cores = cores.to_vec();
        // A child inherits the cores of the thread that starts it: pinning a thread made for this
        // reaches every thread of the child, from its first instruction.
        let starter = thread::spawn(move || {
            if !cores.is_empty() {
                cores::pin(&cores)?;
            }
            command.spawn()
        });
        let mut child = starter.join().map_err(|_| io::Error::other("the starter panicked"))??;
        let output = Arc::default();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut server = Self { child, output, readers: Vec::new() };
        if let (Some(stdout), Some(stderr)) = (stdout, stderr) {
            server.keep(stdout)?;
            server.keep(stderr)?;
        }
        Ok(server)
    }

    /// Reads on until the child closes its end, so that it never blocks on a full pipe; keeps the
    /// first lines.
    fn keep(&mut self, from: impl Read + Send + 'static) -> io::Result<()> {
        let output = Arc::clone(&self.output);
        let reader = thread::Builder::new().name("output".into()).spawn(move || {
            let mut reader = BufReader::new(from);
            let mut line = Vec::new();
            loop {
                line.clear();
                match reader.by_ref().take(OUTPUT_LINE_BYTES_MAX).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {
                        let mut lines = output.lock().unwrap_or_else(PoisonError::into_inner);
                        if lines.len() < OUTPUT_LINES_MAX {
                            lines.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
                        }
                    }
                }
            }
        })?;
        self.readers.push(reader);
        Ok(())
    }

    /// The first lines of one that has ended, all of them read.
    pub(crate) fn output(&mut self) -> Vec<String> {
        for reader in self.readers.drain(..) {
            // A reader that panicked has no more lines.
            let _ = reader.join();
        }
        self.lines()
    }

    /// The first lines it printed, of both streams.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }

    /// How it ended, if it did.
    pub(crate) fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// On-CPU time since it started.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        cpu::of_process(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors mean that it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_runs_on_its_core_and_its_words_are_kept() {
        let core = cores::allowed().unwrap()[0];
        let mut command = Command::new("sh");
        command.args(["-c", "grep Cpus_allowed_list /proc/self/status; echo oops >&2"]);
        let mut server = Server::start(command, &[core]).unwrap();
        while server.exited().unwrap().is_none() || server.lines().len() < 2 {
            thread::yield_now();
        }
        let lines = server.lines();
        assert!(lines.contains(&format!("Cpus_allowed_list:\t{core}")), "{lines:?}");
        assert!(lines.contains(&"oops".to_owned()), "{lines:?}");
    }

    #[test]
    fn dropping_ends_the_child() {
        let mut command = Command::new("sleep");
        command.arg("600");
        let server = Server::start(command, &[]).unwrap();
        let process = format!("/proc/{}", server.child.id());
        assert!(std::path::Path::new(&process).exists());
        drop(server);
        assert!(!std::path::Path::new(&process).exists());
    }
}
