//! Sentences to read before the figures are used.

use super::{BoundBy, Kind, Report, Sample};
use crate::run::Scenario;
use crate::speed;

/// Foreign work above this share of the machine makes figures doubtful.
const FOREIGN_MAX: f64 = 0.10;

const UNPINNED: &str = "nothing was pinned: server and load shared cores, so requests/s and \
     latency are of both together; only the CPU time a request is the server's";
const CLIENT: &str = "load and upstream were full before the server: it can do more requests/s \
     than shown, and its latency is the client's; read the CPU time a request";
const BOTH: &str = "server and client were both full: the server may be able to do more \
     requests/s than shown";
const NEITHER: &str = "neither side was full. They waited, for each other or for other programs: \
     requests/s is a lower bound";
const FULL_PATH: &str = "full-path: Ringway with key, throttles and a missing cache; the peers \
     proxy plainly";

const NULL: &str = "null: ringway's is the bare server of this benchmark on the gateway's runtime, \
     the peers' is their fixed answer";
const HAPROXY_LOG: &str = "HAProxy writes each line of its access log with a system call of its \
     own, it has no buffer for them; the others write many lines at once";
const BBR: &str = "TCP congestion control is bbr, which paces what is sent on loopback too: that \
     costs every server CPU time; set net.ipv4.tcp_congestion_control to cubic";

pub(super) fn of(report: &Report) -> Vec<String> {
    let mut notes = report.context.absent.clone();
    if !report.context.pinned {
        notes.push(UNPINNED.to_owned());
    }
    notes.extend(speeds(report));
    notes.extend(terms(report).map(str::to_owned));
    notes.extend(bounds(report));
    let most = |of: fn(&Sample) -> f64| report.samples.iter().map(of).fold(0.0, f64::max);
    let (foreign, stolen) = (most(|sample| sample.foreign), most(|sample| sample.stolen));
    if foreign > FOREIGN_MAX || stolen > FOREIGN_MAX {
        notes.push(format!(
            "the machine was not quiet: other programs used up to {:.0} % of it, the hypervisor \
             took up to {:.0} %",
            foreign * 100.0,
            stolen * 100.0
        ));
    }
    for sample in report.samples.iter().filter(|sample| !sample.doubts.is_empty()) {
        let (server, name, doubts) = (&sample.server, sample.scenario.name(), &sample.doubts);
        notes.push(format!("doubtful: {server}, {name}, {}: {}", sample.at, doubts.join(", ")));
    }
    notes
}

/// On what terms the servers were compared.
fn terms(report: &Report) -> impl Iterator<Item = &'static str> {
    let context = &report.context;
    let compared = context.kind == Kind::Compare;
    let has = |scenario| compared && report.rows.iter().any(|row| row.scenario == scenario);
    let logs = context.access_log && report.servers().contains(&"haproxy");
    let terms = [
        (NULL, has(Scenario::Null)),
        (FULL_PATH, has(Scenario::FullPath)),
        (HAPROXY_LOG, logs),
        (BBR, context.machine.congestion_control == "bbr"),
    ];
    terms.into_iter().filter_map(|(term, holds)| holds.then_some(term))
}

fn speeds(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let steady = report.samples.iter().filter(|sample| sample.moments.steady());
    let modes = steady.map(|sample| speed::mode_of(sample.moments.speed(), &report.speeds));
    let mut counts = vec![0_usize; report.speeds.len()];
    modes.for_each(|mode| counts[mode] += 1);
    if report.context.pinned && !counts.is_empty() {
        let each = report.speeds.iter().zip(&counts).map(|(speed, count)| {
            let compute = speed.compute_ns;
            format!("{speed} in {count} samples (arithmetic {compute:.2} ns a step)")
        });
        notes.push(format!(
            "speed of the machine, a cache line from the server's core to the client's and back: \
             {}",
            each.collect::<Vec<_>>().join(", ")
        ));
    }
    if report.speeds.len() > 1 {
        notes.push(
            "the machine changed its speed between samples. The figures are those at the speed of \
             most samples, where a scenario was measured at it; ratios are of pairs at one speed \
             only, and they differ by speed"
                .to_owned(),
        );
    }
    let unsteady = report.samples.iter().filter(|sample| !sample.moments.steady()).count();
    let repeated: u32 = report.samples.iter().map(|sample| sample.repeats).sum();
    if unsteady > 0 || repeated > 0 {
        notes.push(format!(
            "{repeated} samples were measured anew because the machine changed its speed \
             meanwhile; {unsteady} of {} stayed unsteady and are not used",
            report.samples.len()
        ));
    }
    notes
}

fn bounds(report: &Report) -> Vec<String> {
    let sentences = [(BoundBy::Client, CLIENT), (BoundBy::Both, BOTH), (BoundBy::Neither, NEITHER)];
    let note = |(bound, sentence): (BoundBy, &str)| {
        let rows = report.rows.iter().filter(|row| row.bound_by == Some(bound));
        let names = rows.map(|row| match report.context.kind {
            Kind::Run => row.scenario.name().to_owned(),
            Kind::Compare => format!("{} of {}", row.scenario.name(), row.server),
        });
        let names: Vec<_> = names.collect();
        (!names.is_empty())
            .then(|| format!("bound by {}: {}: {sentence}", bound.name(), names.join(", ")))
    };
    sentences.into_iter().filter_map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::tests::{context, sample};

    #[test]
    fn notes_say_what_not_to_believe() {
        let mut samples: Vec<_> =
            (1..=4).map(|slice| sample("ringway", slice, 10.0, 45.0)).collect();
        samples[0].foreign = 0.4;
        samples[1].doubts.push("3 errors".into());
        samples[2].moments.after.bounce_ns = Some(540.0);
        samples[2].repeats = 1;
        let far = sample("ringway", 5, 24.0, 540.0);
        samples.push(far);
        samples.iter_mut().for_each(|sample| sample.client_busy = 0.99);
        let mut context = context(Kind::Run);
        context.absent.push("nginx is not installed".to_owned());
        let mut report = Report::new(context, &[Scenario::Proxy], samples, Vec::new());
        let notes = of(&report).join("\n");
        for part in [
            "45 ns in 3 samples",
            "540 ns in 1 samples",
            "changed its speed between samples",
            "1 samples were measured anew",
            "1 of 5 stayed unsteady",
            "bound by both: proxy",
            "up to 40 %",
            "round 1, slice 2: 3 errors",
            "nginx is not installed",
        ] {
            assert!(notes.contains(part), "{part}: {notes}");
        }
        assert!(report.is_doubtful() && !notes.contains("nothing was pinned"));
        report.context.pinned = false;
        assert!(of(&report).join("\n").contains("nothing was pinned"));
    }

    #[test]
    fn the_terms_of_a_comparison_are_said() {
        let samples = ["ringway", "haproxy"].map(|server| sample(server, 1, 10.0, 45.0));
        let samples = samples.map(|sample| Sample { scenario: Scenario::FullPath, ..sample });
        let mut context = context(Kind::Compare);
        context.access_log = true;
        context.machine.congestion_control = "bbr".to_owned();
        let report = Report::new(context, &Scenario::ALL, samples.into(), Vec::new());
        let notes = of(&report);
        for note in [FULL_PATH, HAPROXY_LOG, BBR] {
            assert!(notes.iter().any(|own| own == note), "{note}: {notes:?}");
        }
        assert!(!notes.iter().any(|own| own == NULL), "{notes:?}");
    }
}
