//! A request on a small stage: the very fixture that the tests of `core` use. It finds the names it
//! needs beside itself, as it does in `core`.

#[path = "../../core/src/context/fixture.rs"]
mod fixture;

use ringway_core::context::{Client, Context, Forwarded, Outcome, RequestFacts};
use ringway_core::error::{GatewayError, ResponseType};

/// The only path parameter of the fixture's method.
pub(crate) const PATH_PARAMETER: &str = "petId";

/// Calls with the context of a request, or of one whose head could not be parsed. It ended in an
/// error, so that every variable is defined.
pub(crate) fn with_context<R>(request: &[u8], call: impl FnOnce(&Context<'_>) -> R) -> R {
    let parses = crate::parse_request(request, &mut crate::Fields::new()).is_ok();
    let error = GatewayError::new(ResponseType::AccessDenied, "fuzzed").message("say \"no\"\r\n");
    fixture::Fixture::new(if parses { request } else { b"" }).with(|ctx| {
        let outcome = Some(fixture::outcome());
        call(&Context { error: Some(&error), outcome, ..*ctx })
    })
}
