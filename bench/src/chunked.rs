//! The chunked transfer coding (RFC 9112 section 7.1), decoded piece by piece.
//!
//! Strict: CRLF only, hexadecimal sizes only, bounded lines. Knows nothing of sockets.

/// Bytes of a size line with extensions, or of all trailers together.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Why a chunked body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What one call of [`Decoder::feed`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that belong to this body.
    pub consumed: usize,
    /// The last chunk and its trailers are read.
    pub done: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Size { digits: u8 },
    Extension,
    SizeEnd,
    Data,
    DataEnd,
    DataLineFeed,
    Trailer { empty: bool },
    TrailerEnd { empty: bool },
}

/// The state of one body between two reads.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    state: State,
    /// Bytes left of the chunk, or its size while it is read.
    remaining: u64,
    /// Bytes of the current line or of the trailers, to bound them.
    line: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { state: State::Size { digits: 0 }, remaining: 0, line: 0 }
    }
}

impl Decoder {
    /// Reads on in `input`, calling `data` with each run of body bytes. After `done` the decoder
    /// is spent.
    pub fn feed(
        &mut self,
        input: &[u8],
        mut data: impl FnMut(&[u8]),
    ) -> Result<Progress, Malformed> {
        let mut at = 0;
        while at < input.len() {
            if let State::Data = self.state {
                let left = usize::try_from(self.remaining).unwrap_or(usize::MAX);
                let run = left.min(input.len() - at);
                data(&input[at..at + run]);
                at += run;
                self.remaining -= run as u64;
                if self.remaining == 0 {
                    self.state = State::DataEnd;
                }
                continue;
            }
            let done = self.step(input[at])?;
            at += 1;
            if done {
                return Ok(Progress { consumed: at, done: true });
            }
        }
        Ok(Progress { consumed: at, done: false })
    }

    /// One byte outside of data; true at the end of the body.
    fn step(&mut self, byte: u8) -> Result<bool, Malformed> {
        self.line += 1;
        if self.line > LINE_BYTES_MAX {
            return Err(Malformed);
        }
        self.state = match (self.state, byte) {
            (State::Size { digits }, _) => self.size(digits, byte)?,
            (State::Extension, b'\r') => State::SizeEnd,
            (State::Extension, b'\t' | 0x20..=0x7e | 0x80..) => State::Extension,
            (State::SizeEnd, b'\n') => self.after_size(),
            (State::DataEnd, b'\r') => State::DataLineFeed,
            (State::DataLineFeed, b'\n') => {
                self.line = 0;
                State::Size { digits: 0 }
            }
            (State::Trailer { empty }, b'\r') => State::TrailerEnd { empty },
            (State::Trailer { .. }, b'\n') => return Err(Malformed),
            (State::Trailer { .. }, _) => State::Trailer { empty: false },
            (State::TrailerEnd { empty: true }, b'\n') => return Ok(true),
            (State::TrailerEnd { empty: false }, b'\n') => State::Trailer { empty: true },
            _ => return Err(Malformed),
        };
        Ok(false)
    }

    fn size(&mut self, digits: u8, byte: u8) -> Result<State, Malformed> {
        if let Some(digit) = char::from(byte).to_digit(16) {
            if digits == 15 {
                return Err(Malformed);
            }
            self.remaining = self.remaining * 16 + u64::from(digit);
            return Ok(State::Size { digits: digits + 1 });
        }
        match byte {
            _ if digits == 0 => Err(Malformed),
            b'\r' => Ok(State::SizeEnd),
            b';' | b' ' | b'\t' => Ok(State::Extension),
            _ => Err(Malformed),
        }
    }

    fn after_size(&mut self) -> State {
        self.line = 0;
        if self.remaining == 0 { State::Trailer { empty: true } } else { State::Data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `input` in pieces of every size; all must agree.
    fn check(input: &str, expect: Result<(&str, usize), Malformed>) {
        for piece in 1..=input.len() {
            let got = decode(input.as_bytes(), piece);
            let expect = expect.map(|(body, consumed)| (body.as_bytes().to_vec(), consumed));
            assert_eq!(got, expect, "{input:?} in pieces of {piece}");
        }
    }

    fn decode(input: &[u8], piece: usize) -> Result<(Vec<u8>, usize), Malformed> {
        let (mut decoder, mut body, mut total) = (Decoder::default(), Vec::new(), 0);
        for part in input.chunks(piece) {
            let progress = decoder.feed(part, |run| body.extend_from_slice(run))?;
            total += progress.consumed;
            if progress.done {
                return Ok((body, total));
            }
        }
        panic!("{input:?} does not end");
    }

    #[test]
    fn bodies() {
        check("0\r\n\r\n", Ok(("", 5)));
        check("3\r\nabc\r\n0\r\n\r\n", Ok(("abc", 13)));
        check("3\r\nabc\r\nB\r\n0123456789a\r\n000\r\n\r\nHTTP", Ok(("abc0123456789a", 31)));
        check("1;a=b\r\nx\r\n0\r\nt: v\r\nu: w\r\n\r\n", Ok(("x", 27)));
    }

    #[test]
    fn malformed() {
        for input in [
            "\r\n",
            "g\r\n",
            "-1\r\n",
            "3\nabc",
            "3\r\nabcd\r\n",
            "3\r\nabc\n0\r\n\r\n",
            "0\r\n\n",
            "1;a\nb\r\nx\r\n0\r\n\r\n",
            "1111111111111111\r\n",
        ] {
            check(input, Err(Malformed));
        }
    }

    #[test]
    fn endless_lines_are_refused() {
        let extension = format!("1;{}\r\nx\r\n0\r\n\r\n", "e".repeat(LINE_BYTES_MAX));
        assert_eq!(decode(extension.as_bytes(), 1000), Err(Malformed));
        let trailers = format!("0\r\n{}\r\n", "a: b\r\n".repeat(LINE_BYTES_MAX));
        assert_eq!(decode(trailers.as_bytes(), 1000), Err(Malformed));
    }
}
