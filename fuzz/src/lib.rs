//! What fuzz targets share. The invariants of the codecs are the very file that the property tests
//! of `core` use; it finds the codec's public names beside itself, as it does in `core`. Those of
//! everything else are here: each function takes any input and panics when it does not hold.

pub use ringway_core::http::*;
use ringway_core::{http, snapshot};

pub mod calls;
mod context;
pub mod definitions;
pub mod documents;
pub mod expressions;
pub mod functions;
pub mod json;
pub mod policies;
pub mod routes;
pub mod signatures;
pub mod templates;

#[path = "../../core/src/http/invariants.rs"]
pub mod invariants;
