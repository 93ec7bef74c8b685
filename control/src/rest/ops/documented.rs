//! The entities of an API that documentation parts can describe.

use ringway_core::definition::{Authorizer, Method, Model, Resource};

use crate::error::ManagementError;
use crate::rest::call::Call;
use ringway_core::definition::{DocumentationLocation, DocumentationPartType as Type};

/// Every entity, the API first.
pub(super) fn entities(
    call: &Call<'_>,
    api: &str,
) -> Result<Vec<DocumentationLocation>, ManagementError> {
    let named = |part_type, name| DocumentationLocation {
        part_type,
        name: Some(name),
        ..DocumentationLocation::default()
    };
    let mut all = vec![DocumentationLocation::default()];
    let authorizers = call.tx.list::<Authorizer>(api)?;
    all.extend(authorizers.into_iter().map(|own| named(Type::Authorizer, own.name)));
    let models = call.tx.list::<Model>(api)?;
    all.extend(models.into_iter().map(|own| named(Type::Model, own.name)));
    for resource in call.tx.list::<Resource>(api)? {
        let at = DocumentationLocation {
            part_type: Type::Resource,
            path: Some(resource.path),
            ..DocumentationLocation::default()
        };
        let methods = resource.methods.iter();
        let methods = methods.flat_map(|(verb, method)| of_method(&at, verb, method));
        let methods: Vec<_> = methods.collect();
        all.push(at);
        all.extend(methods);
    }
    Ok(all)
}

fn of_method(
    at: &DocumentationLocation,
    verb: &str,
    method: &Method,
) -> Vec<DocumentationLocation> {
    let at = DocumentationLocation {
        part_type: Type::Method,
        method: Some(verb.to_owned()),
        ..at.clone()
    };
    let mut all = vec![at.clone()];
    for key in method.request_parameters.keys() {
        let mut parts = key.splitn(4, '.').skip(2);
        let part_type = match parts.next() {
            Some("path") => Type::PathParameter,
            Some("querystring") => Type::QueryParameter,
            Some("header") => Type::RequestHeader,
            _ => continue,
        };
        let name = parts.next().map(str::to_owned);
        all.push(DocumentationLocation { part_type, name, ..at.clone() });
    }
    if !method.request_models.is_empty() {
        all.push(DocumentationLocation { part_type: Type::RequestBody, ..at.clone() });
    }
    for (status, response) in &method.method_responses {
        let status_code = Some(status.clone());
        let at = DocumentationLocation { part_type: Type::Response, status_code, ..at.clone() };
        all.push(at.clone());
        let headers = response.response_parameters.keys();
        for name in headers.filter_map(|key| key.strip_prefix("method.response.header.")) {
            let name = Some(name.to_owned());
            all.push(DocumentationLocation { part_type: Type::ResponseHeader, name, ..at.clone() });
        }
        if !response.response_models.is_empty() {
            all.push(DocumentationLocation { part_type: Type::ResponseBody, ..at });
        }
    }
    all
}
