//! The log of functions: lines that wait, bounded, for one thread that writes them. Nothing waits
//! for the writer; what finds no room is counted.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ringway_core::limits::FUNCTION_LOG_BYTES_MAX;

/// The writer takes what came within this in one go.
const GATHER_MS: u64 = 10;
/// The last lines get this long.
const FINISH_MS: u64 = 1_000;

/// Where lines are put.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    waiting: Arc<Mutex<Waiting>>,
    wake: SyncSender<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    text: Vec<u8>,
    dropped: u64,
    /// The writer has taken something and is not done with it.
    is_written: bool,
}

impl Log {
    /// Starts the thread; it ends when the last `Log` is gone, having written everything.
    pub(crate) fn spawn(out: Box<dyn Write + Send>) -> io::Result<Self> {
        let (wake, woken) = sync_channel(1);
        let waiting = Arc::<Mutex<Waiting>>::default();
        let own = Arc::clone(&waiting);
        let thread = thread::Builder::new().name("function-log".into());
        thread.spawn(move || write_all(&own, &woken, out))?;
        Ok(Self { waiting, wake })
    }

    /// One line; a line feed is put behind it.
    pub(crate) fn line(&self, pieces: &[&[u8]]) {
        let mut waiting = lock(&self.waiting);
        let bytes = pieces.iter().map(|piece| piece.len()).sum::<usize>() + 1;
        if waiting.text.len() + bytes > FUNCTION_LOG_BYTES_MAX {
            waiting.dropped += 1;
            return;
        }
        let was_empty = waiting.text.is_empty();
        pieces.iter().for_each(|piece| waiting.text.extend_from_slice(piece));
        waiting.text.push(b'\n');
        drop(waiting);
        if was_empty {
            // Full: it is awake already. Gone: nobody reads any more.
            let (Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(()))) =
                self.wake.try_send(());
        }
    }
}

impl Log {
    /// Waits until everything is written, but not for long.
    pub(crate) fn finish(&self) {
        let until = Instant::now() + Duration::from_millis(FINISH_MS);
        let is_done = |waiting: &Waiting| waiting.text.is_empty() && !waiting.is_written;
        while !is_done(&lock(&self.waiting)) && Instant::now() < until {
            thread::sleep(Duration::from_millis(GATHER_MS));
        }
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write_all(shared: &Mutex<Waiting>, woken: &Receiver<()>, mut out: Box<dyn Write + Send>) {
    let mut writing = Vec::new();
    loop {
        let ended = woken.recv().is_err();
        if !ended {
            thread::sleep(Duration::from_millis(GATHER_MS));
        }
        let mut waiting = lock(shared);
        std::mem::swap(&mut waiting.text, &mut writing);
        waiting.is_written = true;
        let dropped = std::mem::take(&mut waiting.dropped);
        drop(waiting);
        if dropped > 0 {
            writing.extend_from_slice(
                format!("ringway: {dropped} lines of functions were dropped\n").as_bytes(),
            );
        }
        // Who closed the output does not want to read it.
        let _ = out.write_all(&writing).and_then(|()| out.flush());
        writing.clear();
        lock(shared).is_written = false;
        if ended {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_and_what_finds_no_room_is_counted() {
        let kept = Kept::default();
        let log = Log::spawn(Box::new(kept.clone())).unwrap();
        log.line(&[b"a", b"b"]);
        let long = vec![b'x'; FUNCTION_LOG_BYTES_MAX + 1];
        log.line(&[&long]);
        log.line(&[b"c"]);
        log.finish();
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("ab\n") && text.contains("c\n"), "{text}");
        assert!(text.contains("ringway: 1 lines of functions were dropped\n"), "{text}");
    }
}
