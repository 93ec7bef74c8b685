//! What can be configured of a function, checked as AWS checks it. It is stored, and shown by the
//! API, under AWS's names. It must not know where code lies.

use indexmap::IndexMap;
use ringway_core::definition::Function;
use ringway_core::limits::{
    FUNCTION_ENVIRONMENT_BYTES_MAX, FUNCTION_MEMORY_MB_DEFAULT, FUNCTION_MEMORY_MB_MAX,
    FUNCTION_TIMEOUT_SECONDS_DEFAULT, FUNCTION_TIMEOUT_SECONDS_MAX,
};
use serde::{Deserialize, Serialize};

use crate::error::LambdaError;
use crate::runtime::{Family, family};

/// Longest description and handler.
const TEXT_CHARS_MAX: usize = 256;
const HANDLER_CHARS_MAX: usize = 128;

/// Variables that the runner sets itself.
const RESERVED: [&str; 14] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

/// The configuration of one version of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Configuration {
    pub(crate) runtime: String,
    pub(crate) handler: String,
    #[serde(default)]
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) description: String,
    /// Seconds.
    pub(crate) timeout: u32,
    /// Megabytes.
    pub(crate) memory_size: u32,
    #[serde(default)]
    pub(crate) environment: IndexMap<String, String>,
}

/// What CreateFunction and UpdateFunctionConfiguration say of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Wanted {
    runtime: Option<String>,
    handler: Option<String>,
    role: Option<String>,
    description: Option<String>,
    timeout: Option<u32>,
    memory_size: Option<u32>,
    environment: Option<Variables>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Variables {
    variables: IndexMap<String, String>,
}

impl Configuration {
    /// Of a function that says nothing yet.
    fn empty() -> Self {
        Self {
            runtime: String::new(),
            handler: String::new(),
            role: String::new(),
            description: String::new(),
            timeout: FUNCTION_TIMEOUT_SECONDS_DEFAULT,
            memory_size: FUNCTION_MEMORY_MB_DEFAULT,
            environment: IndexMap::new(),
        }
    }

    /// Of a new function.
    pub(crate) fn create(wanted: Wanted) -> Result<Self, LambdaError> {
        Self::empty().with(wanted)
    }

    /// With what is wanted instead.
    pub(crate) fn with(mut self, wanted: Wanted) -> Result<Self, LambdaError> {
        let Wanted { runtime, handler, role, description, timeout, memory_size, environment } =
            wanted;
        let texts = [
            (&mut self.runtime, runtime),
            (&mut self.handler, handler),
            (&mut self.role, role),
            (&mut self.description, description),
        ];
        for (own, said) in texts {
            if let Some(said) = said {
                *own = said;
            }
        }
        self.timeout = timeout.unwrap_or(self.timeout);
        self.memory_size = memory_size.unwrap_or(self.memory_size);
        if let Some(Variables { variables }) = environment {
            self.environment = variables;
        }
        self.check()?;
        Ok(self)
    }

    /// Of a function in a settings file.
    pub(crate) fn declared(function: &Function) -> Result<Self, LambdaError> {
        let configuration = Self {
            runtime: function.runtime.clone(),
            handler: function.handler.clone(),
            role: String::new(),
            description: function.description.clone(),
            timeout: function.timeout,
            memory_size: function.memory_size,
            environment: function.environment.variables.clone(),
        };
        configuration.check()?;
        Ok(configuration)
    }

    fn check(&self) -> Result<(), LambdaError> {
        let fails = |value: &str, member: &str, constraint: &str| {
            let shown: String = value.chars().take(TEXT_CHARS_MAX).collect();
            Err(LambdaError::validation(&format!(
                "1 validation error detected: Value '{shown}' at '{member}' failed to satisfy \
                 constraint: {constraint}"
            )))
        };
        let Some(family) = family(&self.runtime) else {
            return Err(LambdaError::invalid_parameter(format!(
                "Value {} at 'runtime' failed to satisfy constraint: Member must satisfy enum \
                 value set: [provided.al2023, provided.al2, python3.*, nodejs*.x]; other runtimes \
                 are not supported",
                self.runtime.chars().take(TEXT_CHARS_MAX).collect::<String>()
            )));
        };
        let is_handler = self.handler.len() <= HANDLER_CHARS_MAX
            && self.handler.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_handler || self.handler.is_empty() && family != Family::Provided {
            let pattern = "Member must satisfy regular expression pattern: [^\\s]+";
            return fails(&self.handler, "handler", pattern);
        }
        if self.description.chars().count() > TEXT_CHARS_MAX {
            return fails(
                &self.description,
                "description",
                "Member must have length less than or \
                equal to 256",
            );
        }
        if !(1..=FUNCTION_TIMEOUT_SECONDS_MAX).contains(&self.timeout) {
            let bound = if self.timeout == 0 {
                "greater than or equal to 1"
            } else {
                "less than or equal to 900"
            };
            let constraint = format!("Member must have value {bound}");
            return fails(&self.timeout.to_string(), "timeout", &constraint);
        }
        if !(FUNCTION_MEMORY_MB_DEFAULT..=FUNCTION_MEMORY_MB_MAX).contains(&self.memory_size) {
            let bound = if self.memory_size < FUNCTION_MEMORY_MB_DEFAULT {
                "greater than or equal to 128"
            } else {
                "less than or equal to 10240"
            };
            let constraint = format!("Member must have value {bound}");
            return fails(&self.memory_size.to_string(), "memorySize", &constraint);
        }
        self.check_environment()
    }

    fn check_environment(&self) -> Result<(), LambdaError> {
        let is_first = |byte: u8| byte.is_ascii_alphabetic();
        let is_name = |name: &str| {
            name.bytes().next().is_some_and(is_first)
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        for (name, value) in &self.environment {
            if RESERVED.contains(&name.as_str()) {
                return Err(LambdaError::invalid_parameter(format!(
                    "Lambda was unable to configure your environment variables because the \
                     environment variables you have provided contains reserved keys that are \
                     currently not supported for modification. Reserved keys used in this \
                     request: {name}"
                )));
            }
            if !is_name(name) || value.contains('\0') {
                return Err(LambdaError::validation(
                    "1 validation error detected: Value at 'environment.variables' failed to \
                     satisfy constraint: Map keys must satisfy constraint: [Member must satisfy \
                     regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
                ));
            }
        }
        let bytes: usize =
            self.environment.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > FUNCTION_ENVIRONMENT_BYTES_MAX {
            return Err(LambdaError::invalid_parameter(
                "Lambda was unable to configure your environment variables because the \
                 environment variables you have provided exceeded the 4KB limit.",
            ));
        }
        Ok(())
    }
}
