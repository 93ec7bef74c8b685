//! What `serve` prints once it is ready.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ringway_control::settings::Settings;
use ringway_control::users::Credentials;

use crate::banner::{head, lambda, reachable};
use crate::output::counted;
use crate::process::Process;

/// Where documents are kept.
#[derive(Debug)]
pub(super) enum Kept {
    /// In memory.
    InMemory,
    /// In a folder that was there.
    In(PathBuf),
    /// In a folder without a store until now.
    InNew(PathBuf),
}

impl Kept {
    /// The folder, if there is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::InMemory => None,
            Self::In(folder) | Self::InNew(folder) => Some(folder),
        }
    }
}

/// Everything that is told.
pub(super) struct Banner<'a> {
    pub(super) process: &'a Process,
    pub(super) workers: usize,
    /// Where functions run, and how many.
    pub(super) functions: Option<(SocketAddr, usize)>,
    pub(super) kept: Kept,
    pub(super) settings: &'a Settings,
    pub(super) apis: usize,
    pub(super) stages: usize,
    /// The administrator's key, if it was made now.
    pub(super) made: Option<&'a Credentials>,
    pub(super) notices: Vec<String>,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (proxy, settings) = (&self.process.proxy, self.settings);
        let admin = reachable(self.process.admin_addr);
        head(f, proxy.driver(), proxy.fallback(), self.workers)?;
        for (scheme, addr) in [("http", proxy.http_addr()), ("https", proxy.https_addr())] {
            if let Some(addr) = addr {
                writeln!(f, "{scheme:8} {scheme}://{}", reachable(addr))?;
            }
        }
        writeln!(f, "admin    http://{admin} (management, /metrics, /health/ready)")?;
        if let Some((addr, count)) = self.functions {
            lambda(f, addr, count)?;
        }
        match &self.kept {
            Kept::InMemory => writeln!(
                f,
                "data     in memory, gone at the end; POST http://{admin}/_ringway/reset empties it"
            )?,
            Kept::In(folder) => writeln!(f, "data     {}", folder.display())?,
            Kept::InNew(folder) => writeln!(f, "data     {} (new)", folder.display())?,
        }
        writeln!(f, "account  {}", settings.account_id)?;
        writeln!(f, "region   {}", settings.region)?;
        let apis = counted(self.apis, "API", "APIs");
        writeln!(f, "serving  {apis}, {}", counted(self.stages, "stage", "stages"))?;
        for notice in &self.notices {
            writeln!(f, "note: {notice}")?;
        }
        if let Some(made) = self.made {
            writeln!(
                f,
                "\nThe administrator's access key, shown only now; for ~/.aws/credentials:"
            )?;
            writeln!(f, "\n{}", made.profile("default"))?;
        }
        if self.apis == 0 {
            writeln!(f, "\nThere is no API yet. Create one with any AWS tool, for example:")?;
            writeln!(
                f,
                "  aws --endpoint-url http://{admin} apigateway import-rest-api --body \
                 fileb://openapi.yaml\n"
            )?;
        }
        writeln!(f, "ready: what is changed on the admin port is served at once")
    }
}
