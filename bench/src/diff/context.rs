//! What else differs between two results besides their figures.

use crate::report::{Context, Report};
use crate::stats::median;

/// From this share of the machine on, the work of others (median over the samples) is a warning.
const DISTURBED: f64 = 0.10;

/// A sentence for each difference that may explain one of the figures.
pub(super) fn warnings(before: &Context, after: &Context) -> Vec<String> {
    let (one, two) = (&before.machine, &after.machine);
    let mut warnings = Vec::new();
    let mut compare = |what: &str, one: String, two: String| {
        if one != two {
            warnings.push(format!("{what}: {one} before, {two} after"));
        }
    };
    compare("processor", one.cpu_model.clone(), two.cpu_model.clone());
    compare("cores", one.cores.to_string(), two.cores.to_string());
    compare("kernel", one.kernel.clone(), two.kernel.clone());
    let mitigations = |machine: &crate::machine::Machine| format!("{:?}", machine.mitigations);
    compare("mitigations", mitigations(one), mitigations(two));
    let congestion = |machine: &crate::machine::Machine| machine.congestion_control.clone();
    compare("TCP congestion control", congestion(one), congestion(two));
    compare("servers", before.servers.join("; "), after.servers.join("; "));
    compare("driver of the load", before.load_driver.clone(), after.load_driver.clone());
    compare("placement", before.placement.clone(), after.placement.clone());
    compare("connections", before.load(), after.load());
    compare("workers", before.workers.to_string(), after.workers.to_string());
    compare("access log", before.access_log.to_string(), after.access_log.to_string());
    let times = |context: &Context| format!("{} rounds of {} s", context.rounds, context.slices);
    compare("samples", times(before), times(after));
    warnings
}

/// A sentence for each of the results that was measured beside other work.
pub(super) fn disturbances(before: &Report, after: &Report) -> Vec<String> {
    let of = |(which, report): (&str, &Report)| {
        let others = report.samples.iter().map(|sample| sample.foreign + sample.stolen);
        let share = median(&others.collect::<Vec<_>>());
        (share > DISTURBED).then(|| {
            let share = share * 100.0;
            format!(
                "others used {share:.0} % of the machine in the {which}: what changed may be they"
            )
        })
    };
    [("first", before), ("second", after)].into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Kind;
    use crate::report::sample::tests::{context, report};

    #[test]
    fn a_machine_that_was_not_quiet_is_a_warning() {
        let quiet = report(Kind::Run, &[("ringway", 10.0)]);
        let mut busy = quiet.clone();
        busy.samples.iter_mut().for_each(|sample| sample.foreign = 0.5);
        assert!(disturbances(&quiet, &quiet).is_empty());
        let found = disturbances(&quiet, &busy);
        let expect = "others used 50 % of the machine in the second: what changed may be they";
        assert_eq!(found, [expect]);
    }

    #[test]
    fn every_difference_is_a_warning() {
        let before = context(Kind::Run);
        assert!(warnings(&before, &before).is_empty());
        let mut after = before.clone();
        after.machine.kernel = "6.1".into();
        after.machine.mitigations.clear();
        after.servers[0] = "ringway: epoll".into();
        after.connections = Some(1);
        let found = warnings(&before, &after);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[0], "kernel: 6.18 before, 6.1 after");
        // Another revision is why one compares.
        after.machine.git_revision = "def".into();
        assert_eq!(warnings(&before, &after).len(), 4);
    }
}
