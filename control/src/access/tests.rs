//! Calls signed by users of every kind, before a gate.

use axum::http::{HeaderName, HeaderValue};
use ringway_core::identity::{AccessKeyId, SecretAccessKey};
use ringway_core::sigv4::{Request, Signer, amz_date};
use serde_json::{Value, json};

use super::*;
use crate::documents::Transaction;
use crate::plane::tests::settings;
use crate::store::MemoryStore;
use crate::users::{self, ADMINISTRATOR_ACCESS};

const NOW: u64 = 1_440_938_160;
const ACCOUNT: &str = "111122223333";

/// A gate, the documents behind it, and the key of one user.
struct Fixture {
    state: State,
    gate: Gate,
    key: (String, String),
}

/// What a test signs, and what it sends.
struct Sent<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: &'a str,
    region: &'a str,
    fields: Vec<(&'static str, String)>,
}

impl Default for Sent<'_> {
    fn default() -> Self {
        let (method, path, query, body) = ("GET", "/restapis", "", "");
        let fields = vec![
            ("host", "127.0.0.1:4566".to_owned()),
            ("user-agent", "test/1".to_owned()),
            ("x-amz-date", amz_date(NOW)),
        ];
        Self { method, path, query, body, region: "eu-west-1", fields }
    }
}

impl Fixture {
    /// A user with these policies and one key.
    fn new(policies: &[&str]) -> Self {
        let mut state = State::open(Box::<MemoryStore>::default()).unwrap();
        let named = policies.iter().enumerate();
        let named: serde_json::Map<_, _> =
            named.map(|(ix, text)| (format!("p{ix}"), Value::from(*text))).collect();
        ask(&mut state, json!({"action": "CreateUser", "userName": "ada", "policies": named}));
        let key = ask(&mut state, json!({"action": "CreateAccessKey", "userName": "ada"}));
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        let key = (text("accessKeyId"), text("secretAccessKey"));
        Self { gate: Gate::new(Access::Signed, &state), state, key }
    }

    fn ask(&mut self, request: Value) {
        ask(&mut self.state, request);
        self.gate.follow(&self.state);
    }

    /// The headers of a call with its signature.
    fn signed(&self, sent: &Sent<'_>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &sent.fields {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let (id, secret) = (AccessKeyId::parse(&self.key.0), SecretAccessKey::parse(&self.key.1));
        let signer = Signer {
            access_key_id: &id.unwrap(),
            secret: &secret.unwrap(),
            region: sent.region,
            service: "apigateway",
        };
        let fields: Vec<_> = headers.iter().collect();
        let request = Request {
            method: sent.method.as_bytes(),
            path: sent.path.as_bytes(),
            query: sent.query.as_bytes(),
            headers: fields.iter().map(|(n, v)| (n.as_str().as_bytes(), v.as_bytes())),
        };
        let names: Vec<_> = sent.fields.iter().map(|(name, _)| *name).collect();
        let value = signer.authorization(&request, sent.body.as_bytes(), &names.join(";"), NOW);
        headers.insert("authorization", HeaderValue::from_str(&value.unwrap()).unwrap());
        headers
    }

    /// What the gate says to a call with these headers.
    fn judge(&self, sent: &Sent<'_>, headers: &HeaderMap) -> Result<Caller, ManagementError> {
        let method = sent.method.parse().unwrap();
        let (path, query, body) = (sent.path, sent.query, sent.body.as_bytes());
        let peer = Some("192.0.2.7".parse().unwrap());
        let call = Presented { method: &method, path, query, headers, body, peer };
        let caller = self.gate.caller(&call, &settings(), NOW)?;
        let tags = tags_of(body, &[]);
        let action = Action::managing(&call, &caller.scope.region, &tags);
        self.gate.allow(&caller, &action, &call, NOW).map(|()| caller)
    }

    fn sent(&self, sent: &Sent<'_>) -> Result<Caller, &'static str> {
        self.judge(sent, &self.signed(sent)).map_err(|error| {
            assert_eq!(error.status.as_u16(), 403);
            error.code
        })
    }
}

fn ask(state: &mut State, request: Value) -> Value {
    let mut tx = Transaction::new(state, Scope::new(ACCOUNT, ""));
    let request = serde_json::from_value(request).unwrap();
    let answer = users::run(&mut tx, &request, 0).unwrap();
    tx.commit().unwrap();
    answer
}

#[test]
fn the_account_is_that_of_the_key_and_the_region_that_of_the_signature() {
    let fixture = Fixture::new(&[ADMINISTRATOR_ACCESS]);
    let caller = fixture.sent(&Sent::default()).unwrap();
    assert_eq!(caller.scope, Scope::new(ACCOUNT, "eu-west-1"));
    let identity = caller.user.unwrap().identity;
    assert_eq!(&*identity.arn, "arn:aws:iam::111122223333:user/ada");
}

#[test]
fn what_is_not_signed_as_it_is_sent_is_refused() {
    let fixture = Fixture::new(&[ADMINISTRATOR_ACCESS]);
    let headers = fixture.signed(&Sent::default());
    let check = |sent: Sent<'_>, headers: &HeaderMap, code: &str| {
        assert_eq!(fixture.judge(&sent, headers).unwrap_err().code, code, "{}", sent.path);
    };
    let invalid = "InvalidSignatureException";
    assert!(fixture.judge(&Sent::default(), &headers).is_ok());
    check(Sent { method: "DELETE", ..Sent::default() }, &headers, invalid);
    check(Sent { path: "/apikeys", ..Sent::default() }, &headers, invalid);
    check(Sent { query: "limit=1", ..Sent::default() }, &headers, invalid);
    check(Sent { body: "{}", ..Sent::default() }, &headers, invalid);
    // These have the same canonical form as what was signed.
    check(Sent { path: "/x/../restapis", ..Sent::default() }, &headers, invalid);
    check(Sent { path: "/./restapis", ..Sent::default() }, &headers, invalid);
    check(Sent::default(), &HeaderMap::new(), "MissingAuthenticationTokenException");
    let mut many = headers;
    while many.len() <= 100 {
        many.append("x-other", HeaderValue::from_static("1"));
    }
    check(Sent::default(), &many, "IncompleteSignatureException");
}

#[test]
fn a_region_that_is_none_names_no_documents() {
    let fixture = Fixture::new(&[ADMINISTRATOR_ACCESS]);
    for region in ["", "Us-East-1", "a_b", "0123456789-0123456789-0123456789-"] {
        let sent = Sent { region, ..Sent::default() };
        assert_eq!(fixture.sent(&sent).unwrap_err(), "InvalidSignatureException", "{region}");
    }
}

#[test]
fn a_key_counts_from_the_moment_it_is_made_to_that_when_it_is_not() {
    let mut fixture = Fixture::new(&[ADMINISTRATOR_ACCESS]);
    let sent = Sent::default();
    let unknown = "UnrecognizedClientException";
    let id = fixture.key.0.clone();
    let key = json!({"action": "UpdateAccessKey", "userName": "ada", "accessKeyId": id});
    let status = |status: &str| {
        let mut request = key.clone();
        request["status"] = status.into();
        request
    };
    assert!(fixture.sent(&sent).is_ok());
    fixture.ask(status("Inactive"));
    assert_eq!(fixture.sent(&sent).unwrap_err(), unknown);
    fixture.ask(status("Active"));
    assert!(fixture.sent(&sent).is_ok());
    let secret = std::mem::replace(&mut fixture.key.1, "another".into());
    assert_eq!(fixture.sent(&sent).unwrap_err(), "InvalidSignatureException");
    fixture.key.1 = secret;
    let mut with_token = Sent::default();
    with_token.fields.push(("x-amz-security-token", "token".into()));
    assert_eq!(fixture.sent(&with_token).unwrap_err(), unknown);
    fixture.ask(json!({"action": "DeleteUser", "userName": "ada"}));
    assert_eq!(fixture.sent(&sent).unwrap_err(), unknown);
}

#[test]
fn policies_decide_by_verb_resource_and_what_is_known_of_the_call() {
    let statement = |effect: &str, action: &str, resource: &str, condition: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}",
                "Action": "{action}", "Resource": "{resource}", "Condition": {condition}}}]}}"#
        )
    };
    let check = |policies: &[String], sent: Sent<'_>, expect: bool| {
        let policies: Vec<_> = policies.iter().map(String::as_str).collect();
        let found = Fixture::new(&policies).sent(&sent);
        let denied = found.as_ref().err().is_none_or(|code| *code == "AccessDeniedException");
        assert!(denied && found.is_ok() == expect, "{policies:?} {}: {found:?}", sent.path);
    };
    let post = || Sent { method: "POST", ..Sent::default() };
    let allow = |action: &str| statement("Allow", action, "*", "{}");
    check(&[], Sent::default(), false);
    check(&[allow("apigateway:GET")], Sent::default(), true);
    check(&[allow("apigateway:GET")], post(), false);
    check(&[allow("execute-api:*")], Sent::default(), false);
    let arn = "arn:aws:apigateway:eu-west-1::/restapis";
    check(&[statement("Allow", "apigateway:*", arn, "{}")], post(), true);
    let other = Sent { path: "/apikeys", ..Sent::default() };
    check(&[statement("Allow", "apigateway:*", arn, "{}")], other, false);
    let elsewhere = Sent { region: "us-east-1", ..Sent::default() };
    check(&[statement("Allow", "apigateway:*", arn, "{}")], elsewhere, false);
    // A deny holds however its resource is written.
    for path in ["/restapis", "//restapis", "/restapis/", "/%72estapis"] {
        let deny = statement("Deny", "*", arn, "{}");
        check(&[allow("*"), deny], Sent { path, ..Sent::default() }, false);
    }
    for (condition, expect) in [
        (r#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, true),
        (r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#, false),
        (r#"{"StringEquals": {"aws:username": "ada", "aws:RequestedRegion": "eu-west-1"}}"#, true),
        (r#"{"StringLike": {"aws:userid": "AIDA*", "aws:UserAgent": "test/*"}}"#, true),
        (r#"{"Bool": {"aws:SecureTransport": "true"}}"#, false),
        (r#"{"DateLessThan": {"aws:CurrentTime": "2015-08-31T00:00:00Z"}}"#, true),
        (r#"{"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/ada"}}"#, true),
        (r#"{"StringEquals": {"aws:RequestTag/team": "blue"}}"#, true),
        (r#"{"StringEquals": {"aws:RequestTag/team": "red"}}"#, false),
        (r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}"#, true),
        (r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["other"]}}"#, false),
    ] {
        let tagged = Sent { body: r#"{"tags": {"team": "blue"}}"#, ..post() };
        check(&[statement("Allow", "apigateway:*", "*", condition)], tagged, expect);
    }
}

#[test]
fn where_nobody_is_asked_an_access_key_of_twelve_digits_is_an_account() {
    let check = |credential: &str, account: &str, region: &str| {
        let mut headers = HeaderMap::new();
        let value = format!("AWS4-HMAC-SHA256 Credential={credential}, Signature=0");
        headers.insert("authorization", value.parse().unwrap());
        let found = signature::claimed_scope(&headers, &settings());
        assert_eq!(found, Scope::new(account, region), "{credential}");
    };
    check("111122223333/20260101/eu-west-1/apigateway/aws4_request", "111122223333", "eu-west-1");
    check("test/20260101/eu-west-1/apigateway/aws4_request", "000000000000", "eu-west-1");
    check("11112222333/20260101/EU/apigateway/aws4_request", "000000000000", "us-east-1");
    check("", "000000000000", "us-east-1");
}

#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let fixture = Fixture::new(&[ADMINISTRATOR_ACCESS]);
    let caller = fixture.sent(&Sent::default()).unwrap();
    let printed = format!("{:?} {caller:?} {:?}", fixture.gate, fixture.state);
    assert!(!printed.contains(&fixture.key.1), "{printed}");
}
