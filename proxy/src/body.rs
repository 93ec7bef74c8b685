//! A request body on its way from the client: bytes that came with its head, then the socket.

use std::time::Duration;

use ringway_core::http::{Chunk, ChunkDecoder, Framing};
use ringway_core::limits::{CLIENT_STALL_MS, DRAIN_BODY_BYTES_MAX};

use crate::deadlines::{Cancel, Limit};
use crate::socket::{Control, Reader};

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// More than the stage allows.
    TooLarge,
    /// Broken chunked framing.
    Malformed,
    /// The client closed or stalled.
    ClientGone,
}

/// A request body, read piece by piece.
pub(crate) struct RequestBody<'h> {
    /// Bytes behind the head in the frozen head buffer, not yet taken; they may reach into the next
    /// request.
    early: &'h [u8],
    /// Bytes read past the end of a chunked body: the next request's.
    beyond: Vec<u8>,
    /// The body, once it was read whole and put back.
    whole: Option<Vec<u8>>,
    /// How long the body is that took the place of the one that was sent.
    replaced_bytes: Option<u64>,
    rest: Rest,
    taken: u64,
    bytes_max: u64,
    expects_continue: bool,
}

enum Rest {
    Done,
    Length(u64),
    Chunked(Box<ChunkDecoder>),
}

impl<'h> RequestBody<'h> {
    /// A body behind a head.
    pub(crate) fn new(framing: Framing, early: &'h [u8], expects_continue: bool) -> Self {
        let rest = match framing {
            Framing::None | Framing::Length(0) => Rest::Done,
            Framing::Length(length) => Rest::Length(length),
            Framing::Chunked => Rest::Chunked(Box::default()),
        };
        let bytes_max = u64::MAX;
        Self {
            early,
            beyond: Vec::new(),
            whole: None,
            replaced_bytes: None,
            rest,
            taken: 0,
            bytes_max,
            expects_continue,
        }
    }

    /// Bounds the body, once the stage is known; a longer Content-Length is refused unread.
    pub(crate) fn limit(&mut self, bytes_max: u64) -> Result<(), BodyError> {
        self.bytes_max = bytes_max;
        match self.rest {
            Rest::Length(length) if length > bytes_max => Err(BodyError::TooLarge),
            _ => Ok(()),
        }
    }

    /// All of it was taken.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.rest, Rest::Done) && self.whole.is_none()
    }

    /// The body that was put back.
    pub(crate) fn take_whole(&mut self) -> Option<Vec<u8>> {
        self.whole.take()
    }

    /// Puts back a body that was read whole, for who reads next.
    pub(crate) fn put_back(&mut self, whole: Vec<u8>) {
        debug_assert!(matches!(self.rest, Rest::Done), "a body is put back before its end");
        self.whole = (!whole.is_empty()).then_some(whole);
    }

    /// Puts another body in the place of one that was read whole.
    pub(crate) fn replace(&mut self, whole: Vec<u8>) {
        self.replaced_bytes = Some(whole.len() as u64);
        self.put_back(whole);
    }

    /// Framing of the body as it is now, if it was sent with this.
    pub(crate) fn framing(&self, sent: Framing) -> Framing {
        self.replaced_bytes.map_or(sent, Framing::Length)
    }

    /// Unread bytes that came with the head.
    pub(crate) fn early_left(&self) -> usize {
        self.early.len()
    }

    /// Bytes of the next request that were read with this body.
    pub(crate) fn into_beyond(self) -> Vec<u8> {
        self.beyond
    }

    /// The client waits for `100 Continue`, and nothing of the body came yet. Answers once.
    pub(crate) fn take_expectation(&mut self) -> bool {
        std::mem::take(&mut self.expects_continue) && !self.is_done() && self.early.is_empty()
    }

    /// Whether what is left can be read and dropped to keep the connection.
    pub(crate) fn is_drainable(&self) -> bool {
        match self.rest {
            Rest::Done => true,
            Rest::Length(left) => {
                let asked = self.expects_continue && self.early.is_empty();
                left <= DRAIN_BODY_BYTES_MAX && !asked
            }
            Rest::Chunked(_) => false,
        }
    }

    /// Takes what came with the head; `emit` gets body bytes only.
    pub(crate) fn take_early(&mut self, mut emit: impl FnMut(&[u8])) -> Result<(), BodyError> {
        if let Some(whole) = self.whole.take() {
            emit(&whole);
        }
        let early = self.early;
        let used = self.advance(early, &mut emit)?;
        self.early = &early[used..];
        Ok(())
    }

    /// Reads once from the socket behind what `buffer` holds; framing is taken off. An empty read
    /// of
    /// a chunked body (only framing came) returns with nothing added: call again.
    pub(crate) async fn read(
        &mut self,
        reader: &mut Reader,
        control: Control,
        buffer: Vec<u8>,
    ) -> Result<Vec<u8>, BodyError> {
        let most = match self.rest {
            Rest::Done => return Ok(buffer),
            Rest::Length(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Rest::Chunked(_) => usize::MAX,
        };
        let start = buffer.len();
        let most = most.min(buffer.capacity() - start);
        let limit =
            Limit::new(Duration::from_millis(CLIENT_STALL_MS), Cancel::ShutdownRead(control));
        let (read, mut buffer) = reader.read_most(buffer, most).await;
        limit.lift().map_err(|_| BodyError::ClientGone)?;
        if read.map_err(|_| BodyError::ClientGone)? == 0 {
            return Err(BodyError::ClientGone);
        }
        self.unframe(&mut buffer, start)?;
        Ok(buffer)
    }

    /// Takes framing off the bytes of `buffer` behind `start`, in place.
    fn unframe(&mut self, buffer: &mut Vec<u8>, start: usize) -> Result<(), BodyError> {
        if let Rest::Length(left) = &mut self.rest {
            let read = (buffer.len() - start) as u64;
            *left -= read;
            self.taken += read;
            if *left == 0 {
                self.rest = Rest::Done;
            }
            return Ok(());
        }
        let raw = buffer.split_off(start);
        let used = self.advance(&raw, &mut |data: &[u8]| buffer.extend_from_slice(data))?;
        self.beyond.extend_from_slice(&raw[used..]);
        Ok(())
    }

    /// Consumes body bytes from the front of `input`; returns how many bytes were used.
    fn advance(&mut self, input: &[u8], emit: &mut impl FnMut(&[u8])) -> Result<usize, BodyError> {
        let (used, data, ended) = match &mut self.rest {
            Rest::Done => return Ok(0),
            Rest::Length(left) => {
                let n = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                emit(&input[..n]);
                *left -= n as u64;
                (n, n as u64, *left == 0)
            }
            Rest::Chunked(decoder) => {
                let room = self.bytes_max.saturating_sub(self.taken);
                decode(decoder, input, room, emit)?
            }
        };
        self.taken += data;
        if ended {
            self.rest = Rest::Done;
        }
        Ok(used)
    }
}

/// Decodes chunks; returns (bytes used, data bytes, ended).
fn decode(
    decoder: &mut ChunkDecoder,
    input: &[u8],
    room: u64,
    emit: &mut impl FnMut(&[u8]),
) -> Result<(usize, u64, bool), BodyError> {
    let (mut at, mut data) = (0, 0);
    loop {
        match decoder.decode(&input[at..]).map_err(|_| BodyError::Malformed)? {
            Chunk::Data { start, end } => {
                data += (end - start) as u64;
                if data > room {
                    return Err(BodyError::TooLarge);
                }
                emit(&input[at + start..at + end]);
                at += end;
            }
            Chunk::More => return Ok((input.len(), data, false)),
            Chunk::End { consumed } => return Ok((at + consumed, data, true)),
        }
    }
}
