//! What GetExport is asked for, in AWS's names.

/// Notation of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExportType {
    /// Swagger 2.0.
    #[default]
    Swagger2,
    /// OpenAPI 3.0.1.
    OpenApi30,
}

impl ExportType {
    /// AWS's name, part of the path of GetExport.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Swagger2 => "swagger",
            Self::OpenApi30 => "oas30",
        }
    }

    /// The type AWS calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Swagger2, Self::OpenApi30].into_iter().find(|known| known.name() == name)
    }

    /// Where the document keeps its schemas, as `$ref`s say it.
    pub(super) const fn schemas(self) -> &'static str {
        match self {
            Self::Swagger2 => "#/definitions/",
            Self::OpenApi30 => "#/components/schemas/",
        }
    }
}

/// How a document is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accepts {
    /// `application/json`
    #[default]
    Json,
    /// `application/yaml`
    Yaml,
}

impl Accepts {
    /// The way the `Accept` header of GetExport names.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        match media_type {
            "application/json" => Some(Self::Json),
            "application/yaml" => Some(Self::Yaml),
            _ => None,
        }
    }

    pub(super) const fn file_extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}

/// Which of AWS's extensions an export has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extensions {
    /// `x-amazon-apigateway-integration`, and `x-amazon-apigateway-binary-media-types`.
    pub integrations: bool,
    /// `x-amazon-apigateway-authorizer` and `-authtype`.
    pub authorizers: bool,
    /// `x-amazon-apigateway-documentation`.
    pub documentation: bool,
    /// `x-amazon-apigateway-request-validator` and `-validators`.
    pub validators: bool,
    /// `x-amazon-apigateway-gateway-responses`.
    pub gateway_responses: bool,
    /// Policy, endpoints, compression, source of API keys.
    pub api: bool,
}

impl Extensions {
    /// `apigateway`
    pub const ALL: Self = Self {
        integrations: true,
        authorizers: true,
        documentation: true,
        validators: true,
        gateway_responses: true,
        api: true,
    };

    /// Reads the `extensions` parameter of GetExport: names with commas between.
    ///
    /// # Errors
    /// A sentence that names what is not known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut extensions = Self::default();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "apigateway" => extensions = Self::ALL,
                "integrations" => extensions.integrations = true,
                "authorizers" => extensions.authorizers = true,
                "documentation" => extensions.documentation = true,
                "validators" => extensions.validators = true,
                "gatewayresponses" => extensions.gateway_responses = true,
                other => return Err(format!("Unsupported export extension '{other}'")),
            }
        }
        Ok(extensions)
    }
}

/// Which documentation an export has, when it has that extension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Documentation {
    /// None: the stage has no documentation version (recorded).
    #[default]
    Absent,
    /// The documentation version of the stage.
    Version(String),
    /// The parts as they are now.
    Current,
}

/// What to export, and what only the caller knows.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Notation.
    pub export_type: ExportType,
    /// Extensions.
    pub extensions: Extensions,
    /// Documentation.
    pub documentation: Documentation,
    /// The stage: base path of the document.
    pub stage_name: String,
    /// Replaces `{region}` of the host.
    pub region: String,
    /// Where the API is reached; `{id}` and `{region}` are replaced.
    pub host_pattern: String,
    /// `info.version` of an API without one: when it was made, in the form AWS writes dates.
    pub created_date: String,
}

impl ExportOptions {
    /// AWS's host.
    pub const HOST_PATTERN: &'static str = "{id}.execute-api.{region}.amazonaws.com";
}
