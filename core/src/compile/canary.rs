//! Canary settings: the share of the requests, variables and cache of a stage's second deployment
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html>).

use super::report::{Place, Report};
use super::settings;
use crate::definition::{CanarySettings, Stage};

/// A percentage in 2⁻³², so that 100 takes every random number and 0 none.
pub(super) fn share(percent_traffic: f64, place: &Place<'_>, report: &mut Report) -> u64 {
    if !(0.0..=100.0).contains(&percent_traffic) {
        report
            .refuse(&place.key("percentTraffic"), "A share of the traffic is 0.0 to 100.0 percent");
    }
    // `as` saturates; what is no percentage was refused.
    (percent_traffic / 100.0 * 4_294_967_296.0).round() as u64
}

/// The stage's variables below the overrides (aws-facts 107).
pub(super) fn variables(
    stage: &Stage,
    settings: &CanarySettings,
    place: &Place<'_>,
    report: &mut Report,
) -> Box<[(Box<str>, Box<str>)]> {
    let mut all = stage.variables.clone();
    all.extend(settings.stage_variable_overrides.clone());
    settings::variables(&all, &place.key("stageVariableOverrides"), report)
}

/// What stands for the stage in the cache keys of a canary with a cache of its own; no stage has
/// this name, because of the slash.
pub(super) fn cache_name(stage_name: &str) -> String {
    format!("{stage_name}/Canary")
}
