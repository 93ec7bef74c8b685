//! The flags of `run`.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};

use super::GatewayArgs;
use crate::limits::{CONNECTIONS_MAX, ROUNDS_MAX, SECONDS_MAX};
use crate::run::{self, Scenario};

/// Flags of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// What to measure, repeatable: all, or one of null, mock, cached, proxy, lambda, full-path,
    /// vtl, tls, large-body, one-connection, throttle, timeout, overload
    #[arg(long, value_name = "NAME", hide_possible_values = true, default_value = "all",
        value_parser = which())]
    scenario: Vec<Which>,
    /// Seconds of each scenario in a round, in slices of one second
    #[arg(long, value_name = "S", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Seconds of the same load before the measurement, spread over the slices
    #[arg(long, value_name = "S", default_value_t = 1,
        value_parser = value_parser!(u32).range(0..=i64::from(SECONDS_MAX)))]
    warmup: u32,
    /// Rounds over all scenarios; every other one runs them backwards
    #[arg(long, value_name = "N", default_value_t = 3,
        value_parser = value_parser!(u32).range(1..=i64::from(ROUNDS_MAX)))]
    rounds: u32,
    /// Connections of the load [default: 64; 16 for large-body, 256 for overload]
    #[arg(long, value_name = "N",
        value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: Option<u32>,
    /// The gateway, and where the result goes.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

impl RunArgs {
    /// The plan.
    pub fn plan(&self) -> run::Plan {
        let chosen = |scenario: &Scenario| {
            let wanted = |which: &Which| [Which::All, Which::One(*scenario)].contains(which);
            self.scenario.iter().any(wanted)
        };
        run::Plan {
            scenarios: Scenario::ALL.into_iter().filter(chosen).collect(),
            seconds: self.seconds,
            warmup: Duration::from_secs(u64::from(self.warmup)),
            rounds: self.rounds,
            connections: self.connections,
            workers: self.gateway.workers,
            gateway: self.gateway.gateway.clone(),
            bench: None,
        }
    }
}

/// A scenario, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    All,
    One(Scenario),
}

fn which() -> impl TypedValueParser<Value = Which> {
    let names = ["all"].into_iter().chain(Scenario::ALL.map(Scenario::name));
    PossibleValuesParser::new(names).map(|name| {
        let one = Scenario::ALL.into_iter().find(|scenario| scenario.name() == name);
        one.map_or(Which::All, Which::One)
    })
}

#[cfg(test)]
mod tests {
    use super::super::Command;
    use super::super::tests::parse;
    use super::*;

    #[test]
    fn run_plans() {
        let scenarios = |line: &str| match parse(line).unwrap() {
            Command::Run(args) => args.plan().scenarios,
            other => panic!("{other:?}"),
        };
        assert_eq!(scenarios("run"), Scenario::ALL);
        assert_eq!(
            scenarios("run --scenario proxy --scenario mock"),
            [Scenario::Mock, Scenario::Proxy]
        );
    }
}
