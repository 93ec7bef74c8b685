//! What an error answer looks like, said once.

use ringway_tests::response::Response;

/// AWS's answer to a refused or failed request: status, `x-amzn-ErrorType`, and the default body.
#[track_caller]
pub(crate) fn refusal(response: &Response, status: u16, error_type: &str, message: &str) {
    assert_eq!(response.status, status, "{response:?}");
    assert_eq!(response.header("x-amzn-ErrorType"), Some(error_type), "{response:?}");
    let blank = if has_blank(message) { " " } else { "" };
    assert_eq!(response.text(), format!("{{\"message\":{blank}\"{message}\"}}"));
    assert_eq!(response.header("content-type"), Some("application/json"));
    request_ids(response);
}

/// AWS writes a blank behind the colon in the bodies of some response types and none in others.
fn has_blank(message: &str) -> bool {
    let with_blank = [
        "Internal server error",
        "Invalid request body",
        "Missing required request parameters: [",
        "Endpoint request timed out",
        "Unsupported Media Type",
    ];
    with_blank.iter().any(|start| message.starts_with(start))
}

/// The headers that every answer of a stage carries (aws-facts 125).
#[track_caller]
pub(crate) fn request_ids(response: &Response) {
    let id = response.header("x-amzn-RequestId").expect("an answer has a request id");
    let lengths = id.split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{id} is no UUID");
    assert!(id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()), "{id} is no UUID");
    let extended = response.header("x-amz-apigw-id").expect("an answer has an extended id");
    assert!(!extended.is_empty());
    assert!(response.header("date").is_some_and(|date| date.ends_with(" GMT")), "{response:?}");
}

/// The back end could not be reached or did not speak HTTP. Which 5xx this is, AWS's documentation
/// and its recordings disagree on (aws-facts 111, 115); the type and a JSON message they agree on.
#[track_caller]
pub(crate) fn integration_failure(response: &Response) {
    assert!([500, 502, 504].contains(&response.status), "{response:?}");
    let error_type = response.header("x-amzn-ErrorType");
    assert_eq!(error_type, Some("InternalServerErrorException"), "{response:?}");
    let message = response.json()["message"].as_str().map(str::to_owned);
    let known = ["Internal server error", "Network error communicating with endpoint"];
    assert!(message.as_deref().is_some_and(|text| known.contains(&text)), "{response:?}");
    request_ids(response);
}
