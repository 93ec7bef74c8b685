//! Endpoint configurations of APIs and domain names (aws-facts 21, 22, 28 to 32).

use ringway_core::definition::EndpointConfiguration;
use serde_json::{Value, json};

use crate::error::ManagementError;
use crate::rest::input::Input;
use crate::rest::patch::{self, Op, PatchOperation};

/// The `endpointConfiguration` of a call, or AWS's defaults.
pub(super) fn of_input(input: &Input) -> Result<EndpointConfiguration, ManagementError> {
    let given = input.value("endpointConfiguration").cloned().unwrap_or_else(|| json!({}));
    let types_given = given.get("types").is_some();
    let mut endpoint: EndpointConfiguration =
        serde_json::from_value(given).map_err(|_| ManagementError::internal())?;
    match endpoint.types.len() {
        0 if types_given => {
            return Err(ManagementError::bad_request(
                "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
            ));
        }
        0 => endpoint.types.push("EDGE".into()),
        1 => {}
        _ => {
            return Err(ManagementError::bad_request(
                "Cannot create an api with multiple Endpoint Types.",
            ));
        }
    }
    let private = endpoint.types[0] == "PRIVATE";
    match endpoint.ip_address_type.as_deref() {
        None => {
            let default = if private { "dualstack" } else { "ipv4" };
            endpoint.ip_address_type = Some(default.into());
        }
        Some("ipv4") if private => return Err(dualstack_only()),
        Some(_) => {}
    }
    Ok(endpoint)
}

/// The endpoint of an imported API.
pub(super) fn imported(
    of_document: Option<EndpointConfiguration>,
) -> Result<EndpointConfiguration, ManagementError> {
    let mut endpoint = of_document.unwrap_or_default();
    if endpoint.types.is_empty() {
        endpoint.types.push("EDGE".into());
    }
    let known = ["REGIONAL", "EDGE", "PRIVATE"];
    if endpoint.types.len() > 1 || !known.contains(&endpoint.types[0].as_str()) {
        return Err(ManagementError::bad_request(
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
        ));
    }
    let default = if endpoint.types[0] == "PRIVATE" { "dualstack" } else { "ipv4" };
    endpoint.ip_address_type.get_or_insert_with(|| default.into());
    Ok(endpoint)
}

fn dualstack_only() -> ManagementError {
    ManagementError::bad_request("Only dualstack ipAddressType is supported for Private APIs.")
}

/// `/endpointConfiguration/types/{}`.
pub(super) fn patch_type(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    if !matches!(operation.op, Some(Op::Replace | Op::Add)) {
        return Err(ManagementError::bad_request(
            "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
        ));
    }
    let wanted = operation.value_text();
    if !["REGIONAL", "EDGE", "PRIVATE"].contains(&wanted) {
        return Err(ManagementError::bad_request(
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
        ));
    }
    let endpoint = &mut document["endpointConfiguration"];
    endpoint["types"] = json!([wanted]);
    if wanted == "PRIVATE" {
        endpoint["ipAddressType"] = json!("dualstack");
    }
    Ok(())
}

/// `/endpointConfiguration/ipAddressType`.
pub(super) fn patch_ip_address_type(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let endpoint = &mut document["endpointConfiguration"];
    match operation.value_text() {
        "ipv4" if endpoint["types"][0] == "PRIVATE" => Err(dualstack_only()),
        wanted @ ("ipv4" | "dualstack") => {
            endpoint["ipAddressType"] = wanted.into();
            Ok(())
        }
        _ => Err(ManagementError::bad_request("ipAddressType must be either ipv4 or dualstack.")),
    }
}

/// `/endpointConfiguration/vpcEndpointIds`: the value is one identifier.
pub(super) fn patch_vpc_endpoint(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let ids = endpoints(document);
    let named = operation.value_text();
    ids.retain(|own| own != named);
    match operation.op {
        Some(Op::Remove) => {}
        _ if named.is_empty() => return Err(patch::invalid_path(operation)),
        _ => ids.push(named.into()),
    }
    Ok(())
}

/// `/endpointConfiguration/vpcEndpointIds/{}`.
pub(super) fn remove_vpc_endpoint(
    document: &mut Value,
    _operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    endpoints(document).retain(|own| !parts.iter().any(|part| own == part.as_str()));
    Ok(())
}

fn endpoints(document: &mut Value) -> &mut Vec<Value> {
    let ids = &mut document["endpointConfiguration"]["vpcEndpointIds"];
    if !ids.is_array() {
        *ids = json!([]);
    }
    match ids {
        Value::Array(ids) => ids,
        _ => unreachable!("an array was just made"),
    }
}
