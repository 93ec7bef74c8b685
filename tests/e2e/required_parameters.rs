//! Request validators that check parameters.

use ringway_tests::api::{Api, mock, parameter, validated};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::response::Response;

use crate::expect;

fn gateway() -> Gateway {
    let declared = |operation| {
        let operation = parameter(operation, "header", "x-tenant", true);
        let operation = parameter(operation, "query", "page", true);
        parameter(operation, "query", "size", false)
    };
    let api = Api::new().route("GET", "/checked", validated(declared(mock("{}")))).route(
        "GET",
        "/unchecked",
        declared(mock("{}")),
    );
    Launch::openapi(&api).start()
}

fn get(gateway: &Gateway, target: &str, headers: &[(&str, &str)]) -> Response {
    gateway.request("GET", target, headers, b"")
}

#[test]
fn a_missing_parameter_is_named_in_a_400() {
    let gateway = gateway();
    let missing = |names: &str| format!("Missing required request parameters: [{names}]");
    let refused = |response: &Response, names: &str| {
        expect::refusal(response, 400, "BadRequestException", &missing(names));
    };
    refused(&get(&gateway, "/dev/checked", &[]), "x-tenant, page");
    refused(&get(&gateway, "/dev/checked?page=1", &[]), "x-tenant");
    refused(&get(&gateway, "/dev/checked", &[("X-Tenant", "a")]), "page");
    refused(&get(&gateway, "/dev/checked?Page=1", &[("X-Tenant", "a")]), "page");
}

#[test]
fn a_request_with_all_required_parameters_passes() {
    let gateway = gateway();
    assert_eq!(get(&gateway, "/dev/checked?page=1", &[("X-TENANT", "a")]).status, 200);
}

#[test]
fn without_a_validator_nothing_is_checked() {
    let gateway = gateway();
    assert_eq!(get(&gateway, "/dev/unchecked", &[]).status, 200);
}
