//! IAM policies: whatever compiles decides, and a deny is stronger than anything beside it.

use ringway_core::iam::{Context, Decision, Policies, PolicyKind, Request};

const ALLOW: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const DENY: &str = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;

/// A policy document, a NUL, the ARN of a resource.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (policy, resource) = text.split_once('\0').unwrap_or((text, "arn:aws:a:b:c:d"));
    let _ = Policies::compile([policy], PolicyKind::Resource);
    let Ok(alone) = Policies::compile([policy], PolicyKind::Identity) else { return };
    let context = Context::default()
        .with_time(1_440_938_160)
        .with("aws:username", "ada")
        .with("aws:SourceIp", "10.1.2.3")
        .with("aws:TagKeys", "a")
        .with("aws:TagKeys", "b");
    let principal = Some("arn:aws:iam::000000000000:user/ada");
    let request = Request { principal, action: "apigateway:GET", resource, context };
    let decide = |documents: [&str; 2]| {
        let both = Policies::compile(documents, PolicyKind::Identity).expect("each compiles");
        both.decide(&request)
    };
    let expect = match alone.decide(&request) {
        Decision::ExplicitDeny => Decision::ExplicitDeny,
        Decision::Allow | Decision::ImplicitDeny => Decision::Allow,
    };
    assert_eq!(decide([policy, ALLOW]), expect);
    assert_eq!(decide([ALLOW, policy]), expect);
    assert_eq!(decide([policy, DENY]), Decision::ExplicitDeny);
    assert_eq!(decide([DENY, policy]), Decision::ExplicitDeny);
}
