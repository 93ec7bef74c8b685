//! The integration: what answers a method.

mod function;
mod http;
mod mapped;
mod mapped_function;
mod mock;
mod proxied;
mod streamed;
mod streamed_function;
mod transformed;

use ringway_core::context::Context;
use ringway_core::snapshot::{Integration, Method};

use crate::applied::AppliedMethod;
use crate::client::Client;
use crate::ending::{Answered, BackEnd, Failure};
use crate::phase::response_cache::Looked;
use crate::worker::Worker;

/// Calls the integration and sends its response.
pub(crate) async fn answer(
    worker: &Worker,
    (method, bound): (&Method, &AppliedMethod),
    client: &mut Client<'_, '_>,
    looked: Looked,
    context: &Context<'_>,
    back_end: &mut BackEnd,
) -> Result<Answered, Failure> {
    match &method.integration {
        Integration::Mock(mock) => mock::answer(worker, mock, client, looked, context).await,
        Integration::Http(http) => {
            http::answer(worker, (http, bound), client, looked, context, back_end).await
        }
    }
}
