//! The Ringway binary.
fn main() {}
