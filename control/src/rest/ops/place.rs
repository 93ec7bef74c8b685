//! Where calls about methods, integrations and their responses happen: a resource and a verb. One
//! look-up each, with AWS's words for what is not there (aws-facts 9, 51, 61, 74).

use ringway_core::definition::{Integration, Method, Resource};

use super::resources;
use crate::error::ManagementError;
use crate::rest::call::Call;

/// The resource that a call names, read to be changed, and the verb.
pub(super) struct Place {
    pub(super) api: String,
    pub(super) resource: Resource,
    pub(super) verb: String,
}

impl Place {
    /// Reads the resource; the method may not be there.
    pub(super) fn of(call: &mut Call<'_>) -> Result<Self, ManagementError> {
        let api = call.input.required("restApiId").to_owned();
        let resource = call.input.required("resourceId").to_owned();
        let verb = call.input.required("httpMethod").to_owned();
        let resource = call.tx.find(&api, &resource)?.ok_or_else(resources::unknown)?;
        Ok(Self { api, resource, verb })
    }

    /// The method.
    pub(super) fn method(&mut self) -> Result<&mut Method, ManagementError> {
        self.resource.methods.get_mut(&self.verb).ok_or_else(unknown_method)
    }

    /// The integration of the method.
    pub(super) fn integration(&mut self) -> Result<&mut Integration, ManagementError> {
        self.method()?.integration.as_mut().ok_or_else(unknown_integration)
    }

    /// Writes the resource back.
    pub(super) fn keep(&self, call: &mut Call<'_>) -> Result<(), ManagementError> {
        call.tx.put(&self.api, &self.resource.id, &self.resource)
    }
}

/// AWS's 404 for a method.
pub(super) fn unknown_method() -> ManagementError {
    ManagementError::not_found("Invalid Method identifier specified")
}

/// AWS's 404 for an integration.
pub(super) fn unknown_integration() -> ManagementError {
    ManagementError::not_found("Invalid Integration identifier specified")
}

/// AWS's 404 for a method response or an integration response.
pub(super) fn unknown_status_code() -> ManagementError {
    ManagementError::not_found("Invalid Response status code specified")
}

/// AWS's 404 for a parameter that a patch takes away.
pub(super) fn unknown_parameter() -> ManagementError {
    ManagementError::not_found("Invalid parameter name specified")
}

/// AWS's 404 for a model or template that a patch takes away.
pub(super) fn unknown_content_type() -> ManagementError {
    ManagementError::not_found("Content-Type specified was not found")
}
