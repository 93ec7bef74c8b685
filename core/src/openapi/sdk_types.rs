//! The kinds of client SDK that GetSdkTypes lists, and what GetSdk asks for each
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_GetSdk.html>). Makes none.

/// A kind of SDK (<https://docs.aws.amazon.com/apigateway/latest/api/API_SdkType.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdkType {
    /// `sdkType` of GetSdk.
    pub id: &'static str,
    /// Name.
    pub friendly_name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Parameters of GetSdk.
    pub configuration_properties: &'static [SdkConfigurationProperty],
}

/// A parameter of GetSdk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdkConfigurationProperty {
    /// Name in the query.
    pub name: &'static str,
    /// Name.
    pub friendly_name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// GetSdk does not go without.
    pub required: bool,
    /// Value when absent.
    pub default_value: Option<&'static str>,
}

const fn required(
    name: &'static str,
    friendly_name: &'static str,
    description: &'static str,
) -> SdkConfigurationProperty {
    SdkConfigurationProperty {
        name,
        friendly_name,
        description,
        required: true,
        default_value: None,
    }
}

const CLASS_PREFIX: SdkConfigurationProperty =
    required("classPrefix", "Prefix", "Prefix of the names of generated classes");

/// All kinds, by identifier.
pub const SDK_TYPES: [SdkType; 6] = [
    SdkType {
        id: "android",
        friendly_name: "Android",
        description: "A Java client for Android",
        configuration_properties: &[
            required("groupId", "Group ID", "Maven group of the generated project"),
            required("artifactId", "Artifact ID", "Maven artifact of the generated project"),
            required("artifactVersion", "Artifact version", "Version of the generated artifact"),
            required("invokerPackage", "Invoker package", "Java package of the generated client"),
        ],
    },
    SdkType {
        id: "java",
        friendly_name: "Java",
        description: "A Java client",
        configuration_properties: &[
            required("serviceName", "Service name", "Name of the generated client"),
            required("javaPackageName", "Java package name", "Package of the generated client"),
        ],
    },
    SdkType {
        id: "javascript",
        friendly_name: "JavaScript",
        description: "A client for browsers",
        configuration_properties: &[],
    },
    SdkType {
        id: "objectivec",
        friendly_name: "iOS (Objective-C)",
        description: "An Objective-C client for iOS",
        configuration_properties: &[CLASS_PREFIX],
    },
    SdkType {
        id: "ruby",
        friendly_name: "Ruby",
        description: "A Ruby client",
        configuration_properties: &[required(
            "service.name",
            "Service name",
            "Name of the generated client",
        )],
    },
    SdkType {
        id: "swift",
        friendly_name: "iOS (Swift)",
        description: "A Swift client for iOS",
        configuration_properties: &[CLASS_PREFIX],
    },
];
