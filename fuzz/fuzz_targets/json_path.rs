//! A JSONPath in the first line, a document behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::json;

fuzz_target!(|bytes: &[u8]| json::json_path(bytes));
