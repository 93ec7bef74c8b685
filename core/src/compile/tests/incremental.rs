//! What one publication shares with the one before.

use serde_json::{Value, json};

use super::*;
use crate::compile::Compiler;
use crate::definition::{Deployment, Owner, Stage as Settings};

const KEY: &str = "alice-key-0123456789abcdef";

/// An API of this name with one method, in the stage `prod`; a plan covers the stages of `covered`.
fn account(region: &str, apis: &[&str], covered: &[&str]) -> Definitions {
    let one = |id: &&str| {
        let mut one = deployed(api(json!({"/pets": {"GET": mock()}})), json!({}));
        let mut api = one.apis.remove(0);
        api.id = (*id).into();
        api
    };
    let covered: Vec<Value> = covered
        .iter()
        .map(|id| {
            let throttle = json!({"/pets/GET": {"rateLimit": 1.0, "burstLimit": 1}});
            json!({"apiId": id, "stage": "prod", "throttle": throttle})
        })
        .collect();
    let plans = json!([{"id": "p", "name": "p", "keys": ["a"], "apiStages": covered}]);
    let keys = json!([{"id": "a", "name": "a", "value": KEY, "enabled": true}]);
    Definitions {
        owner: Owner { region: region.into(), ..Owner::default() },
        apis: apis.iter().map(one).collect(),
        api_keys: Arc::new(serde_json::from_value(keys).unwrap()),
        usage_plans: Arc::new(serde_json::from_value(plans).unwrap()),
        ..Definitions::default()
    }
}

/// Which stages, and the plans of which stages, the later snapshot has from the earlier one.
fn shared<'s>(earlier: &Snapshot, later: &'s Snapshot) -> (Vec<&'s str>, Vec<&'s str>) {
    let (mut stages, mut plans) = (Vec::new(), Vec::new());
    for (stage, usage) in later.stages.iter().zip(&later.usage) {
        if earlier.stages.iter().any(|old| Arc::ptr_eq(old, stage)) {
            stages.push(&*stage.api_id);
        }
        if earlier.usage.iter().any(|old| Arc::ptr_eq(&old.plans, &usage.plans)) {
            plans.push(&*stage.api_id);
        }
    }
    (stages, plans)
}

fn settings(definitions: &mut Definitions, api: usize) -> &mut Settings {
    Arc::make_mut(&mut definitions.apis[api].stages[0].stage)
}

#[test]
fn what_did_not_change_is_shared() {
    let mut compiler = Compiler::default();
    let mut accounts = [account("r", &["one", "two"], &["one", "two"])];
    let mut last = compiler.compile(&accounts, 1).unwrap();
    let mut check = |accounts: &[Definitions], stages: &[&str], plans: &[&str], keys: bool| {
        let next = compiler.compile(accounts, last.generation + 1).unwrap();
        let (found_stages, found_plans) = shared(&last, &next);
        assert_eq!((found_stages.as_slice(), found_plans.as_slice()), (stages, plans));
        let keys_of = |snapshot: &Snapshot| Arc::clone(&snapshot.accounts.last().unwrap().keys);
        assert_eq!(Arc::ptr_eq(&keys_of(&last), &keys_of(&next)), keys);
        let usage: Vec<u32> = next.usage.iter().map(|usage| usage.account.0).collect();
        last = next;
        usage
    };
    let both = ["one", "two"];
    check(&accounts, &both, &both, true);
    // Equal values count as the same.
    check(&[account("r", &both, &both)], &both, &both, true);

    settings(&mut accounts[0], 1).variables.insert("a".into(), "b".into());
    check(&accounts, &["one"], &["one"], true);

    // Another account that comes first moves every index, and nothing else.
    let other = account("other", &["apple"], &[]);
    let usage = check(&[other, accounts[0].clone()], &both, &both, true);
    assert_eq!(usage, [0, 1, 1]);
    assert_eq!(check(&accounts, &both, &both, true), [0, 0]);

    accounts[0].account.throttle_settings.burst_limit = 7;
    check(&accounts, &both, &[], true);

    Arc::make_mut(&mut accounts[0].api_keys)[0].enabled = false;
    check(&accounts, &both, &[], false);

    let mut deployment = accounts[0].apis[0].stages[0].deployment.copy().unwrap().clone();
    deployment.resources[0].id = "other".into();
    accounts[0].apis[0].stages[0].deployment = deployment.into();
    check(&accounts, &["two"], &["two"], true);
}

#[test]
fn a_refusal_loses_nothing() {
    let mut compiler = Compiler::default();
    let accounts = [account("r", &["one", "two"], &["two"])];
    let first = compiler.compile(&accounts, 1).unwrap();
    let mut broken = accounts.clone();
    settings(&mut broken[0], 0).tracing_enabled = true;
    assert_eq!(compiler.compile(&broken, 2).unwrap_err().len(), 1);
    let gone = [account("r", &["one"], &["two"])];
    let errors = compiler.compile(&gone, 2).unwrap_err();
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["$.usagePlans[0].apiStages[0]: API Stage not found: two:prod"]
    );
    let next = compiler.compile(&accounts, 2).unwrap();
    assert_eq!(shared(&first, &next), (vec!["one", "two"], vec!["one", "two"]));
}

/// The same without the copies of APIs.
fn as_compiled(mut account: Definitions) -> Definitions {
    for api in &mut account.apis {
        api.stages.iter_mut().for_each(|stage| stage.deployment = Deployment::AsCompiled);
    }
    account
}

#[test]
fn copies_are_needed_once() {
    let mut compiler = Compiler::default();
    let account = account("r", &["one", "two"], &["one"]);
    let first = compiler.compile(std::slice::from_ref(&account), 1).unwrap();
    let mut accounts = [as_compiled(account)];
    let next = compiler.compile(&accounts, 2).unwrap();
    assert_eq!(shared(&first, &next).0, ["one", "two"]);
    let check = |accounts: &[Definitions], compiler: &mut Compiler| {
        let errors = compiler.compile(accounts, 3).unwrap_err();
        let path = "$.apis[0].stages[0]: its deployment was not compiled before";
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [path]);
    };
    // With other settings it is another stage, and to another compiler every stage is new.
    settings(&mut accounts[0], 0).variables.insert("a".into(), "b".into());
    check(&accounts, &mut compiler);
    accounts[0].apis.truncate(1);
    check(&accounts, &mut Compiler::default());
}

#[test]
fn what_is_not_kept_was_never_there() {
    let mut compiler = Compiler::default();
    let accounts = [account("r", &["one"], &["one"])];
    let first = compiler.compile(&accounts, 1).unwrap();
    let mut changed = accounts.clone();
    settings(&mut changed[0], 0).variables.insert("a".into(), "b".into());
    let tried = compiler.prepare(&changed, 2).unwrap();
    assert!(shared(&first, &tried.snapshot).0.is_empty());
    let [account] = accounts;
    let next = compiler.compile(&[as_compiled(account)], 2).unwrap();
    assert_eq!(shared(&first, &next).0, ["one"]);
    compiler.keep(tried.kept);
    let [changed] = changed;
    assert!(compiler.compile(&[as_compiled(changed)], 3).is_ok());
}

#[test]
fn stages_compiled_ahead_are_known() {
    let account = account("r", &["one", "two", "three"], &["two"]);
    let mut compilers = [Compiler::default(), Compiler::default()];
    for (at, api) in account.apis.iter().enumerate() {
        compilers[at % 2].compile_ahead(&account.owner, &api.id, &api.stages[0]).unwrap();
    }
    let mut broken = account.apis[0].stages[0].clone();
    Arc::make_mut(&mut broken.stage).tracing_enabled = true;
    assert_eq!(compilers[0].compile_ahead(&account.owner, "one", &broken).unwrap_err().len(), 1);
    let mut compiler = Compiler::default();
    compiler.join(compilers);
    let plans = compiler.compile(&[as_compiled(account)], 1).unwrap();
    let covered: Vec<_> = plans.usage.iter().map(|usage| usage.plans.len()).collect();
    assert_eq!(covered, [0, 0, 1], "one, three, two");
}

#[test]
fn accounts_are_apart() {
    let east = account("east", &["one"], &["one"]);
    let west = account("west", &["two"], &["two"]);
    let snapshot = Compiler::default().compile(&[east.clone(), west], 1).unwrap();
    let of = |name: &str| snapshot.apis.api(name).unwrap().stage("prod").unwrap();
    for (name, region) in [("one", "east"), ("two", "west")] {
        let account = snapshot.account(of(name));
        assert_eq!(&*account.owner.region, region);
        assert!(account.keys.find(KEY.as_bytes()).is_some(), "each has a key of this value");
    }
    let check = |accounts: &[Definitions], expect: &str| {
        let errors = Compiler::default().compile(accounts, 1).unwrap_err();
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expect]);
    };
    let again = account("east", &["two"], &[]);
    check(&[east.clone(), again], "$[1]: Account 000000000000 in east is there twice");
    let taken = account("west", &["one"], &[]);
    check(&[east.clone(), taken], "$[1].apis[0].id: API id one is there twice");
    let covers_others = account("west", &["two"], &["one"]);
    check(&[east, covers_others], "$[1].usagePlans[0].apiStages[0]: API Stage not found: one:prod");
}
