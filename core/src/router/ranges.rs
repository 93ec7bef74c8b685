//! Path parameters of one look-up, without an allocation.

use crate::limits::PATH_PARAMETERS_MAX;

/// Ranges of a path, in the order of the template's parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct PathRanges {
    ranges: [(u16, u16); PATH_PARAMETERS_MAX],
    len: u8,
}

impl PathRanges {
    /// Number of parameters.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// No parameter at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Start and end of each parameter, bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[(u16, u16)] {
        &self.ranges[..self.len()]
    }

    /// Values within the path that was looked up.
    pub fn values<'p>(&self, path: &'p [u8]) -> impl ExactSizeIterator<Item = &'p [u8]> {
        self.as_slice().iter().map(|&(start, end)| &path[usize::from(start)..usize::from(end)])
    }

    /// Adds a range. The router refuses templates with more parameters and longer paths.
    pub(super) fn push(&mut self, start: usize, end: usize) {
        self.ranges[self.len()] = (start as u16, end as u16);
        self.len += 1;
    }

    /// Keeps the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = len as u8;
    }
}
