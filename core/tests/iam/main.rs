//! IAM policies: what is decided, what is refused, and what holds for any of them.

mod conditions;
mod decisions;
mod malformed;
mod properties;

use ringway_core::iam::{Context, Decision, Policies, PolicyKind, Request};

/// The ARN of the caller in most tests.
const ADA: &str = "arn:aws:iam::000000000000:user/ada";

/// A request to read an API.
fn request() -> Request<'static> {
    Request {
        principal: Some(ADA),
        action: "apigateway:GET",
        resource: "arn:aws:apigateway:us-east-1::/restapis/abc",
        context: Context::default().with("aws:username", "ada"),
    }
}

fn decide(policy: &str, kind: PolicyKind, request: &Request<'_>) -> Decision {
    let policies = Policies::compile([policy], kind);
    policies.unwrap_or_else(|error| panic!("{policy}: {error}")).decide(request)
}
