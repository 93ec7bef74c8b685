//! What a rendering may use: steps, bytes of output, bytes of values.

use super::error::Halt;
use crate::limits::{BYTES_PER_STEP, Limits};

/// What is left.
#[derive(Debug)]
pub(crate) struct Meter {
    steps: u64,
    made: usize,
    /// Up to where the current output may grow.
    out_max: usize,
    output_bytes_max: usize,
}

impl Meter {
    pub(super) fn new(limits: &Limits, written: usize) -> Self {
        Self {
            steps: limits.fuel_steps_max,
            made: limits.made_bytes_max,
            out_max: written + limits.output_bytes_max,
            output_bytes_max: limits.output_bytes_max,
        }
    }

    /// Pays for one node or call.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<(), Halt> {
        self.steps(1)
    }

    /// Pays for some work.
    #[inline]
    pub(crate) fn steps(&mut self, steps: u64) -> Result<(), Halt> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(Halt::fail("the template takes too many steps")),
        }
    }

    /// Pays for reading some bytes.
    #[inline]
    pub(crate) fn read(&mut self, bytes: usize) -> Result<(), Halt> {
        self.steps((bytes / BYTES_PER_STEP) as u64)
    }

    /// Pays for making a text, a list or a map of some bytes.
    #[inline]
    pub(crate) fn make(&mut self, bytes: usize) -> Result<(), Halt> {
        match self.made.checked_sub(bytes) {
            Some(left) => self.made = left,
            None => return Err(Halt::fail("the template makes values that are too large")),
        }
        self.read(bytes)
    }

    /// Pays for writing some bytes behind `written` others.
    #[inline]
    pub(super) fn write(&mut self, written: usize, bytes: usize) -> Result<(), Halt> {
        if written + bytes > self.out_max {
            let max = self.output_bytes_max;
            return Err(Halt::fail(format!("the template writes too much: over {max} bytes")));
        }
        self.read(bytes)
    }

    /// From now on output is a value; says what to give back.
    pub(super) fn capture(&mut self) -> usize {
        std::mem::replace(&mut self.out_max, self.made)
    }

    pub(super) fn release(&mut self, out_max: usize, bytes: usize) {
        self.out_max = out_max;
        self.made = self.made.saturating_sub(bytes);
    }
}
