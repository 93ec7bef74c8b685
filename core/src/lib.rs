//! The computing half of Ringway: definitions, OpenAPI, the compiler, the snapshot, the router,
//! HTTP/1.1 codecs, content codings, parameter mapping, mapping templates, access-log formats,
//! limits, signatures and policies.
//!
//! Nothing here waits, or reads a clock, a file, a socket or the environment: `now` and text are
//! arguments. `proxy` and `control` meet only in types owned here ([`link`]).

#![forbid(unsafe_code)]

pub mod coding;
pub mod compile;
pub mod context;
mod date;
pub mod definition;
pub mod error;
pub mod event_stream;
pub mod execution_log;
pub mod http;
pub mod iam;
pub mod identity;
pub mod integration;
pub mod json;
pub mod limits;
pub mod link;
pub mod mapping;
pub mod model_template;
pub mod openapi;
pub mod pattern;
pub mod reach;
pub mod router;
pub mod schema;
pub mod settings;
pub mod sigv4;
pub mod snapshot;
pub mod template;
pub mod xml;
