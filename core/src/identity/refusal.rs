//! Why a caller is refused, in AWS's words. All of them are 403.

use std::fmt;

use crate::iam::Decision;

/// A closed set of API Gateway's exceptions; `Display` is the text of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No signature at all.
    MissingAuthenticationToken,
    /// What is wrong with the form of the signature.
    IncompleteSignature(Box<str>),
    /// No such access key, or not with this session token.
    UnrecognizedClient,
    /// Why a signature of the right form does not count.
    InvalidSignature(Box<str>),
    /// The session token is too old.
    ExpiredToken,
    /// The policies do not let the user do it.
    AccessDenied(Box<str>),
}

impl Refusal {
    /// Status of the answer.
    pub const STATUS: u16 = 403;

    /// The answer to a decision: nothing for [`Decision::Allow`].
    #[must_use]
    pub fn of(decision: Decision, user: &str, action: &str, resource: &str) -> Option<Self> {
        let reason = match decision {
            Decision::Allow => return None,
            Decision::ExplicitDeny => "with an explicit deny in an identity-based policy".into(),
            Decision::ImplicitDeny => {
                format!("because no identity-based policy allows the {action} action")
            }
        };
        let what = format!("is not authorized to perform: {action} on resource: {resource}");
        Some(Self::AccessDenied(format!("User: {user} {what} {reason}").into()))
    }

    /// `x-amzn-ErrorType` of the answer.
    #[must_use]
    pub const fn exception(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature(_) => "IncompleteSignatureException",
            Self::UnrecognizedClient => "UnrecognizedClientException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
            Self::ExpiredToken => "ExpiredTokenException",
            Self::AccessDenied(_) => "AccessDeniedException",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingAuthenticationToken => "Missing Authentication Token",
            Self::UnrecognizedClient => "The security token included in the request is invalid.",
            Self::ExpiredToken => "The security token included in the request is expired",
            Self::IncompleteSignature(text)
            | Self::InvalidSignature(text)
            | Self::AccessDenied(text) => text,
        })
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions() {
        let check = |decision, expect: Option<&str>| {
            let user = "arn:aws:iam::000000000000:user/ada";
            let resource = "arn:aws:apigateway:us-east-1::/restapis";
            let refusal = Refusal::of(decision, user, "apigateway:GET", resource);
            assert_eq!(refusal.as_ref().map(ToString::to_string).as_deref(), expect);
            assert!(refusal.is_none_or(|it| it.exception() == "AccessDeniedException"));
        };
        check(Decision::Allow, None);
        check(
            Decision::ImplicitDeny,
            Some(
                "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: \
                 apigateway:GET on resource: arn:aws:apigateway:us-east-1::/restapis \
                 because no identity-based policy allows the apigateway:GET action",
            ),
        );
        check(
            Decision::ExplicitDeny,
            Some(
                "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: \
                 apigateway:GET on resource: arn:aws:apigateway:us-east-1::/restapis \
                 with an explicit deny in an identity-based policy",
            ),
        );
    }
}
