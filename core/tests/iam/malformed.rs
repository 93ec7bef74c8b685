//! Documents that are none, and the words they are refused with.

use ringway_core::iam::{Policies, PolicyKind};
use ringway_core::limits::{IAM_POLICIES_PER_USER_MAX, IAM_POLICY_CHARS_MAX};

fn refused(policy: &str, kind: PolicyKind) -> String {
    Policies::compile([policy], kind).expect_err(policy).message
}

/// A document of one statement that is like a good one but for these elements.
fn statement(elements: &str) -> String {
    let rest = [
        ("Effect", r#""Effect":"Allow""#),
        ("Action", r#""Action":"apigateway:GET""#),
        ("Resource", r#""Resource":"*""#),
    ];
    let rest = rest.iter().filter(|(name, _)| !elements.contains(&format!("{name}\"")));
    let mut all: Vec<&str> = rest.map(|(_, element)| *element).collect();
    all.push(elements);
    let all = all.join(",");
    format!(r#"{{"Version":"2012-10-17","Statement":[{{{}}}]}}"#, all.trim_end_matches(','))
}

#[test]
fn statements() {
    let check = |elements: &str, text: &str| {
        let message = refused(&statement(elements), PolicyKind::Identity);
        assert!(message.starts_with(text), "{elements}: {message}");
    };
    assert!(Policies::compile([&*statement("")], PolicyKind::Identity).is_ok());
    let syntax = "Syntax errors in policy.";
    check(r#""Effect":"allow""#, "Invalid effect: allow");
    check(r#""Effect":1"#, syntax);
    check(r#""Action":[]"#, "Policy statement must contain actions.");
    check(r#""Action":[1]"#, syntax);
    check(r#""Action":"GET""#, "Actions/Conditions must be prefaced by a vendor, e.g., iam");
    check(r#""Action":":GET""#, "Vendor  is not valid");
    check(r#""Action":"api*:GET""#, "Vendor api* is not valid");
    check(r#""Action":"apigateway:""#, "The action apigateway: is not valid.");
    check(r#""Action":"apigateway:G T""#, "The action apigateway:G T is not valid.");
    check(r#""Action":"*","NotAction":"*""#, syntax);
    check(r#""Resource":[]"#, "Policy statement must contain resources.");
    check(r#""Resource":"restapis""#, "Resource restapis must be in ARN format or \"*\".");
    check(r#""Resource":"arn:aws:apigateway:*""#, "Resource arn:aws:apigateway:* must be in ARN");
    check(r#""Resource":"*","NotResource":"*""#, syntax);
    check(r#""Resource":"arn:a:b:c:d:${aws:username""#, "The policy variable in");
    check(r#""Resource":"arn:a:b:c:d:${aws:wings}""#, "The policy variable aws:wings is not");
    check(r#""Principal":"*""#, "Policy document should not specify a principal.");
    check(r#""Sid":"a-b""#, "Statement IDs (SID) must be alpha-numeric.");
    check(r#""Sid":"a","Sid":"a""#, syntax);
    check(r#""Foo":1"#, syntax);
}

#[test]
fn conditions() {
    let check = |condition: &str, text: &str| {
        let elements = format!(r#""Condition":{condition}"#);
        let message = refused(&statement(&elements), PolicyKind::Identity);
        assert!(message.starts_with(text), "{condition}: {message}");
    };
    let type_of = |operator: &str| {
        let condition = format!(r#"{{"{operator}":{{"aws:userid":"a"}}}}"#);
        check(&condition, &format!("Invalid Condition type : {operator}."));
    };
    type_of("StringEqual");
    type_of("stringequals");
    type_of("ForSomeValues:StringEquals");
    type_of("ForAllValues:ForAnyValue:StringEquals");
    type_of("StringEqualsIfExistsIfExists");
    type_of("NullIfExists");
    type_of("ForAllValues:Null");
    type_of("BinaryEquals");
    let key = r#"{"StringEquals":{"aws:MultiFactorAuthPresent":"true"}}"#;
    check(key, "The condition key aws:MultiFactorAuthPresent is not supported.");
    check(r#"{"Null":{"aws:RequestTag/":"true"}}"#, "The condition key aws:RequestTag/ is not");
    check(r#"{"StringEquals":{"aws:userid":[]}}"#, "The condition key aws:userid has no value.");
    check(r#"{"StringEquals":{"aws:userid":{}}}"#, "Syntax errors in policy.");
    check(r#"{"StringEquals":"x"}"#, "Syntax errors in policy.");
    let twice = r#"{"StringEquals":{"aws:userid":"a","aws:userid":"b"}}"#;
    check(twice, "Syntax errors in policy. duplicate key `aws:userid`");
    check(r#"{"Bool":{},"Bool":{}}"#, "Syntax errors in policy. duplicate key `Bool`");
    check(r#"{"NumericEquals":{"aws:EpochTime":"inf"}}"#, "The value inf is no number.");
    check(r#"{"DateEquals":{"aws:CurrentTime":"x"}}"#, "The value x is no date.");
    check(r#"{"Bool":{"aws:SecureTransport":"1"}}"#, "The value 1 is no boolean.");
    let address = r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}"#;
    check(address, "The value 10.0.0.0/33 is no IP address or CIDR block.");
    check(r#"{"ArnLike":{"aws:PrincipalArn":"a:b"}}"#, "The value a:b is no ARN.");
}

#[test]
fn documents() {
    let check = |policy: &str, text: &str| {
        let message = refused(policy, PolicyKind::Identity);
        assert!(message.starts_with(text), "{policy}: {message}");
    };
    let syntax = "Syntax errors in policy.";
    check("", syntax);
    check("[]", syntax);
    check("{}", syntax);
    check(r#"{"Statement":[]}"#, "Policy document must contain statements.");
    check(
        r#"{"Version":"2012-10-18","Statement":[]}"#,
        "Policy document must be version 2012-10-17 or greater.",
    );
    check(r#"{"Statement":[],"Statement":[]}"#, syntax);
    check(r#"{"statement":[]}"#, syntax);
    check(&"[".repeat(10_000), syntax);
    let twice = r#"{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}"#;
    let twice = format!(r#"{{"Statement":[{twice},{twice}]}}"#);
    check(&twice, "Statement IDs (SID) in a single policy must be unique.");
    check(&"x".repeat(IAM_POLICY_CHARS_MAX + 1), "Cannot exceed quota for PolicySize: 10240");
}

#[test]
fn principals() {
    let check = |principal: &str, text: &str| {
        let elements = format!(r#""Principal":{principal}"#);
        let message = refused(&statement(&elements), PolicyKind::Resource);
        assert!(message.starts_with(text), "{principal}: {message}");
    };
    let none = refused(&statement(""), PolicyKind::Resource);
    assert_eq!(none, "Policy statement must contain principals.");
    check("{}", "Policy statement must contain principals.");
    check(r#""x""#, "Syntax errors in policy.");
    let invalid = "Invalid principal in policy: ";
    check(r#"{"AWS":"x"}"#, invalid);
    check(r#"{"AWS":"arn:aws:iam::000000000000:user/*"}"#, invalid);
    check(r#"{"AWS":"arn:aws:iam::1:root"}"#, invalid);
    check(r#"{"Human":"x"}"#, invalid);
    check(r#"{"Service":""}"#, invalid);
}

#[test]
fn places_are_named_and_documents_counted() {
    let good = statement("");
    let two = r#"{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},
                 {"Effect":"Deny","Action":"x","Resource":"*"}]}"#;
    let error = Policies::compile([&*good, two], PolicyKind::Identity).unwrap_err();
    assert_eq!((error.document, error.statement), (1, Some(1)));
    let many = std::iter::repeat_n(&*good, IAM_POLICIES_PER_USER_MAX + 1);
    let error = Policies::compile(many, PolicyKind::Identity).unwrap_err();
    assert_eq!(error.message, "Cannot exceed 20 policies.");
}
