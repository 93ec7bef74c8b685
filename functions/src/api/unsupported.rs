//! What Lambda can be told of a function and this runner does not do: refused by name, never
//! ignored. Values that ask for what happens anyway are taken.

use serde_json::{Value, json};

use crate::error::LambdaError;

/// What the machine is, in AWS's word.
pub(super) const ARCHITECTURE: &str =
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// Members of CreateFunction, UpdateFunctionConfiguration and UpdateFunctionCode.
const MEMBERS: [&str; 16] = [
    "Architectures",
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "DeadLetterConfig",
    "DurableConfig",
    "EphemeralStorage",
    "FileSystemConfigs",
    "ImageConfig",
    "KMSKeyArn",
    "Layers",
    "LoggingConfig",
    "PackageType",
    "SnapStart",
    "TenancyConfig",
    "TracingConfig",
    "VpcConfig",
];

/// Refuses the first of them that asks for something else.
pub(super) fn check(body: &[u8]) -> Result<(), LambdaError> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let asked = MEMBERS.into_iter().find(|member| !asks_nothing(member, &body[member]));
    match asked {
        Some(member) => Err(LambdaError::unsupported(member)),
        None => Ok(()),
    }
}

fn asks_nothing(member: &str, value: &Value) -> bool {
    let only = |name: &str, same: Value| {
        let members = value.as_object().into_iter().flatten();
        members.into_iter().all(|(key, value)| says_nothing(value) || key == name && *value == same)
            && value.is_object()
    };
    says_nothing(value)
        || match member {
            "Architectures" => *value == json!([ARCHITECTURE]),
            "EphemeralStorage" => only("Size", json!(512)),
            "LoggingConfig" => only("LogFormat", json!("Text")),
            "PackageType" => *value == "Zip",
            "SnapStart" => only("ApplyOn", json!("None")),
            "TracingConfig" => only("Mode", json!("PassThrough")),
            _ => false,
        }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(members) => members.values().all(says_nothing),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_refused_by_name() {
        let refused = |body: Value| {
            let error = check(body.to_string().as_bytes()).err()?;
            error.message.split(':').next().map(str::to_owned)
        };
        for body in [
            json!({}),
            json!({"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}, "Layers": []}),
            json!({"TracingConfig": {"Mode": "PassThrough"}, "PackageType": "Zip"}),
            json!({"EphemeralStorage": {"Size": 512}, "SnapStart": {"ApplyOn": "None"}}),
            json!({"Architectures": [ARCHITECTURE], "LoggingConfig": {"LogFormat": "Text"}}),
        ] {
            assert_eq!(refused(body.clone()), None, "{body}");
        }
        for (body, member) in [
            (json!({"VpcConfig": {"SubnetIds": ["subnet-1"]}}), "VpcConfig"),
            (json!({"TracingConfig": {"Mode": "Active"}}), "TracingConfig"),
            (json!({"EphemeralStorage": {"Size": 1024}}), "EphemeralStorage"),
            (json!({"PackageType": "Image"}), "PackageType"),
            (json!({"Architectures": ["riscv"]}), "Architectures"),
            (json!({"LoggingConfig": {"LogFormat": "Text", "LogGroup": "x"}}), "LoggingConfig"),
            (json!({"DeadLetterConfig": {"TargetArn": "arn"}}), "DeadLetterConfig"),
            (json!({"Layers": ["arn"]}), "Layers"),
            (json!({"KMSKeyArn": "arn"}), "KMSKeyArn"),
        ] {
            assert_eq!(refused(body).as_deref(), Some(member));
        }
    }
}
