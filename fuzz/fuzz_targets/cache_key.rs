//! Two client heads with a NUL between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::calls;

fuzz_target!(|bytes: &[u8]| calls::cache_key(bytes));
