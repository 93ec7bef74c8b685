//! Every operator, on keys with none, one and several values.

use ringway_core::iam::{Context, Decision, PolicyKind, Request};

use crate::{decide, request};

/// Whether a condition holds for the values of its key. It must not matter to which effect it
/// belongs, unless it cannot be said.
fn check(operator: &str, key: &str, wanted: &str, values: &[&str], expect: Option<bool>) {
    let mut context = Context::default().with("aws:username", "ada");
    for value in values {
        context = context.with(key.to_owned(), *value);
    }
    let request = Request { context, ..request() };
    let decided = ["Allow", "Deny"].map(|effect| {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"*",
                 "Resource":"*","Condition":{{"{operator}":{{"{key}":{wanted}}}}}}}}}"#
        );
        decide(&policy, PolicyKind::Identity, &request)
    });
    let holds = match decided {
        [Decision::Allow, Decision::ExplicitDeny] => Some(true),
        [Decision::ImplicitDeny, Decision::ImplicitDeny] => Some(false),
        [Decision::ImplicitDeny, Decision::ExplicitDeny] => None,
        other => panic!("{operator} {key} {wanted} {values:?}: {other:?}"),
    };
    assert_eq!(holds, expect, "{operator} {key} {wanted} {values:?}");
}

#[test]
fn strings() {
    let on = |operator: &str, wanted: &str, values: &[&str], expect: bool| {
        check(operator, "aws:userid", wanted, values, Some(expect));
    };
    on("StringEquals", r#""ab*""#, &["ab*"], true);
    on("StringEquals", r#""ab*""#, &["abc"], false);
    on("StringEquals", r#"["x","AB"]"#, &["ab"], false);
    on("StringEquals", r#"["x","ab"]"#, &["ab"], true);
    on("StringEquals", r#""${aws:username}""#, &["ada"], true);
    on("StringEquals", r#""x""#, &[], false);
    on("StringEqualsIfExists", r#""x""#, &[], true);
    on("StringEqualsIfExists", r#""x""#, &["y"], false);
    on("StringNotEquals", r#"["x","y"]"#, &["y"], false);
    on("StringNotEquals", r#"["x","y"]"#, &["z"], true);
    on("StringNotEquals", r#""x""#, &[], true);
    on("StringEqualsIgnoreCase", r#""AbC""#, &["aBc"], true);
    on("StringNotEqualsIgnoreCase", r#""AbC""#, &["aBc"], false);
    on("StringLike", r#""a?c*""#, &["abcd"], true);
    on("StringLike", r#""a?c*""#, &["acd"], false);
    on("StringNotLike", r#""a*""#, &["abc"], false);
    on("StringNotLikeIfExists", r#""a*""#, &[], true);
    check("StringEquals", "aws:userid", r#""${aws:PrincipalTag/x}""#, &["a"], None);
}

#[test]
fn numbers() {
    let on = |operator: &str, wanted: &str, values: &[&str], expect: Option<bool>| {
        check(operator, "aws:EpochTime", wanted, values, expect);
    };
    on("NumericEquals", "5", &["5.0"], Some(true));
    on("NumericEquals", r#""5""#, &["6"], Some(false));
    on("NumericNotEquals", "5", &["5"], Some(false));
    on("NumericNotEquals", "5", &["6"], Some(true));
    on("NumericLessThan", "5", &["5"], Some(false));
    on("NumericLessThan", "-1.5", &["-2"], Some(true));
    on("NumericLessThanEquals", "5", &["5"], Some(true));
    on("NumericGreaterThan", "5", &["5"], Some(false));
    on("NumericGreaterThanEquals", "5", &["5"], Some(true));
    on("NumericGreaterThanIfExists", "5", &[], Some(true));
    on("NumericEquals", "5", &["five"], None);
    on("NumericNotEquals", "5", &["NaN"], None);
}

#[test]
fn dates() {
    let on = |operator: &str, wanted: &str, values: &[&str], expect: Option<bool>| {
        check(operator, "aws:CurrentTime", wanted, values, expect);
    };
    let noon = r#""2026-03-04T12:00:00Z""#;
    on("DateEquals", noon, &["2026-03-04T13:00:00+01:00"], Some(true));
    on("DateNotEquals", noon, &["2026-03-04T12:00:00Z"], Some(false));
    on("DateLessThan", noon, &["2026-03-04T11:59:59Z"], Some(true));
    on("DateLessThanEquals", noon, &["2026-03-04T12:00:00Z"], Some(true));
    on("DateGreaterThan", noon, &["2026-03-04T12:00:00Z"], Some(false));
    on("DateGreaterThanEquals", r#""1772625600""#, &["2026-03-04T12:00:00Z"], Some(true));
    on("DateLessThan", noon, &["yesterday"], None);
    let context = Context::default().with_time(1_772_600_767);
    let shown = format!("{context:?}");
    assert!(shown.contains("2026-03-04T05:06:07Z") && shown.contains("1772600767"), "{shown}");
}

#[test]
fn booleans_addresses_arns_and_null() {
    check("Bool", "aws:SecureTransport", r#""true""#, &["true"], Some(true));
    check("Bool", "aws:SecureTransport", "false", &["true"], Some(false));
    check("Bool", "aws:SecureTransport", "true", &["perhaps"], None);
    check("BoolIfExists", "aws:SecureTransport", "true", &[], Some(true));

    let on = |operator: &str, wanted: &str, value: &str, expect: Option<bool>| {
        check(operator, "aws:SourceIp", wanted, &[value], expect);
    };
    on("IpAddress", r#"["10.0.0.0/8","192.168.1.1"]"#, "10.1.2.3", Some(true));
    on("IpAddress", r#"["10.0.0.0/8","192.168.1.1"]"#, "192.168.1.1", Some(true));
    on("IpAddress", r#"["10.0.0.0/8","192.168.1.1"]"#, "192.168.1.2", Some(false));
    on("IpAddress", r#""10.0.0.0/8""#, "::ffff:10.1.2.3", Some(true));
    on("IpAddress", r#""2001:db8::/32""#, "2001:db8:1::2", Some(true));
    on("NotIpAddress", r#""10.0.0.0/8""#, "10.1.2.3", Some(false));
    on("NotIpAddress", r#""10.0.0.0/8""#, "here", None);
    check("NotIpAddress", "aws:SourceIp", r#""10.0.0.0/8""#, &[], Some(true));

    let arn = "arn:aws:iam::000000000000:user/ada";
    for operator in ["ArnEquals", "ArnLike"] {
        check(operator, "aws:PrincipalArn", r#""arn:aws:iam::*:user/a?a""#, &[arn], Some(true));
        check(operator, "aws:PrincipalArn", r#""arn:aws:*:user/ada:x:y""#, &[arn], Some(false));
    }
    for operator in ["ArnNotEquals", "ArnNotLike"] {
        check(operator, "aws:PrincipalArn", r#""arn:aws:iam::*:user/*""#, &[arn], Some(false));
    }

    check("Null", "aws:userid", "true", &[], Some(true));
    check("Null", "aws:userid", "true", &["x"], Some(false));
    check("Null", "aws:userid", r#""false""#, &["x"], Some(true));
    check("Null", "aws:RequestTag/team", "false", &[], Some(false));
}

#[test]
fn keys_with_several_values() {
    let on = |operator: &str, values: &[&str], expect: bool| {
        check(operator, "aws:TagKeys", r#"["a","b"]"#, values, Some(expect));
    };
    on("ForAllValues:StringEquals", &["a", "b"], true);
    on("ForAllValues:StringEquals", &["a", "c"], false);
    on("ForAllValues:StringEquals", &[], true);
    on("ForAllValues:StringNotEquals", &["c", "d"], true);
    on("ForAllValues:StringNotEquals", &["c", "a"], false);
    on("ForAnyValue:StringEquals", &["c", "a"], true);
    on("ForAnyValue:StringEquals", &["c"], false);
    on("ForAnyValue:StringEquals", &[], false);
    on("ForAnyValue:StringEqualsIfExists", &[], true);
    on("ForAnyValue:StringNotEquals", &["a", "c"], true);
    on("ForAnyValue:StringNotEquals", &["a", "b"], false);
    on("StringEquals", &["c", "a"], true);
    on("StringNotEquals", &["c", "a"], false);
}

#[test]
fn all_conditions_must_hold() {
    let policy = |userid: &str, agent: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{
                 "StringEquals":{{"aws:userid":"{userid}"}},
                 "StringLike":{{"AWS:useragent":"{agent}","aws:username":"*"}}}}}}}}"#
        )
    };
    let context = Context::default().with("aws:userid", "u").with("aws:UserAgent", "curl/8");
    let request = Request { context: context.with("aws:username", "ada"), ..request() };
    let ask = |policy: &str| decide(policy, PolicyKind::Identity, &request);
    assert_eq!(ask(&policy("u", "curl/*")), Decision::Allow);
    assert_eq!(ask(&policy("v", "curl/*")), Decision::ImplicitDeny);
    assert_eq!(ask(&policy("u", "wget/*")), Decision::ImplicitDeny);
}
