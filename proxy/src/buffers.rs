//! Buffers of a worker, reused last in first out.

use std::cell::RefCell;

use ringway_core::limits::{LARGE_BUFFER_BYTES, POOLED_BUFFER_BYTES, POOLED_BUFFERS_MAX};

/// Idle buffers in two sizes.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    small: RefCell<Vec<Vec<u8>>>,
    large: RefCell<Vec<Vec<u8>>>,
}

impl Buffers {
    /// An empty buffer of [`POOLED_BUFFER_BYTES`].
    pub(crate) fn small(&self) -> Vec<u8> {
        let reused = self.small.borrow_mut().pop();
        reused.unwrap_or_else(|| Vec::with_capacity(POOLED_BUFFER_BYTES))
    }

    /// An empty buffer of [`LARGE_BUFFER_BYTES`].
    pub(crate) fn large(&self) -> Vec<u8> {
        let reused = self.large.borrow_mut().pop();
        reused.unwrap_or_else(|| Vec::with_capacity(LARGE_BUFFER_BYTES))
    }

    /// Takes a buffer back; one that grew or shrank beyond its size is dropped.
    pub(crate) fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let shelf = match buffer.capacity() {
            POOLED_BUFFER_BYTES => &self.small,
            LARGE_BUFFER_BYTES => &self.large,
            _ => return,
        };
        let mut shelf = shelf.borrow_mut();
        if shelf.len() < POOLED_BUFFERS_MAX {
            shelf.push(buffer);
        }
    }
}
