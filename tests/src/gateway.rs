//! The gateway under test: the real binary on free ports, started with a document or a settings
//! file of the test.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

use serde_json::Value;

use crate::api::Api;
use crate::binary;
use crate::metrics::Metrics;
use crate::poll;
use crate::port::Port;
use crate::process::Process;
use crate::raw::Client;
use crate::response::Response;
use crate::scratch::Scratch;
use crate::signing;

/// How a gateway is started. Two workers unless said otherwise, so that what must be shared
/// between workers is.
pub struct Launch {
    scratch: Scratch,
    command: &'static str,
    file: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(String, OsString)>,
    workers: usize,
    http: Port,
    http_elsewhere: Option<SocketAddr>,
    admin_elsewhere: Option<SocketAddr>,
    admin: Port,
    https: Port,
}

impl Launch {
    /// `ringway up openapi.json`.
    pub fn openapi(api: &Api) -> Self {
        Self::text("openapi.json", &pretty(&api.to_value()))
    }

    /// `ringway up ringway.json`, with `openapi.json` beside it.
    pub fn settings(settings: &Value, api: &Api) -> Self {
        let launch = Self::text("ringway.json", &pretty(settings));
        launch.beside("openapi.json", pretty(&api.to_value()))
    }

    /// `ringway up NAME` on a file of this text.
    pub fn text(name: &str, text: &str) -> Self {
        let scratch = Scratch::new();
        let file = scratch.write(name, text);
        let (http, admin, https) = (Port::reserve(), Port::reserve(), Port::reserve());
        let (arguments, environment) = (Vec::new(), Vec::new());
        let (workers, http_elsewhere) = (2, None);
        let command = "up";
        Self {
            scratch,
            command,
            file,
            arguments,
            environment,
            workers,
            http,
            http_elsewhere,
            admin_elsewhere: None,
            admin,
            https,
        }
    }

    /// `ringway serve`, with what it keeps still to be said. [`signing::ADMINISTRATOR`] manages it.
    pub fn serve() -> Self {
        let (id, secret) = signing::ADMINISTRATOR;
        Self { command: "serve", ..Self::text("unused.json", "{}") }
            .env("RINGWAY_ADMIN_ACCESS_KEY_ID", id)
            .env("RINGWAY_ADMIN_SECRET_ACCESS_KEY", secret)
    }

    /// Without a variable that this launch would set.
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.retain(|(own, _)| own != name);
        self
    }

    /// `ringway serve --data DIR`.
    pub fn data(folder: &Path) -> Self {
        Self::serve().arg("--data").arg(folder)
    }

    /// The same command on another file, which need not exist.
    pub fn on_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = file.into();
        self
    }

    /// Puts another file beside the first.
    pub fn beside(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        self.scratch.write(name, contents);
        self
    }

    /// `--http` on an address that is not this launch's own, to see it refused.
    pub fn http_on(mut self, addr: SocketAddr) -> Self {
        self.http_elsewhere = Some(addr);
        self
    }

    /// `--admin` on an address that is not this launch's own, to see it refused.
    pub fn admin_on(mut self, addr: SocketAddr) -> Self {
        self.admin_elsewhere = Some(addr);
        self
    }

    /// `--workers N`.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Any other argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// A variable of the environment.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// `--https` with a certificate.
    pub fn https(self, certificate: &Path, key: &Path) -> Self {
        let addr = self.https.addr().to_string();
        self.arg("--https").arg(addr).arg("--cert").arg(certificate).arg("--key").arg(key)
    }

    /// `--https-self-signed`.
    pub fn https_self_signed(self) -> Self {
        let addr = self.https.addr();
        self.arg(format!("--https-self-signed={addr}"))
    }

    /// Where it will serve HTTP.
    pub fn http_addr(&self) -> SocketAddr {
        self.http.addr()
    }

    /// Where its admin port will be.
    pub fn admin_addr(&self) -> SocketAddr {
        self.admin.addr()
    }

    /// A file of this name in the gateway's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    /// Runs it and waits until it is ready.
    ///
    /// # Panics
    /// When it ends instead; the message has its output.
    pub fn start(self) -> Gateway {
        let process = Process::start("ringway", &mut self.command());
        let Self { scratch, file, http, admin, https, .. } = self;
        let mut gateway = Gateway { process, scratch, file, http, admin, https };
        poll::until_true("the gateway to be ready", || {
            let ended = gateway.process.ended();
            assert!(ended.is_none(), "the gateway ended: {ended:?}");
            gateway.is_ready()
        });
        gateway
    }

    /// Runs it and waits until it has given up.
    ///
    /// # Panics
    /// When it does not.
    pub fn fail(self) -> Refusal {
        let mut process = Process::start("ringway", &mut self.command());
        let status = process.wait();
        Refusal { code: status.code(), stderr: process.stderr() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(binary::path());
        command.arg(self.command);
        if self.command == "up" {
            command.arg(&self.file);
        }
        let http = self.http_elsewhere.unwrap_or_else(|| self.http.addr());
        command.arg("--http").arg(http.to_string());
        let admin = self.admin_elsewhere.unwrap_or_else(|| self.admin.addr());
        command.arg("--admin").arg(admin.to_string());
        command.arg("--workers").arg(self.workers.to_string());
        command.args(&self.arguments);
        command.current_dir(self.scratch.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A start that failed, as it should have.
#[derive(Debug)]
pub struct Refusal {
    /// The exit code.
    pub code: Option<i32>,
    /// What it said.
    pub stderr: String,
}

/// A running gateway; killed when dropped.
pub struct Gateway {
    process: Process,
    scratch: Scratch,
    file: PathBuf,
    http: Port,
    admin: Port,
    https: Port,
}

impl Gateway {
    /// The plain data port.
    pub fn http(&self) -> SocketAddr {
        self.http.addr()
    }

    /// The TLS data port, if it was asked for.
    pub fn https(&self) -> SocketAddr {
        self.https.addr()
    }

    /// The admin port.
    pub fn admin(&self) -> SocketAddr {
        self.admin.addr()
    }

    /// An absolute URL on the plain data port.
    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.http())
    }

    /// A new connection to the plain data port.
    pub fn client(&self) -> Client {
        Client::connect(self.http())
    }

    /// One GET on a connection of its own.
    pub fn get(&self, target: &str) -> Response {
        self.request("GET", target, &[], b"")
    }

    /// One request on a connection of its own.
    pub fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        self.client().exchange(method, target, headers, body)
    }

    /// One GET on the admin port.
    pub fn admin_get(&self, target: &str) -> Response {
        Client::connect(self.admin()).get(target)
    }

    /// One call of the management API by the administrator; a body that is `null` is none.
    ///
    /// # Panics
    /// When the status is not the one expected.
    pub fn manage(&self, method: &str, target: &str, body: &Value, status: u16) -> Value {
        let response = self.signed(signing::ADMINISTRATOR, method, target, body);
        assert_eq!(response.status, status, "{method} {target}: {response:?}");
        if response.body.is_empty() { Value::Null } else { response.json() }
    }

    /// One call of the management API, signed with an access key.
    pub fn signed(&self, key: (&str, &str), method: &str, target: &str, body: &Value) -> Response {
        let request = signing::request(key, method, target, body);
        let mut client = Client::connect(self.admin());
        client.send(request);
        client.response()
    }

    /// A scrape of the metrics.
    pub fn metrics(&self) -> Metrics {
        Metrics::parse(&self.admin_get("/metrics").text())
    }

    /// Waits until a metric, summed over these labels, has reached a value, and scrapes then.
    pub fn await_metric(&self, name: &str, labels: &[(&str, &str)], least: f64) -> Metrics {
        poll::until(&format!("{name} to reach {least}"), || {
            let metrics = self.metrics();
            (metrics.sum(name, labels) >= least).then_some(metrics)
        })
    }

    /// The generation of the snapshot being served.
    pub fn generation(&self) -> f64 {
        self.metrics().sum("ringway_snapshot_generation", &[])
    }

    fn is_ready(&self) -> bool {
        std::net::TcpStream::connect(self.admin()).is_ok()
            && Client::connect(self.admin())
                .try_get("/health/ready")
                .is_ok_and(|response| response.status == 200)
    }

    /// Everything on its standard output so far.
    pub fn stdout(&self) -> String {
        self.process.stdout()
    }

    /// Everything on its standard error so far.
    pub fn stderr(&self) -> String {
        self.process.stderr()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The file it was started on.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// A file of this name in its directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    /// Replaces a file in its directory the way editors save.
    pub fn replace(&self, name: &str, contents: impl AsRef<[u8]>) {
        self.scratch.write(name, contents);
    }

    /// Replaces the document it was started on.
    pub fn replace_api(&self, api: &Api) {
        self.replace("openapi.json", pretty(&api.to_value()));
    }

    /// Another command of the same binary, run to its end beside this one.
    pub fn command(&self, arguments: &[&str]) -> Output {
        command(&[], arguments)
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }
}

/// A command of the binary, run to its end with these variables.
pub fn command(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(binary::path());
    command.envs(environment.iter().copied()).args(arguments);
    command.output().expect("the binary runs")
}

/// JSON as a person would write it, so that lines mean something in complaints.
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a value is JSON")
}
