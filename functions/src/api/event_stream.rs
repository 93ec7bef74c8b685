//! The answer of InvokeWithResponseStream: a message for each piece, and one at the end
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html>).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use ringway_core::event_stream::encoded;
use ringway_core::limits::FUNCTION_STREAM_PIECES_MAX;
use serde_json::json;
use tokio::sync::mpsc;

use crate::invocation::Piece;

/// Payload of one message, bytes: readers bound what they keep.
const CHUNK_BYTES_MAX: usize = 64 * 1024;

/// Pieces as messages.
#[derive(Debug)]
pub(super) struct EventStream {
    pieces: mpsc::Receiver<Piece>,
    /// What is left of a piece that is longer than a message.
    rest: Bytes,
    is_over: bool,
}

impl EventStream {
    /// Of pieces that go on arriving.
    pub(super) const fn new(pieces: mpsc::Receiver<Piece>) -> Self {
        Self { pieces, rest: Bytes::new(), is_over: false }
    }

    /// Of an answer that is there already: what it is, and how it ends.
    pub(super) fn whole(body: Bytes, end: Piece) -> Self {
        let (sender, pieces) = mpsc::channel(FUNCTION_STREAM_PIECES_MAX);
        // There is room for one.
        let _ = sender.try_send(end);
        Self { pieces, rest: body, is_over: false }
    }

    fn chunk(&mut self) -> Vec<u8> {
        let piece = self.rest.split_to(self.rest.len().min(CHUNK_BYTES_MAX));
        let headers = [
            (":event-type", "PayloadChunk"),
            (":content-type", "application/octet-stream"),
            (":message-type", "event"),
        ];
        encoded(&headers, &piece)
    }
}

/// The last message.
fn end(failure: Option<(&str, &str)>) -> Vec<u8> {
    let payload = match failure {
        Some((code, details)) => json!({"ErrorCode": code, "ErrorDetails": details}),
        None => json!({}),
    };
    let headers = [
        (":event-type", "InvokeComplete"),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ];
    encoded(&headers, payload.to_string().as_bytes())
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            if !self.rest.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(self.chunk().into()))));
            }
            if self.is_over {
                return Poll::Ready(None);
            }
            let Poll::Ready(piece) = self.pieces.poll_recv(cx) else { return Poll::Pending };
            let last = match piece {
                Some(Piece::Bytes(bytes)) => {
                    self.rest = bytes;
                    continue;
                }
                Some(Piece::End) => end(None),
                Some(Piece::Failed { error_type, details }) => end(Some((&error_type, &details))),
                None => end(Some(("Runtime.TruncatedResponse", "The function's process ended"))),
            };
            self.is_over = true;
            return Poll::Ready(Some(Ok(Frame::data(last.into()))));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_over && self.rest.is_empty()
    }
}
