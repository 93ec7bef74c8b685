//! What the management plane keeps beside the data plane's definitions: dates, tags, and the
//! objects that only management knows. Each type is one [`Document`].

mod connection;
mod documentation;
mod domain_name;
mod rest_api;
mod secret;

pub(crate) use connection::{ClientCertificate, KeptStage, VpcLink};
pub(crate) use documentation::{
    DocumentationLocation, DocumentationPart, DocumentationPartType, DocumentationVersion,
};
pub(crate) use domain_name::{
    AccessAssociation, BasePathMapping, DomainName, MutualTlsAuthentication, NO_BASE_PATH,
    UploadedCertificate, key as domain_name_key,
};
pub(crate) use rest_api::{DeployedApi, GatewayResponse, RestApi, RestApiHeader, whole};
pub(crate) use secret::Secret;

use ringway_core::definition::{Authorizer, Model, RequestValidator, Resource};

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
}
