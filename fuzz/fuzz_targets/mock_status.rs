//! Any bytes as the request template of a MOCK.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::expressions;

fuzz_target!(|bytes: &[u8]| expressions::mock(bytes));
