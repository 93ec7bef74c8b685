//! Canary releases.

use serde_json::{Value, json};

use super::*;
use crate::mapping::Source;
use crate::snapshot::{PlanIx, Rate};

/// A stage whose canary has one method more and one less.
fn definitions(canary: Value) -> Definitions {
    let with = |name: &str| {
        let get = json!({"methodIntegration": {
            "type": "HTTP_PROXY", "uri": "http://a/${stageVariables.v}${stageVariables.w}",
            "cacheKeyParameters": ["method.request.querystring.q"],
        }, "requestParameters": {"method.request.querystring.q": false}});
        api(json!({"/both": {"GET": get}, name: {"GET": mock()}}))
    };
    let mut settings = json!({
        "deploymentId": "d1",
        "variables": {"v": "1"},
        "cacheClusterEnabled": true,
        "methodSettings": {"*/*": {"cachingEnabled": true}, "old/GET": {}, "new/GET": {}},
        "canarySettings": {
            "deploymentId": "d2", "percentTraffic": 12.5,
            "stageVariableOverrides": {"v": "2", "w": "3"},
        },
    });
    let written = settings["canarySettings"].as_object_mut().unwrap();
    written.extend(canary.as_object().unwrap().clone());
    let mut definitions = deployed(with("/old"), settings);
    let canary: RestApi = serde_json::from_value(with("/new")).unwrap();
    definitions.apis[0].stages[0].canary_deployment = Some(canary.into());
    definitions
}

fn path(stage: &Stage) -> String {
    format!("{:?}", http(method(stage, "GET", "/both")).path)
}

#[test]
fn a_canary_is_a_stage_of_its_own_deployment() {
    let stage = stage_of(&definitions(json!({})));
    let canary = stage.canary.as_ref().unwrap();
    assert_eq!(canary.share, 1 << 29);
    let canary = &canary.stage;
    assert_eq!((stage.is_canary_request, canary.is_canary_request), (Some(false), Some(true)));
    assert_eq!((&*stage.deployment_id, &*canary.deployment_id), ("d1", "d2"));
    assert_eq!((&*stage.name, &*canary.name), ("prod", "prod"));
    assert!(canary.canary.is_none());
    let paths = |stage: &Stage| -> Vec<String> {
        stage.methods.iter().map(|method| method.resource_path.to_string()).collect()
    };
    assert_eq!(paths(&stage), ["/both", "/old"]);
    assert_eq!(paths(canary), ["/both", "/new"]);
    let part = &method(canary, "GET", "/both").cache.as_ref().unwrap().parts[0];
    assert_eq!(part.source, Source::QueryString("q".into()));

    let plain = |uri: &str| {
        let get = integrated(json!({"type": "HTTP_PROXY", "uri": uri}));
        stage_of(&deployed(api(json!({"/both": {"GET": get}})), json!({})))
    };
    // A variable of the overrides alone is empty for other requests.
    assert_eq!(path(&stage), path(&plain("http://a/1")));
    assert_eq!(path(canary), path(&plain("http://a/23")));
    assert_eq!(plain("http://a").is_canary_request, None);
}

#[test]
fn a_canary_has_its_own_cache_unless_told_otherwise() {
    let prefixes = |canary: Value| {
        let stage = stage_of(&definitions(canary));
        let of =
            |stage: &Stage| method(stage, "GET", "/both").cache.as_ref().unwrap().prefix.clone();
        (of(&stage), of(&stage.canary.as_ref().unwrap().stage))
    };
    let (own, canary) = prefixes(json!({}));
    assert_ne!(own, canary);
    let (own, canary) = prefixes(json!({"useStageCache": true}));
    assert_eq!(own, canary);
}

#[test]
fn shares_of_the_traffic() {
    let takes = |percent: f64, random: u32| {
        let stage = stage_of(&definitions(json!({"percentTraffic": percent})));
        stage.canary.as_ref().unwrap().takes(random)
    };
    for random in [0, 1, u32::MAX] {
        assert!(takes(100.0, random));
        assert!(!takes(0.0, random));
    }
    assert!(takes(50.0, (1 << 31) - 1) && !takes(50.0, 1 << 31));
    for percent in [-0.1, 100.1] {
        check_refused(
            &definitions(json!({"percentTraffic": percent})),
            "$.apis[0].stages[0].canarySettings.percentTraffic: A share of the traffic…",
        );
    }
}

#[test]
fn plans_limit_methods_of_either_deployment() {
    let throttles = |names: &[&str]| {
        let mut definitions = definitions(json!({}));
        let limit = json!({"rateLimit": 1.0, "burstLimit": 1});
        let throttle: serde_json::Map<_, _> =
            names.iter().map(|name| ((*name).to_string(), limit.clone())).collect();
        let stages = json!([{"apiId": "api1", "stage": "prod", "throttle": throttle}]);
        let plans = json!([{"id": "p", "name": "p", "apiStages": stages}]);
        definitions.usage_plans = Arc::new(serde_json::from_value(plans).unwrap());
        definitions
    };
    let snapshot = accepted(&throttles(&["/both/GET", "/old/GET", "/new/GET"]));
    let stage = &snapshot.stages[0];
    let canary = &stage.canary.as_ref().unwrap().stage;
    for (stage, name) in [(stage, "/old"), (canary, "/new")] {
        let plan = snapshot.usage[0].plan(stage, PlanIx(0)).unwrap();
        let limit = |(ix, limit): &(_, Rate)| {
            (stage.method(*ix).resource_path.to_string(), limit.burst_limit)
        };
        let found: Vec<_> = plan.methods.iter().map(limit).collect();
        assert_eq!(found, [("/both".to_string(), 1), (name.to_string(), 1)]);
    }
    check_refused(
        &throttles(&["/none/GET"]),
        "$.usagePlans[0].apiStages[0].throttle['/none/GET']: There is no such method in this API",
    );
}

#[test]
fn a_canary_without_a_deployment_is_refused() {
    let mut definitions = definitions(json!({}));
    definitions.apis[0].stages[0].canary_deployment = None;
    Arc::make_mut(&mut definitions.apis[0].stages[0].stage).method_settings.clear();
    check_refused(
        &definitions,
        "$.apis[0].stages[0].canarySettings: a canary needs a deployment of its own, which a \
         settings file cannot name",
    );
}
