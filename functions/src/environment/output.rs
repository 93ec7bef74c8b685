//! What a process writes, line by line.

use std::time::Duration;

use ringway_core::limits::FUNCTION_LINE_BYTES_MAX;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

use super::Environment;

/// How long what is left of the output of an ended process is waited for: somebody it started may
/// hold the pipe.
pub(super) const LAST: Duration = Duration::from_millis(200);

/// Reads until nobody can write any more.
pub(super) async fn read(mut output: pipe::Receiver, environment: &Environment) {
    let mut buffer = Vec::with_capacity(FUNCTION_LINE_BYTES_MAX);
    loop {
        match output.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let told = lines(&buffer, |line| environment.said(line));
        buffer.drain(..told);
        // One full buffer is one line, so that there is always room to read.
        if buffer.len() >= FUNCTION_LINE_BYTES_MAX {
            environment.said(&buffer);
            buffer.clear();
        }
        buffer.reserve_exact(FUNCTION_LINE_BYTES_MAX.saturating_sub(buffer.len()));
    }
    if !buffer.is_empty() {
        environment.said(&buffer);
    }
}

/// Tells each whole line; how many bytes they are.
fn lines(text: &[u8], mut tell: impl FnMut(&[u8])) -> usize {
    let mut told = 0;
    while let Some(length) = text[told..].iter().position(|byte| *byte == b'\n') {
        tell(&text[told..told + length]);
        told += length + 1;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_when_they_are_whole() {
        let check = |text: &str, expect: &[&str], rest: &str| {
            let mut told = Vec::new();
            let bytes = lines(text.as_bytes(), |line| {
                told.push(String::from_utf8(line.to_vec()).unwrap());
            });
            assert_eq!(
                (told.as_slice(), &text[bytes..]),
                (&expect.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..], rest)
            );
        };
        check("", &[], "");
        check("a", &[], "a");
        check("a\n\nb\nc", &["a", "", "b"], "c");
    }
}
