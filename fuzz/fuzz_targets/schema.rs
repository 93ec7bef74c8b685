//! A schema in the first line, an instance behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::json;

fuzz_target!(|bytes: &[u8]| json::schema(bytes));
