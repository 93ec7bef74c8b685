//! What the management plane keeps beside the data plane's definitions: dates, tags, and the
//! objects that only management knows. Each type is one [`Document`].

mod resource;
mod rest_api;

pub(crate) use resource::ResourceOutline;
pub(crate) use rest_api::{GatewayResponse, RestApi, RestApiHeader, whole};

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
