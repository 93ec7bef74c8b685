//! AWS's extensions at the top of a document.

use serde_json::{Value, json};

use super::super::documentation::DOCUMENTATION;
use super::super::extensions as keys;
use super::super::problems::Object;
use super::{Export, integration};
use crate::definition::ApiKeySource;

pub(super) const ENDPOINT: &str = "x-amazon-apigateway-endpoint-configuration";

impl Export<'_> {
    pub(super) fn extensions(&self, document: &mut Object) {
        let (api, extensions) = (self.api, self.options.extensions);
        let mut put = |key: &str, wanted: bool, value: Option<Value>| {
            value.filter(|_| wanted).map(|value| document.insert(key.to_owned(), value));
        };
        put(keys::VALIDATORS, extensions.validators, filled(self.validators()));
        put(
            keys::GATEWAY_RESPONSES,
            extensions.gateway_responses,
            filled(self.gateway_responses()),
        );
        let source = match api.api_key_source {
            ApiKeySource::Header => None,
            ApiKeySource::Authorizer => Some(json!("AUTHORIZER")),
        };
        put(keys::API_KEY_SOURCE, extensions.api, source);
        let size = api.minimum_compression_size.map(Value::from);
        put(keys::MINIMUM_COMPRESSION_SIZE, extensions.api, size);
        put(keys::POLICY, extensions.api, api.policy.clone());
        put(DOCUMENTATION, true, self.documentation.extension());
        let types = Some(&api.binary_media_types).filter(|types| !types.is_empty());
        put(keys::BINARY_MEDIA_TYPES, extensions.integrations, types.map(|types| json!(types)));
    }

    /// What of the endpoints an import does not assume anyway.
    pub(super) fn endpoint(&self) -> Object {
        let mut members = Object::new();
        if !self.options.extensions.api {
            return members;
        }
        if self.api.disable_execute_api_endpoint {
            members.insert("disableExecuteApiEndpoint".into(), true.into());
        }
        let Some(configuration) = &self.api.endpoint_configuration else { return members };
        let vpc_endpoint_ids = &configuration.vpc_endpoint_ids;
        if !vpc_endpoint_ids.is_empty() {
            members.insert("vpcEndpointIds".into(), json!(vpc_endpoint_ids));
        }
        let implied = if vpc_endpoint_ids.is_empty() { "EDGE" } else { "PRIVATE" };
        let private = configuration.types == ["PRIVATE"];
        let default_address = if private { "dualstack" } else { "ipv4" };
        let address = configuration.ip_address_type.as_deref();
        let address = address.filter(|address| *address != default_address);
        if configuration.types != [implied] || address.is_some() {
            members.insert("types".into(), json!(configuration.types));
        }
        if let Some(address) = address {
            members.insert("ipAddressType".into(), address.into());
        }
        members
    }

    /// The name a validator has in the document: its own, or its identifier where an earlier
    /// validator has that name.
    pub(super) fn validator_name(&self, id: &str) -> Option<&str> {
        let validators = &self.api.request_validators;
        let validator = validators.get(id)?;
        let first = validators.iter().find(|(_, other)| other.name == validator.name);
        let own = first.is_some_and(|(first, _)| first == id);
        Some(if own { &validator.name } else { &validator.id })
    }

    fn validators(&self) -> Object {
        let validators = self.api.request_validators.iter();
        let named = validators.filter_map(|(id, validator)| {
            let members = json!({
                "validateRequestParameters": validator.validate_request_parameters,
                "validateRequestBody": validator.validate_request_body,
            });
            Some((self.validator_name(id)?.to_owned(), members))
        });
        named.collect()
    }

    fn gateway_responses(&self) -> Object {
        let mut responses = Object::new();
        for (kind, response) in &self.api.gateway_responses {
            let mut members = Object::new();
            for (key, value) in [
                ("statusCode", response.status_code.as_deref().map(Value::from)),
                ("responseParameters", integration::texts(&response.response_parameters)),
                ("responseTemplates", integration::texts(&response.response_templates)),
            ] {
                value.map(|value| members.insert(key.to_owned(), value));
            }
            responses.insert(kind.name().to_owned(), members.into());
        }
        responses
    }
}

fn filled(object: Object) -> Option<Value> {
    Some(object).filter(|object| !object.is_empty()).map(Value::Object)
}
