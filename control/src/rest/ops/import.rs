//! ImportRestApi, PutRestApi and ImportDocumentationParts: documents into definitions
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html>).

use indexmap::IndexMap;
use ringway_core::definition;
use ringway_core::openapi::{
    self, BasePath, IdSource, ImportError, ImportOptions, PutMode, import_documentation_parts,
};
use serde_json::json;

use super::{endpoint, policy, rest_apis};
use crate::definition::{GatewayResponse, RestApiHeader, whole};
use crate::documents::Document;
use crate::error::ManagementError;
use crate::identifiers;
use crate::rest::call::{Answered, Call};
use crate::rest::wire::Answer;

/// ImportRestApi.
pub(in crate::rest) fn import(call: &mut Call<'_>) -> Answered {
    let parameters = call.input.texts("parameters");
    let id = call.long_id()?;
    let mut api = imported(call, &parameters, &id)?;
    api.endpoint_configuration = Some(endpoint::imported(api.endpoint_configuration)?);
    let header = RestApiHeader {
        created_date: call.now_seconds(),
        root_resource_id: root(&api),
        ..RestApiHeader::default()
    };
    let header = put_whole(call, header, api)?;
    show(&header, rest_apis::Tags::WhenSet)
}

/// PutRestApi: the document is read before the API is looked for (aws-facts 271).
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let parameters = call.input.texts("parameters");
    let id = call.input.required("restApiId").to_owned();
    let api = imported(call, &parameters, &id)?;
    let unknown = call.unknown_api(&id);
    let header: RestApiHeader = call.tx.find("", &id)?.ok_or(unknown)?;
    let existing = whole(&mut call.tx, &id)?.ok_or_else(ManagementError::internal)?;
    let api = openapi::merge(existing, api, mode(call)).map_err(|error| refused(&error))?;
    let header = put_whole(call, header, api)?;
    show(&header, rest_apis::Tags::Always)
}

/// ImportDocumentationParts.
pub(in crate::rest) fn documentation_parts(call: &mut Call<'_>) -> Answered {
    let id = call.existing_api()?;
    let api = whole(&mut call.tx, &id)?.ok_or_else(ManagementError::internal)?;
    let fail_on_warnings = call.input.flag("failOnWarnings").unwrap_or(false);
    let ids = IdSource::Random(identifiers::seed()?);
    let body = call.input.payload();
    let imported = import_documentation_parts(body, &api, mode(call), fail_on_warnings, ids)
        .map_err(|error| refused(&error))?;
    replace(call, &id, imported.parts.into_iter())?;
    let mut answer = json!({ "ids": imported.ids });
    if !imported.warnings.is_empty() {
        answer["warnings"] = json!(imported.warnings);
    }
    Ok(Answer::Json(answer))
}

fn mode(call: &Call<'_>) -> PutMode {
    match call.input.text("mode") {
        Some("overwrite") => PutMode::Overwrite,
        _ => PutMode::Merge,
    }
}

/// The API that the body describes.
fn imported(
    call: &Call<'_>,
    parameters: &IndexMap<String, String>,
    id: &str,
) -> Result<definition::RestApi, ManagementError> {
    let wrong = |text: String| ManagementError::bad_request(text);
    let base_path = parameters.get("basepath").or_else(|| parameters.get("basePath"));
    let base_path = match base_path {
        None => BasePath::Ignore,
        Some(mode) => BasePath::from_name(mode).ok_or_else(|| {
            wrong(format!("Invalid basepath '{mode}', must be ignore, prepend or split"))
        })?,
    };
    let ignored = parameters.get("ignore").map(String::as_str);
    if let Some(other) = ignored.filter(|ignored| *ignored != "documentation") {
        return Err(wrong(format!("Invalid parameter ignore={other}, must be documentation")));
    }
    let options = ImportOptions {
        api_id: Some(id.to_owned()),
        ids: IdSource::Random(identifiers::seed()?),
        base_path,
        fail_on_warnings: call.input.flag("failOnWarnings").unwrap_or(false),
        ignore_documentation: ignored.is_some(),
        endpoint_types: parameters.get("endpointConfigurationTypes").cloned().into_iter().collect(),
    };
    let mut api =
        openapi::import(call.input.payload(), &options).map_err(|error| refused(&error))?;
    if let Some(policy) = &mut api.policy {
        policy::expand(policy, id, call.tx.scope());
    }
    Ok(api)
}

fn refused(error: &ImportError) -> ManagementError {
    ManagementError::bad_request(error.aws_message())
}

fn root(api: &definition::RestApi) -> String {
    api.resources.first().map(|root| root.id.clone()).unwrap_or_default()
}

/// Keeps an API with all that hangs on it; what it does not have any more goes. Deployments and
/// stages stay.
pub(super) fn put_whole(
    call: &mut Call<'_>,
    header: RestApiHeader,
    api: definition::RestApi,
) -> Result<RestApiHeader, ManagementError> {
    let definition::RestApi {
        resources,
        models,
        request_validators,
        authorizers,
        gateway_responses,
        documentation_parts,
        documentation_versions: _,
        ..
    } = &api;
    let id = api.id.clone();
    replace(call, &id, resources.iter().map(|own| (own.id.clone(), own.clone())))?;
    replace(call, &id, entries(models))?;
    replace(call, &id, entries(request_validators))?;
    replace(call, &id, entries(authorizers))?;
    replace(call, &id, entries(documentation_parts))?;
    let responses = gateway_responses.iter().map(|(of, response)| {
        let kept = GatewayResponse { response_type: *of, response: response.clone() };
        (of.name().to_owned(), kept)
    });
    replace(call, &id, responses)?;
    let header = RestApiHeader { api: header_only(api), ..header };
    call.tx.put("", &id, &header)?;
    Ok(header)
}

fn entries<T: Clone>(map: &IndexMap<String, T>) -> impl Iterator<Item = (String, T)> {
    map.iter().map(|(id, value)| (id.clone(), value.clone()))
}

/// Exactly these documents of their kind, and no others.
fn replace<T: Document>(
    call: &mut Call<'_>,
    api: &str,
    documents: impl Iterator<Item = (String, T)>,
) -> Result<(), ManagementError> {
    let mut gone = call.tx.ids(T::KIND, api);
    for (id, document) in documents {
        call.tx.put(api, &id, &document)?;
        gone.retain(|own| *own != id);
    }
    for id in gone {
        call.tx.remove(T::KIND, api, &id);
    }
    Ok(())
}

/// The API without what has documents of its own.
fn header_only(api: definition::RestApi) -> definition::RestApi {
    definition::RestApi {
        resources: Vec::new(),
        models: IndexMap::new(),
        request_validators: IndexMap::new(),
        authorizers: IndexMap::new(),
        gateway_responses: IndexMap::new(),
        documentation_parts: IndexMap::new(),
        documentation_versions: IndexMap::new(),
        ..api
    }
}

/// Warnings belong to the answer of an import only.
fn show(header: &RestApiHeader, tags: rest_apis::Tags) -> Answered {
    rest_apis::show(header, tags).map(Answer::Json)
}

/// `cloneFrom` of CreateRestApi: everything of another API but its name, deployments and stages.
pub(super) fn clone(
    call: &mut Call<'_>,
    source: &str,
    header: RestApiHeader,
) -> Result<RestApiHeader, ManagementError> {
    let unknown = || ManagementError::bad_request("Invalid API identifier specified to clone from");
    let source = whole(&mut call.tx, source)?.ok_or_else(unknown)?;
    let given = &header.api;
    let api = definition::RestApi {
        id: given.id.clone(),
        name: given.name.clone(),
        description: given.description.clone().or(source.description),
        version: given.version.clone().or(source.version),
        endpoint_configuration: given.endpoint_configuration.clone(),
        ..source
    };
    let root_resource_id = root(&api);
    put_whole(call, RestApiHeader { root_resource_id, ..header }, api)
}
