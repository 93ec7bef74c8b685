//! A response body on its way from an upstream; its framing is taken off in place.

use std::io;
use std::time::Duration;

use ringway_core::http::{Chunk, ChunkDecoder, ParsedResponse, ResponseFraming, ResponseHead};
use ringway_core::limits::{LARGE_BUFFER_BYTES, POOLED_BUFFER_BYTES};

use super::{Bounds, CallError, Pool, Reply, Upstream};
use crate::clock;
use crate::deadlines::{Cancel, Ended, Limit};
use crate::ending::Closed;
use crate::socket::Control;
use crate::worker::Worker;

/// The body broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truncated;

/// Why a body could not be read to its end.
#[derive(Debug)]
pub(crate) enum GatherError {
    /// As a call fails.
    Call(CallError),
    /// More than was allowed.
    TooLarge,
}

impl From<io::Error> for GatherError {
    fn from(error: io::Error) -> Self {
        Self::Call(CallError::Network(error))
    }
}

/// A response body. `buffer[at..]` of its connection is always pure data.
pub(crate) struct Incoming {
    /// The connection.
    pub(crate) upstream: Box<Upstream>,
    head: ParsedResponse,
    at: usize,
    rest: Rest,
    keep_alive: bool,
}

enum Rest {
    Done,
    Length(u64),
    Chunked(ChunkDecoder),
    UntilClose,
}

impl Incoming {
    /// The body behind a head; what already arrived is unframed.
    pub(crate) fn new(reply: Reply) -> Result<Self, Truncated> {
        let Reply { upstream, head, reusable } = reply;
        let head_bytes = head.length();
        let rest = match head.framing() {
            ResponseFraming::None | ResponseFraming::Length(0) => Rest::Done,
            ResponseFraming::Length(length) => Rest::Length(length),
            ResponseFraming::Chunked => Rest::Chunked(ChunkDecoder::default()),
            ResponseFraming::UntilClose => Rest::UntilClose,
        };
        let keep_alive = reusable && head.keep_alive();
        let mut incoming = Self { upstream, head, at: head_bytes, rest, keep_alive };
        incoming.unframe(head_bytes)?;
        Ok(incoming)
    }

    /// The head; only before [`Self::consume`].
    pub(crate) fn head(&self) -> ResponseHead<'_> {
        self.head.view(&self.upstream.buffer, &self.upstream.fields)
    }

    /// Data that arrived and was not consumed.
    pub(crate) fn data(&self) -> &[u8] {
        &self.upstream.buffer[self.at..]
    }

    /// The same, to be read in place.
    pub(crate) fn data_mut(&mut self) -> &mut [u8] {
        &mut self.upstream.buffer[self.at..]
    }

    /// Nothing more will arrive behind [`Self::data`].
    pub(crate) const fn is_complete(&self) -> bool {
        matches!(self.rest, Rest::Done)
    }

    /// Bytes still to come behind [`Self::data`], when known.
    pub(crate) const fn remaining(&self) -> Option<u64> {
        match self.rest {
            Rest::Done => Some(0),
            Rest::Length(left) => Some(left),
            Rest::Chunked(_) | Rest::UntilClose => None,
        }
    }

    /// All data at hand was sent on.
    pub(crate) fn consume(&mut self) {
        self.upstream.buffer.clear();
        self.at = 0;
    }

    /// Lends the buffer out to be sent as it is; only right behind [`Self::fill`].
    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        debug_assert_eq!(self.at, 0, "a head stands before the data");
        std::mem::take(&mut self.upstream.buffer)
    }

    /// Reads more, after [`Self::consume`]; a pause longer than `stall`, or the end of the client,
    /// ends the connection.
    pub(crate) async fn fill(
        &mut self,
        worker: &Worker,
        stall: Duration,
        client: Control,
    ) -> Result<(), Closed> {
        self.enlarge(worker);
        let buffer = std::mem::take(&mut self.upstream.buffer);
        let control = self.upstream.control;
        let most = match self.rest {
            Rest::Done => return Ok(()),
            // Never beyond the body: a pooled connection starts with an empty buffer.
            Rest::Length(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Rest::Chunked(_) | Rest::UntilClose => usize::MAX,
        };
        let most = most.min(buffer.capacity());
        let limit = Limit::watching(stall, client, Cancel::Shutdown(control));
        let (read, buffer) = self.upstream.reader.read_most(buffer, most).await;
        self.upstream.buffer = buffer;
        limit.lift().map_err(|ended| match ended {
            Ended::Elapsed => Closed::Truncated,
            Ended::Gone => Closed::ClientGone,
        })?;
        match read {
            Ok(0) if matches!(self.rest, Rest::UntilClose) => {
                self.rest = Rest::Done;
                Ok(())
            }
            Ok(0) | Err(_) => Err(Closed::Truncated),
            Ok(_) => self.unframe(0).map_err(|Truncated| Closed::Truncated),
        }
    }

    /// Reads the body to its end, behind the head and what came with it; [`Self::head`] stays.
    pub(crate) async fn gather(
        &mut self,
        bytes_max: usize,
        bounds: &Bounds,
    ) -> Result<(), GatherError> {
        while !self.is_complete() {
            self.read_on(bounds.left(clock::recent()), bounds.client).await?;
            if self.data().len() > bytes_max {
                return Err(GatherError::TooLarge);
            }
        }
        Ok(())
    }

    /// Reads once, behind the data at hand.
    async fn read_on(&mut self, limit: Duration, client: Control) -> Result<(), GatherError> {
        let mut buffer = std::mem::take(&mut self.upstream.buffer);
        let from = buffer.len();
        buffer.reserve(POOLED_BUFFER_BYTES);
        let most = match self.rest {
            Rest::Length(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Rest::Done | Rest::Chunked(_) | Rest::UntilClose => usize::MAX,
        };
        let most = most.min(buffer.capacity() - from);
        let limit = Limit::watching(limit, client, Cancel::Shutdown(self.upstream.control));
        let (read, buffer) = self.upstream.reader.read_most(buffer, most).await;
        self.upstream.buffer = buffer;
        limit.lift().map_err(|ended| GatherError::Call(ended.into()))?;
        match read {
            Ok(0) if matches!(self.rest, Rest::UntilClose) => self.rest = Rest::Done,
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Err(error) => return Err(error.into()),
            Ok(_) => self
                .unframe(from)
                .map_err(|Truncated| io::Error::from(io::ErrorKind::InvalidData))?,
        }
        Ok(())
    }

    /// The first `bytes` of the data were used; [`Self::head`] is gone with them.
    pub(crate) fn used(&mut self, bytes: usize) {
        self.at += bytes;
        if self.at == self.upstream.buffer.len() {
            self.consume();
        }
    }

    /// Reads more behind data that is not used yet. `Ok(false)`: there is no more.
    pub(crate) async fn more(
        &mut self,
        limit: Duration,
        client: Control,
    ) -> Result<bool, GatherError> {
        if self.is_complete() {
            return Ok(false);
        }
        self.upstream.buffer.drain(..self.at);
        self.at = 0;
        self.read_on(limit, client).await?;
        Ok(true)
    }

    /// A body larger than a small buffer continues in a large one.
    fn enlarge(&mut self, worker: &Worker) {
        let small = self.upstream.buffer.capacity() < LARGE_BUFFER_BYTES;
        if small && self.remaining().is_none_or(|left| left > POOLED_BUFFER_BYTES as u64) {
            let small = std::mem::replace(&mut self.upstream.buffer, worker.buffers.large());
            worker.buffers.give_back(small);
        }
    }

    /// Takes the framing off `buffer[from..]`.
    fn unframe(&mut self, from: usize) -> Result<(), Truncated> {
        let buffer = &mut self.upstream.buffer;
        let arrived = (buffer.len() - from) as u64;
        match &mut self.rest {
            Rest::UntilClose => {}
            Rest::Done => {
                // Bytes behind a body nobody asked for: the connection cannot be trusted.
                self.keep_alive &= arrived == 0;
                buffer.truncate(from);
            }
            Rest::Length(left) => {
                if arrived > *left {
                    self.keep_alive = false;
                    buffer.truncate(from + usize::try_from(*left).unwrap_or(usize::MAX));
                }
                *left = left.saturating_sub(arrived);
                if *left == 0 {
                    self.rest = Rest::Done;
                }
            }
            Rest::Chunked(decoder) => {
                let ended = dechunk(decoder, buffer, from)?;
                if let Some(surplus) = ended {
                    self.keep_alive &= !surplus;
                    self.rest = Rest::Done;
                }
            }
        }
        Ok(())
    }

    /// Ends the body: a complete one's connection goes back to its pool.
    pub(crate) fn finish(self, worker: &Worker, pool: &Pool) {
        let Self { mut upstream, rest, keep_alive, .. } = self;
        if !keep_alive || !matches!(rest, Rest::Done) {
            worker.buffers.give_back(upstream.buffer);
            return;
        }
        if upstream.buffer.capacity() != POOLED_BUFFER_BYTES {
            let other = std::mem::replace(&mut upstream.buffer, worker.buffers.small());
            worker.buffers.give_back(other);
        }
        pool.check_in(upstream, clock::recent());
    }
}

/// Compacts the chunks' data in `buffer[from..]`; at the end, whether bytes followed it.
fn dechunk(
    decoder: &mut ChunkDecoder,
    buffer: &mut Vec<u8>,
    from: usize,
) -> Result<Option<bool>, Truncated> {
    let (mut read, mut write) = (from, from);
    loop {
        match decoder.decode(&buffer[read..]).map_err(|_| Truncated)? {
            Chunk::Data { start, end } => {
                buffer.copy_within(read + start..read + end, write);
                write += end - start;
                read += end;
            }
            Chunk::More => {
                buffer.truncate(write);
                return Ok(None);
            }
            Chunk::End { consumed } => {
                let surplus = read + consumed < buffer.len();
                buffer.truncate(write);
                return Ok(Some(surplus));
            }
        }
    }
}
