//! The flags of `manage`.

use std::path::PathBuf;

use clap::{Args, value_parser};

use crate::limits::{
    APIS_MAX, DEPLOYMENTS_MAX, RATE_PER_SECOND_MAX, RESOURCES_MAX, ROUNDS_MAX, SECONDS_MAX,
    WORKERS_MAX,
};
use crate::manage;

/// Flags of `manage`.
#[derive(Args, Debug)]
pub struct ManageArgs {
    /// APIs in the store [default: 1000; 0 with --deployments]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(0..=i64::from(APIS_MAX)))]
    apis: Option<u32>,
    /// Resources of each API, with one method each
    #[arg(long, value_name = "N", default_value_t = 100,
        value_parser = value_parser!(u32).range(1..=i64::from(RESOURCES_MAX)))]
    resources: u32,
    /// Rounds of the mix of management calls, each on the next API
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = value_parser!(u32).range(1..=i64::from(APIS_MAX)))]
    rounds: u32,
    /// Starts with the full store
    #[arg(long, value_name = "N", default_value_t = 7,
        value_parser = value_parser!(u32).range(1..=i64::from(ROUNDS_MAX)))]
    starts: u32,
    /// Instead of all of that: so many deployments while the data plane is loaded
    #[arg(long, value_name = "N",
        value_parser = value_parser!(u32).range(1..=i64::from(DEPLOYMENTS_MAX)))]
    deployments: Option<u32>,
    /// Requests per second of that load
    #[arg(long, value_name = "R", default_value_t = 10_000, requires = "deployments",
        value_parser = value_parser!(u64).range(1..=RATE_PER_SECOND_MAX))]
    rate: u64,
    /// How long it lasts; the deployments are spread over it
    #[arg(long, value_name = "S", default_value_t = 30, requires = "deployments",
        value_parser = value_parser!(u32).range(2..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Workers of the gateway
    #[arg(long, value_name = "N", default_value_t = 2,
        value_parser = value_parser!(u32).range(1..=i64::from(WORKERS_MAX)))]
    workers: u32,
    /// The gateway's binary [default: `ringway` beside this program]
    #[arg(long, value_name = "PATH")]
    gateway: Option<PathBuf>,
    /// Also write the result as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl ManageArgs {
    /// The plan.
    pub fn plan(&self) -> manage::Plan {
        let apis = if self.deployments.is_some() { 0 } else { 1_000 };
        manage::Plan {
            apis: self.apis.unwrap_or(apis),
            resources: self.resources,
            rounds: self.rounds,
            starts: self.starts,
            deployments: self.deployments,
            rate: self.rate,
            seconds: self.seconds,
            workers: self.workers,
            gateway: self.gateway.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Command;
    use super::super::tests::parse;

    #[test]
    fn a_full_store_unless_deployments_are_asked_for() {
        let apis = |line: &str| match parse(line)? {
            Command::Manage(args) => Ok::<_, String>(args.plan().apis),
            other => panic!("{other:?}"),
        };
        assert_eq!(apis("manage"), Ok(1_000));
        assert_eq!(apis("manage --deployments 10"), Ok(0));
        assert_eq!(apis("manage --deployments 10 --apis 5"), Ok(5));
        assert!(apis("manage --apis 5 --rate 10").unwrap_err().contains("--deployments"));
    }
}
