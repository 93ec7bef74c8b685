//! Custom domain names and what leads from them to APIs.

use indexmap::IndexMap;
use ringway_core::definition::EndpointConfiguration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Secret;
use crate::documents::{Document, Kind};

/// A custom domain name
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DomainName {
    /// Lower case; `*.` in front stands for one label.
    pub(crate) domain_name: String,
    /// Private names only: several may be equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain_name_id: Option<String>,
    pub(crate) domain_name_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_arn: Option<String>,
    /// Unix time, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_upload_date: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) distribution_domain_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) distribution_hosted_zone_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regional_domain_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regional_hosted_zone_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regional_certificate_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regional_certificate_arn: Option<String>,
    pub(crate) endpoint_configuration: EndpointConfiguration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) security_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint_access_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mutual_tls_authentication: Option<MutualTlsAuthentication>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ownership_verification_certificate_arn: Option<String>,
    /// Who may call through a private name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<Value>,
    /// Who may associate with a private name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) management_policy: Option<Value>,
    /// Base path mappings, routing rules, or both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) routing_mode: Option<String>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
    /// Sent with the call that created the name; never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uploaded_certificate: Option<UploadedCertificate>,
}

impl Document for DomainName {
    const KIND: Kind = Kind::DomainName;
}

impl DomainName {
    /// The identifier of its document, and the parent of its base path mappings.
    pub(crate) fn key(&self) -> String {
        key(&self.domain_name, self.domain_name_id.as_deref())
    }

    /// Whether it has an endpoint of this type.
    pub(crate) fn is(&self, endpoint_type: &str) -> bool {
        self.endpoint_configuration.types.iter().any(|own| own == endpoint_type)
    }
}

/// The identifier of a domain name's document: as in its ARN.
pub(crate) fn key(name: &str, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{name}+{id}"),
        None => name.to_owned(),
    }
}

/// Client certificates that a domain name asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct MutualTlsAuthentication {
    /// `s3://bucket/key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) truststore_uri: Option<String>,
    /// Version of the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) truststore_version: Option<String>,
}

/// A certificate with its key, PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct UploadedCertificate {
    pub(crate) body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chain: Option<String>,
    pub(crate) private_key: Secret,
}

/// The base path of a mapping whose path is empty.
pub(crate) const NO_BASE_PATH: &str = "(none)";

/// A base path of a domain name
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_BasePathMapping.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct BasePathMapping {
    /// One path segment, or [`NO_BASE_PATH`].
    pub(crate) base_path: String,
    pub(crate) rest_api_id: String,
    /// Absent: the segment behind the base path names the stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<String>,
}

impl Document for BasePathMapping {
    const KIND: Kind = Kind::BasePathMapping;
}

/// Who may use a private domain name
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DomainNameAccessAssociation.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AccessAssociation {
    pub(crate) domain_name_access_association_arn: String,
    pub(crate) domain_name_arn: String,
    /// VPCE.
    pub(crate) access_association_source_type: String,
    /// A VPC endpoint.
    pub(crate) access_association_source: String,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
}

impl Document for AccessAssociation {
    const KIND: Kind = Kind::AccessAssociation;
}
