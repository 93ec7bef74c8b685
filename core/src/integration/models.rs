//! Request bodies against models: phase `validate`, the part that needs a body.

use crate::error::{Cause, GatewayError, ResponseType};
use crate::mapping::{Body, BodyUse};
use crate::schema::Schema;

/// BAD_REQUEST_BODY of a body that is not as its model says; an empty body is `{}` (aws-facts
/// 240). `$context.error.validationErrorString` is the list of what is wrong.
///
/// # Errors
/// 400.
pub fn check_body(model: &Schema, bytes: &[u8]) -> Result<(), GatewayError> {
    let text = Body::decode(bytes);
    let body = Body::new(&text, BodyUse::Json);
    let mut errors = Vec::new();
    match body.json() {
        Some(json) if model.validate(json, &mut errors) => return Ok(()),
        Some(_) => {}
        None => errors.push("Unknown error parsing request body".into()),
    }
    let mut error = GatewayError::new(ResponseType::BadRequestBody, "");
    error.cause = Cause(format!("[{}]", errors.join(", ")).into());
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schemas;

    #[test]
    fn bodies() {
        let check = |schema: &str, body: &[u8], expect: Option<&str>| {
            let models = [("M".to_owned(), schema.to_owned())].into_iter().collect();
            let model = Schemas::compile(&models).expect("schema").model("M").expect("model");
            let cause = check_body(&model, body).err().map(|error| {
                assert_eq!(error.message, "Invalid request body");
                error.cause.0
            });
            assert_eq!(cause.as_deref(), expect, "{}", String::from_utf8_lossy(body));
        };
        let email = r#"{"type": "object", "required": ["email"]}"#;
        check(email, br#"{"email": 1}"#, None);
        let missing = r#"[object has missing required properties (["email"])]"#;
        check(email, b"{}", Some(missing));
        // aws-facts 240: no body is an empty object.
        check(email, b"", Some(missing));
        check("{}", b"", None);
        for text in [&b"{"[..], b"text", b"\xff"] {
            check(email, text, Some("[Unknown error parsing request body]"));
        }
    }
}
