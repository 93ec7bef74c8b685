//! What connections to back ends use: VPC links and client certificates.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::documents::{Document, Kind};

/// A VPC link (<https://docs.aws.amazon.com/apigateway/latest/api/API_VpcLink.html>). It is
/// available from its creation on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct VpcLink {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// One network load balancer.
    pub(crate) target_arns: Vec<String>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
}

impl Document for VpcLink {
    const KIND: Kind = Kind::VpcLink;
}

/// A client certificate
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_ClientCertificate.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClientCertificate {
    pub(crate) client_certificate_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// What back ends trust.
    pub(crate) pem_encoded_certificate: String,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
    /// Unix time, seconds.
    pub(crate) expiration_date: i64,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
    /// PEM; never shown.
    pub(crate) private_key: Secret,
}

impl Document for ClientCertificate {
    const KIND: Kind = Kind::ClientCertificate;
}
