//! The control half.
