//! What connections to back ends use: VPC links and client certificates.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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

/// A stage as it is kept, for those who look at single members of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeptStage(pub(crate) Map<String, Value>);

impl Document for KeptStage {
    const KIND: Kind = Kind::Stage;
}

impl KeptStage {
    /// A member that is a text.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member)?.as_str()
    }
}
