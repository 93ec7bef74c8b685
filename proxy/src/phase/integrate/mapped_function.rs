//! AWS to a Lambda function: its answer as an integration response, which the function's
//! `errorMessage` selects (aws-facts 181, 182, 236).

use ringway_core::context::Context;
use ringway_core::error::GatewayError;
use ringway_core::http::FieldName;
use ringway_core::integration::{Invocation, invocation, request_id, response_body, select};
use ringway_core::limits::{FUNCTION_ANSWER_MARGIN_BYTES, FUNCTION_PAYLOAD_BYTES_MAX};
use ringway_core::snapshot::ResponseSelector;
use ringway_core::template::Overrides;

use super::function::unreachable;
use super::http::Call;
use super::transformed;
use crate::client::Sink;
use crate::ending::{Answered, Failure};
use crate::phase::response_cache::Looked;
use crate::upstream::{GatherError, Incoming};
use crate::worker::Worker;

/// Reads what Lambda answers, and sends the response that is made of it.
pub(super) async fn respond(
    worker: &Worker,
    (call, selector): (&Call<'_>, &ResponseSelector),
    mut incoming: Incoming,
    sink: &mut Sink<'_>,
    looked: Looked,
    seen: (&Context<'_>, Option<&Overrides>),
) -> Result<Answered, Failure> {
    let most = FUNCTION_PAYLOAD_BYTES_MAX + FUNCTION_ANSWER_MARGIN_BYTES;
    let gathered = incoming.gather(most, &call.bounds).await;
    gathered.map_err(|error| match error {
        GatherError::Call(error) => unreachable(error),
        GatherError::TooLarge => {
            GatewayError::configuration("the answer of the function is larger than Lambda's").into()
        }
    })?;
    let head = incoming.head();
    let message = match invocation(&head, incoming.data()) {
        Ok(Invocation::Answered) => "".into(),
        Ok(Invocation::Failed(message)) => message,
        Err(error) => {
            if let Some(trace) = sink.trace {
                trace.not_invoked(head.status(), &request_id(&head), &error);
            }
            incoming.finish(worker, call.pool);
            return Err(error.into());
        }
    };
    let selection = select(selector, &message);
    sink.trace.filter(|_| selection.gave_up).inspect(|trace| trace.gave_up());
    let Some(rule) = selection.rule else {
        sink.trace.inspect(|trace| trace.no_match(head.status()));
        let cause = "no integration response fits what the function answered";
        return Err(GatewayError::configuration(cause).into());
    };
    let media_type = head.field(FieldName::ContentType);
    let conversion = rule.content_handling.of_response(seen.0, media_type);
    let body = response_body(rule, media_type);
    transformed::respond(worker, call, incoming, (rule, body, conversion), sink, looked, seen).await
}
