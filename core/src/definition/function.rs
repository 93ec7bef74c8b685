//! Lambda functions of a settings file, in the names of AWS's CreateFunction
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>). What a value means is
//! the function runner's business.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::limits::{FUNCTION_MEMORY_MB_DEFAULT, FUNCTION_TIMEOUT_SECONDS_DEFAULT};

/// A function that runs on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Function {
    /// Its name in ARNs.
    pub function_name: String,
    /// `provided.al2023`, `python3.12`, `nodejs20.x`, …
    pub runtime: String,
    /// `module.function`; what it means is the runtime's business.
    #[serde(default)]
    pub handler: String,
    /// Folder, or zip file, relative to the settings file.
    pub code: String,
    /// What the process finds in its environment.
    #[serde(default, skip_serializing_if = "FunctionEnvironment::is_empty")]
    pub environment: FunctionEnvironment,
    /// Seconds one invocation may take.
    #[serde(default = "timeout_default")]
    pub timeout: u32,
    /// Megabytes.
    #[serde(default = "memory_default")]
    pub memory_size: u32,
    /// Invocations at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_concurrent_executions: Option<u32>,
    /// Names that lead to it as `name:alias`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// Environment variables, as AWS nests them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FunctionEnvironment {
    /// By name.
    pub variables: IndexMap<String, String>,
}

impl FunctionEnvironment {
    fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }
}

const fn timeout_default() -> u32 {
    FUNCTION_TIMEOUT_SECONDS_DEFAULT
}

const fn memory_default() -> u32 {
    FUNCTION_MEMORY_MB_DEFAULT
}
