//! Required parameters.

use super::super::required_missing;
use super::*;
use crate::error::ResponseType;
use crate::snapshot::{ParameterLocation, RequiredParameter};

fn message(request: &str, required: &[(&str, &str)]) -> Option<String> {
    let parameter = |(name, location): &(&str, &str)| RequiredParameter {
        name: (*name).into(),
        location: match *location {
            "header" => ParameterLocation::Header(FieldName::of(name.as_bytes())),
            "query" => ParameterLocation::QueryString,
            _ => ParameterLocation::Path,
        },
    };
    let mut fixture = Fixture::new(request);
    fixture.method.required = required.iter().map(parameter).collect();
    fixture.with(|ctx| {
        let error = required_missing(&fixture.method, ctx)?;
        assert_eq!(error.response_type, ResponseType::BadRequestParameters);
        Some(error.message.into_owned())
    })
}

#[test]
fn table() {
    let request = "GET /dev/pets/7?issuer=&%71s1=x HTTP/1.1\r\nHost: h\r\nAccept: a\r\nX-A: \r\n\
                   X-B: 1\r\n\r\n";
    let check = |required: &[(&str, &str)], expect: Option<&str>| {
        assert_eq!(message(request, required).as_deref(), expect);
    };
    check(&[], None);
    check(&[("accept", "header"), ("x-b", "header"), ("qs1", "query"), ("petId", "path")], None);
    check(
        &[("x-header-param", "header"), ("issuer", "query"), ("qs2", "query"), ("x-b", "header")],
        Some("Missing required request parameters: [x-header-param, issuer, qs2]"),
    );
    check(&[("X-A", "header")], Some("Missing required request parameters: [X-A]"));
    check(&[("Age", "header")], Some("Missing required request parameters: [Age]"));
    check(&[("other", "path")], Some("Missing required request parameters: [other]"));
}
