//! What is refused, and in which words.

use ringway_core::identity::{Refusal, SecretAccessKey};
use ringway_core::sigv4::{Claim, Rules, SigningKey};

use crate::botocore::{NOW, Signed, signed};
use crate::wire::Wire;

fn vector(name: &str) -> (String, Signed) {
    let (secret, signed) = signed();
    let found = signed.into_iter().find(|vector| vector.name.starts_with(name));
    (secret, found.expect(name))
}

/// The refusal of a changed request.
fn check(name: &str, change: impl Fn(Wire) -> Wire, exception: &str, text: &str) {
    let (secret, vector) = vector(name);
    let changed = change(vector.wire.clone());
    let refusal = changed.verify(&secret, &vector.rules(), NOW).expect_err(text);
    assert_eq!(refusal.exception(), exception, "{refusal}");
    let shown = refusal.to_string();
    assert!(shown.starts_with(text), "{shown}");
}

fn authorization(wire: Wire, change: impl Fn(&str) -> String) -> Wire {
    let field = String::from_utf8_lossy(wire.header("authorization").expect("it is signed"));
    let field = field.into_owned();
    wire.without("authorization").with("Authorization", &change(&field))
}

fn query(mut wire: Wire, change: impl Fn(&str) -> String) -> Wire {
    wire.query = change(std::str::from_utf8(&wire.query).expect("ASCII")).into();
    wire
}

const INCOMPLETE: &str = "IncompleteSignatureException";
const INVALID: &str = "InvalidSignatureException";

#[test]
fn unsigned_requests() {
    let (missing, text) = ("MissingAuthenticationTokenException", "Missing Authentication Token");
    check("get_rest_apis []", |wire| wire.without("authorization"), missing, text);
    let empty = |wire: Wire| wire.without("authorization").with("Authorization", " ");
    check("get_rest_apis []", empty, missing, text);
}

#[test]
fn incomplete_headers() {
    let header = |change: &dyn Fn(&str) -> String, text: &str| {
        check("get_rest_apis []", |wire| authorization(wire, change), INCOMPLETE, text);
    };
    header(
        &|_| "Bearer abc".into(),
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 \
         and encoded with Base64): 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='.",
    );
    header(
        &|_| "AWS4-HMAC-SHA256".into(),
        "Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed \
         with SHA-256 and encoded with Base64) Authorization=",
    );
    header(&|it| it.replace("SHA256 ", "SHA1 "), "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'");
    header(&|it| format!("{it}, Signature=0"), "Authorization header has two of 'Signature'.");
    header(
        &|it| it.replace("/aws4_request", ""),
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE/20260304/eu-west-1/apigateway'",
    );
    header(
        &|it| it.replace("accept;host", "host;accept"),
        "'SignedHeaders' must be lower-case names in ascending order.",
    );
    header(&|it| format!("{it}é"), "'Authorization' is not ASCII text.");
    let many = (0..101).map(|ix| format!("h{ix:03};")).collect::<String>() + "host;x-amz-date";
    header(&|it| it.replace("accept;host;x-amz-date", &many), "Too many 'SignedHeaders'.");
}

#[test]
fn incomplete_requests() {
    check(
        "get_rest_apis []",
        |wire| wire.without("x-amz-date"),
        INCOMPLETE,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    );
    check(
        "get_rest_apis []",
        |wire| wire.without("x-amz-date").with("X-Amz-Date", "2026-03-04T05:06:07Z"),
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got '2026-03-04T05:06:07Z'. See \
         http://en.wikipedia.org/wiki/ISO_8601",
    );
    for name in ["Authorization", "X-Amz-Date"] {
        let text = format!("The request has more than one '{}' header.", name.to_lowercase());
        check("get_rest_apis []", |wire| wire.with(name, "x"), INCOMPLETE, &text);
    }
    let long = |wire: Wire| query(wire, |_| "a&".repeat(1_025));
    check("get_rest_apis []", long, INCOMPLETE, "Too many query-string parameters.");
}

#[test]
fn presigned_queries() {
    let changed = |change: &dyn Fn(&str) -> String, exception: &str, text: &str| {
        check("presigned, token None", |wire| query(wire, change), exception, text);
    };
    changed(
        &|it| it.replace("X-Amz-Expires=900", "X-Amz-Expires=604801"),
        INCOMPLETE,
        "X-Amz-Expires must be a number of seconds from 1 to 604800.",
    );
    for expires in ["0", "-1", "%2B900", "", "1e3"] {
        let expires = format!("X-Amz-Expires={expires}");
        changed(
            &|it| it.replace("X-Amz-Expires=900", &expires),
            INCOMPLETE,
            "X-Amz-Expires must be a number",
        );
    }
    changed(
        &|it| it.replace("X-Amz-Date=", "x="),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string \
         parameters.",
    );
    changed(
        &|it| format!("{it}&X-Amz-Date=1"),
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Date' once.",
    );
    changed(&|it| format!("{it}&d=1"), INVALID, "The request signature we calculated");
}

#[test]
fn scopes() {
    let (secret, vector) = vector("get_rest_apis []");
    let refused = |wire: &Wire, service| {
        let rules = Rules { service, ..vector.rules() };
        wire.verify(&secret, &rules, NOW).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&vector.wire, "execute-api"),
        "Credential should be scoped to correct service: 'execute-api'. "
    );
    let wire = authorization(vector.wire.clone(), |it| {
        it.replace("20260304/", "20260303/").replace("aws4_request", "aws5_request")
    });
    assert_eq!(
        refused(&wire, "apigateway"),
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. \
         Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
         HTTP: '20260303' != '20260304', from '20260304T050607Z'. "
    );
    let wire = authorization(vector.wire.clone(), |it| it.replace("eu-west-1", "us-east-1"));
    assert!(refused(&wire, "apigateway").starts_with("The request signature we calculated"));
}

#[test]
fn a_key_nobody_has() {
    check(
        "get_rest_apis []",
        |wire| authorization(wire, |it| it.replace("AKIAIOSFODNN7", "AKIAIOSFODNN8")),
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
}

#[test]
fn times() {
    let at = |name: &str, now: u64| {
        let (secret, vector) = vector(name);
        vector.wire.verify(&secret, &vector.rules(), now).map_err(|refusal| refusal.to_string())
    };
    for now in [NOW - 300, NOW, NOW + 300] {
        assert!(at("get_rest_apis []", now).is_ok(), "{now}");
    }
    assert_eq!(
        at("get_rest_apis []", NOW + 301).unwrap_err(),
        "Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z \
         (20260304T051108Z - 5 min.)"
    );
    assert_eq!(
        at("get_rest_apis []", NOW - 301).unwrap_err(),
        "Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z \
         (20260304T050106Z + 5 min.)"
    );
    assert!(at("presigned, token None", NOW + 900).is_ok());
    assert_eq!(
        at("presigned, token None", NOW + 901).unwrap_err(),
        "Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z \
         (20260304T052108Z - 15 min.)"
    );
    assert!(at("presigned, token None", NOW - 301).unwrap_err().contains("not yet current"));
    assert!(at("get_rest_apis []", u64::MAX).is_err());
    assert!(at("get_rest_apis []", 0).is_err());
}

#[test]
fn what_must_be_signed() {
    let unsigned = |wire: Wire| wire.with("x-aMz-Target", "Other");
    let text = "'x-aMz-Target' must be a 'SignedHeader' in the AWS Authorization.";
    check("get_rest_apis []", unsigned, INVALID, text);
    let no_host = |wire| authorization(wire, |it| it.replace("host;", ""));
    let text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    check("get_rest_apis []", no_host, INVALID, text);
    let gone = |wire: Wire| wire.without("accept");
    let text = "'accept' is a 'SignedHeader' and not in the request.";
    check("get_rest_apis []", gone, INVALID, text);
    let folded = |wire: Wire| wire.without("accept").with("Accept", "application/json\nhost:b");
    check("get_rest_apis []", folded, INCOMPLETE, "A method or a header has a line break.");
}

#[test]
fn payloads() {
    let other = |mut wire: Wire| {
        wire.body = b"y".into();
        wire
    };
    let text = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    check("raw: a hash of the body", other, INVALID, text);
    check("raw: a date field", other, INVALID, "The request signature we calculated");
    let unsigned = |wire: Wire| {
        wire.without("x-amz-content-sha256").with("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")
    };
    check("raw: a hash of the body", unsigned, INVALID, text);
}

/// Signs the text that the refusal shows: then, and only then, it is accepted.
#[test]
fn an_unsigned_payload_counts_where_it_is_allowed() {
    let (secret, vector) = vector("raw: a hash of the body");
    let wire = vector.wire.clone().without("x-amz-content-sha256");
    let wire = wire.with("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD");
    let allowed = Rules { unsigned_payload: true, ..vector.rules() };
    let refusal = wire.verify(&secret, &allowed, NOW).unwrap_err();
    let wire = signed_as_shown(wire, &refusal, &secret);
    let mut other_body = wire.clone();
    other_body.body = b"anything".into();
    assert!(wire.verify(&secret, &allowed, NOW).is_ok());
    assert!(other_body.verify(&secret, &allowed, NOW).is_ok());
    assert!(wire.verify(&secret, &vector.rules(), NOW).is_err());
}

fn signed_as_shown(wire: Wire, refusal: &Refusal, secret: &str) -> Wire {
    let shown = refusal.to_string();
    let (_, text) = shown.split_once("The String-to-Sign should have been\n'").expect("shown");
    let text = text.strip_suffix("'\n").expect("the end");
    let request = wire.request();
    let claim = Claim::parse(&request).expect("a claim");
    let secret = SecretAccessKey::parse(secret).expect("a secret");
    let signature = SigningKey::derive(&secret, claim.scope()).sign(text.as_bytes());
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    authorization(wire.clone(), |it| {
        let (head, _) = it.split_once("Signature=").expect("it is signed");
        format!("{head}Signature={signature}")
    })
}

#[test]
fn secrets_and_signatures_are_not_printed() {
    let (secret, vector) = vector("token: get_rest_apis []");
    let request = vector.wire.request();
    let claim = Claim::parse(&request).unwrap();
    let shown = format!("{claim:?}");
    assert!(shown.contains("AKIAIOSFODNN7EXAMPLE") && !shown.contains("FwoG"), "{shown}");
    let wrong = vector.wire.verify("wrong", &vector.rules(), NOW).unwrap_err().to_string();
    assert!(!wrong.contains(&secret));
}

/// Whoever acts on the request reads `+` as a blank: so does the signature.
#[test]
fn a_plus_sign_in_a_query_is_a_blank() {
    let name = "get_rest_apis ['limit'";
    let plus = |wire| query(wire, |it| it.replace("%2B", "+"));
    check(name, plus, INVALID, "The request signature we calculated");
    let (secret, vector) = vector(name);
    let blank = query(vector.wire.clone(), |it| it.replace("%20", "+"));
    assert_ne!(blank, vector.wire);
    assert!(blank.verify(&secret, &vector.rules(), NOW).is_ok());
}
