//! The flags that `up` and `serve` share: where a process listens and how it runs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use ringway_core::compile::ServiceEndpoints;
use ringway_core::limits::{DRAIN_DEADLINE_MS_DEFAULT, WORKERS_MAX};
use ringway_core::reach::Network;
use ringway_core::snapshot::LogDestination;

use super::value::{address, host_suffix, self_signed};

/// The flags. None has a default here, so that it can be told what was said and what was not.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Listen {
    /// Where APIs answer over HTTP [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR", value_parser = address)]
    http: Option<SocketAddr>,
    /// Do not answer over plain HTTP.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    no_http: Option<bool>,
    /// Where APIs answer over HTTPS; needs --cert and --key, or --https-self-signed.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    https: Option<SocketAddr>,
    /// Certificate chain for --https, PEM, the server's own first.
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Private key for --https, PEM.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Answer over HTTPS with a certificate made up at start; for local use [ADDR: 127.0.0.1:8443].
    #[arg(long, value_name = "ADDR", value_parser = self_signed, num_args = 0..=1,
        require_equals = true, default_missing_value = "true")]
    https_self_signed: Option<SelfSigned>,
    /// Where the management API, metrics and health answer [default: 127.0.0.1:4566].
    #[arg(long, value_name = "ADDR", value_parser = address)]
    admin: Option<SocketAddr>,
    /// Worker threads [default: one for each core].
    #[arg(long, value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=WORKERS_MAX as i64))]
    workers: Option<u16>,
    /// How long requests in flight may take to finish after SIGTERM [default: 30].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    drain_deadline: Option<u64>,
    /// Suffix of {api}.execute-api.SUFFIX host names; may be given more than once
    /// [default: localhost].
    #[arg(long, value_name = "NAME", value_parser = host_suffix, value_delimiter = ',')]
    host_suffix: Vec<String>,
    /// One JSON record a management call, in CloudTrail's shape, to a file or to `stdout:`
    /// [default: audit.log in the data folder, if there is one].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<PathBuf>,
    /// An address, or a network such as 169.254.0.0/16, that definitions may name as a back end
    /// although it is link-local, of a metadata service, or the admin port; may be given more than
    /// once. Stage variables never lead there.
    #[arg(long, value_name = "CIDR", value_parser = Network::parse, value_delimiter = ',')]
    allow_upstream: Vec<Network>,
    /// Where Lambda functions are invoked, by an endpoint that asks for no signature: a runner on
    /// this machine [default: AWS].
    #[arg(long, value_name = "URL")]
    lambda_endpoint: Option<String>,
    /// Run Lambda functions in processes of this machine, with Lambda's API here
    /// [default: 127.0.0.1:3001 where a settings file has functions].
    #[arg(long, value_name = "ADDR", value_parser = address)]
    lambda_addr: Option<SocketAddr>,
}

/// Whether a certificate is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelfSigned {
    /// No.
    Off,
    /// Yes.
    On,
    /// Yes, and served here.
    At(SocketAddr),
}

/// What the flags say together.
#[derive(Debug, Clone)]
pub(crate) struct Listening {
    /// Where plain HTTP is served, if at all.
    pub(crate) http: Option<SocketAddr>,
    /// Where HTTPS is served, if at all.
    pub(crate) https: Option<Https>,
    /// Where the admin port is.
    pub(crate) admin: SocketAddr,
    /// Worker threads.
    pub(crate) workers: usize,
    /// How long requests in flight may take at the end.
    pub(crate) drain_deadline: Duration,
    /// Suffixes of host names, one at least.
    pub(crate) host_suffixes: Vec<String>,
    /// Where integrations find the services of AWS.
    pub(crate) endpoints: ServiceEndpoints,
    /// Where Lambda functions run, if they do.
    pub(crate) lambda: Option<SocketAddr>,
    /// What may be called though it is no ordinary back end.
    pub(crate) allowed: Vec<Network>,
}

/// Where HTTPS is served and with which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Https {
    /// Address to listen on.
    pub(crate) addr: SocketAddr,
    /// Certificate and key files; `None` for a self-signed certificate.
    pub(crate) files: Option<(PathBuf, PathBuf)>,
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "stdout:"
}

const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

impl Listen {
    /// These flags, and those of `below` where nothing was said. What is said here also silences
    /// what excludes it there.
    pub(super) fn over(self, below: Self) -> Self {
        let no_http = below.no_http.filter(|_| self.http.is_none());
        let http = below.http.filter(|_| self.no_http != Some(true));
        let made_up = !matches!(self.https_self_signed, None | Some(SelfSigned::Off));
        let (cert, key) = if made_up { (None, None) } else { (below.cert, below.key) };
        let given = self.cert.is_some() || self.key.is_some();
        let self_signed = below.https_self_signed.filter(|_| !given);
        let suffixes =
            if self.host_suffix.is_empty() { below.host_suffix } else { self.host_suffix };
        let allowed =
            if self.allow_upstream.is_empty() { below.allow_upstream } else { self.allow_upstream };
        let lambda_addr = below.lambda_addr.filter(|_| self.lambda_endpoint.is_none());
        let lambda_endpoint = below.lambda_endpoint.filter(|_| self.lambda_addr.is_none());
        Self {
            allow_upstream: allowed,
            http: self.http.or(http),
            no_http: self.no_http.or(no_http),
            https: self.https.or(below.https),
            cert: self.cert.or(cert),
            key: self.key.or(key),
            https_self_signed: self.https_self_signed.or(self_signed),
            admin: self.admin.or(below.admin),
            workers: self.workers.or(below.workers),
            drain_deadline: self.drain_deadline.or(below.drain_deadline),
            host_suffix: suffixes,
            audit_log: self.audit_log.or(below.audit_log),
            lambda_endpoint: self.lambda_endpoint.or(lambda_endpoint),
            lambda_addr: self.lambda_addr.or(lambda_addr),
        }
    }

    /// The files that are named.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let log = self.audit_log.iter_mut().filter(|path| !is_stdout(path));
        self.cert.iter_mut().chain(&mut self.key).chain(log)
    }

    /// Where management calls are recorded, if it was said.
    pub(crate) fn audit_log(&self) -> Option<LogDestination> {
        self.audit_log.as_deref().map(|path| match is_stdout(path) {
            true => LogDestination::Stdout,
            false => LogDestination::File(path.to_string_lossy().into()),
        })
    }

    /// What the flags say together.
    ///
    /// # Errors
    /// A combination that has no meaning, an address of a service that is none.
    pub(crate) fn resolve(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Listening, String> {
        let https = self.https()?;
        let host_suffixes = match &*self.host_suffix {
            [] => vec!["localhost".to_owned()],
            given => given.to_vec(),
        };
        let deadline = self.drain_deadline.unwrap_or(DRAIN_DEADLINE_MS_DEFAULT / 1_000);
        Ok(Listening {
            http: self.http(https.is_some())?,
            https,
            admin: self.admin.unwrap_or(local(4566)),
            workers: self.workers.map_or_else(cores, usize::from),
            drain_deadline: Duration::from_secs(deadline),
            host_suffixes,
            endpoints: self.endpoints(variable)?,
            lambda: self.lambda_addr,
            allowed: self.allow_upstream.clone(),
        })
    }

    /// These flags, for a settings file with functions: they run, unless Lambda is elsewhere.
    pub(crate) fn with_functions(mut self) -> Self {
        if self.lambda_endpoint.is_none() {
            self.lambda_addr.get_or_insert(local(3001));
        }
        self
    }

    /// A flag beats the environment.
    fn endpoints(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<ServiceEndpoints, String> {
        let mut endpoints = ServiceEndpoints::from_variables(variable)?;
        if let Some(url) = &self.lambda_endpoint {
            if self.lambda_addr.is_some() {
                return Err("--lambda-endpoint and --lambda-addr exclude each other".into());
            }
            let inserted = endpoints.insert_unsigned("lambda", url);
            inserted.map_err(|why| format!("--lambda-endpoint: {why}"))?;
        }
        Ok(endpoints)
    }

    fn http(&self, https: bool) -> Result<Option<SocketAddr>, String> {
        match (self.no_http.unwrap_or(false), self.http) {
            (false, addr) => Ok(Some(addr.unwrap_or(local(8080)))),
            (true, Some(_)) => Err("--no-http and --http exclude each other".into()),
            (true, None) if !https => {
                Err("--no-http leaves nothing to serve on: add --https".into())
            }
            (true, None) => Ok(None),
        }
    }

    fn https(&self) -> Result<Option<Https>, String> {
        let made_up = match self.https_self_signed {
            None | Some(SelfSigned::Off) => None,
            Some(SelfSigned::On) => Some(None),
            Some(SelfSigned::At(addr)) => Some(Some(addr)),
        };
        let files = match (&self.cert, &self.key) {
            (None, None) => None,
            (Some(_), None) => return Err("--cert needs --key <FILE>".into()),
            (None, Some(_)) => return Err("--key needs --cert <FILE>".into()),
            (Some(cert), Some(key)) => Some((cert.clone(), key.clone())),
        };
        match (self.https, made_up, files) {
            (_, Some(_), Some(_)) => {
                Err("--https-self-signed cannot be used with --cert and --key".into())
            }
            (None, None, None) => Ok(None),
            (None, None, Some(_)) => Err("--cert and --key need --https <ADDR>".into()),
            (Some(addr), None, Some(files)) => Ok(Some(Https { addr, files: Some(files) })),
            (Some(_), None, None) => {
                Err("--https needs --cert and --key, or --https-self-signed".into())
            }
            (Some(_), Some(Some(_)), None) => {
                Err("--https and --https-self-signed name two addresses: give one".into())
            }
            (https, Some(own), None) => {
                Ok(Some(Https { addr: https.or(own).unwrap_or(local(8443)), files: None }))
            }
        }
    }
}

fn cores() -> usize {
    available_parallelism().map_or(1, |cores| cores.get().min(WORKERS_MAX))
}
