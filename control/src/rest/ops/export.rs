//! GetExport, GetSdk and the kinds of SDK
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html>).

use ringway_core::openapi::sdk_types::{SDK_TYPES, SdkType};
use ringway_core::openapi::{
    Accepts, Documentation, ExportOptions, ExportType, Exported, Extensions, export,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::stages;
use crate::definition::{DeployedApi, RestApiHeader};
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call};
use crate::rest::paging::page;
use crate::rest::wire::Answer;
use crate::settings::Settings;

/// GetExport: the deployed copy of the API, as a document.
pub(in crate::rest) fn document(call: &mut Call<'_>) -> Answered {
    let (api_id, stage) = stages::existing(call)?;
    let name = call.input.required("exportType").to_owned();
    let export_type = ExportType::from_name(&name).ok_or_else(|| {
        ManagementError::bad_request(format!(
            "No API exporter for type '{name}': must be one of [swagger, oas30]"
        ))
    })?;
    let accepts = match call.input.text("accepts") {
        None | Some("" | "*/*") => Accepts::Json,
        Some(accepts) => Accepts::from_media_type(accepts).ok_or_else(|| {
            let text = "Unsupported media type, must be application/json or application/yaml";
            ManagementError::bad_request(text)
        })?,
    };
    let parameters = call.input.texts("parameters");
    let wanted = parameters.get("extensions").map(String::as_str).unwrap_or_default();
    let extensions = Extensions::parse(wanted).map_err(ManagementError::bad_request)?;
    let copy: Option<DeployedApi> = call.tx.find(&api_id, &stage.deployment_id)?;
    let copy = copy.ok_or_else(ManagementError::internal)?;
    let header: Option<RestApiHeader> = call.tx.find("", &api_id)?;
    let created = header.map(|header| header.created_date).unwrap_or_default();
    let created = OffsetDateTime::from_unix_timestamp(created).ok();
    let options = ExportOptions {
        export_type,
        extensions,
        documentation: match stage.documentation_version {
            Some(version) => Documentation::Version(version),
            None => Documentation::Absent,
        },
        stage_name: stage.stage_name,
        region: call.tx.scope().region.to_string(),
        host_pattern: host_pattern(call.settings),
        created_date: created.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default(),
    };
    let exported = export(&copy.0, &options);
    Ok(Answer::Document {
        body: exported.bytes(accepts),
        content_type: Exported::CONTENT_TYPE.into(),
        disposition: exported.content_disposition(accepts),
    })
}

/// AWS's host, unless the operator named one of their own.
fn host_pattern(settings: &Settings) -> String {
    match settings.host_suffix.as_str() {
        "localhost" => ExportOptions::HOST_PATTERN.into(),
        suffix => format!("{{id}}.execute-api.{{region}}.{suffix}"),
    }
}

/// GetSdk: none is made yet.
pub(in crate::rest) fn sdk(call: &mut Call<'_>) -> Answered {
    stages::existing(call)?;
    let kind = call.input.required("sdkType");
    find(kind)?;
    Err(ManagementError::bad_request(format!(
        "SDKs ({kind}) are not yet supported: export the API and use a generator"
    )))
}

/// GetSdkTypes.
pub(in crate::rest) fn sdk_types(call: &mut Call<'_>) -> Answered {
    page(&call.input, SDK_TYPES.iter().collect(), |kind| Ok(show(kind)))
}

/// GetSdkType.
pub(in crate::rest) fn sdk_type(call: &mut Call<'_>) -> Answered {
    find(call.input.required("id")).map(|kind| Answer::Json(show(kind)))
}

fn find(id: &str) -> Result<&'static SdkType, ManagementError> {
    let found = SDK_TYPES.iter().find(|kind| kind.id == id);
    found.ok_or_else(|| ManagementError::not_found(format!("Invalid SDK type specified: {id}")))
}

fn show(kind: &SdkType) -> Value {
    let property = |property: &ringway_core::openapi::sdk_types::SdkConfigurationProperty| {
        let mut shown = json!({
            "name": property.name,
            "friendlyName": property.friendly_name,
            "description": property.description,
            "required": property.required,
        });
        if let Some(default) = property.default_value {
            shown["defaultValue"] = default.into();
        }
        shown
    };
    let properties: Vec<Value> = kind.configuration_properties.iter().map(property).collect();
    json!({
        "id": kind.id,
        "friendlyName": kind.friendly_name,
        "description": kind.description,
        "configurationProperties": properties,
    })
}
