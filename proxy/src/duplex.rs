//! A call whose request body is still arriving: both directions at once, with back-pressure.
//!
//! The rare path: a body that came whole with its head goes through [`crate::upstream::call`].

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use ringway_core::http::Framing;
use ringway_core::http::write::chunk_size;

use crate::body::BodyError;
use crate::client::Source;
use crate::socket::Writer;
use crate::worker::Worker;

/// How sending a request body ended early.
#[derive(Debug)]
pub(crate) enum UploadError {
    /// The client's side failed.
    Body(BodyError),
    /// The upstream takes no more; it may have answered already.
    Upstream,
}

/// How the upstream learns where the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToUpstream {
    /// Content-Length.
    Length,
    /// Chunked.
    Chunked,
}

impl From<Framing> for ToUpstream {
    fn from(framing: Framing) -> Self {
        match framing {
            Framing::Chunked => Self::Chunked,
            Framing::None | Framing::Length(_) => Self::Length,
        }
    }
}

/// Appends body bytes as the upstream is to get them.
pub(crate) fn append(out: &mut Vec<u8>, to: ToUpstream, data: &[u8]) {
    if to == ToUpstream::Length {
        out.extend_from_slice(data);
    } else if !data.is_empty() {
        chunk_size(data.len() as u64, out);
        out.extend_from_slice(data);
        out.extend_from_slice(b"\r\n");
    }
}

/// Sends `request` (the head and what of the body is at hand) and the rest of the body.
pub(crate) async fn upload(
    worker: &Worker,
    source: &mut Source<'_, '_>,
    writer: &mut Writer,
    request: Vec<u8>,
    to: ToUpstream,
) -> Result<(), UploadError> {
    let mut out = write(writer, request).await?;
    let mut piece = worker.buffers.large();
    while !source.body.is_done() {
        piece.clear();
        let read = source.body.read(source.reader, source.control, piece).await;
        piece = read.map_err(UploadError::Body)?;
        if to == ToUpstream::Length {
            piece = write(writer, piece).await?;
            continue;
        }
        out.clear();
        append(&mut out, to, &piece);
        if source.body.is_done() {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        if !out.is_empty() {
            out = write(writer, out).await?;
        }
    }
    worker.buffers.give_back(piece);
    worker.buffers.give_back(out);
    Ok(())
}

async fn write(writer: &mut Writer, buffer: Vec<u8>) -> Result<Vec<u8>, UploadError> {
    let (sent, buffer) = writer.write_all(buffer).await;
    sent.map_err(|_| UploadError::Upstream)?;
    Ok(buffer)
}

/// What ended first.
pub(crate) enum First<A, B> {
    /// The left one.
    Left(A),
    /// The right one.
    Right(B),
}

/// Polls both until one ends; the other stays pinned with the caller.
pub(crate) async fn first<A: Future, B: Future>(
    mut left: Pin<&mut A>,
    mut right: Pin<&mut B>,
) -> First<A::Output, B::Output> {
    poll_fn(|cx| {
        if let Poll::Ready(output) = left.as_mut().poll(cx) {
            return Poll::Ready(First::Left(output));
        }
        right.as_mut().poll(cx).map(First::Right)
    })
    .await
}
