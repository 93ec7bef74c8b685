//! Any bytes as a chunked body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::invariants;

fuzz_target!(|bytes: &[u8]| invariants::chunked_body(bytes));
