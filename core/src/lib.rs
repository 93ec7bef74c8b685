//! The computing half.
