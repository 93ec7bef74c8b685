//! What the management plane keeps beside the data plane's definitions: dates, tags, and the
//! objects that only management knows. Each type is one [`Document`].

mod connection;
mod documentation;
mod domain_name;
mod resource;
mod rest_api;
mod secret;
mod stage;
mod usage;
mod user;

pub(crate) use connection::{ClientCertificate, VpcLink};
pub(crate) use documentation::DocumentationVersion;
pub(crate) use domain_name::{
    AccessAssociation, BasePathMapping, DomainName, MutualTlsAuthentication, NO_BASE_PATH,
    UploadedCertificate, key as domain_name_key,
};
pub(crate) use resource::ResourceOutline;
pub(crate) use rest_api::{DeployedApi, GatewayResponse, RestApiHeader, whole};
pub(crate) use secret::Secret;
pub(crate) use stage::{Deployment, Stage};
pub(crate) use usage::{Account, ApiKey, ApiStage, UsagePlan, UsagePlanKey};
pub use user::KeyStatus;
pub(crate) use user::{AccessKey, User};

use ringway_core::definition::{Authorizer, DocumentationPart, Model, RequestValidator, Resource};

use crate::documents::{Document, Kind};

/// Documents that are a definition of the data plane as it stands.
macro_rules! as_they_are {
    ($($definition:ty => $kind:ident,)*) => {
        $(impl Document for $definition {
            const KIND: Kind = Kind::$kind;
        })*
    };
}

as_they_are! {
    Resource => Resource,
    Model => Model,
    RequestValidator => RequestValidator,
    Authorizer => Authorizer,
    DocumentationPart => DocumentationPart,
}
