//! A server under comparison: started on the server's cores, known to answer.

use std::fmt;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::config::{PeerFolder, Site};
use super::{haproxy, nginx};
use crate::report::RINGWAY;
use crate::run::Scenario;
use crate::run::definition::Folder;
use crate::run::gateway::{Gateway, free_addresses, wait_ready};
use crate::run::identity::Identity;
use crate::run::null::NullServer;
use crate::run::placement::Placement;
use crate::run::server::Server;
use crate::run::work::Subject;

/// A server that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    Nginx,
    Haproxy,
    Pingora,
}

impl Other {
    /// In the order of the report.
    pub(super) const ALL: [Self; 3] = [Self::Nginx, Self::Haproxy, Self::Pingora];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Pingora => "pingora",
        }
    }

    /// Whether it can do the work of `scenario`. Pingora is a library: what is compared is a plain
    /// proxy built with it, which answers nothing by itself.
    pub(super) fn takes_part(self, scenario: Scenario) -> bool {
        match self {
            // None of them has templates that read bodies, or calls functions.
            Self::Nginx | Self::Haproxy => !matches!(scenario, Scenario::Vtl | Scenario::Lambda),
            Self::Pingora => match scenario {
                Scenario::Proxy
                | Scenario::FullPath
                | Scenario::LargeBody
                | Scenario::OneConnection
                | Scenario::Overload => true,
                Scenario::Null
                | Scenario::Mock
                | Scenario::Cached
                | Scenario::Vtl
                | Scenario::Lambda
                | Scenario::Tls
                | Scenario::Throttle
                | Scenario::Timeout => false,
            },
        }
    }

    fn version_flag(self) -> &'static str {
        match self {
            Self::Nginx | Self::Haproxy => "-v",
            Self::Pingora => "--version",
        }
    }

    fn command(self, binary: &Path, folder: &PeerFolder, site: &Site<'_>) -> io::Result<Command> {
        let mut command = Command::new(binary);
        match self {
            Self::Nginx => {
                command.arg("-p").arg(folder.path()).args(["-e", "stderr", "-c"]);
                command.arg(folder.write(self.name(), &nginx::configuration(site))?);
            }
            Self::Haproxy => {
                if let Some(log) = site.log {
                    // The shell becomes HAProxy: the process stays the one that is measured.
                    command = Command::new("sh");
                    command.args(["-c", r#"exec "$1" "$2" "$3" "$4" >>"$0""#]);
                    command.arg(log).arg(binary);
                }
                command.args(["-db", "-f"]);
                command.arg(folder.write(self.name(), &haproxy::configuration(site))?);
            }
            Self::Pingora => {
                let large = Scenario::LargeBody;
                command.args(["--listen", &site.http.to_string()]);
                command.args(["--upstream", &site.upstream.to_string(), "--route"]);
                command.arg(format!("{}={}", large.target(), large.upstream_path()));
                if let Some(log) = site.log {
                    command.arg("--access-log").arg(log);
                }
            }
        }
        Ok(command)
    }
}

/// A running server; killed when dropped.
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// As it tells it.
    version: String,
    http: SocketAddr,
    https: SocketAddr,
    process: Process,
    /// Where it logs access to, if it does.
    log: Option<PathBuf>,
}

enum Process {
    Ringway { gateway: Gateway, bare: Option<NullServer> },
    Other { kind: Other, server: Server },
}

impl Peer {
    /// The gateway, and beside it the bare server when `null` is to be measured: `bench` is its
    /// binary.
    pub(super) fn ringway(
        binary: &Path,
        bench: Option<&Path>,
        folder: &Folder,
        access_log: bool,
        workers: u32,
        placement: &Placement,
    ) -> io::Result<Self> {
        let gateway = Gateway::start(binary, folder, workers, placement)?;
        let driver = gateway.driver();
        let bare = bench.map(|bench| NullServer::start(bench, &driver, workers, placement));
        let bare = bare.transpose()?;
        Ok(Self {
            name: RINGWAY,
            version: format!("{}, {driver}", version(binary, "--version")),
            http: gateway.http,
            https: gateway.https,
            process: Process::Ringway { gateway, bare },
            log: access_log.then(|| folder.access_log()),
        })
    }

    /// Another server, with `identity` for its TLS.
    pub(super) fn other(
        kind: Other,
        binary: &Path,
        folder: &PeerFolder,
        identity: &Identity,
        placement: &Placement,
    ) -> io::Result<Self> {
        let [http, https] = free_addresses()?;
        let log = folder.log(kind.name());
        let site = Site { http, https, upstream: folder.upstream, identity, log: log.as_deref() };
        let command = kind.command(binary, folder, &site)?;
        let mut server = Server::start(command, &placement.server)?;
        wait_ready(kind.name(), &mut server, http, &Scenario::Proxy.target())?;
        let version = version(binary, kind.version_flag());
        let process = Process::Other { kind, server };
        Ok(Self { name: kind.name(), version, http, https, process, log })
    }

    pub(super) fn takes_part(&self, scenario: Scenario) -> bool {
        match &self.process {
            Process::Ringway { .. } => true,
            Process::Other { kind, .. } => kind.takes_part(scenario),
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match &self.process {
            Process::Ringway { .. } => Subject::Ringway,
            Process::Other { .. } => Subject::Peer,
        }
    }

    /// Where it answers `scenario`, and the process that does.
    pub(super) fn at(&self, scenario: Scenario) -> (SocketAddr, &Server) {
        let server = match (&self.process, scenario) {
            (Process::Ringway { bare: Some(bare), .. }, Scenario::Null) => {
                return (bare.address, &bare.server);
            }
            (Process::Ringway { gateway, .. }, _) => gateway.server(),
            (Process::Other { server, .. }, _) => server,
        };
        (if scenario == Scenario::Tls { self.https } else { self.http }, server)
    }

    /// Empties its access log, so that a long comparison does not fill the memory; says how long
    /// it was. `None` when it keeps none.
    pub(super) fn cut_log(&self) -> io::Result<Option<u64>> {
        let Some(log) = &self.log else { return Ok(None) };
        let file = File::options().write(true).open(log)?;
        let bytes = file.metadata()?.len();
        file.set_len(0)?;
        Ok(Some(bytes))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.version)
    }
}

/// The first line that `binary flag` prints; nginx prints it to stderr.
fn version(binary: &Path, flag: &str) -> String {
    let Ok(output) = Command::new(binary).arg(flag).output() else { return "unknown".to_owned() };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().next().unwrap_or("unknown").to_owned()
}
