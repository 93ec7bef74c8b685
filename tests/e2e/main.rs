//! Ringway from outside: the built binary, driven as a user drives it.
//!
//! Each test is named after the rule it checks. They run on the driver that `RINGWAY_DRIVER` names;
//! `scripts/test` runs them on both.

mod access;
mod access_log;
mod admin;
mod api_keys;
mod bench;
mod body_validation;
mod client_gone;
mod compression;
mod content_handling;
mod crash;
mod descriptors;
mod drain;
mod every_exit;
mod example;
mod expect;
mod framing;
mod gateway_responses;
mod header_rules;
mod hosts;
mod http_integration;
mod idle;
mod keep_alive;
mod limits;
mod mapping;
mod mapping_templates;
mod memory;
mod mock;
mod nginx;
mod observed;
mod reload;
mod render;
mod required_parameters;
mod response_cache;
mod routing;
mod serve;
mod startup;
mod store;
mod test_invoke;
mod throttle;
mod timeouts;
mod tls;
mod transfer;
mod under_load;
mod upstream_faults;
