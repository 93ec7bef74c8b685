//! The requests of a connection: heads in, one after the other through the pipeline.
//!
//! The head buffer is frozen while a request is served, so a head borrows it; bodies come in other
//! buffers.

use std::future::Future;
use std::time::Duration;

use ringway_core::http::{HeadError, ParsedHead, Version, parse_request_head};
use ringway_core::limits::{
    CLIENT_HEAD_MS, CONNECTION_WRITE_BYTES, IDLE_RELEASE_MS, LINGER_MS, REQUEST_HEAD_BYTES_MAX,
};

use crate::body::RequestBody;
use crate::client::{Client, Sink, Source};
use crate::connection::{Connection, Gone, Pause};
use crate::deadlines::{Alarm, Cancel, Limit};
use crate::ending::Next;
use crate::first::First;
use crate::pipeline;
use crate::registry::Entry;
use crate::socket::{Lent, Reader};
use crate::worker::Worker;

/// How waiting for the rest of a head ended without one.
enum NoHead {
    /// Closed, or too slow.
    Close,
    /// Refused.
    Refuse(HeadError),
}

impl Connection {
    /// Serves requests until none comes for a while; the input holds the first one's first bytes.
    pub(crate) async fn requests<R, S>(
        &mut self,
        worker: &Worker,
        entry: &Entry<'_>,
        first: &mut First<'_, R, S>,
    ) -> Pause
    where
        R: Future<Output = Lent<usize>>,
        S: Fn(Reader, Vec<u8>) -> R,
    {
        self.out.reserve(CONNECTION_WRITE_BYTES);
        let mut alarm = Alarm::new();
        loop {
            let head = self.next_head(worker).await;
            entry.serving();
            let next = match head {
                Ok(head) => self.serve_one(worker, head).await,
                Err(NoHead::Refuse(error)) => Box::pin(self.refuse(worker, &error)).await,
                Err(NoHead::Close) => Next::Close,
            };
            match next {
                Next::KeepAlive => entry.idle(),
                Next::Linger => {
                    Box::pin(self.linger()).await;
                    return Pause::Close;
                }
                Next::Close => return Pause::Close,
            }
            if !self.input.is_empty() {
                continue;
            }
            self.start(first);
            match first.look(&mut alarm, Duration::from_millis(IDLE_RELEASE_MS)).await {
                None => return Pause::Idle,
                Some(lent) => match self.take_first(worker, lent) {
                    Err(Gone) => return Pause::Close,
                    Ok(()) if self.input.is_empty() => return Pause::Idle,
                    Ok(()) => {}
                },
            }
        }
    }

    async fn next_head(&mut self, worker: &Worker) -> Result<ParsedHead, NoHead> {
        let mut first_byte = None;
        let mut parsed = 0;
        loop {
            // A line more is needed for a parse to make progress.
            if self.input[parsed..].contains(&b'\n') || self.input.len() > REQUEST_HEAD_BYTES_MAX {
                parsed = self.input.len();
                match parse_request_head(&self.input, &mut self.fields) {
                    Ok(Some(head)) => return Ok(head),
                    Ok(None) => {}
                    Err(error) => return Err(NoHead::Refuse(error)),
                }
            }
            let now = worker.clock.now();
            let since = *first_byte.get_or_insert(now);
            let limit_ms = CLIENT_HEAD_MS.saturating_sub(now.us_since(since) / 1_000).max(1);
            self.read_input(Duration::from_millis(limit_ms)).await?;
        }
    }

    async fn read_input(&mut self, limit: Duration) -> Result<(), NoHead> {
        let mut input = std::mem::take(&mut self.input);
        if input.len() == input.capacity() {
            input.reserve(REQUEST_HEAD_BYTES_MAX + 1 - input.len().min(REQUEST_HEAD_BYTES_MAX));
        }
        let limit = Limit::new(limit, Cancel::ShutdownRead(self.control));
        let (read, input) = self.reader.read(input).await;
        self.input = input;
        limit.lift().map_err(|_| NoHead::Close)?;
        match read {
            Ok(0) | Err(_) => Err(NoHead::Close),
            Ok(_) => Ok(()),
        }
    }

    async fn serve_one(&mut self, worker: &Worker, head: ParsedHead) -> Next {
        let (next, used, beyond) = {
            let early = &self.input[head.length()..];
            let head = head.view(&self.input, &self.fields);
            let body = RequestBody::new(head.framing(), early, head.expects_continue());
            let mut client = Client {
                source: Source { reader: &mut self.reader, control: self.control, body },
                sink: Sink {
                    writer: &mut self.writer,
                    control: self.control,
                    out: &mut self.out,
                    started: false,
                    keep_alive: head.keep_alive() && !worker.process.is_draining(),
                    omit_body: head.method() == "HEAD",
                    http10: head.version() == Version::Http10,
                    warns: false,
                    compression: None,
                    trace: None,
                },
            };
            let mut next = pipeline::serve(worker, &mut client, &head, self.peer).await;
            if matches!(next, Next::KeepAlive) && !client.source.body.is_done() {
                next = Box::pin(drain(worker, &mut client.source)).await;
            }
            let used = self.input.len() - client.source.body.early_left();
            (next, used, client.source.body.into_beyond())
        };
        if used == self.input.len() {
            self.input.clear();
        } else {
            self.input.drain(..used);
        }
        self.input.extend_from_slice(&beyond);
        next
    }

    async fn refuse(&mut self, worker: &Worker, error: &HeadError) -> Next {
        let mut sink = Sink {
            writer: &mut self.writer,
            control: self.control,
            out: &mut self.out,
            started: false,
            keep_alive: false,
            omit_body: false,
            http10: false,
            warns: false,
            compression: None,
            trace: None,
        };
        pipeline::reject(worker, &mut sink, error, self.peer).await
    }

    /// Closes so that the client gets to read the response: closing with unread bytes would reset.
    async fn linger(&mut self) {
        self.writer.finish().await;
        self.control.shutdown_write();
        // Either way the connection is closed next.
        let _limit = Limit::new(Duration::from_millis(LINGER_MS), Cancel::Shutdown(self.control));
        let mut sunk = std::mem::take(&mut self.input);
        loop {
            sunk.clear();
            let (read, buffer) = self.reader.read(sunk).await;
            sunk = buffer;
            if matches!(read, Ok(0) | Err(_)) {
                break;
            }
        }
    }
}

/// Reads and drops what is left of a body that nobody read.
async fn drain(worker: &Worker, source: &mut Source<'_, '_>) -> Next {
    if source.body.take_early(|_| {}).is_err() {
        return Next::Close;
    }
    let mut buffer = worker.buffers.small();
    while !source.body.is_done() {
        buffer.clear();
        match source.body.read(source.reader, source.control, buffer).await {
            Ok(back) => buffer = back,
            Err(_) => return Next::Close,
        }
    }
    worker.buffers.give_back(buffer);
    Next::KeepAlive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn future_bytes<A, B, C, F: Future>(_: fn(A, B, C) -> F) -> usize {
        size_of::<F>()
    }

    /// Guard: a connection keeps this future while requests come.
    #[test]
    fn a_request_is_small() {
        let bytes = future_bytes(Connection::serve_one);
        assert!(bytes <= REQUEST_FUTURE_BYTES_MAX, "{bytes} bytes");
    }

    const REQUEST_FUTURE_BYTES_MAX: usize = 6 * 1024;
}
