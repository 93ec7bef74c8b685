//! Responses of integrations that map: one integration response, and a body that is there whole.

use std::borrow::Cow;

use ringway_core::context::Context;
use ringway_core::error::GatewayError;
use ringway_core::http::{ResponseHead, write};
use ringway_core::integration::{
    BodyLength, Own, ResponseBody, has_content_encoding, write_overridden_fields, write_own_fields,
};
use ringway_core::snapshot::ResponseRule;
use ringway_core::template::OverrideHeaders;

use crate::client::Sink;
use crate::clock;
use crate::ending::{Answered, Closed};
use crate::phase::response_cache::Looked;
use crate::relay::{self, ToClient};
use crate::worker::Worker;

/// What the client gets.
pub(super) struct Mapped<'r> {
    /// The integration response.
    pub(super) rule: &'r ResponseRule,
    /// Of which type the body is.
    pub(super) body: ResponseBody<'r>,
    /// Its status, or what a template has set instead.
    pub(super) status: u16,
    /// Headers that templates have set.
    pub(super) headers: OverrideHeaders,
    /// The body.
    pub(super) bytes: Cow<'r, [u8]>,
    /// With `X-Amzn-Trace-Id`.
    pub(super) traced: bool,
}

/// A head that was written: where the fields start that are not the gateway's own, and how the
/// client learns where the body ends.
pub(super) struct Head {
    fields: usize,
    framing: ToClient,
}

impl Mapped<'_> {
    /// Writes the head without its last CRLF. `upstream` is the back end's, absent for MOCK.
    pub(super) fn write_head(
        &self,
        worker: &Worker,
        sink: &mut Sink<'_>,
        context: &Context<'_>,
        upstream: Option<&ResponseHead<'_>>,
    ) -> Result<Head, GatewayError> {
        let length = self.bytes.len() as u64;
        let framing = match self.status {
            100..=199 | 204 | 304 => ToClient::Nothing,
            _ if sink.omit_body => ToClient::Nothing,
            _ => ToClient::Length(length),
        };
        let framing = sink.compress(framing, length, || {
            has_content_encoding(self.rule, context, upstream, &self.headers)
        });
        let body_length = match framing {
            ToClient::Chunked => BodyLength::Chunked,
            ToClient::Length(_) | ToClient::UntilClose | ToClient::Nothing => {
                BodyLength::Length(length)
            }
        };
        let date = worker.date(clock::recent());
        let own = Own { delivery: sink.delivery(worker, &date), traced: self.traced };
        write_own_fields(self.status, context, body_length, own, sink.out);
        sink.write_warning();
        sink.write_coding();
        let fields = sink.out.len();
        let body = (&self.body, &*self.headers);
        match write_overridden_fields(self.rule, context, upstream, body, sink.out) {
            Ok(()) => Ok(Head { fields, framing }),
            Err(error) => {
                sink.out.clear();
                Err(error)
            }
        }
    }

    /// Sends what [`Self::write_head`] wrote and the body, and fills the cache with them.
    pub(super) async fn send(
        &self,
        worker: &Worker,
        sink: &mut Sink<'_>,
        looked: Looked,
        Head { fields, framing }: Head,
    ) -> Result<Answered, Closed> {
        let status = self.status;
        let fill = looked.into_fill();
        let mut captured =
            fill.as_ref().map(|fill| fill.capture(worker, status, &sink.out[fields..], framing));
        sink.out.extend_from_slice(write::CRLF);
        let bytes = relay::send_text(sink, framing, &self.bytes, captured.as_mut()).await?;
        if let Some((fill, captured)) = fill.zip(captured) {
            fill.complete(worker, status, captured);
        }
        Ok(Answered { status, bytes })
    }
}
