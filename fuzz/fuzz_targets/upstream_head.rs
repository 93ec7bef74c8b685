//! Any bytes as the client's head of a call to a back end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::calls;

fuzz_target!(|bytes: &[u8]| calls::upstream_head(bytes));
