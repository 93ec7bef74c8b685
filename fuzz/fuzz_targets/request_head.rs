//! Any bytes as the head of a request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::invariants;

fuzz_target!(|bytes: &[u8]| invariants::request_head(bytes));
