//! The Ringway benchmark.
fn main() {}
