//! What one measurement of a scenario consists of: a look at the answer, and the load.

use std::io;
use std::thread;
use std::time::Duration;

use super::measure::Bench;
use super::probe;
use super::scenario::{Expect, Scenario};
use crate::load::{self, Bound, Event, Header, NUMBER, Outcome};
use crate::target::{Scheme, Target};

/// AWS's body of an INTEGRATION_TIMEOUT.
pub(crate) const TIMED_OUT: &str = r#"{"message": "Endpoint request timed out"}"#;

/// Whose answers are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Refusals carry AWS's bodies.
    Ringway,
    /// Refusals look as they like.
    Peer,
}

/// The header lines of `scenario` for the generator.
pub(crate) fn load_headers(scenario: Scenario) -> io::Result<Vec<Header>> {
    let parse = |(name, value): &(&str, &str)| format!("{name}: {value}").parse();
    scenario.headers().iter().map(parse).collect::<Result<_, _>>().map_err(io::Error::other)
}

impl Bench<'_> {
    /// The answer must be what is to be measured; twice, because a cache fills on the first.
    pub(crate) fn look(&self, scenario: Scenario) -> io::Result<()> {
        for number in ["0", "0"] {
            let path = &scenario.target().replace(NUMBER, number);
            let trust = self.trust_at(scenario);
            let request = (scenario.method(), &**path, scenario.body());
            let answer = probe::ask(self.address, trust, request, scenario.headers())?;
            let wanted = match scenario.expect() {
                Expect::Admitted { .. } if answer.status == 429 => true,
                Expect::Body { bytes } | Expect::Admitted { bytes, .. } => {
                    answer.status == 200 && answer.body.len() == bytes
                }
                Expect::TimedOut { .. } => {
                    let body = self.subject == Subject::Peer || answer.body == TIMED_OUT.as_bytes();
                    answer.status == 504 && body
                }
            };
            if !wanted {
                let body = String::from_utf8_lossy(&answer.body);
                let start: String = body.chars().take(200).collect();
                let (status, bytes) = (answer.status, answer.body.len());
                return Err(io::Error::other(format!(
                    "{} {path} answers {status} with {bytes} bytes instead of {:?}: {start}",
                    scenario.method(),
                    scenario.expect()
                )));
            }
        }
        Ok(())
    }

    fn trust_at(&self, scenario: Scenario) -> Option<&crate::trust::Trust> {
        (scenario.scheme() == Scheme::Https).then_some(self.trust)
    }

    /// The load of `scenario`. That of an overload depends on a short measurement, which is its
    /// warm-up too: in the open loop what waits from a warm-up would be counted later.
    pub(crate) fn load_plan(
        &self,
        scenario: Scenario,
        progress: impl Fn(&str) + Sync,
    ) -> io::Result<load::Plan> {
        let scheme = if scenario.scheme() == Scheme::Https { "https" } else { "http" };
        let url = format!("{scheme}://{}{}", self.address, scenario.target());
        let target = url.parse::<Target>().map_err(io::Error::other)?;
        let time = Duration::from_secs(u64::from(self.plan.seconds));
        let connections = scenario.connections(self.plan.connections);
        let mut plan = load::Plan::new(target, connections, Bound::Time(time));
        plan.warmup = self.plan.warmup;
        plan.core = self.placement.load;
        plan.headers = load_headers(scenario)?;
        plan.method = scenario.method().to_owned();
        plan.body = scenario.body().into();
        plan.trust = self.trust_at(scenario).cloned();
        if let (Expect::TimedOut { .. }, Subject::Ringway) = (scenario.expect(), self.subject) {
            plan.expected = load::Expected::Body(TIMED_OUT.into());
        }
        if let Some(times) = scenario.overload() {
            let before = load::Plan { bound: Bound::Time(Duration::from_secs(1)), ..plan.clone() };
            let reached = on_a_thread(&before, |_| {})?.summary.requests_per_second;
            plan.warmup = Duration::ZERO;
            plan.rate = Some((reached * times).ceil() as u64 + 1);
            let offered = reached * times;
            progress(&format!("reached {reached:.0} requests/s, offering {offered:.0}"));
        }
        Ok(plan)
    }
}

/// Runs the load on a thread of its own, so that the pinning ends with it.
pub(crate) fn on_a_thread(
    plan: &load::Plan,
    observe: impl FnMut(Event) + Send,
) -> io::Result<Outcome> {
    thread::scope(|scope| {
        let running = scope.spawn(|| load::run(plan, observe));
        running.join().map_err(|_| io::Error::other("the load panicked"))?
    })
}
