//! Errors of the data plane and of the compiler.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! response_types {
    ($($variant:ident $name:literal $status:expr, $error:literal, $message:literal;)*) => {
        /// AWS's closed set of gateway response types
        /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum ResponseType { $(
            #[doc = concat!("`", $name, "`")]
            #[serde(rename = $name)]
            $variant,
        )* }

        impl ResponseType {
            /// Every type, in AWS's order (by name).
            pub const ALL: [Self; 21] = [$(Self::$variant),*];

            /// AWS's name.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }

            /// Default status; `None` for the two DEFAULT types.
            #[must_use]
            pub const fn default_status(self) -> Option<u16> {
                match self { $(Self::$variant => $status),* }
            }

            /// Value of `x-amzn-ErrorType`.
            #[must_use]
            pub const fn error_type(self) -> &'static str {
                match self { $(Self::$variant => $error),* }
            }

            /// `$context.error.message` when nothing more exact is known.
            #[must_use]
            pub const fn default_message(self) -> &'static str {
                match self { $(Self::$variant => $message),* }
            }
        }
    };
}

// Sources: aws-facts 111, 116, 120; texts not recorded are listed in docs/compatibility.md.
response_types! {
    AccessDenied "ACCESS_DENIED" Some(403), "AccessDeniedException", "User is not authorized to access this resource";
    ApiConfigurationError "API_CONFIGURATION_ERROR" Some(500), "InternalServerErrorException", "Internal server error";
    AuthorizerConfigurationError "AUTHORIZER_CONFIGURATION_ERROR" Some(500), "AuthorizerConfigurationException", "Internal server error";
    AuthorizerFailure "AUTHORIZER_FAILURE" Some(500), "AuthorizerFailureException", "Internal server error";
    BadRequestBody "BAD_REQUEST_BODY" Some(400), "BadRequestException", "Invalid request body";
    BadRequestParameters "BAD_REQUEST_PARAMETERS" Some(400), "BadRequestException", "Bad Request";
    Default4xx "DEFAULT_4XX" None, "BadRequestException", "Bad Request";
    Default5xx "DEFAULT_5XX" None, "InternalServerErrorException", "Internal server error";
    ExpiredToken "EXPIRED_TOKEN" Some(403), "ExpiredTokenException", "The security token included in the request is expired";
    IntegrationFailure "INTEGRATION_FAILURE" Some(504), "InternalServerErrorException", "Network error communicating with endpoint";
    IntegrationTimeout "INTEGRATION_TIMEOUT" Some(504), "InternalServerErrorException", "Endpoint request timed out";
    InvalidApiKey "INVALID_API_KEY" Some(403), "ForbiddenException", "Forbidden";
    InvalidSignature "INVALID_SIGNATURE" Some(403), "InvalidSignatureException", "The request signature we calculated does not match the signature you provided.";
    MissingAuthenticationToken "MISSING_AUTHENTICATION_TOKEN" Some(403), "MissingAuthenticationTokenException", "Missing Authentication Token";
    QuotaExceeded "QUOTA_EXCEEDED" Some(429), "LimitExceededException", "Limit Exceeded";
    RequestTooLarge "REQUEST_TOO_LARGE" Some(413), "RequestTooLargeException", "Request Too Long";
    ResourceNotFound "RESOURCE_NOT_FOUND" Some(404), "NotFoundException", "Not Found";
    Throttled "THROTTLED" Some(429), "TooManyRequestsException", "Too Many Requests";
    Unauthorized "UNAUTHORIZED" Some(401), "UnauthorizedException", "Unauthorized";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" Some(415), "BadRequestException", "Unsupported Media Type";
    WafFiltered "WAF_FILTERED" Some(403), "ForbiddenException", "Forbidden";
}

/// A refusal or failure on the data port; always becomes a GatewayResponse and is always logged.
#[derive(Debug, Clone)]
pub struct GatewayError {
    /// Which gateway response answers.
    pub response_type: ResponseType,
    /// Status when nothing customises it and it differs from the type's own (aws-facts 115, 233).
    pub status: Option<u16>,
    /// `$context.error.message`.
    pub message: Cow<'static, str>,
    /// What happened, for the log; never sent to a client.
    pub cause: Cause,
}

/// Why a request ended early; the text is for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause(pub Cow<'static, str>);

impl GatewayError {
    /// The type's own message and status.
    #[must_use]
    pub const fn new(response_type: ResponseType, cause: &'static str) -> Self {
        Self {
            response_type,
            status: None,
            message: Cow::Borrowed(response_type.default_message()),
            cause: Cause(Cow::Borrowed(cause)),
        }
    }

    /// Another message for the client.
    #[must_use]
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// Another default status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// `Internal server error`, 500: the definition cannot answer this request (aws-facts 134, 154).
    #[must_use]
    pub const fn configuration(cause: &'static str) -> Self {
        Self::new(ResponseType::ApiConfigurationError, cause)
    }
}

/// A definition that cannot run: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CompileError {
    /// The API whose document `path` points into; `None` for settings, and for a document on its own.
    pub api: Option<String>,
    /// Path into the definition, JSON-path style: `$.paths['/pets'].get.x-amazon-apigateway-integration.uri`
    /// for documents; `$.apis[0].stages[0].cacheClusterSize` for settings.
    pub path: String,
    /// One sentence.
    pub message: String,
}

impl CompileError {
    /// An error at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { api: None, path: path.into(), message: message.into() }
    }

    /// The same error within the document of an API.
    #[must_use]
    pub fn in_api(mut self, api_id: impl Into<String>) -> Self {
        self.api = Some(api_id.into());
        self
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(api) = &self.api {
            write!(f, "API {api}: ")?;
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for CompileError {}
