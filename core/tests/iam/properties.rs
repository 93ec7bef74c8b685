//! What holds for any policies.

use proptest::prelude::*;
use ringway_core::iam::{Decision, Policies, PolicyKind};

use crate::request;

/// A statement, and whether it is about the request that is asked.
fn statement() -> impl Strategy<Value = (String, bool, bool)> {
    let actions = [("*", true), ("apigateway:G*", true), ("apigateway:PUT", false)];
    let resources = [
        ("*", true),
        ("arn:aws:apigateway:*::/restapis/*", true),
        ("arn:aws:apigateway:*::/account", false),
    ];
    let conditions = [
        (r#"{"StringEquals":{"aws:username":"ada"}}"#, true),
        (r#"{"StringEquals":{"aws:username":"eve"}}"#, false),
        (r#"{"Null":{"aws:userid":"true"}}"#, true),
    ];
    let pick = (0..3_usize, 0..3_usize, 0..3_usize);
    (any::<bool>(), pick).prop_map(move |(deny, (action, resource, condition))| {
        let effect = if deny { "Deny" } else { "Allow" };
        let (action, resource) = (actions[action], resources[resource]);
        let condition = conditions[condition];
        let text = format!(
            r#"{{"Effect":"{effect}","Action":"{}","Resource":"{}","Condition":{}}}"#,
            action.0, resource.0, condition.0
        );
        (text, deny, action.1 && resource.1 && condition.1)
    })
}

fn decide(documents: &[String]) -> Decision {
    let texts = documents.iter().map(|text| &**text);
    Policies::compile(texts, PolicyKind::Identity).expect("they are policies").decide(&request())
}

proptest! {
    #[test]
    fn a_deny_wins_wherever_it_stands(
        statements in prop::collection::vec(statement(), 1..12),
        split in 0..12_usize,
    ) {
        let about = |deny: bool| statements.iter().any(|it| it.2 && it.1 == deny);
        let expect = match (about(true), about(false)) {
            (true, _) => Decision::ExplicitDeny,
            (false, true) => Decision::Allow,
            (false, false) => Decision::ImplicitDeny,
        };
        let document = |texts: &[&str]| format!(r#"{{"Statement":[{}]}}"#, texts.join(","));
        let mut texts: Vec<&str> = statements.iter().map(|it| &*it.0).collect();
        prop_assert_eq!(decide(&[document(&texts)]), expect);
        texts.reverse();
        prop_assert_eq!(decide(&[document(&texts)]), expect);
        let (first, second) = texts.split_at(split.min(texts.len()));
        let parts = [first, second].into_iter().filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.map(document).collect();
        prop_assert_eq!(decide(&parts), expect);
    }

    #[test]
    fn any_text_is_compiled_or_refused(text in r#"[{}\[\]":,*A-Za-z0-9]{0,60}"#) {
        let _ = Policies::compile([&*text], PolicyKind::Identity);
    }
}
