//! Starts runners with functions, calls them, and looks at processes.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ringway_core::definition::Function;
use ringway_functions::{Access, Runner, RunnerSettings};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder that goes when the test does.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("ringway-runner-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What functions wrote.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// A runner and where its functions lie.
pub(crate) struct Running {
    pub(crate) runner: Runner,
    pub(crate) scratch: Scratch,
    pub(crate) log: Log,
}

/// A function in Rust.
pub(crate) fn provided(name: &str) -> Function {
    function(&format!(
        r#"{{"functionName": "{name}", "runtime": "provided.al2023", "code": "rust"}}"#
    ))
}

/// A function as a settings file has it.
pub(crate) fn function(text: &str) -> Function {
    serde_json::from_str(text).unwrap()
}

impl Running {
    /// Runs these functions; `rust` is the folder of the one in Rust.
    pub(crate) fn start(functions: &[Function]) -> Self {
        Self::with(functions, |_| {})
    }

    pub(crate) fn with(functions: &[Function], change: impl FnOnce(&mut RunnerSettings)) -> Self {
        let scratch = Scratch::new();
        fs::create_dir_all(scratch.0.join("rust")).unwrap();
        let bootstrap = env!("CARGO_BIN_EXE_ringway-functions-bootstrap");
        fs::copy(bootstrap, scratch.0.join("rust/bootstrap")).unwrap();
        let log = Log::default();
        let address = "127.0.0.1:0".parse().unwrap();
        let mut settings = RunnerSettings::new(address, Access::Open, Box::new(log.clone()));
        change(&mut settings);
        let runner = Runner::start(settings).unwrap();
        runner.declare(functions, &scratch.0).unwrap();
        Self { runner, scratch, log }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.runner.address())
    }

    /// Invokes once, on a connection of its own.
    pub(crate) fn invoke(&self, name: &str, event: &str) -> Answer {
        self.client().invoke(name, event)
    }

    /// Waits until the log says something.
    pub(crate) fn logged(&self, what: &str) {
        until(what, || self.log.text().contains(what));
    }
}

/// A connection to the Lambda API.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        field.map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub(crate) fn invoke(&mut self, name: &str, event: &str) -> Answer {
        self.call("POST", &format!("/2015-03-31/functions/{name}/invocations"), &[], event)
    }

    pub(crate) fn call(
        &mut self,
        verb: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.send(verb, path, fields, body);
        self.answer()
    }

    pub(crate) fn send(&mut self, verb: &str, path: &str, fields: &[(&str, &str)], body: &str) {
        let fields: String =
            fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let request = format!(
            "{verb} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
    }

    pub(crate) fn answer(&mut self) -> Answer {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).expect("a status line").parse().unwrap();
        let mut answer = Answer { status, fields: Vec::new(), body: Vec::new() };
        loop {
            line.clear();
            if self.stream.read_line(&mut line).unwrap() <= 2 {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap();
            answer.fields.push((name.to_owned(), value.trim_end().to_owned()));
        }
        if answer.field("transfer-encoding") == "chunked" {
            self.chunks(&mut answer.body);
        } else {
            let length = answer.field("content-length").parse().unwrap_or(0);
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body).unwrap();
        }
        answer
    }

    fn chunks(&mut self, into: &mut Vec<u8>) {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
            let start = into.len();
            into.resize(start + length + 2, 0);
            self.stream.read_exact(&mut into[start..]).unwrap();
            into.truncate(start + length);
            if length == 0 {
                return;
            }
        }
    }
}

/// Asks again until it is so.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// Whether a process is there and no zombie.
pub(crate) fn is_alive(id: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start().chars().next();
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

/// Processes whose working folder lies below one.
pub(crate) fn processes_in(folder: &Path) -> Vec<u64> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_there = |id: &u64| {
        fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))
    };
    ids.filter(is_there).collect()
}
