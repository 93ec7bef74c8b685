//! Content codings: which one a client wants, and the codecs.
//!
//! gzip and deflate (the zlib format, RFC 9110 section 8.4.1), as AWS has them
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-enable-compression.html>).
//! When payloads are compressed is not known here; both codecs write into buffers of their caller.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::limits::CODING_STEP_BYTES;

/// A content coding that changes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`.
    Gzip,
    /// `deflate`: zlib.
    Deflate,
}

/// 32 KiB of history, the most there is.
const WINDOW_BITS: u8 = 15;

/// A content coding that is none of ours, or several of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported;

/// Why a payload is not what its coding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// It is no such coding, or breaks off.
    Corrupt,
    /// It has more bytes than are taken.
    TooLarge,
}

impl Coding {
    /// `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// The one coding of a payload with these values of `Content-Encoding`; `Ok(None)`: none, or
    /// `identity`.
    ///
    /// # Errors
    /// Another coding, or several.
    pub fn of_payload<'v>(
        values: impl Iterator<Item = &'v [u8]>,
    ) -> Result<Option<Self>, Unsupported> {
        let mut coding = None;
        for name in values.flat_map(elements) {
            match Token::of(name) {
                Token::Identity => {}
                Token::Coding(one) if coding.is_none() => coding = Some(one),
                Token::Coding(_) | Token::Other => return Err(Unsupported),
            }
        }
        Ok(coding)
    }

    /// The coding for a client with these values of `Accept-Encoding`: the one it prefers, if that
    /// is one of ours; of those it likes as much, the first. AWS: "The highest-priority content
    /// encoding must be one supported by API Gateway. If it is not, compression is not applied",
    /// and neither for `*`.
    #[must_use]
    pub fn accepted<'v>(values: impl Iterator<Item = &'v [u8]>) -> Option<Self> {
        let mut best = (0, None);
        for element in values.flat_map(elements) {
            let (name, quality) = with_quality(element);
            let coding = match Token::of(name) {
                Token::Coding(coding) => Some(coding),
                Token::Identity | Token::Other => None,
            };
            if quality > best.0 || quality == best.0 && quality > 0 && best.1.is_none() {
                best = (quality, coding);
            }
        }
        best.1
    }

    /// Whether a client with these values of `Accept-Encoding` takes a payload with these of
    /// `Content-Encoding`: each coding is named, or `*`, with a quality above 0.
    pub fn takes<'v, A: Iterator<Item = &'v [u8]>>(
        accept: impl Fn() -> A,
        mut codings: impl Iterator<Item = &'v [u8]>,
    ) -> bool {
        codings.all(|coding| {
            let named = || accept().flat_map(elements).map(with_quality);
            let own = named().find(|(name, _)| name.eq_ignore_ascii_case(coding));
            let quality = own.or_else(|| named().find(|(name, _)| *name == b"*"));
            coding.eq_ignore_ascii_case(b"identity") || quality.is_some_and(|(_, q)| q > 0)
        })
    }
}

/// The codings that lines of fields name in `Content-Encoding`.
pub fn codings_in(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = lines.split(|&byte| byte == b'\n');
    let values = lines.filter_map(|line| {
        let (name, value) = line.split_at_checked(b"content-encoding:".len())?;
        name.eq_ignore_ascii_case(b"content-encoding:").then_some(value)
    });
    values.flat_map(elements)
}

enum Token {
    Coding(Coding),
    Identity,
    Other,
}

impl Token {
    fn of(name: &[u8]) -> Self {
        // RFC 9110 section 8.4.1.3.
        if [&b"gzip"[..], b"x-gzip"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
            Self::Coding(Coding::Gzip)
        } else if name.eq_ignore_ascii_case(b"deflate") {
            Self::Coding(Coding::Deflate)
        } else if name.eq_ignore_ascii_case(b"identity") {
            Self::Identity
        } else {
            Self::Other
        }
    }
}

/// Elements of a list, without empty ones.
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|one| !one.is_empty())
}

/// Name and quality in thousandths; what is no quality counts as 0 (RFC 9110 section 12.4.2).
fn with_quality(element: &[u8]) -> (&[u8], u16) {
    let mut parts = element.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| match part {
        [b'q' | b'Q', b'=', digits @ ..] => Some(thousandths(digits).unwrap_or(0)),
        _ => None,
    });
    (name, quality.unwrap_or(1_000))
}

/// `0`, `1`, and up to three digits behind a dot.
fn thousandths(digits: &[u8]) -> Option<u16> {
    let (whole, behind) = match digits {
        [whole @ b'0'..=b'1'] => (whole, &[][..]),
        [whole @ b'0'..=b'1', b'.', behind @ ..] if behind.len() <= 3 => (whole, behind),
        _ => return None,
    };
    let mut value = u16::from(whole - b'0');
    for place in 0..3 {
        let digit = *behind.get(place).unwrap_or(&b'0');
        value = value * 10 + u16::from(digit.is_ascii_digit().then_some(digit - b'0')?);
    }
    (value <= 1_000).then_some(value)
}

/// Compresses a payload piece by piece.
#[derive(Debug)]
pub struct Encoder(Compress);

impl Encoder {
    /// At the level that zlib has by default.
    #[must_use]
    pub fn new(coding: Coding) -> Self {
        let level = Compression::default();
        Self(match coding {
            Coding::Gzip => Compress::new_gzip(level, WINDOW_BITS),
            Coding::Deflate => Compress::new(level, true),
        })
    }

    /// Appends what `piece` becomes. Nothing of it is held back, so that its receiver has it
    /// before the next piece comes.
    pub fn push(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        let flush = match (last, piece) {
            (true, _) => FlushCompress::Finish,
            (false, []) => return,
            (false, _) => FlushCompress::Sync,
        };
        let start = self.0.total_in();
        loop {
            out.reserve(CODING_STEP_BYTES);
            // Far below 2^32 in one piece.
            let taken = (self.0.total_in() - start) as usize;
            let room = out.capacity() - out.len();
            let before = self.0.total_out();
            let status = self.0.compress_vec(&piece[taken..], out, flush);
            let full = (self.0.total_out() - before) as usize == room;
            match status {
                Ok(Status::StreamEnd) | Err(_) => return,
                Ok(Status::Ok | Status::BufError) if !full && !last => return,
                Ok(Status::Ok | Status::BufError) => {}
            }
        }
    }
}

/// Decompresses a payload piece by piece, to at most so many bytes: what it costs is bounded
/// whatever its ratio.
#[derive(Debug)]
pub struct Decoder {
    stream: Decompress,
    coding: Coding,
    state: State,
    bytes_max: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing came.
    Empty,
    Within,
    /// Behind a gzip member, or the end of zlib.
    Ended,
}

impl Decoder {
    /// For a payload of at most `bytes_max` bytes.
    #[must_use]
    pub fn new(coding: Coding, bytes_max: usize) -> Self {
        Self { stream: fresh(coding), coding, state: State::Empty, bytes_max }
    }

    /// Appends what `piece` was; `out` holds what the pieces before it were.
    ///
    /// # Errors
    /// With which no further piece is of use.
    pub fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
        while !piece.is_empty() {
            if self.state == State::Ended {
                self.begin_member()?;
            }
            self.state = State::Within;
            out.reserve(CODING_STEP_BYTES);
            let (read, made) = (self.stream.total_in(), self.stream.total_out());
            let status = self.stream.decompress_vec(piece, out, FlushDecompress::None);
            let status = status.map_err(|_| DecodeError::Corrupt)?;
            if out.len() > self.bytes_max {
                return Err(DecodeError::TooLarge);
            }
            let taken = (self.stream.total_in() - read) as usize;
            piece = &piece[taken..];
            match status {
                Status::StreamEnd => self.state = State::Ended,
                Status::Ok | Status::BufError if taken == 0 && self.stream.total_out() == made => {
                    return Err(DecodeError::Corrupt);
                }
                Status::Ok | Status::BufError => {}
            }
        }
        self.drain(out)
    }

    /// Takes what is left within when the piece is used up and the buffer was full.
    fn drain(&mut self, out: &mut Vec<u8>) -> Result<(), DecodeError> {
        while self.state == State::Within && out.len() == out.capacity() {
            out.reserve(CODING_STEP_BYTES);
            let made = self.stream.total_out();
            let status = self.stream.decompress_vec(&[], out, FlushDecompress::None);
            let status = status.map_err(|_| DecodeError::Corrupt)?;
            if out.len() > self.bytes_max {
                return Err(DecodeError::TooLarge);
            }
            if status == Status::StreamEnd {
                self.state = State::Ended;
            } else if self.stream.total_out() == made {
                break;
            }
        }
        Ok(())
    }

    /// Says that nothing more comes.
    ///
    /// # Errors
    /// It broke off.
    pub const fn finish(&self) -> Result<(), DecodeError> {
        match self.state {
            State::Ended => Ok(()),
            State::Empty | State::Within => Err(DecodeError::Corrupt),
        }
    }

    /// A gzip payload may have several members (RFC 1952 section 2.2).
    fn begin_member(&mut self) -> Result<(), DecodeError> {
        match self.coding {
            Coding::Gzip => self.stream = fresh(self.coding),
            Coding::Deflate => return Err(DecodeError::Corrupt),
        }
        Ok(())
    }
}

fn fresh(coding: Coding) -> Decompress {
    match coding {
        Coding::Gzip => Decompress::new_gzip(WINDOW_BITS),
        Coding::Deflate => Decompress::new(true),
    }
}

#[cfg(test)]
mod tests;
