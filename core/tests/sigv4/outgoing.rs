//! Calls that we sign as botocore does (`vectors/sign_calls_with_botocore.py` made them).

use ringway_core::identity::Credentials;
use ringway_core::sigv4::RequestSigner;
use ringway_core::snapshot::{Principal, Signing};
use serde::Deserialize;

use crate::botocore::{NOW, signed};
use crate::wire::Wire;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    service: String,
    method: String,
    target: String,
    host: String,
    headers: Vec<(String, String)>,
    body: String,
    token: Option<String>,
    authorization: String,
}

fn signing(service: &str) -> Signing {
    Signing { service: service.into(), region: "eu-west-1".into(), principal: Principal::Process }
}

fn signer(token: Option<&str>) -> RequestSigner {
    let credentials = Credentials::parse("AKIAIOSFODNN7EXAMPLE", SECRET, token);
    RequestSigner::new(credentials.expect("valid credentials"))
}

/// The fields that a signature added to a head, and the rest of it.
fn fields(head: &str) -> Vec<(&str, &str)> {
    let head = head.strip_suffix("\r\n\r\n").expect("a complete head");
    head.split("\r\n").skip(1).map(|line| line.split_once(": ").expect("a field")).collect()
}

#[test]
fn calls_are_signed_as_botocore_signs_them() {
    let file: File = serde_json::from_str(include_str!("vectors/outgoing.json")).unwrap();
    assert_eq!(file.vectors.len(), 28);
    for vector in &file.vectors {
        let mut signer = signer(vector.token.as_deref());
        let mut head = format!("before{} {} HTTP/1.1\r\n", vector.method, vector.target);
        // A field that is not signed, and some that are the signature's own.
        head += "X-Amz-Date: then\r\nUser-Agent: us\r\nauthorization: mine\r\n";
        head += &format!("Host: {}\r\n", vector.host);
        for (name, value) in &vector.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut out = (head + "x-amz-security-token: x\r\nX-Amzn-Trace-Id: r\r\n\r\n").into_bytes();
        let body = vector.body.as_bytes();
        let signing = signing(&vector.service);
        // Twice: what was derived and what buffers hold must not matter.
        signer.sign(&signing, 6, b"other", NOW - 86_400, &mut out.clone()).unwrap();
        signer.sign(&signing, 6, body, NOW, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let fields = fields(out.strip_prefix("before").unwrap());
        let all = |name: &str| {
            let same = fields.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
            same.map(|(_, value)| *value).collect::<Vec<_>>()
        };
        assert_eq!(all("authorization"), [&vector.authorization], "{}", vector.target);
        assert_eq!(all("x-amz-date"), ["20260304T050607Z"]);
        assert_eq!(all("x-amz-security-token"), Vec::from_iter(vector.token.as_deref()));
        assert_eq!(all("x-amz-content-sha256").len(), usize::from(vector.service == "s3"));
        assert_eq!(all("user-agent"), ["us"]);
    }
}

/// What botocore sent, signed anew here, is verified by what verifies botocore's.
#[test]
fn what_we_sign_verifies() {
    let (secret, vectors) = signed();
    assert_eq!(secret, SECRET);
    for vector in vectors {
        let (rules, wire) = (vector.rules(), &vector.wire);
        let mut out = Vec::new();
        let parts: [&[u8]; 6] =
            [&wire.method, b" ", &wire.path, b"?", &wire.query, b" HTTP/1.1\r\n"];
        parts.iter().for_each(|part| out.extend_from_slice(part));
        for (name, value) in &wire.headers {
            [name, &b": "[..], value, b"\r\n"].iter().for_each(|part| out.extend_from_slice(part));
        }
        out.extend_from_slice(b"\r\n");
        let mut signer = signer(None);
        signer.sign(&signing(&vector.service), 0, &wire.body, NOW, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let headers = fields(&text).into_iter().map(|(name, value)| (name.into(), value.into()));
        let signed = Wire { headers: headers.collect(), ..wire.clone() };
        let signed = match wire.query.windows(12).any(|at| at == b"X-Amz-Signat") {
            // Presigned: the query's own signature is a parameter like others.
            true => continue,
            false => signed,
        };
        let verified = signed.verify(&secret, &rules, NOW);
        assert!(verified.is_ok(), "{}: {verified:?}", vector.name);
    }
}

#[test]
fn what_cannot_be_signed_is_not() {
    let check = |head: &str| {
        let mut out = head.as_bytes().to_vec();
        assert!(signer(None).sign(&signing("sqs"), 0, b"", NOW, &mut out).is_err(), "{head}");
    };
    check("");
    check("GET / HTTP/1.1\r\nHost: h\r\n");
    let many = "a=1&".repeat(1_025);
    check(&format!("GET /?{many} HTTP/1.1\r\nHost: h\r\n\r\n"));
}
