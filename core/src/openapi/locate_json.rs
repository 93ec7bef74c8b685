//! A JSON path in JSON text, by one pass over its tokens.

use super::json::{Position, position, string_end, unescaped};
use super::locate::PathStep;

enum Frame {
    Array { index: usize },
    Object { expects_key: bool },
}

struct Search<'p> {
    path: &'p [PathStep],
    /// Open containers; the first `matched + 1` lie on the path.
    stack: Vec<Frame>,
    matched: usize,
    found: usize,
}

/// The position of the deepest existing ancestor of `path`: of its key, or of an element.
pub(super) fn find(text: &str, path: &[PathStep]) -> Option<Position> {
    let bytes = text.as_bytes();
    let found = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let mut search = Search { path, stack: Vec::new(), matched: 0, found };
    let mut at = found;
    while at < bytes.len() && search.matched < path.len() {
        let start = at;
        at += 1;
        match bytes[start] {
            b'"' => {
                at = string_end(bytes, start);
                search.string(start, &bytes[start + 1..(at - 1).max(start + 1)]);
            }
            b':' => search.expect_key(false),
            b',' if search.past_the_match() => break,
            b',' => search.next_member(),
            b'}' | b']' if search.stack.len() <= search.matched + 1 => break,
            b'}' | b']' => drop(search.stack.pop()),
            b'{' => search.open(start, Frame::Object { expects_key: true }),
            b'[' => search.open(start, Frame::Array { index: 0 }),
            b if b.is_ascii_whitespace() => {}
            _ => search.element(start),
        }
    }
    Some(position(bytes, search.found))
}

impl Search<'_> {
    /// The container on top is the deepest on the path.
    fn on_path(&self) -> bool {
        self.stack.len() == self.matched + 1
    }

    /// A comma behind the value of the last matched step: the rest of the path is not there.
    fn past_the_match(&self) -> bool {
        self.matched > 0 && self.stack.len() == self.matched
    }

    fn expect_key(&mut self, next: bool) {
        if let Some(Frame::Object { expects_key }) = self.stack.last_mut() {
            *expects_key = next;
        }
    }

    fn next_member(&mut self) {
        self.expect_key(true);
        if let Some(Frame::Array { index }) = self.stack.last_mut() {
            *index += 1;
        }
    }

    fn string(&mut self, start: usize, raw: &[u8]) {
        if !matches!(self.stack.last(), Some(Frame::Object { expects_key: true })) {
            self.element(start);
        } else if self.on_path() && self.path[self.matched].is_key(&unescaped(raw)) {
            (self.found, self.matched) = (start, self.matched + 1);
        }
    }

    fn open(&mut self, start: usize, frame: Frame) {
        self.element(start);
        self.stack.push(frame);
    }

    /// A value begins; it matters when it is an element of an array on the path.
    fn element(&mut self, start: usize) {
        if self.on_path()
            && let Some(Frame::Array { index }) = self.stack.last()
            && self.path.get(self.matched).is_some_and(|step| step.is_index(*index))
        {
            (self.found, self.matched) = (start, self.matched + 1);
        }
    }
}
