//! Effects, actions, resources and principals.

use ringway_core::iam::{Context, Decision, Policies, PolicyKind, Request, management_arn};

use crate::{ADA, decide, request};

/// An identity policy of some statements, each without its braces.
fn check(statements: &[&str], expect: Decision) {
    let policy =
        format!(r#"{{"Version":"2012-10-17","Statement":[{{{}}}]}}"#, statements.join("},{"));
    assert_eq!(decide(&policy, PolicyKind::Identity, &request()), expect, "{policy}");
}

const ALLOW_ALL: &str = r#""Effect":"Allow","Action":"*","Resource":"*""#;

#[test]
fn effects() {
    let deny = r#""Effect":"Deny","Action":"apigateway:*","Resource":"*""#;
    let other = r#""Effect":"Deny","Action":"apigateway:POST","Resource":"*""#;
    check(&[ALLOW_ALL], Decision::Allow);
    check(&[ALLOW_ALL, deny], Decision::ExplicitDeny);
    check(&[deny, ALLOW_ALL], Decision::ExplicitDeny);
    check(&[other, ALLOW_ALL], Decision::Allow);
    check(&[other], Decision::ImplicitDeny);
    assert_eq!(Policies::default().decide(&request()), Decision::ImplicitDeny);
}

#[test]
fn actions() {
    let action = |element: &str, allowed: bool| {
        let expect = if allowed { Decision::Allow } else { Decision::ImplicitDeny };
        check(&[&format!(r#""Effect":"Allow",{element},"Resource":"*""#)], expect);
    };
    action(r#""Action":"apigateway:GET""#, true);
    action(r#""Action":"ApiGateway:get""#, true);
    action(r#""Action":["apigateway:POST","apigateway:G?T"]"#, true);
    action(r#""Action":"apigateway:P*""#, false);
    action(r#""Action":"execute-api:*""#, false);
    action(r#""NotAction":"apigateway:DELETE""#, true);
    action(r#""NotAction":["apigateway:DELETE","apigateway:get"]"#, false);
}

#[test]
fn resources() {
    let resource = |element: &str, allowed: bool| {
        let expect = if allowed { Decision::Allow } else { Decision::ImplicitDeny };
        check(&[&format!(r#""Effect":"Allow","Action":"*",{element}"#)], expect);
    };
    resource(r#""Resource":"arn:aws:apigateway:us-east-1::/restapis/abc""#, true);
    resource(r#""Resource":"arn:aws:apigateway:us-east-1::/restapis/ABC""#, false);
    resource(r#""Resource":"arn:aws:apigateway:*::/restapis/*""#, true);
    resource(
        r#""Resource":["arn:aws:apigateway:*::/apis/*","arn:aws:apigateway:*::/*/a?c"]"#,
        true,
    );
    resource(r#""Resource":"arn:aws:apigateway:eu-west-1::/*""#, false);
    resource(r#""NotResource":"arn:aws:apigateway:*::/account""#, true);
    resource(r#""NotResource":"arn:aws:apigateway:*::/restapis/*""#, false);
    resource(r#""Resource":"arn:aws:apigateway:us-east-1::/restapis/${aws:username}""#, false);
}

#[test]
fn variables() {
    let policy = |effect: &str, element: &str, version: &str| {
        let resource = "arn:aws:apigateway:us-east-1::/restapis/${aws:username}";
        format!(
            r#"{{"Version":"{version}","Statement":{{"Effect":"{effect}","Action":"*",
                 "{element}":"{resource}"}}}}"#
        )
    };
    let ask = |policy: &str, resource: &str, context: Context<'_>| {
        let request = Request { resource, context, ..request() };
        decide(policy, PolicyKind::Identity, &request)
    };
    let own = "arn:aws:apigateway:us-east-1::/restapis/ada";
    let ada = || Context::default().with("aws:username", "ada");
    let allow = policy("Allow", "Resource", "2012-10-17");
    assert_eq!(ask(&allow, own, ada()), Decision::Allow);
    let star = Context::default().with("aws:username", "*");
    assert_eq!(ask(&allow, own, star), Decision::ImplicitDeny);
    let old = policy("Allow", "Resource", "2008-10-17");
    assert_eq!(ask(&old, own, ada()), Decision::ImplicitDeny);
    // Without a value nothing is allowed, and everything denied.
    for element in ["Resource", "NotResource"] {
        let nobody = Context::default();
        let allow = policy("Allow", element, "2012-10-17");
        assert_eq!(ask(&allow, own, nobody.clone()), Decision::ImplicitDeny);
        let deny = policy("Deny", element, "2012-10-17");
        assert_eq!(ask(&deny, own, nobody), Decision::ExplicitDeny);
    }
}

#[test]
fn principals() {
    let check = |element: &str, caller: Option<&str>, expect: bool| {
        let policy = format!(
            r#"{{"Statement":{{"Effect":"Allow",{element},"Action":"*","Resource":"*"}}}}"#
        );
        let request = Request { principal: caller, ..request() };
        let allowed = decide(&policy, PolicyKind::Resource, &request) == Decision::Allow;
        assert_eq!(allowed, expect, "{element} {caller:?}");
    };
    let other = "arn:aws:iam::111111111111:user/ada";
    check(r#""Principal":"*""#, None, true);
    check(r#""Principal":{"AWS":"*"}"#, None, true);
    check(r#""Principal":{"AWS":"000000000000"}"#, Some(ADA), true);
    check(r#""Principal":{"AWS":"000000000000"}"#, Some(other), false);
    check(r#""Principal":{"AWS":"000000000000"}"#, None, false);
    check(r#""Principal":{"AWS":["arn:aws:iam::111111111111:root"]}"#, Some(other), true);
    check(r#""Principal":{"AWS":"arn:aws:iam::000000000000:user/ada"}"#, Some(ADA), true);
    check(r#""Principal":{"AWS":"arn:aws:iam::000000000000:user/ada"}"#, Some(other), false);
    check(r#""Principal":{"Service":"apigateway.amazonaws.com"}"#, Some(ADA), false);
    check(r#""Principal":{"Service":"a.b","AWS":"*"}"#, Some(ADA), true);
    check(r#""NotPrincipal":{"AWS":"000000000000"}"#, Some(ADA), false);
    check(r#""NotPrincipal":{"AWS":"000000000000"}"#, Some(other), true);
}

#[test]
fn arns_of_management_calls() {
    let check = |path: &str, expect: &str| {
        let arn = management_arn("us-east-1", path);
        assert_eq!(arn, format!("arn:aws:apigateway:us-east-1::{expect}"));
    };
    check("/restapis", "/restapis");
    check("/restapis/abc/stages/%70rod", "/restapis/abc/stages/prod");
    check("/restapis/a%2Fb", "/restapis/a%2Fb");
    check("/restapis/a%2fb%25+", "/restapis/a%2Fb%25+");
    check("/restapis/a%252Fb", "/restapis/a%252Fb");
    check("/apikeys/%C3%A9", "/apikeys/é");
    check(
        "/tags/arn%3aaws:apigateway%3Aus-east-1%3A%3A%2Frestapis%2Fabc",
        "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fabc",
    );
    check("", "/");
}
