//! The chunked transfer coding, incrementally (RFC 9112 section 7.1).
//!
//! Framing is read byte by byte, data is skipped over in one step. Extensions and trailers are
//! checked for their form and dropped.

use std::fmt;

use super::syntax::{is_token_byte, is_value_byte};
use crate::limits::CHUNK_OVERHEAD_BYTES_MAX;

/// Decodes one body. 16 bytes of state, no buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkDecoder {
    /// Of the chunk: its size while it is read, then the data bytes still to come.
    remaining: u64,
    /// Bytes of extensions and trailers so far.
    overhead: u16,
    /// Digits of the chunk size so far.
    digits: u8,
    state: State,
}

const _: () = assert!(size_of::<ChunkDecoder>() == 16);
const _: () = assert!(CHUNK_OVERHEAD_BYTES_MAX < u16::MAX as usize);

/// What a piece of input holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// `input[start..end]` is body, not empty. Everything before `end` is consumed: call again
    /// with `input[end..]`.
    Data {
        /// First byte of body.
        start: usize,
        /// After the last byte of body.
        end: usize,
    },
    /// All input is consumed and the body goes on.
    More,
    /// The body is over.
    End {
        /// Bytes of this input that belonged to it; the next message starts there.
        consumed: usize,
    },
}

/// Why a body is refused. The connection cannot be used any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkError {
    /// Chunk size is not 1 to 16 hexadecimal digits.
    Size,
    /// A control byte in an extension or trailer, or a line that does not end with CR LF.
    Line,
    /// Chunk data is not followed by CR LF.
    DataEnd,
    /// A trailer line is not `name: value`.
    Trailer,
    /// More extensions and trailers than
    /// [`CHUNK_OVERHEAD_BYTES_MAX`](crate::limits::CHUNK_OVERHEAD_BYTES_MAX).
    Overhead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    /// Digits of the chunk size.
    Size,
    /// After `;` on the size line.
    Extension,
    /// LF of the size line.
    SizeLf,
    /// Chunk data.
    Data,
    /// CR after chunk data.
    DataCr,
    /// LF after chunk data.
    DataLf,
    /// First byte of a trailer line or of the empty line.
    TrailerStart,
    /// Name of a trailer.
    TrailerName,
    /// Value of a trailer.
    TrailerValue,
    /// LF of a trailer line.
    TrailerLf,
    /// LF of the empty line.
    EndLf,
    /// Nothing more to come.
    Done,
}

impl Default for ChunkDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkDecoder {
    /// Before the first byte of a body.
    #[must_use]
    pub const fn new() -> Self {
        Self { remaining: 0, overhead: 0, digits: 0, state: State::Size }
    }

    /// The whole body has been read.
    #[must_use]
    #[inline]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Reads on. After [`Chunk::End`] every call answers `End { consumed: 0 }`.
    ///
    /// # Errors
    /// [`ChunkError`]; the decoder must not be used after it.
    pub fn decode(&mut self, input: &[u8]) -> Result<Chunk, ChunkError> {
        let mut at = 0;
        loop {
            match self.state {
                State::Done => return Ok(Chunk::End { consumed: at }),
                State::Data if at < input.len() => return Ok(self.take_data(at, input.len())),
                _ => {}
            }
            let Some(&byte) = input.get(at) else { return Ok(Chunk::More) };
            self.state = self.framing_byte(byte)?;
            at += 1;
        }
    }

    fn take_data(&mut self, start: usize, available: usize) -> Chunk {
        let room = (available - start) as u64;
        let taken = self.remaining.min(room);
        self.remaining -= taken;
        if self.remaining == 0 {
            self.state = State::DataCr;
        }
        Chunk::Data { start, end: start + taken as usize }
    }

    fn framing_byte(&mut self, byte: u8) -> Result<State, ChunkError> {
        match (self.state, byte) {
            (State::Size, b'\r') if self.digits > 0 => Ok(State::SizeLf),
            (State::Size, b';') if self.digits > 0 => self.count(State::Extension),
            (State::Size, _) => self.size_digit(byte),
            (State::Extension, b'\r') => Ok(State::SizeLf),
            (State::Extension, _) if is_value_byte(byte) => self.count(State::Extension),
            (State::SizeLf, b'\n') => Ok(self.after_size()),
            (State::DataCr, b'\r') => Ok(State::DataLf),
            (State::DataLf, b'\n') => Ok(State::Size),
            (State::DataCr | State::DataLf, _) => Err(ChunkError::DataEnd),
            (State::TrailerStart, b'\r') => Ok(State::EndLf),
            (State::TrailerName, b':') => self.count(State::TrailerValue),
            (State::TrailerStart | State::TrailerName, _) if is_token_byte(byte) => {
                self.count(State::TrailerName)
            }
            (State::TrailerStart | State::TrailerName, _) => Err(ChunkError::Trailer),
            (State::TrailerValue, b'\r') => Ok(State::TrailerLf),
            (State::TrailerValue, _) if is_value_byte(byte) => self.count(State::TrailerValue),
            (State::TrailerLf, b'\n') => Ok(State::TrailerStart),
            (State::EndLf, b'\n') => Ok(State::Done),
            (State::Extension | State::SizeLf | State::TrailerValue, _)
            | (State::TrailerLf | State::EndLf, _) => Err(ChunkError::Line),
            // `decode` returns before it gets here.
            (State::Data | State::Done, _) => Ok(self.state),
        }
    }

    fn size_digit(&mut self, byte: u8) -> Result<State, ChunkError> {
        let digit = char::from(byte).to_digit(16).ok_or(ChunkError::Size)?;
        if self.digits == 16 {
            return Err(ChunkError::Size);
        }
        self.digits += 1;
        self.remaining = self.remaining << 4 | u64::from(digit);
        Ok(State::Size)
    }

    const fn after_size(&mut self) -> State {
        self.digits = 0;
        if self.remaining == 0 { State::TrailerStart } else { State::Data }
    }

    const fn count(&mut self, next: State) -> Result<State, ChunkError> {
        if self.overhead as usize == CHUNK_OVERHEAD_BYTES_MAX {
            return Err(ChunkError::Overhead);
        }
        self.overhead += 1;
        Ok(next)
    }
}

impl ChunkError {
    /// What was wrong, for the log.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Size => "chunk size is not 1 to 16 hexadecimal digits",
            Self::Line => "control byte or bare line ending in chunked framing",
            Self::DataEnd => "chunk data does not end with CR LF",
            Self::Trailer => "malformed trailer",
            Self::Overhead => "too many chunk extensions and trailers",
        }
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for ChunkError {}
