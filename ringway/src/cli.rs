//! The command line: commands, flags, and how they combine. Knows nothing of what they start.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use ringway_core::limits::{DRAIN_DEADLINE_MS_DEFAULT, WORKERS_MAX};

const EXAMPLES: &str = "\
Examples:
  ringway up openapi.yaml
  ringway up ringway.yaml --workers 4 --http 0.0.0.0:8080
  ringway check openapi.yaml";

const UP_EXAMPLES: &str = "\
FILE is an OpenAPI 3.0, 3.1 or Swagger 2.0 document with x-amazon-apigateway-* extensions, or a
settings file with an `apis:` key; JSON or YAML. A change of it is imported and published while
requests run; a broken change leaves the old API in force and says what is wrong and where.

Examples:
  ringway up openapi.yaml
  ringway up openapi.yaml --stage prod --http 0.0.0.0:8080 --workers 4
  ringway up ringway.yaml --https 0.0.0.0:8443 --cert server.pem --key server.key
  ringway up openapi.yaml --https-self-signed
  ringway up openapi.yaml --host-suffix localhost --host-suffix api.example.com

Environment:
  RINGWAY_DRIVER=epoll|io_uring  forces a driver instead of the best one the kernel grants

Signals:
  SIGTERM, SIGINT                finish the requests in flight, then exit with 0
  a second SIGTERM or SIGINT     exit at once";

const ECHO_EXAMPLES: &str = "\
Answers every request with what it received, as JSON: a back end to try an API against.

Examples:
  ringway echo
  ringway echo --listen 127.0.0.1:9000
  curl 'http://127.0.0.1:9000/pets?limit=3'";

const COMPLETION_EXAMPLES: &str = "\
Examples:
  ringway completion bash > /etc/bash_completion.d/ringway
  ringway completion zsh > ~/.zfunc/_ringway
  ringway completion fish > ~/.config/fish/completions/ringway.fish";

/// Version and, from build.rs, revision.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("RINGWAY_REVISION"), ")");

/// Amazon API Gateway for your own Linux machines.
#[derive(Debug, Parser)]
#[command(
    name = "ringway",
    version = VERSION,
    after_help = EXAMPLES,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import a document, deploy it and serve it.
    Up(Box<Up>),
    /// Import and compile a document without serving it; exit code 1 when it has errors.
    Check(Check),
    /// Run a small back end that answers with what it received.
    Echo(Echo),
    /// Print a completion script for a shell.
    Completion(Completion),
}

/// `ringway up`.
#[derive(Debug, Args)]
#[command(after_help = UP_EXAMPLES)]
pub(crate) struct Up {
    /// OpenAPI document or settings file.
    pub(crate) file: PathBuf,
    /// Stage an OpenAPI document is deployed to; a settings file names its own.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub(crate) stage: String,
    /// Where APIs answer over HTTP.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) http: SocketAddr,
    /// Do not answer over plain HTTP.
    #[arg(long, conflicts_with = "http")]
    pub(crate) no_http: bool,
    /// Where APIs answer over HTTPS; needs --cert and --key, or --https-self-signed.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) https: Option<SocketAddr>,
    /// Certificate chain for --https, PEM, the server's own first.
    #[arg(long, value_name = "FILE", requires = "key", requires = "https")]
    pub(crate) cert: Option<PathBuf>,
    /// Private key for --https, PEM.
    #[arg(long, value_name = "FILE", requires = "cert", requires = "https")]
    pub(crate) key: Option<PathBuf>,
    /// Answer over HTTPS with a certificate made up at start; for local use [ADDR: 127.0.0.1:8443].
    #[arg(
        long,
        value_name = "ADDR",
        value_parser = address,
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["cert", "key"],
    )]
    pub(crate) https_self_signed: Option<Option<SocketAddr>>,
    /// Where metrics and health answer.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4566", value_parser = address)]
    pub(crate) admin: SocketAddr,
    /// Worker threads [default: one for each core].
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=WORKERS_MAX as i64),
    )]
    pub(crate) workers: Option<u16>,
    /// How long requests in flight may take to finish after SIGTERM.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = DRAIN_DEADLINE_MS_DEFAULT / 1_000,
        value_parser = clap::value_parser!(u64).range(0..=86_400),
    )]
    pub(crate) drain_deadline: u64,
    /// Suffix of {api}.execute-api.SUFFIX host names; may be given more than once.
    #[arg(long, value_name = "NAME", default_value = "localhost", value_parser = host_suffix)]
    pub(crate) host_suffix: Vec<String>,
}

/// Where HTTPS is served and with which certificate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Https<'a> {
    /// Address to listen on.
    pub(crate) addr: SocketAddr,
    /// Certificate and key files; `None` for a self-signed certificate.
    pub(crate) files: Option<(&'a PathBuf, &'a PathBuf)>,
}

impl Up {
    /// Where plain HTTP is served, if at all.
    ///
    /// # Errors
    /// A combination of flags that leaves nothing to serve on.
    pub(crate) fn http(&self) -> Result<Option<SocketAddr>, String> {
        if !self.no_http {
            return Ok(Some(self.http));
        }
        if self.https.is_none() && self.https_self_signed.is_none() {
            return Err("--no-http leaves nothing to serve on: add --https".into());
        }
        Ok(None)
    }

    /// What the HTTPS flags ask for together.
    ///
    /// # Errors
    /// A combination that has no meaning.
    pub(crate) fn https(&self) -> Result<Option<Https<'_>>, String> {
        let files = self.cert.as_ref().zip(self.key.as_ref());
        match (self.https, self.https_self_signed, files) {
            (None, None, _) => Ok(None),
            (Some(addr), None, Some(files)) => Ok(Some(Https { addr, files: Some(files) })),
            (Some(_), None, None) => {
                Err("--https needs --cert and --key, or --https-self-signed".into())
            }
            (Some(_), Some(Some(_)), _) => {
                Err("--https and --https-self-signed name two addresses: give one".into())
            }
            (https, Some(own), _) => {
                let addr = https.or(own).unwrap_or(HTTPS_SELF_SIGNED_DEFAULT);
                Ok(Some(Https { addr, files: None }))
            }
        }
    }
}

/// Where HTTPS is served when only a self-signed certificate was asked for.
const HTTPS_SELF_SIGNED_DEFAULT: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8443);

/// `ringway check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// OpenAPI document or settings file.
    pub(crate) file: PathBuf,
    /// Stage an OpenAPI document would be deployed to.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub(crate) stage: String,
}

/// `ringway echo`.
#[derive(Debug, Args)]
#[command(after_help = ECHO_EXAMPLES)]
pub(crate) struct Echo {
    /// Where it answers.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000", value_parser = address)]
    pub(crate) listen: SocketAddr,
}

/// `ringway completion`.
#[derive(Debug, Args)]
#[command(after_help = COMPLETION_EXAMPLES)]
pub(crate) struct Completion {
    /// The shell.
    pub(crate) shell: Shell,
}

/// `IP:PORT`, `localhost:PORT`, `:PORT` or `PORT`; the last three mean 127.0.0.1.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(addr) = text.parse() {
        return Ok(addr);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(if port == text { port } else { "" });
    match port.parse::<NonZeroU16>() {
        Ok(port) => Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.get())),
        Err(_) => Err("not an address: expected IP:PORT, for example 127.0.0.1:8080".into()),
    }
}

fn host_suffix(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() > 253 || !text.split('.').all(label) {
        return Err("not a host name: expected for example localhost or api.example.com".into());
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn up(arguments: &str) -> Result<Up, String> {
        let words = ["ringway", "up", "api.yaml"].into_iter().chain(arguments.split_whitespace());
        match Cli::try_parse_from(words).map_err(|error| error.to_string())?.command {
            Command::Up(up) => Ok(*up),
            other => panic!("{other:?}"),
        }
    }

    fn https(arguments: &str) -> Result<Option<(String, bool)>, String> {
        let up = up(arguments)?;
        let https = up.https()?;
        Ok(https.map(|https| (https.addr.to_string(), https.files.is_some())))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn defaults() {
        let up = up("").unwrap();
        assert_eq!(up.http().unwrap().unwrap().to_string(), "127.0.0.1:8080");
        assert_eq!(up.admin.to_string(), "127.0.0.1:4566");
        assert_eq!((up.stage.as_str(), up.drain_deadline, up.workers), ("dev", 30, None));
        assert_eq!(up.host_suffix, ["localhost"]);
        assert!(up.https().unwrap().is_none());
    }

    #[test]
    fn https_flags_combine() {
        let check = |arguments: &str, expect: (&str, bool)| {
            let found = https(arguments).unwrap().unwrap();
            assert_eq!((found.0.as_str(), found.1), expect, "{arguments}");
        };
        check("--https 127.0.0.1:9443 --cert a --key b", ("127.0.0.1:9443", true));
        check("--https-self-signed", ("127.0.0.1:8443", false));
        check("--https-self-signed=127.0.0.1:9443", ("127.0.0.1:9443", false));
        check("--https 127.0.0.1:9443 --https-self-signed", ("127.0.0.1:9443", false));
    }

    #[test]
    fn flags_without_meaning_are_refused() {
        let check = |arguments: &str, expect: &str| {
            let error = match up(arguments) {
                Ok(up) => up.https().map(drop).and_then(|()| up.http().map(drop)).unwrap_err(),
                Err(error) => error,
            };
            assert!(error.contains(expect), "{arguments}: {error}");
        };
        check("--https 127.0.0.1:1", "needs --cert and --key, or --https-self-signed");
        check("--https 127.0.0.1:1 --cert a", "--key <FILE>");
        check("--cert a --key b", "--https <ADDR>");
        check("--https 127.0.0.1:1 --https-self-signed=127.0.0.1:2", "two addresses");
        check("--https-self-signed --cert a --key b --https 127.0.0.1:1", "cannot be used with");
        check("--no-http", "nothing to serve on");
        check("--no-http --http 127.0.0.1:1", "cannot be used with");
        check("--http example", "expected IP:PORT");
        check("--workers 0", "1..=256");
        check("--drain-deadline -1", "unexpected argument");
        check("--host-suffix a..b", "not a host name");
    }

    #[test]
    fn addresses_have_short_forms() {
        let check = |text, expect: &str| assert_eq!(address(text).unwrap().to_string(), expect);
        check("9000", "127.0.0.1:9000");
        check(":9000", "127.0.0.1:9000");
        check("localhost:9000", "127.0.0.1:9000");
        check("[::1]:9000", "[::1]:9000");
        check("0.0.0.0:0", "0.0.0.0:0");
        for bad in ["", "localhost", "localhost9000", "example.com:80", "70000"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
