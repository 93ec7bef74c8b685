//! The flags of `load`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, value_parser};

use super::ThreadArgs;
use crate::limits::{
    CONNECTIONS_MAX, RATE_PER_SECOND_MAX, REQUEST_BODY_BYTES_MAX, REQUESTS_MAX, SECONDS_MAX,
    TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX,
};
use crate::load::{self, Bound, Header};
use crate::target::Target;
use crate::trust::Trust;

/// Flags of `load`.
#[derive(Args, Debug)]
pub struct LoadArgs {
    /// Where to: http:// or https:// on a loopback address
    #[arg(long)]
    url: Target,
    /// Certificates to trust at an https:// URL, PEM; TLS 1.3, no session is resumed
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Connections at once
    #[arg(long, value_name = "N", default_value_t = 64,
        value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: u32,
    /// Length of the measurement
    #[arg(long, value_name = "S", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Send this many requests instead of measuring for a time
    #[arg(long, value_name = "N", conflicts_with_all = ["seconds", "warmup", "rate"],
        value_parser = value_parser!(u64).range(1..=REQUESTS_MAX))]
    requests: Option<u64>,
    /// Seconds of the same load before the measurement
    #[arg(long, value_name = "S", default_value_t = 1,
        value_parser = value_parser!(u32).range(0..=i64::from(SECONDS_MAX)))]
    warmup: u32,
    /// Open loop: requests per second on a fixed schedule
    #[arg(long, value_name = "R",
        value_parser = value_parser!(u64).range(1..=RATE_PER_SECOND_MAX))]
    rate: Option<u64>,
    /// Header line of every request, repeatable
    #[arg(long, value_name = "K: V")]
    header: Vec<Header>,
    /// Method; POST by default with --body, GET without
    #[arg(long, value_name = "M", value_parser = method)]
    method: Option<String>,
    /// File with the body of every request
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// Time for one exchange, from send to the last byte
    #[arg(long, value_name = "N", default_value_t = TIMEOUT_MS_DEFAULT,
        value_parser = value_parser!(u64).range(1..=TIMEOUT_MS_MAX))]
    timeout_ms: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    thread: ThreadArgs,
}

impl LoadArgs {
    /// The plan; reads the files of body and certificates.
    pub fn plan(&self) -> io::Result<load::Plan> {
        let body = self.body.as_deref().map(read_body).transpose()?;
        let default = if body.is_some() { "POST" } else { "GET" };
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let bound = match self.requests {
            Some(requests) => Bound::Requests(requests),
            None => Bound::Time(seconds(self.seconds)),
        };
        let warmup = if self.requests.is_some() { Duration::ZERO } else { seconds(self.warmup) };
        Ok(load::Plan {
            trust: self.ca.as_deref().map(Trust::from_file).transpose()?,
            method: self.method.clone().unwrap_or_else(|| default.to_owned()),
            headers: self.header.clone(),
            body: body.unwrap_or_default(),
            warmup,
            rate: self.rate,
            timeout: Duration::from_millis(self.timeout_ms),
            core: self.thread.core,
            driver: self.thread.driver,
            ..load::Plan::new(self.url.clone(), self.connections, bound)
        })
    }
}

fn read_body(path: &Path) -> io::Result<Vec<u8>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{path:?}: {error}"));
    if fs::metadata(path).map_err(named)?.len() > REQUEST_BODY_BYTES_MAX as u64 {
        let text = format!("{path:?} is longer than {REQUEST_BODY_BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    fs::read(path).map_err(named)
}

fn method(name: &str) -> Result<String, String> {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let name = name.to_ascii_uppercase();
    if known.contains(&name.as_str()) { Ok(name) } else { Err(format!("one of {known:?}")) }
}

#[cfg(test)]
mod tests {
    use super::super::Command;
    use super::super::tests::parse;
    use super::*;

    #[test]
    fn load_plans() {
        let plan = |line: &str| match parse(line).unwrap() {
            Command::Load(args) => args.plan(),
            other => panic!("{other:?}"),
        };
        let plain = plan("load --url http://127.0.0.1:1/").unwrap();
        assert_eq!((plain.method.as_str(), plain.connections), ("GET", 64));
        assert_eq!(plain.bound, Bound::Time(Duration::from_secs(5)));
        assert_eq!(plain.warmup, Duration::from_secs(1));
        let counted = plan("load --url http://127.0.0.1:1/ --requests 10 --method head").unwrap();
        assert_eq!((counted.bound, counted.warmup), (Bound::Requests(10), Duration::ZERO));
        assert_eq!(counted.method, "HEAD");
        let error = plan("load --url http://127.0.0.1:1/ --body /nonexistent").unwrap_err();
        assert!(error.to_string().contains("/nonexistent"), "{error}");
    }
}
